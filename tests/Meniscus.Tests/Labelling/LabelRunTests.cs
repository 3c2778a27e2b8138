using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Labelling;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Labelling;

/// <summary>Labelling without a DFT program: the built-in water, inputs alone, results from elsewhere, programs that fail.</summary>
public sealed class LabelRunTests : IDisposable
{
    private const string CrashingOutput = """
        cat <<'END'
         %%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%
             Error in routine set_dft_from_name (2):
             MESSAGE
         %%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%
        END
        exit 1
        """;

    private readonly LabelFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LabelsOfTheBuiltInWaterAreItsEnergiesForcesAndVirials()
    {
        var other = LabelFolder.Molecule(0.05);
        var shuffled = new Frame(new TypeMap(["H", "O"]), [0, 0, 1], [.. other.Positions[3..], .. other.Positions[..3]], other.Cell);
        var input = _folder.Write("spcfw", "", [LabelFolder.Molecule(), shuffled]);
        SampleRun.Succeeds("label", input);
        var errors = SampleRun.Json("test", "-m", "spcfw", "-s", _folder.Path("labelled"));
        Assert.Equal(2, Trajectory.CountFrames(_folder.Path("labelled/O1H2")));
        foreach (var key in (string[])["energy_rmse_eV_per_atom", "force_rmse_eV_per_A", "virial_rmse_eV_per_atom"])
            Assert.InRange(errors[key]!.GetValue<double>(), 0, 1e-12);
        // Again, over the folder that it wrote itself.
        SampleRun.Succeeds("label", input);
    }

    [Fact]
    public void AForeignOutputFolderIsLeftAlone()
    {
        var input = _folder.Write("spcfw", "", [LabelFolder.Molecule()]);
        Directory.CreateDirectory(_folder.Path("labelled"));
        File.WriteAllText(_folder.Path("labelled/thesis.tex"), "");
        var run = ProgramRun.Of("label", input);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("holds files that labelling did not write", run.ErrorLine, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.Path("labelled/thesis.tex")));
    }

    [Fact]
    public void AFrameThatIsNotWaterIsNamed()
    {
        var carbide = new Frame(new TypeMap(["Si", "C"]), [0, 1], [0, 0, 0, 1.9, 0, 0], Cell.Orthorhombic(6, 6, 6));
        var run = ProgramRun.Of("label", _folder.Write("spcfw", "", [carbide]));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("frames.xyz frame 0: 'Si' is no element of spcfw", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void ADryRunWritesInputsAndAJobArrayAndRunsNothing()
    {
        var pseudo = LabelFolder.Pwscf("\"k_points\": [2, 2, 1], \"occupations\": \"smearing\", \"smearing\": \"gauss\", \"degauss_Ry\": 0.01, \"namelists\": { \"electrons\": { \"mixing_mode\": \"local-TF\", \"diago_full_acc\": true } }");
        var input = _folder.Write("pwscf", pseudo, [LabelFolder.Molecule(), LabelFolder.Molecule(0.1)], """{ "command": "no-such-program", "concurrent": 4, "slurm": ["--time=01:00:00"] }""");
        SampleRun.Succeeds("label", input, "--dry-run");
        var text = File.ReadAllText(_folder.Path("work/frame-000001/pw.in"));
        foreach (var expected in (string[])["input_dft = 'PBE'", "ecutwfc = 25", "tprnfor = .true.", "tstress = .true.", "mixing_beta = 0.7", "mixing_mode = 'local-TF'", "diago_full_acc = .true.", "K_POINTS automatic\n2 2 1 0 0 0", "degauss = 0.01", "H 4.08 3.1 3", "O 15.999 O_ONCV_PBE-1.2.upf"])
            Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.Path("work/pseudo/O_ONCV_PBE-1.2.upf")));
        var script = File.ReadAllText(_folder.Path("work/label.slurm"));
        Assert.Contains("#SBATCH --array=0-1%4\n", script, StringComparison.Ordinal);
        Assert.Contains("#SBATCH --time=01:00:00\n", script, StringComparison.Ordinal);
        Assert.Contains("no-such-program -in pw.in > pw.out", script, StringComparison.Ordinal);
        Assert.Equal(["frame-000000", "frame-000001"], File.ReadAllLines(_folder.Path("work/pending.txt")));
        Assert.All(_folder.Status("status"), status => Assert.Equal("pending", status));
    }

    [Fact]
    public void ResultsFromElsewhereAreCollectedAndThoseOfOtherFramesAreNot()
    {
        var input = _folder.Write("pwscf", LabelFolder.Pwscf(), [LabelFolder.Molecule(), LabelFolder.Molecule(0.1), LabelFolder.Molecule(0.2)]);
        SampleRun.Succeeds("label", input, "--dry-run");
        foreach (var (folder, from) in (IEnumerable<(int, int)>)[(0, 0), (1, 0)])
        {
            var text = File.ReadAllText(_folder.Path($"work/frame-00000{from}/pw.in"));
            var title = text[(text.IndexOf("title = '", StringComparison.Ordinal) + 9)..][..16];
            File.WriteAllText(_folder.Path($"work/frame-00000{folder}/data-file-schema.xml"), Xml(title, converged: true));
        }

        var run = ProgramRun.Of("label", input, "--collect");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("2 of 3 frames have no labels (2 pending)", run.Error, StringComparison.Ordinal);
        Assert.Equal(["done", "pending", "pending"], _folder.Status("status"));
        using var system = DeepmdSystem.Open(_folder.Path("labelled/O1H2"));
        var frame = ((ILabelledSystem)system).CreateFrame();
        system.Read(0, frame);
        Assert.Equal(1, system.FrameCount);
        Assert.Equal(-16.5 * 2 * Units.Rydberg, frame.Energy, 1e-9);
        Assert.Equal(-0.02 * 2 * Units.Rydberg / Units.Bohr, frame.Forces[0], 1e-9);
        Assert.Equal(1e-3 * 2 * Units.Rydberg * 1000, frame.Virial[0], 1e-6);
    }

    [Fact]
    public void LabelsGoToTheFramesTheyWereMadeForWhereOthersHaveNone()
    {
        var frames = Enumerable.Range(0, 5).Select(i => LabelFolder.Molecule(0.1 * i)).ToArray();
        var input = _folder.Write("pwscf", LabelFolder.Pwscf(), frames);
        SampleRun.Succeeds("label", input, "--dry-run");
        foreach (var index in (int[])[1, 3, 4])
        {
            var text = File.ReadAllText(_folder.Path($"work/frame-00000{index}/pw.in"));
            var title = text[(text.IndexOf("title = '", StringComparison.Ordinal) + 9)..][..16];
            File.WriteAllText(_folder.Path($"work/frame-00000{index}/data-file-schema.xml"), Xml(title, converged: index != 3));
        }

        Assert.Equal(1, ProgramRun.Of("label", input, "--collect").ExitCode);
        Assert.Equal(["pending", "done", "pending", "not_converged", "done"], _folder.Status("status"));
        foreach (var path in (string[])["labelled/O1H2", "labelled.xyz"])
            Assert.Equal([frames[1].Positions[3], frames[4].Positions[3]], Trajectory.Read(_folder.Path(path)).Select(frame => frame.Positions[3]));
    }

    [Theory]
    [InlineData("libxc needed for this functional", "SCAN", "needs libxc, which this pw.x was built without")]
    [InlineData("This case is not implemented", "R2SCAN", "needs libxc, which this pw.x was built without")]
    [InlineData("BOGUS: unrecognized dft", "BOGUS", "functional 'BOGUS' is unknown to it")]
    public void AFunctionalThatThePwscfCannotDoStopsTheRun(string message, string functional, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a shell");
        var script = _folder.Script("pw.x", CrashingOutput.Replace("MESSAGE", message, StringComparison.Ordinal));
        var run = ProgramRun.Of("label", _folder.Write("pwscf", LabelFolder.Pwscf($"\"functional\": \"{functional}\""), [LabelFolder.Molecule()], $$"""{ "command": "{{script}}" }"""));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ACrashIsTriedAgainAndItsMessageIsInTheTable()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a shell");
        var script = _folder.Script("pw.x", CrashingOutput.Replace("MESSAGE", "disk, full", StringComparison.Ordinal));
        var input = _folder.Write("pwscf", LabelFolder.Pwscf(), [LabelFolder.Molecule(), LabelFolder.Molecule(0.1)], $$"""{ "command": "{{script}}", "retries": 2, "concurrent": 2 }""");
        var run = ProgramRun.Of("label", input);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("2 of 2 frames have no labels (2 crashed)", run.Error, StringComparison.Ordinal);
        Assert.Equal(["3", "3"], _folder.Status("attempts"));
        Assert.Contains("\"Error in routine set_dft_from_name (2): disk, full\"", File.ReadAllText(_folder.Path("work/status.csv")), StringComparison.Ordinal);
    }

    [Fact]
    public void AJobThatTakesTooLongIsEnded()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a shell");
        var script = _folder.Script("pw.x", "sleep 60\n");
        var run = ProgramRun.Of("label", _folder.Write("pwscf", LabelFolder.Pwscf(), [LabelFolder.Molecule()], $$"""{ "command": "{{script}}", "timeout_s": 0.3 }"""));
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("timed_out", Assert.Single(_folder.Status("status")));
    }

    [Fact]
    public void StoppingEndsTheJobsAndLeavesThemPending()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a shell");
        var script = _folder.Script("pw.x", "echo $$ > pid\nsleep 60\n");
        var input = _folder.Input("pwscf", LabelFolder.Pwscf(), [LabelFolder.Molecule()], $$"""{ "command": "{{script}}" }""");
        using var stop = new CancellationTokenSource(1500);
        Assert.ThrowsAny<OperationCanceledException>(() => LabelRun.Run(input, new LabelOptions(), cancellation: stop.Token));
        Assert.Equal("pending", Assert.Single(_folder.Status("status")));
        var id = File.ReadAllText(_folder.Path("work/frame-000000/pid")).Trim();
        Assert.False(Directory.Exists($"/proc/{id}"));
    }

    [Fact]
    public void WhatPseudopotentialsAndFramesMustBeIsChecked()
    {
        var folder = SharedData.Path("pseudo", "sg15-v1.2");
        Refused($$"""{ "pseudopotentials": { "O": "{{folder}}/O_ONCV_PBE-1.2.upf" } }""", LabelFolder.Molecule(), "no file for 'H'");
        Refused($$"""{ "pseudopotentials": { "O": "{{folder}}/H_ONCV_PBE-1.2.upf", "H": "{{folder}}/H_ONCV_PBE-1.2.upf" } }""", LabelFolder.Molecule(), "is for 'H'; give one for O");
        Refused("""{ "pseudopotentials": { "O": "none.upf", "H": "none.upf" } }""", LabelFolder.Molecule(), "none.upf: no such file");
        File.WriteAllText(_folder.Path("us.upf"), """<UPF version="2.0.1"><PP_HEADER element="H " pseudo_type="US" functional="PBE"/>""");
        Refused($$"""{ "functional": "R2SCAN", "pseudopotentials": { "O": "{{folder}}/O_ONCV_PBE-1.2.upf", "H": "{{_folder.Path("us.upf")}}" } }""", LabelFolder.Molecule(), "of type US; R2SCAN is a meta-GGA");
        Refused(LabelFolder.Pwscf(), new Frame(new TypeMap(["O", "H"]), [0, 1, 1], LabelFolder.Molecule().Positions, Cell.None), "frame 0: has no cell");
    }

    private void Refused(string settings, Frame frame, string expected)
    {
        var run = ProgramRun.Of("label", _folder.Write("pwscf", settings, [frame]), "--dry-run");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.ErrorLine, StringComparison.Ordinal);
    }

    private static string Xml(string title, bool converged) => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <qes:espresso xmlns:qes="http://www.quantum-espresso.org/ns/qes/qes-1.0" Units="Hartree atomic units">
          <input><control_variables><title>{title}</title><stress>true</stress></control_variables></input>
          <output>
            <convergence_info><scf_conv><convergence_achieved>{(converged ? "true" : "false")}</convergence_achieved></scf_conv></convergence_info>
            <atomic_structure nat="3"><atomic_positions>
              <atom name="O" index="1">5 5 5</atom><atom name="H" index="2">6.8 5 5</atom><atom name="H" index="3">5 6.8 5</atom></atomic_positions>
              <cell><a1>10 0 0</a1><a2>0 10 0</a2><a3>0 0 10</a3></cell></atomic_structure>
            <total_energy><etot>-1.65e1</etot></total_energy>
            <forces rank="2" dims="3 3" order="F">-0.02 0 0 0.02 0 0 0 0 0</forces>
            <stress rank="2" dims="3 3" order="F">1e-3 0 0 0 1e-3 0 0 0 1e-3</stress>
          </output>
        </qes:espresso>
        """;
}
