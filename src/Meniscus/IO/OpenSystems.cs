using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>Opened systems that are closed together.</summary>
/// <param name="systems">The systems.</param>
public sealed class OpenSystems(IReadOnlyList<ILabelledSystem> systems) : IDisposable
{
    /// <summary>The systems.</summary>
    public IReadOnlyList<ILabelledSystem> Systems { get; } = systems;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var system in Systems)
            system.Dispose();
    }
}
