using System.Globalization;
using Meniscus.Workflow;
using ScottPlot;

namespace Meniscus.Reporting.Study;

/// <summary>How far the models differed in each iteration, and whether the production runs stayed where they agree.</summary>
internal static class DeviationSection
{
    public static void Add(ReportPage page, StudyResults results)
    {
        page.Section("deviation", "Model deviation");
        var bounds = results.Project.Selection;
        page.Paragraph(string.Create(
            CultureInfo.InvariantCulture,
            $"The deviation of a frame is the largest over its atoms of the standard deviation of the force between the models. From {bounds.Low} eV/Å on a frame is a candidate for labelling, from {bounds.High} eV/Å on it is thought unphysical."));
        page.Figures([("deviation", "How many frames of an exploration have which deviation; dashed: the bounds.", Distribution(results)), ("candidates", "How the frames of each exploration were classed.", Shares(results))]);
        AddIterations(page, results);
        AddExtrapolation(page, results);
    }

    private static void AddIterations(ReportPage page, StudyResults results)
    {
        var table = new ReportTable(
            ReportColumn.One("iteration", "iteration"), ReportColumn.One("frames", "frames"), ReportColumn.One("accurate", "accurate"), ReportColumn.One("candidates", "candidates"), ReportColumn.One("failed", "failed"),
            ReportColumn.One("chosen", "chosen"), ReportColumn.One("mean deviation (eV/Å)", "mean_deviation_eV_per_A"), ReportColumn.One("largest (eV/Å)", "max_deviation_eV_per_A"));
        foreach (var i in results.Iterations)
        {
            var compared = i.Accurate + i.Candidates + i.Failed > 0;
            table.Add(
                i.Number, i.Frames, i.Accurate, i.Candidates, i.Failed, i.Chosen,
                ReportCell.Number(compared ? i.MeanDeviation : double.NaN, "0.000"), ReportCell.Number(compared ? i.MaxDeviation : double.NaN, "0.000"));
        }

        page.Table("iterations", "Iterations; the first explores with the starting model, before there are models to differ", table);
    }

    private static void AddExtrapolation(ReportPage page, StudyResults results)
    {
        var table = new ReportTable(
            ReportColumn.One("production run", "run"), ReportColumn.One("frames", "frames"), ReportColumn.One("mean deviation (eV/Å)", "mean_deviation_eV_per_A"), ReportColumn.One("largest (eV/Å)", "max_deviation_eV_per_A"),
            ReportColumn.One("frames from lower bound on (%)", "share_above_low_percent"), ReportColumn.One("from upper bound on (%)", "share_above_high_percent"),
            ReportColumn.One("neighbours closer than trained on (ppm)", "share_closer_ppm"));
        foreach (var e in results.Extrapolations)
        {
            table.Add(
                e.Run, e.Frames, ReportCell.Number(e.MeanDeviation, "0.000"), ReportCell.Number(e.MaxDeviation, "0.000"), ReportCell.Number(100 * e.ShareAboveLow, "0.0"),
                ReportCell.Number(100 * e.ShareAboveHigh, "0.0"), ReportCell.Number(1e6 * e.ShareCloser, "0.0"));
        }

        if (!table.IsEmpty)
            page.Subtitle("Did the production runs stay where the models agree?");
        page.Table("extrapolation", "Production runs with the model", table);
    }

    private static Figure? Distribution(StudyResults results)
    {
        const int Bins = 40;
        var all = results.Deviations.SelectMany(d => d.Deviations).Where(double.IsFinite).ToList();
        if (all.Count == 0)
            return null;
        var (bounds, figure) = (results.Project.Selection, ReportPage.NewFigure());
        var right = Math.Max(1.1 * bounds.Low, 1.05 * all.Max());
        var plot = figure.AddPanel("Model deviation", "deviation (eV/Å)", "share of frames (%)");
        var high = 0.0;
        foreach (var (iteration, index) in results.Deviations.GroupBy(d => d.Iteration).Select((g, k) => (g, k)))
        {
            var values = iteration.SelectMany(d => d.Deviations).Where(double.IsFinite).ToList();
            var counts = new double[Bins];
            foreach (var value in values)
                counts[Math.Min(Bins - 1, (int)(Bins * value / right))] += 100.0 / values.Count;
            // Each bin is drawn as a step.
            double[] x = [.. Enumerable.Range(0, Bins).SelectMany(b => (double[])[right * b / Bins, right * (b + 1) / Bins])];
            plot.AddLine(x, [.. counts.SelectMany(c => (double[])[c, c])], Curves.Colour(index), $"iteration {iteration.Key.ToString(CultureInfo.InvariantCulture)}");
            high = Math.Max(high, counts.Max());
        }

        foreach (var bound in (ReadOnlySpan<double>)[bounds.Low, bounds.High])
        {
            if (bound < right)
                plot.AddMark(bound, Colors.Black.WithOpacity(0.6));
        }

        plot.Fit(0, right, 0, high, 0.3, 0.02);
        plot.ShowLegend(Alignment.UpperRight);
        return figure;
    }

    private static Figure? Shares(StudyResults results)
    {
        var iterations = results.Iterations.Where(i => i.Accurate + i.Candidates + i.Failed > 0).ToList();
        if (iterations.Count == 0)
            return null;
        var figure = ReportPage.NewFigure();
        var plot = figure.AddPanel("Frames by class", "iteration", "share of frames (%)");
        (string Name, int Colour, Func<StudyIteration, long> Count)[] classes = [("accurate", 2, i => i.Accurate), ("candidate", 4, i => i.Candidates), ("failed", 1, i => i.Failed)];
        var floor = iterations.ToDictionary(i => i.Number, _ => 0.0);
        foreach (var (name, colour, count) in classes)
        {
            var bars = new List<Bar>();
            foreach (var iteration in iterations)
            {
                var top = floor[iteration.Number] + (100.0 * count(iteration) / iteration.Frames);
                bars.Add(new Bar { Position = iteration.Number, ValueBase = floor[iteration.Number], Value = top, FillColor = Curves.Colour(colour), LineWidth = 0, Size = 0.6 });
                floor[iteration.Number] = top;
            }

            plot.Add.Bars(bars).LegendText = name;
        }

        plot.Fit(iterations[0].Number - 0.6, iterations[^1].Number + 0.6, 0, 100, 0.32, 0);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. iterations.Select(i => (double)i.Number)], [.. iterations.Select(i => i.Number.ToString(CultureInfo.InvariantCulture))]);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([0, 20, 40, 60, 80, 100], ["0", "20", "40", "60", "80", "100"]);
        plot.ShowLegend(Alignment.UpperRight, Orientation.Horizontal);
        return figure;
    }
}
