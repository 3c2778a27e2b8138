using Meniscus.Workflow;

namespace Meniscus.Reporting.Study;

/// <summary>Errors on frames kept apart: parity plots of the model that is simulated with, and the numbers of all.</summary>
internal static class AccuracySection
{
    private const double MilliPerUnit = 1000;

    public static void Add(ReportPage page, StudyResults results)
    {
        page.Section("accuracy", "Accuracy on frames kept apart");
        if (results.Tests.Count == 0)
        {
            page.Paragraph("Not tested yet.");
            return;
        }

        page.Paragraph("These frames come from the same kind of runs as those trained on, but no model was trained on them. Plots are of the model that is simulated with, the first one.");
        page.Figures(Parity(results.Tests[0]));
        var table = new ReportTable(
            ReportColumn.One("model", "model"), ReportColumn.One("frames from", "set"), ReportColumn.One("frames", "frames"), ReportColumn.One("energy RMSE (meV/atom)", "energy_rmse_meV_per_atom"),
            ReportColumn.One("force RMSE (meV/Å)", "force_rmse_meV_per_A"), ReportColumn.One("largest force error (meV/Å)", "force_largest_meV_per_A"), ReportColumn.One("virial RMSE (meV/atom)", "virial_rmse_meV_per_atom"));
        foreach (var test in results.Tests)
        {
            foreach (var n in test.Systems.Prepend(test.Total))
            {
                table.Add(
                    test.Stage, n.System.Length > 0 ? n.System : "all", n.Frames, ReportCell.Number(MilliPerUnit * n.EnergyRmse, "0.00"), ReportCell.Number(MilliPerUnit * n.ForceRmse, "0.0"),
                    ReportCell.Number(MilliPerUnit * n.ForceLargest, "0"), ReportCell.Number(MilliPerUnit * n.VirialRmse, "0.00"));
            }
        }

        page.Table("accuracy", "Errors on frames kept apart", table);
    }

    private static List<(string Name, string Caption, Figure? Figure)> Parity(ModelAccuracy test)
    {
        var figures = new List<(string, string, Figure?)>();
        try
        {
            foreach (var series in ParitySeries.ReadDetailFiles(test.DetailPrefix))
            {
                var name = series.Title.Split(',')[0].ToLowerInvariant();
                figures.Add(($"parity-{name}", $"Predicted against labelled: {series.Title.ToLowerInvariant()}. Darker where there are more points.", ParityPlot.Single(series, ReportPage.FigureWidth)));
            }
        }
        catch (Exception e) when (e is InputException or IOException)
        {
            // The test is being done anew.
        }

        return figures;
    }
}
