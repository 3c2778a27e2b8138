using System.Globalization;
using Meniscus.Workflow;

namespace Meniscus.Reporting.Study;

/// <summary>Learning curves of the last training, and how all trainings ended.</summary>
internal static class LearningSection
{
    public static void Add(ReportPage page, StudyResults results)
    {
        page.Section("learning", "Learning curves");
        if (results.Trainings.Count == 0)
        {
            page.Paragraph("No training has begun yet.");
            return;
        }

        var table = new ReportTable(
            ReportColumn.One("training", "training"), ReportColumn.One("seed", "seed"), ReportColumn.One("step", "step"), ReportColumn.One("of", "steps"),
            ReportColumn.One("force, kept apart (meV/Å)", "force_rmse_kept_apart_meV_per_A"), ReportColumn.One("force, training (meV/Å)", "force_rmse_training_meV_per_A"),
            ReportColumn.One("ms/step", "ms_per_step"), ReportColumn.One("time (s)", "seconds"));
        ModelTraining? shown = null;
        LearningCurveData? curve = null;
        foreach (var training in results.Trainings)
        {
            var data = Read(training);
            table.Add(
                training.Stage, training.Seed, data is { Step.Length: > 0 } ? (long)data.Step[^1] : 0, training.Steps,
                ReportCell.Number(Last(data?.ForceValidation), "0.0"), ReportCell.Number(Last(data?.ForceTraining), "0.0"),
                ReportCell.Number(training.MillisecondsPerStep, "0.00"), ReportCell.Number(training.Seconds, "0"));
            if (data is not null && (shown is null || IsLater(training, shown)))
                (shown, curve) = (training, data);
        }

        if (shown is not null)
        {
            page.Figures(LearningCurvePlot.Singles(curve!, ReportPage.FigureWidth, ReportPage.FigureHeight).Select(panel => (
                $"learning-{panel.Name.ToLowerInvariant()}", $"{panel.Name} error of {shown.Stage}, of single batches; where there are many, their running mean over them.", (Figure?)panel.Figure)));
        }

        page.Table("trainings", "Trainings; errors are the mean of the last tenth of the rows of the learning curve, each of which is of a few frames", table);
    }

    private static bool IsLater(ModelTraining a, ModelTraining b) => Rank(a).CompareTo(Rank(b)) > 0;

    /// <summary>The first model of the last training is the one that is simulated with.</summary>
    private static (bool Final, string Iteration, int Model) Rank(ModelTraining training) => (
        training.Stage.StartsWith("final/", StringComparison.Ordinal),
        training.Stage.Split('/')[0],
        -int.Parse(training.Stage[(training.Stage.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture));

    private static LearningCurveData? Read(ModelTraining training)
    {
        try
        {
            return File.Exists(training.LearningCurve) ? LearningCurveData.Read(training.LearningCurve) : null;
        }
        catch (Exception e) when (e is InputException or IOException)
        {
            // Just being begun.
            return null;
        }
    }

    private static double Last(double[]? values)
    {
        const double MilliPerUnit = 1000;
        if (values is null || values.Length == 0)
            return double.NaN;
        var rows = values[^Math.Max(1, values.Length / 10)..].Where(double.IsFinite).ToArray();
        return rows.Length > 0 ? MilliPerUnit * Math.Sqrt(rows.Average(v => v * v)) : double.NaN;
    }
}
