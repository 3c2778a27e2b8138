using System.Globalization;
using Meniscus.Training;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Meniscus.Reporting;

/// <summary>
/// The columns of a learning curve (<c>lcurve.out</c>) that are plotted; all arrays are as long as <see cref="Step"/>,
/// and null or NaN where something was not measured. Energies and virials are per atom.
/// </summary>
public sealed record LearningCurveData
{
    /// <summary>Training step of each row.</summary>
    public required double[] Step { get; init; }

    /// <summary>Energy RMSE on the validation set, eV/atom.</summary>
    public double[]? EnergyValidation { get; init; }

    /// <summary>Energy RMSE on the training set, eV/atom.</summary>
    public double[]? EnergyTraining { get; init; }

    /// <summary>Force RMSE on the validation set, eV/Å.</summary>
    public double[]? ForceValidation { get; init; }

    /// <summary>Force RMSE on the training set, eV/Å.</summary>
    public double[]? ForceTraining { get; init; }

    /// <summary>Virial RMSE on the validation set, eV/atom.</summary>
    public double[]? VirialValidation { get; init; }

    /// <summary>Virial RMSE on the training set, eV/atom.</summary>
    public double[]? VirialTraining { get; init; }

    /// <summary>Learning rate.</summary>
    public double[]? LearningRate { get; init; }

    /// <summary>Reads the columns of a learning curve.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing or not a learning curve.</exception>
    public static LearningCurveData Read(string path)
    {
        var curve = LearningCurve.Read(path);
        double[]? Column(string name) => curve.Columns.Contains(name) ? curve.Column(name) : null;
        return new LearningCurveData
        {
            Step = curve.Column("step"),
            EnergyValidation = Column("rmse_e_val"),
            EnergyTraining = Column("rmse_e_trn"),
            ForceValidation = Column("rmse_f_val"),
            ForceTraining = Column("rmse_f_trn"),
            VirialValidation = Column("rmse_v_val"),
            VirialTraining = Column("rmse_v_trn"),
            LearningRate = Column("lr"),
        };
    }
}

/// <summary>
/// Plots a learning curve: one panel each for energy, force, virial and learning rate, as far as there is anything to
/// show, on a logarithmic scale. Rows of a learning curve are errors of single batches and scatter widely, so the rows
/// are drawn faintly and their running geometric mean strongly.
/// </summary>
public static class LearningCurvePlot
{
    private const int MostFaintPoints = 2000;
    private static readonly Color TrainingColour = Color.FromHex("#0072B2");
    private static readonly Color ValidationColour = Color.FromHex("#D55E00");

    /// <summary>Saves the plot.</summary>
    /// <param name="data">The curve.</param>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <param name="logarithmicSteps">Whether the step axis is logarithmic too; step 0 then has no place on it.</param>
    /// <exception cref="InputException">The curve has nothing to plot, or the name another ending.</exception>
    public static void Save(LearningCurveData data, string path, bool logarithmicSteps = false)
    {
        ArgumentNullException.ThrowIfNull(data);
        var figure = new Figure(columns: 2, panelWidth: 520, panelHeight: 340);
        var panels = 0;
        panels += AddErrorPanel(figure, data.Step, "Energy", "RMSE (meV/atom)", data.EnergyTraining, data.EnergyValidation, logarithmicSteps);
        panels += AddErrorPanel(figure, data.Step, "Force", "RMSE (meV/Å)", data.ForceTraining, data.ForceValidation, logarithmicSteps);
        panels += AddErrorPanel(figure, data.Step, "Virial", "RMSE (meV/atom)", data.VirialTraining, data.VirialValidation, logarithmicSteps);
        panels += AddRatePanel(figure, data, logarithmicSteps);
        if (panels == 0)
            throw new InputException($"{path}: not written, because the learning curve has no positive error to plot; check that training reported any step");
        figure.Save(path);
    }

    /// <summary>Energy, force and virial as figures of their own, as far as there is anything to show.</summary>
    /// <param name="data">The curve.</param>
    /// <param name="width">Width, in units of 1/96 inch.</param>
    /// <param name="height">Height, in units of 1/96 inch.</param>
    internal static IEnumerable<(string Name, Figure Figure)> Singles(LearningCurveData data, int width, int height)
    {
        foreach (var (name, unit, training, validation) in ((string, string, double[]?, double[]?)[])
            [
                ("Energy", "meV/atom", data.EnergyTraining, data.EnergyValidation),
                ("Force", "meV/Å", data.ForceTraining, data.ForceValidation),
                ("Virial", "meV/atom", data.VirialTraining, data.VirialValidation),
            ])
        {
            var figure = new Figure(columns: 1, width, height);
            if (AddErrorPanel(figure, data.Step, name, $"RMSE ({unit})", training, validation, logarithmicSteps: false) > 0)
                yield return (name, figure);
        }
    }

    private static int AddErrorPanel(
        Figure figure, double[] step, string title, string yLabel, double[]? training, double[]? validation, bool logarithmicSteps)
    {
        const double MilliPerUnit = 1000;
        var trainingPoints = LogPoints(step, training, MilliPerUnit, logarithmicSteps);
        var validationPoints = LogPoints(step, validation, MilliPerUnit, logarithmicSteps);
        if (trainingPoints.Count + validationPoints.Count == 0)
            return 0;
        var plot = figure.AddPanel(title, "step", yLabel);
        AddCurve(plot, trainingPoints, TrainingColour, "training");
        AddCurve(plot, validationPoints, ValidationColour, "validation");
        plot.ShowLegend(Alignment.UpperRight);
        SetAxes(plot, [.. trainingPoints, .. validationPoints], logarithmicSteps);
        return 1;
    }

    private static int AddRatePanel(Figure figure, LearningCurveData data, bool logarithmicSteps)
    {
        var points = LogPoints(data.Step, data.LearningRate, 1, logarithmicSteps);
        if (points.Count == 0)
            return 0;
        var plot = figure.AddPanel("Learning rate", "step", "learning rate");
        AddLine(plot, points, Colors.Black.WithOpacity(0.75), 2);
        SetAxes(plot, points, logarithmicSteps);
        return 1;
    }

    private static List<Coordinates> LogPoints(double[] step, double[]? values, double factor, bool logarithmicSteps)
    {
        var points = new List<Coordinates>();
        for (var i = 0; i < (values?.Length ?? 0); i++)
        {
            var x = logarithmicSteps ? Math.Log10(step[i]) : step[i];
            var y = Math.Log10(values![i] * factor);
            if (double.IsFinite(x) && double.IsFinite(y))
                points.Add(new Coordinates(x, y));
        }
        return points;
    }

    private static void AddCurve(Plot plot, List<Coordinates> points, Color color, string name)
    {
        if (points.Count == 0)
            return;
        var halfWindow = points.Count / 100;
        if (halfWindow > 0)
        {
            var stride = Math.Max(1, points.Count / MostFaintPoints);
            AddLine(plot, [.. Thinned(points.Count, stride).Select(i => points[i])], color.WithOpacity(0.25), 1);
        }
        AddLine(plot, RunningMean(points, halfWindow), color, 2).LegendText = name;
    }

    /// <summary>Every stride-th index, but more at the start, where errors fall fast and a logarithmic axis stretches.</summary>
    private static IEnumerable<int> Thinned(int count, int stride)
    {
        for (var i = 0; i < count; i += Math.Clamp(i / 50, 1, stride))
            yield return i;
    }

    /// <summary>Mean of log values, which is the geometric mean, over a window that is short at the start.</summary>
    private static List<Coordinates> RunningMean(List<Coordinates> points, int halfWindow)
    {
        var sums = new double[points.Count + 1];
        for (var i = 0; i < points.Count; i++)
            sums[i + 1] = sums[i] + points[i].Y;
        var stride = Math.Max(1, halfWindow / 4);
        var means = new List<Coordinates>();
        foreach (var i in Thinned(points.Count, stride))
        {
            var half = Math.Min(halfWindow, i / 4);
            var end = Math.Min(points.Count, i + half + 1);
            means.Add(new Coordinates(points[i].X, (sums[end] - sums[i - half]) / (end - (i - half))));
        }
        return means;
    }

    private static ScottPlot.Plottables.Scatter AddLine(Plot plot, List<Coordinates> points, Color color, float width)
    {
        var line = plot.Add.Scatter(points, color);
        line.LineWidth = width;
        // A single row would be invisible as a line.
        line.MarkerSize = points.Count == 1 ? 6 : 0;
        return line;
    }

    private static void SetAxes(Plot plot, List<Coordinates> points, bool logarithmicSteps)
    {
        var (left, right) = Padded(points.Min(p => p.X), points.Max(p => p.X), 0.02);
        var (low, high) = Padded(points.Min(p => p.Y), points.Max(p => p.Y), 0.06);
        plot.Axes.SetLimits(left, right, low, high);
        plot.Axes.Left.TickGenerator = LogAxis.Ticks(low, high);
        plot.Axes.Bottom.TickGenerator = logarithmicSteps
            ? LogAxis.Ticks(left, right)
            : new NumericAutomatic { LabelFormatter = StepLabel };
    }

    private static (double Low, double High) Padded(double low, double high, double fraction)
    {
        var padding = high > low ? fraction * (high - low) : 0.5;
        return (low - padding, high + padding);
    }

    private static string StepLabel(double step) => Math.Abs(step) switch
    {
        >= 1e6 => (step / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + " M",
        >= 1e4 => (step / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + " k",
        _ => step.ToString("0.##", CultureInfo.InvariantCulture),
    };
}
