namespace Meniscus.Reporting;

/// <summary>Names of plots; the ending chooses the format.</summary>
public static class PlotFile
{
    /// <summary>Lets a long job find out early that it could not save its plot.</summary>
    /// <param name="path">The file; it need not exist.</param>
    /// <exception cref="InputException">The name ends neither in <c>.png</c> nor in <c>.svg</c>.</exception>
    public static void RequireKnownEnding(string path)
    {
        if (!IsPng(path) && !HasEnding(path, ".svg"))
            throw new InputException($"{path}: a plot can be saved as PNG or SVG; use a name that ends in .png or .svg");
    }

    internal static bool IsPng(string path) => HasEnding(path, ".png");

    private static bool HasEnding(string path, string ending) => Path.GetExtension(path).Equals(ending, StringComparison.OrdinalIgnoreCase);
}
