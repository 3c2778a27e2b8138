using System.Text;
using Meniscus.IO;
using ScottPlot;
using SkiaSharp;

namespace Meniscus.Reporting;

/// <summary>
/// Panels side by side in rows, saved as PNG (for slides and reports; twice the nominal resolution) or SVG (for
/// papers; text stays text).
/// </summary>
internal sealed class Figure
{
    private const float PngScale = 2;
    private const int Margin = 8;
    private readonly List<Plot> _panels = [];
    private readonly int _columns;
    private readonly int _panelWidth;
    private readonly int _panelHeight;

    /// <summary>Creates an empty figure.</summary>
    /// <param name="columns">Panels per row.</param>
    /// <param name="panelWidth">Width of a panel in units of 1/96 inch.</param>
    /// <param name="panelHeight">Height of a panel in units of 1/96 inch.</param>
    public Figure(int columns, int panelWidth, int panelHeight)
    {
        PlotFont.Register();
        _columns = columns;
        _panelWidth = panelWidth;
        _panelHeight = panelHeight;
    }

    /// <summary>Adds an empty panel in the common style.</summary>
    /// <param name="title">Title above the panel.</param>
    /// <param name="xLabel">Label of the horizontal axis, with unit.</param>
    /// <param name="yLabel">Label of the vertical axis, with unit.</param>
    public Plot AddPanel(string title, string xLabel, string yLabel)
    {
        var plot = new Plot();
        plot.RenderManager.ClearCanvasBeforeEachRender = false;
        plot.Title(title, size: 15);
        plot.XLabel(xLabel, size: 13);
        plot.YLabel(yLabel, size: 13);
        plot.Axes.Bottom.Label.Bold = false;
        plot.Axes.Left.Label.Bold = false;
        plot.Axes.Bottom.TickLabelStyle.FontSize = 12;
        plot.Axes.Left.TickLabelStyle.FontSize = 12;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Grid.MajorLineColor = Colors.Black.WithOpacity(0.10);
        plot.Legend.FontSize = 12;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.BackgroundColor = Colors.White.WithOpacity(0.8);
        _panels.Add(plot);
        return plot;
    }

    /// <summary>Nominal width, in units of 1/96 inch.</summary>
    public int Width => Math.Min(_columns, Math.Max(1, _panels.Count)) * _panelWidth;

    /// <summary>Nominal height, in units of 1/96 inch.</summary>
    public int Height => Rows * _panelHeight;

    /// <summary>Saves the figure; the ending of the name chooses the format.</summary>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <exception cref="InputException">Another ending.</exception>
    public void Save(string path)
    {
        PlotFile.RequireKnownEnding(path);
        AtomicFile.Write(path, PlotFile.IsPng(path) ? WritePng : WriteSvg);
    }

    private int Rows => (_panels.Count + _columns - 1) / _columns;

    private void WritePng(Stream stream)
    {
        var width = (int)(_columns * _panelWidth * PngScale);
        var height = (int)(Rows * _panelHeight * PngScale);
        using var surface = SKSurface.Create(new SKImageInfo(width, height));
        surface.Canvas.Scale(PngScale);
        Draw(surface.Canvas);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        data.SaveTo(stream);
    }

    private void WriteSvg(Stream stream)
    {
        // The writer closes its document only when it is disposed, and with it would close the file.
        using var buffer = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(new SKRect(0, 0, _columns * _panelWidth, Rows * _panelHeight), buffer))
            Draw(canvas);
        // Viewers without the font fall back to one of about its width.
        var xml = Encoding.UTF8.GetString(buffer.ToArray())
            .Replace($"font-family=\"{PlotFont.Family}\"", $"font-family=\"{PlotFont.Family}, Verdana, sans-serif\"", StringComparison.Ordinal);
        stream.Write(Encoding.UTF8.GetBytes(xml));
    }

    private void Draw(SKCanvas canvas)
    {
        using var white = new SKPaint { Color = SKColors.White };
        canvas.DrawRect(0, 0, _columns * _panelWidth, Rows * _panelHeight, white);
        for (var i = 0; i < _panels.Count; i++)
        {
            var left = i % _columns * _panelWidth;
            var top = i / _columns * _panelHeight;
            _panels[i].Render(canvas, new PixelRect(left + Margin, left + _panelWidth - Margin, top + _panelHeight - Margin, top + Margin));
        }
    }
}
