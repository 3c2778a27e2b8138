using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class DataCheckTests
{
    private const FrameLabels Usual = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial;

    [Fact]
    public void Good_frames_give_no_findings()
    {
        Assert.Empty(Check(SampleFrames.List(20), Usual));
        Assert.Empty(Check(SampleFrames.List(20, periodic: false), Usual));
    }

    [Theory]
    [InlineData("coord of atom 2 is NaN")]
    [InlineData("box is -Infinity")]
    [InlineData("energy is NaN")]
    [InlineData("force of atom 5 is Infinity")]
    [InlineData("virial is NaN")]
    [InlineData("atom_ener of atom 1 is NaN")]
    [InlineData("atom_pref of atom 1 is NaN")]
    [InlineData("fparam is NaN")]
    [InlineData("aparam of atom 3 is NaN")]
    public void A_number_that_is_not_finite_is_an_error_naming_array_and_atom(string said)
    {
        const FrameLabels all = Usual | FrameLabels.AtomEnergy | FrameLabels.AtomPref | FrameLabels.FrameParameters | FrameLabels.AtomParameters;
        var frames = SampleFrames.List(3, 6, all, fparam: 2, aparam: 2);
        var frame = frames[1];
        switch (said.Split(' ')[0])
        {
            case "coord": frame.Positions[8] = double.NaN; break;
            case "box": frame.Box[4] = double.NegativeInfinity; break;
            case "energy": frame.Energy = double.NaN; break;
            case "force": frame.Forces[15] = double.PositiveInfinity; break;
            case "virial": frame.Virial[3] = double.NaN; break;
            case "atom_ener": frame.AtomEnergies[1] = double.NaN; break;
            case "atom_pref": frame.AtomPref[1] = double.NaN; break;
            case "fparam": frame.FrameParameters[1] = double.NaN; break;
            default: frame.AtomParameters[7] = double.NaN; break;
        }

        var finding = Assert.Single(Check(frames));
        Assert.Equal((DataSeverity.Error, "sample", 1), (finding.Severity, finding.System, finding.Frame!.Value));
        Assert.StartsWith(said, finding.Message, StringComparison.Ordinal);
        Assert.StartsWith("sample frame 1: ", finding.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Arrays_without_a_label_are_not_looked_at()
    {
        var frames = SampleFrames.List(3, labels: FrameLabels.Energy);
        frames[0].Forces[0] = double.NaN;
        Assert.Empty(Check(frames));
    }

    [Theory]
    [InlineData(0.05, DataSeverity.Error)]
    [InlineData(0.3, DataSeverity.Warning)]
    [InlineData(0.5, null)]
    public void Overlapping_atoms_are_named_also_through_the_periodic_boundary(double distance, DataSeverity? severity)
    {
        var frames = SampleFrames.List(3);
        frames[2].Positions[0] = 0.0;
        frames[2].Positions.AsSpan(3, 3).Clear();
        frames[2].Positions[1] = frames[2].Positions[2] = 0;
        frames[2].Positions[3] = 10 - distance;
        var findings = Check(frames);
        if (severity is null)
        {
            Assert.Empty(findings);
            return;
        }

        var finding = Assert.Single(findings);
        Assert.Equal((severity.Value, 2), (finding.Severity, finding.Frame!.Value));
        Assert.StartsWith(FormattableString.Invariant($"atoms 0 (O) and 1 (H) are {distance:0.000} Å apart"), finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_atom_can_overlap_with_its_own_image()
    {
        var frames = SampleFrames.List(1, 1);
        frames[0].Box[4] = 0.3;
        var findings = DataCheck.Run([System(frames)], new DataCheckOptions { MinimumCellHeight = 0.2 }, cancellation: TestContext.Current.CancellationToken);
        Assert.Contains(findings, finding => finding.Message.StartsWith("atom 0 (O) and its own image are 0.300 Å", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("volume of 0 Å³", 10.0, 0.0, 0.0, 10.0, 0.0, 0.0, 0.0, 0.0, 10.0)]
    [InlineData("volume of 0 Å³", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)]
    [InlineData("must be right-handed", 0.0, 10.0, 0.0, 10.0, 0.0, 0.0, 0.0, 0.0, 10.0)]
    [InlineData("smallest height of 0.62", 12.0, 0.0, 0.0, 0.0, 12.0, 0.0, 0.0, 0.0, 0.62)]
    public void Impossible_cells_are_errors(string said, params double[] box)
    {
        var frames = SampleFrames.List(3);
        box.CopyTo(frames[1].Box, 0);
        var finding = Assert.Single(Check(frames));
        Assert.Equal((DataSeverity.Error, 1), (finding.Severity, finding.Frame!.Value));
        Assert.Contains(said, finding.Message, StringComparison.Ordinal);
        Assert.Empty(Check(SampleFrames.List(3, periodic: false)));
    }

    [Fact]
    public void A_label_that_training_needs_must_be_there()
    {
        var findings = Check(SampleFrames.List(3, labels: FrameLabels.Energy), Usual);
        Assert.Equal(["no force", "no virial"], findings.Select(finding => finding.Message.Split(',')[0]));
        Assert.All(findings, finding => Assert.Equal((DataSeverity.Error, null), (finding.Severity, finding.Frame)));
    }

    [Fact]
    public void Zero_virials_are_an_error_where_they_are_trained_on_and_else_a_warning()
    {
        var frames = SampleFrames.List(4);
        frames.ForEach(frame => Array.Clear(frame.Virial));
        Assert.Equal(DataSeverity.Error, Assert.Single(Check(frames, Usual)).Severity);
        var warning = Assert.Single(Check(frames, FrameLabels.Energy));
        Assert.Equal((DataSeverity.Warning, null), (warning.Severity, warning.Frame));
        Assert.Contains("virial is all zeros in every frame", warning.Message, StringComparison.Ordinal);
        frames[0].Virial[0] = 1;
        Assert.Equal([1, 2, 3], Check(frames, Usual).Select(finding => finding.Frame!.Value));
    }

    [Fact]
    public void Equal_frames_are_found_also_across_systems()
    {
        var frames = SampleFrames.List(4);
        frames.Add(frames[1]);
        var other = new FrameListSystem("other", new TypeMap(["O", "H"]), [frames[3]]);
        var findings = DataCheck.Run([System(frames), other], cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(["sample frame 4", "other frame 0"], findings.Select(finding => finding.ToString().Split(':')[0]));
        Assert.Contains("same positions as frame 1;", findings[0].Message, StringComparison.Ordinal);
        Assert.Contains("same positions as sample frame 3;", findings[1].Message, StringComparison.Ordinal);
        Assert.All(findings, finding => Assert.Equal(DataSeverity.Warning, finding.Severity));
    }

    [Fact]
    public void A_net_force_is_a_warning()
    {
        var frames = SampleFrames.List(3);
        frames[1].Forces[4] += 3;
        var finding = Assert.Single(Check(frames));
        Assert.Equal((DataSeverity.Warning, 1), (finding.Severity, finding.Frame!.Value));
        Assert.Contains("add up to 3.00 eV/Å;", finding.Message, StringComparison.Ordinal);
        Assert.Contains("limit 0.24, that is 0.1·√N", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Net_forces_of_a_system_are_one_finding_with_the_worst_frame()
    {
        var frames = SampleFrames.List(30);
        for (var i = 0; i < 20; i++)
            frames[i].Forces[4] += 1 + (0.01 * i);
        var finding = Assert.Single(Check(frames));
        Assert.Equal(("net_force", 19, 20), (finding.Kind, finding.Frame!.Value, finding.Count));
        Assert.Contains("add up to 1.19 eV/Å, the worst of 20 frames;", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_force_far_above_those_of_the_other_frames_is_a_warning()
    {
        var frames = SampleFrames.List(40);
        frames[11].Forces[3] += 20;
        frames[11].Forces[6] -= 20;
        var finding = Assert.Single(Check(frames));
        Assert.Equal(("force_outlier", 11), (finding.Kind, finding.Frame!.Value));
        Assert.StartsWith("largest force of 20.", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_that_differ_by_rounding_or_a_lattice_vector_are_the_same_and_others_are_not()
    {
        var frames = SampleFrames.List(6);
        Copy(0, 3, x => (float)x);
        Copy(1, 4, x => Math.Round(x, 5));
        Copy(2, 5, x => x);
        frames[5].Positions[3] -= 20;
        frames[5].Positions[10] += 10;
        Assert.Equal([(3, "frame 0"), (4, "frame 1"), (5, "frame 2")], Check(frames).Select(f => (f.Frame!.Value, f.Message[18..25])));
        for (var i = 3; i < 6; i++)
            frames[i].Positions[6] += 0.01;
        Assert.Empty(Check(frames));

        Copy(0, 3, x => x);
        frames[3].Types[0] = 1;
        frames[3].Types[1] = 0;
        Copy(1, 4, x => x);
        frames[4].Box[0] = 10.01;
        Assert.Empty(Check(frames));

        void Copy(int from, int to, Func<double, double> change) =>
            Array.ConvertAll(frames[from].Positions, x => change(x)).CopyTo(frames[to].Positions, 0);
    }

    [Fact]
    public void An_energy_far_off_is_a_warning_and_compositions_are_kept_apart()
    {
        var frames = SampleFrames.List(40);
        frames[7].Energy += 30;
        var finding = Assert.Single(Check(frames));
        Assert.Equal((DataSeverity.Warning, 7), (finding.Severity, finding.Frame!.Value));
        Assert.Contains("robust standard deviations from the median", finding.Message, StringComparison.Ordinal);

        frames = SampleFrames.List(40);
        foreach (var frame in frames.Take(15))
        {
            frame.Types[0] = 1;
            frame.Energy += 300;
        }

        Assert.Empty(Check(frames));
    }

    [Fact]
    public void Many_findings_of_a_kind_are_counted()
    {
        var frames = SampleFrames.List(50);
        frames.ForEach(frame => frame.Energy = double.NaN);
        var findings = Check(frames);
        Assert.Equal(11, findings.Count);
        Assert.Equal("sample: 40 more findings of the kind 'finite', 50 in all", findings[^1].ToString());
        Assert.Equal(DataSeverity.Error, findings[^1].Severity);
    }

    [Fact]
    public void A_frame_that_cannot_be_read_is_a_finding_and_the_check_goes_on()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("type.raw"), "0");
        File.WriteAllText(folder.File("nopbc"), "");
        File.WriteAllText(folder.File("coord.raw"), "1 2 3\n4 x 6\n7 8 9\n");
        using var system = DeepmdSystem.Open(folder.Path);
        var finding = Assert.Single(DataCheck.Run([system], cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("'x' is not a finite number", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_is_told_and_the_check_can_be_stopped()
    {
        var progress = new Counter();
        DataCheck.Run([System(SampleFrames.List(3))], null, progress, TestContext.Current.CancellationToken);
        Assert.Equal(3, progress.Last);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => DataCheck.Run([System(SampleFrames.List(3))], cancellation: stop.Token));
    }

    private static FrameListSystem System(List<LabelledFrame> frames) => new("sample", new TypeMap(["O", "H"]), frames);

    private static IReadOnlyList<DataFinding> Check(List<LabelledFrame> frames, FrameLabels required = FrameLabels.None) =>
        DataCheck.Run([System(frames)], new DataCheckOptions { RequiredLabels = required }, cancellation: TestContext.Current.CancellationToken);

    private sealed class Counter : IProgress<int>
    {
        public int Last { get; private set; }

        public void Report(int value) => Last = value;
    }
}
