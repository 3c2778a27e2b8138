using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class DeepmdRawTextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Text_holds_the_same_frames_as_npy()
    {
        var source = SampleFrames.System(4, 3, FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial | FrameLabels.AtomEnergy | FrameLabels.FrameParameters, fparam: 2);
        WriteText(source);
        using var system = DeepmdSystem.Open(_folder.Path, new TypeMap(["O", "H"]));
        DeepmdSystemTests.AssertSameFrames(source, system, 0);
        Assert.Equal(2, system.FrameParameterCount);
        Assert.Equal($"{_folder.Path} frame 3", system.Describe(3));
    }

    [Fact]
    public void Comments_blank_lines_tabs_carriage_returns_and_a_missing_last_line_break_are_fine()
    {
        WriteText(SampleFrames.System(2, 1, FrameLabels.Energy));
        File.WriteAllText(_folder.File("energy.raw"), "# eV\r\n\r\n  -1.5e+00 \r\n \t\n\t2");
        File.WriteAllText(_folder.File("coord.raw"), "1 2 3\n4\t5   6\r\n");
        using var system = DeepmdSystem.Open(_folder.Path);
        Assert.Equal((-1.5, 2), (DeepmdSystemTests.ReadFrame(system, 0).Energy, DeepmdSystemTests.ReadFrame(system, 1).Energy));
        Assert.Equal([4, 5, 6], DeepmdSystemTests.ReadFrame(system, 1).Positions);
    }

    [Theory]
    [InlineData("1 2 3\n\n4 NaN 6\n", "line 3 (frame 1): 'NaN' is not a finite number")]
    [InlineData("1 2 3\n4 1e999 6\n", "line 2 (frame 1): '1e999' is not a finite number")]
    [InlineData("1 2 3\n4 5,0 6\n", "line 2 (frame 1): '5,0' is not a finite number")]
    [InlineData("1 2 3\n4 5\n", "line 2 (frame 1): 2 numbers, the first frame has 3")]
    [InlineData("1 2 3\n4 5 6 7\n", "line 2 (frame 1): more than the 3 numbers")]
    public void A_bad_line_is_named(string coord, string said)
    {
        WriteText(SampleFrames.System(2, 1, FrameLabels.Energy));
        File.WriteAllText(_folder.File("coord.raw"), coord);
        using var system = DeepmdSystem.Open(_folder.Path);
        var message = Assert.Throws<InputException>(() => DeepmdSystemTests.ReadFrame(system, 1)).Message;
        Assert.StartsWith(_folder.File("coord.raw"), message, StringComparison.Ordinal);
        Assert.Contains(said, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("coord.raw", "1 2\n3 4\n", "shape (2, 2); expected (frames, 3)")]
    [InlineData("energy.raw", "1\n", "has 1 frames, coord has 2")]
    [InlineData("energy.raw", "", "empty")]
    [InlineData("box.raw", "# nothing\n", "no numbers")]
    public void Files_that_do_not_fit_are_refused_on_opening(string file, string text, string said)
    {
        WriteText(SampleFrames.System(2, 1, FrameLabels.Energy));
        File.WriteAllText(_folder.File(file), text);
        var message = Assert.Throws<InputException>(() => DeepmdSystem.Open(_folder.Path).Dispose()).Message;
        Assert.StartsWith(_folder.File(file), message, StringComparison.Ordinal);
        Assert.Contains(said, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_box_is_refused_by_its_name_here()
    {
        WriteText(SampleFrames.System(2, 1, FrameLabels.Energy));
        File.Delete(_folder.File("box.raw"));
        Assert.Contains("no box.raw and no file nopbc", Assert.Throws<InputException>(() => DeepmdSystem.Open(_folder.Path).Dispose()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_does_not_allocate()
    {
        WriteText(SampleFrames.System(4, 6));
        using var system = DeepmdSystem.Open(_folder.Path);
        var frame = ((ILabelledSystem)system).CreateFrame();
        system.Read(0, frame);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 40; i++)
            system.Read(i % 4, frame);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void WriteText(FrameListSystem source)
    {
        var frames = Enumerable.Range(0, source.FrameCount).Select(i => DeepmdSystemTests.ReadFrame(source, i)).ToArray();
        File.WriteAllText(_folder.File("type.raw"), string.Join(' ', frames[0].Types));
        File.WriteAllText(_folder.File("type_map.raw"), "O H");
        Write("coord", frame => frame.Positions);
        Write("box", frame => frame.Box);
        foreach (var (label, name, values) in new (FrameLabels, string, Func<LabelledFrame, double[]>)[]
        {
            (FrameLabels.Energy, "energy", frame => [frame.Energy]),
            (FrameLabels.Force, "force", frame => frame.Forces),
            (FrameLabels.Virial, "virial", frame => frame.Virial),
            (FrameLabels.AtomEnergy, "atom_ener", frame => frame.AtomEnergies),
            (FrameLabels.FrameParameters, "fparam", frame => frame.FrameParameters),
        })
        {
            if (source.Labels.HasFlag(label))
                Write(name, values);
        }

        void Write(string name, Func<LabelledFrame, double[]> values) =>
            File.WriteAllLines(_folder.File(name + ".raw"), frames.Select(frame => string.Join(' ', values(frame).Select(v => v.ToString("R", CultureInfo.InvariantCulture)))));
    }
}
