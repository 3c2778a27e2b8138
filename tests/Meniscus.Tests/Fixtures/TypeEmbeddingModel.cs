using System.Globalization;

namespace Meniscus.Tests.Fixtures;

/// <summary>
/// A model with type embeddings and what DeePMD-kit's numpy backend gives for it: <c>TypeEmbedding/NAME.yaml</c> and
/// <c>NAME.txt</c>, both made by <c>TypeEmbedding/make.py</c>.
/// </summary>
internal static class TypeEmbeddingModel
{
    /// <summary>What stands in a line of the expected numbers, in order.</summary>
    private const int LinesPerFrame = 7;

    /// <summary>Path of a model.</summary>
    public static string File(string name) => Repository.Path("tests", "Meniscus.Tests", "Fixtures", "TypeEmbedding", name + ".yaml");

    /// <summary>Its frames: the atoms, the energy of each, the forces.</summary>
    public static IEnumerable<(RandomConfiguration Atoms, double[] Energies, double[] Forces)> Frames(string name)
    {
        foreach (var lines in System.IO.File.ReadLines(Path.ChangeExtension(File(name), ".txt")).Select(Numbers).Chunk(LinesPerFrame))
        {
            var cell = lines[2].Length == 0 ? null : lines[2];
            yield return (new RandomConfiguration([.. lines[0].Select(type => (int)type)], lines[1], cell) { FrameParameters = lines[3], AtomParameters = lines[4] }, lines[5], lines[6]);
        }
    }

    private static double[] Numbers(string line) =>
        [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
}
