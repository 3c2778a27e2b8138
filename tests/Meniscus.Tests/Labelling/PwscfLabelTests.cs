using System.Diagnostics;
using Meniscus.Atoms;
using Meniscus.Cli;
using Meniscus.IO;
using Meniscus.Labelling;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Labelling;

/// <summary>Labels from a real pw.x, at small cutoffs and boxes.</summary>
public sealed class PwscfLabelTests : IDisposable
{
    // At a constant cutoff the stress is not the derivative of the energy; a kinetic energy that rises steeply at ecfixed makes it so.
    private const string ConstantCutoff = "\"namelists\": { \"system\": { \"ecfixed\": 50, \"qcutz\": 150, \"q2sigma\": 6 } }";

    private readonly LabelFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ForcesAndVirialAreTheDerivativesOfTheEnergy()
    {
        DftPrograms.RequirePwscf();
        const double Shift = 0.03, Strain = 0.01;
        var input = _folder.Input("pwscf", LabelFolder.Pwscf(ConstantCutoff, cutoff: 70), [LabelFolder.Molecule(box: 5), LabelFolder.Molecule(Shift, 5), LabelFolder.Molecule(0, 5, Strain)]);
        var summary = LabelRun.Run(input, new LabelOptions(), cancellation: TestContext.Current.CancellationToken);
        var labels = _folder.Labelled(summary);
        LabelFolder.AssertDerivatives(labels, Shift, forceTolerance: 0.05, Strain, virialTolerance: 0.2);
        var (energy, force) = (labels[0].Energy!.Value, labels[0].Forces![3]);

        using var system = DeepmdSystem.Open(_folder.Path("labelled/O1H2"));
        var frame = ((ILabelledSystem)system).CreateFrame();
        system.Read(0, frame);
        Assert.Equal(FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial, frame.Labels);
        Assert.Equal(energy, frame.Energy, 1e-9);
        Assert.Equal(force, frame.Forces[3], 1e-9);
        Assert.Equal(3, Trajectory.CountFrames(_folder.Path("labelled.xyz")));
        // What pw.x prints in kbar, times the volume: the sign is that of the pressure.
        var stress = File.ReadLines(_folder.Path("work/frame-000000/pw.out")).Single(line => line.Contains("P=", StringComparison.Ordinal));
        var pressure = double.Parse(stress[(stress.IndexOf("P=", StringComparison.Ordinal) + 2)..], System.Globalization.CultureInfo.InvariantCulture);
        var trace = frame.Virial[0] + frame.Virial[4] + frame.Virial[8];
        Assert.Equal(pressure, trace / 3 / 125 * Units.EvPerCubicAngstrom / 1000, 0.02);
    }

    [Fact]
    public void AMoleculeADimerAndABoxOfEightAreASystemEachAndTheBoxHasItsDerivatives()
    {
        DftPrograms.RequirePwscf();
        const double Shift = 0.03, Strain = 0.01;
        Frame[] frames = [LabelFolder.Molecule(box: 5), LabelFolder.Waters(2), LabelFolder.Waters(8), LabelFolder.Waters(8, Shift), LabelFolder.Waters(8, 0, Strain)];
        var settings = LabelFolder.Pwscf(ConstantCutoff, cutoff: 70).Replace("1e-10", "1e-8", StringComparison.Ordinal);
        var summary = LabelRun.Run(_folder.Input("pwscf", settings, frames, """{ "concurrent": 2 }"""), new LabelOptions(), cancellation: TestContext.Current.CancellationToken);
        LabelFolder.AssertDerivatives(_folder.Labelled(summary)[2..], Shift, forceTolerance: 0.05, Strain, virialTolerance: 0.5);
        Assert.Equal([("O1H2", 1), ("O2H4", 1), ("O8H16", 3)], summary.Systems);
    }

    [Fact]
    public void AFrameThatDoesNotConvergeIsTriedWithEveryMixingAndLeftOut()
    {
        DftPrograms.RequirePwscf();
        var input = _folder.Write("pwscf", LabelFolder.Pwscf("\"electron_maxstep\": 2, \"mixing_beta\": [0.7, 0.3]"), [LabelFolder.Molecule()]);
        var run = ProgramRun.Of("label", input);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("1 of 1 frames have no labels (1 not converged), the first in ", run.Error, StringComparison.Ordinal);
        Assert.Equal("not_converged", Assert.Single(_folder.Status("status")));
        Assert.Equal("2", Assert.Single(_folder.Status("attempts")));
        Assert.Contains("mixing_beta = 0.3", File.ReadAllText(_folder.Path("work/frame-000000/pw.in")), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Path("labelled/O1H2")));
        // What failed is not run again unasked; with more steps it is.
        Assert.Equal(1, ProgramRun.Of("label", input).ExitCode);
        Assert.Equal("2", Assert.Single(_folder.Status("attempts")));
        File.WriteAllText(input, File.ReadAllText(input).Replace("\"electron_maxstep\":2", "\"electron_maxstep\":100", StringComparison.Ordinal));
        SampleRun.Succeeds("label", input, "--retry-failed");
        Assert.Equal("done", Assert.Single(_folder.Status("status")));
    }

    [Fact]
    public void AFunctionalThatNeedsLibxcIsRefusedInOneLine()
    {
        DftPrograms.RequirePwscf();
        var input = _folder.Write("pwscf", LabelFolder.Pwscf("\"functional\": \"SCAN\""), [LabelFolder.Molecule()]);
        var run = ProgramRun.Of("label", input);
        Assert.SkipWhen(run.ExitCode == 0, "this pw.x has libxc");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("needs libxc, which this pw.x was built without", run.Error, StringComparison.Ordinal);
        Assert.Contains("calculator cp2k", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AKilledRunGoesOnWhereItWas()
    {
        DftPrograms.RequirePwscf();
        var frames = Enumerable.Range(0, 6).Select(i => LabelFolder.Molecule(0.01 * i)).ToArray();
        var input = _folder.Write("pwscf", LabelFolder.Pwscf(), frames);
        using (var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(MeniscusCommand).Assembly.Location, "label", input]) { RedirectStandardError = true, RedirectStandardOutput = true })!)
        {
            while (!File.Exists(_folder.Path("work/frame-000002/pw.in")) && !process.HasExited)
                Thread.Sleep(20);
            process.Kill();
            process.WaitForExit();
        }

        var before = Directory.GetFiles(_folder.Path("work"), "result.json", SearchOption.AllDirectories).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        Assert.InRange(before.Count, 2, 5);
        SampleRun.Succeeds("label", input);
        Assert.All(before, file => Assert.Equal(file.Value, File.GetLastWriteTimeUtc(file.Key)));
        Assert.All(_folder.Status("status"), status => Assert.Equal("done", status));
        using var system = DeepmdSystem.Open(_folder.Path("labelled/O1H2"));
        Assert.Equal(6, system.FrameCount);
        // The same as a run that nothing stopped.
        var whole = File.ReadAllText(input).Replace("/work\"", "/whole\"", StringComparison.Ordinal).Replace("/labelled\"", "/uninterrupted\"", StringComparison.Ordinal);
        File.WriteAllText(_folder.Path("whole.json"), whole);
        SampleRun.Succeeds("label", _folder.Path("whole.json"));
        foreach (var array in (string[])["coord", "box", "energy", "force", "virial"])
            Assert.Equal(File.ReadAllBytes(_folder.Path($"uninterrupted/O1H2/set.000000/{array}.npy")), File.ReadAllBytes(_folder.Path($"labelled/O1H2/set.000000/{array}.npy")));
        // Another cutoff is another label: nothing of this is taken over.
        File.WriteAllText(input, File.ReadAllText(input).Replace("\"ecutwfc_Ry\":25", "\"ecutwfc_Ry\":20", StringComparison.Ordinal));
        Assert.All(LabelRun.Run(LabelInput.Load(input), new LabelOptions { DryRun = true }, cancellation: TestContext.Current.CancellationToken).Jobs, job => Assert.Equal(JobStatus.Pending, job.Status));
    }
}
