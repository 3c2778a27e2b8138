namespace Meniscus.Potentials.DeepPot;

/// <summary>A place in a model file, for messages: <c>file: model/descriptor/embeddings/networks[1]: …</c>.</summary>
/// <param name="File">The file.</param>
/// <param name="Path">Keys from the root, empty for the root itself.</param>
/// <param name="FileLength">Length of the file in bytes, where it bounds what arrays can hold.</param>
internal readonly record struct ModelPlace(string File, string Path, long FileLength = 0)
{
    public ModelPlace At(string key) => this with { Path = Path.Length == 0 ? ModelNode.Shorten(key) : $"{Path}/{ModelNode.Shorten(key)}" };

    public ModelPlace At(int index) => this with { Path = $"{Path}[{index}]" };

    public InputException Error(string message) =>
        new(ModelNode.Shorten(Path.Length == 0 ? $"{File}: {message}" : $"{File}: {Path}: {message}", longest: 900));
}
