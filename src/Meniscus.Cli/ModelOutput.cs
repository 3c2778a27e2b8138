using Meniscus.Potentials.DeepPot;

namespace Meniscus.Cli;

/// <summary>The model file a verb writes.</summary>
internal static class ModelOutput
{
    private const string DefaultEnding = ".dp";

    /// <summary>The name to write to: as given, with <c>.dp</c> where it has no ending. Call it before the work begins.</summary>
    /// <exception cref="InputException">The ending is not that of a model file.</exception>
    public static string Name(string given)
    {
        var name = Path.HasExtension(given) ? given : given + DefaultEnding;
        DeepPotModelFile.Ending(name);
        return name;
    }
}
