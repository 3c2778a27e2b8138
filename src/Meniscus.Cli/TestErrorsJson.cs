using Meniscus.Training;

namespace Meniscus.Cli;

/// <summary>The keys under which <c>test --json</c> reports errors; the same for the whole and for each system.</summary>
internal static class TestErrorsJson
{
    /// <summary>Adds number of frames, RMSE and MAE of every quantity; null where no frame has the label.</summary>
    public static JsonResult AddErrors(this JsonResult result, TestErrors errors) => result
        .Add("frames", errors.FrameCount)
        .AddStatistic("energy", "eV", errors.Energy)
        .AddStatistic("energy", "eV_per_atom", errors.EnergyPerAtom)
        .AddStatistic("force", "eV_per_A", errors.Force)
        .AddStatistic("virial", "eV", errors.Virial)
        .AddStatistic("virial", "eV_per_atom", errors.VirialPerAtom);

    private static JsonResult AddStatistic(this JsonResult result, string quantity, string unit, ErrorStatistic statistic) => result
        .Add($"{quantity}_rmse_{unit}", statistic.Rmse)
        .Add($"{quantity}_mae_{unit}", statistic.Mae);
}
