using Meniscus.Atoms;
using Meniscus.Labelling;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Labelling;

/// <summary>Labels from a real CP2K, with a small basis and box.</summary>
public sealed class Cp2kLabelTests : IDisposable
{
    private readonly LabelFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ForcesAndVirialOfR2scanAreTheDerivativesOfTheEnergy()
    {
        DftPrograms.RequireCp2k();
        const double Shift = 0.03, Strain = 0.01;
        var input = _folder.Input(
            "cp2k",
            """{ "functional": "R2SCAN", "cutoff_Ry": 300, "rel_cutoff_Ry": 50, "eps_scf": 1e-6 }""",
            [LabelFolder.Molecule(box: 5), LabelFolder.Molecule(Shift, 5), LabelFolder.Molecule(0, 5, Strain)]);
        var summary = LabelRun.Run(input, new LabelOptions(), cancellation: TestContext.Current.CancellationToken);
        // The real-space grid changes the energy by some tenths of a meV when atoms or cell move.
        LabelFolder.AssertDerivatives(_folder.Labelled(summary), Shift, forceTolerance: 0.06, Strain, virialTolerance: 0.25);
    }

    [Fact]
    public void AMoleculeADimerAndABoxOfEightAreASystemEach()
    {
        DftPrograms.RequireCp2k();
        // r²SCAN of a box takes a minute at a cutoff at which its derivatives hold: here only that every label is there.
        var input = _folder.Input(
            "cp2k",
            """{ "functional": "R2SCAN", "cutoff_Ry": 100, "rel_cutoff_Ry": 30, "eps_scf": 1e-4, "basis": "SZV-MOLOPT-SR-GTH" }""",
            [LabelFolder.Molecule(box: 5), LabelFolder.Waters(2), LabelFolder.Waters(8)],
            """{ "concurrent": 2 }""");
        var summary = LabelRun.Run(input, new LabelOptions(), cancellation: TestContext.Current.CancellationToken);
        var labels = _folder.Labelled(summary);
        Assert.Equal([("O1H2", 1), ("O2H4", 1), ("O8H16", 1)], summary.Systems);
        // The volume is that of the frame, not of the three decimals that CP2K prints of the cell.
        var output = File.ReadAllLines(_folder.Path("work/frame-000001/cp2k.out"));
        var row = Array.FindIndex(output, line => line.StartsWith(" STRESS| Analytical stress tensor [GPa]", StringComparison.Ordinal)) + 2;
        var gigapascal = double.Parse(output[row].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[2], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(gigapascal * 1e4 / Units.EvPerCubicAngstrom * labels[1].Cell.Volume, labels[1].Virial![0], 1e-9);
    }

    [Fact]
    public void AnScfThatDoesNotConvergeIsSeen()
    {
        DftPrograms.RequireCp2k();
        var input = _folder.Input(
            "cp2k",
            """{ "cutoff_Ry": 150, "rel_cutoff_Ry": 30, "max_scf": 2, "outer_max_scf": 1, "ot_minimizer": ["CG"] }""",
            [LabelFolder.Molecule()]);
        var job = Assert.Single(LabelRun.Run(input, new LabelOptions(), cancellation: TestContext.Current.CancellationToken).Jobs);
        Assert.Equal(JobStatus.NotConverged, job.Status);
    }

    [Fact]
    public void AKeywordThatCp2kDoesNotKnowIsACrashWithItsMessage()
    {
        DftPrograms.RequireCp2k();
        var input = _folder.Input("cp2k", """{ "lines": { "DFT": ["NO_SUCH_KEYWORD 1"] } }""", [LabelFolder.Molecule()], """{ "retries": 0 }""");
        var job = Assert.Single(LabelRun.Run(input, new LabelOptions(), cancellation: TestContext.Current.CancellationToken).Jobs);
        Assert.Equal(JobStatus.Crashed, job.Status);
        Assert.Contains("NO_SUCH_KEYWORD", job.Message, StringComparison.Ordinal);
    }
}
