using ScottPlot;
using SkiaSharp;

namespace Meniscus.Reporting;

/// <summary>
/// The font of all plots: DejaVu Sans, carried inside the assembly. Compute nodes and containers often have no font at
/// all, and then Skia draws no text and says nothing; with its own font a plot also looks the same everywhere.
/// </summary>
internal sealed class PlotFont : IFontResolver
{
    /// <summary>Family name, as it also appears in SVG files.</summary>
    public const string Family = "DejaVu Sans";

    private static readonly Lazy<bool> Registered = new(() =>
    {
        ScottPlot.Fonts.FontResolvers.Insert(0, new PlotFont());
        ScottPlot.Fonts.Default = Family;
        return true;
    });

    /// <summary>Makes the font known to the plotting library and its default. May be called any number of times.</summary>
    public static void Register() => _ = Registered.Value;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        fontName == Family ? Load(weight >= FontWeight.SemiBold ? "DejaVuSans-Bold-subset.ttf" : "DejaVuSans-subset.ttf") : null;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
        CreateTypeface(fontName, bold ? FontWeight.Bold : FontWeight.Normal, FontSlant.Upright, FontSpacing.Normal);

    private static SKTypeface Load(string resource)
    {
        using var stream = typeof(PlotFont).Assembly.GetManifestResourceStream(resource)!;
        return SKTypeface.FromStream(stream);
    }
}
