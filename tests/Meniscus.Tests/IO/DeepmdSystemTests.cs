using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class DeepmdSystemTests : IDisposable
{
    private const FrameLabels Everything = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial | FrameLabels.AtomEnergy
        | FrameLabels.AtomPref | FrameLabels.FrameParameters | FrameLabels.AtomParameters;

    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(NpyElementType.Float64, 0)]
    [InlineData(NpyElementType.Float32, 1.2e-7)]
    public void Every_array_written_comes_back_over_several_sets(NpyElementType precision, double tolerance)
    {
        var source = SampleFrames.System(7, 6, Everything, fparam: 2, aparam: 3);
        DeepmdNpyWriter.Write(source, Data, new DeepmdNpyOptions { SetSize = 3, Precision = precision });
        using var system = DeepmdSystem.Open(Data);
        Assert.Equal(3, Directory.GetDirectories(Data).Length);
        Assert.Equal((7, 6, 2, 3), (system.FrameCount, system.AtomCount, system.FrameParameterCount, system.AtomParameterCount));
        Assert.Equal(["O", "H"], system.TypeMap.Names);
        Assert.Equal((true, false, Everything), (system.Periodic, system.MixedTypes, system.Labels));
        AssertSameFrames(source, system, tolerance);
        Assert.Equal($"{Data}/set.002 frame 0", system.Describe(6));
    }

    [Fact]
    public void Chosen_frames_and_arrays_in_single_precision_are_written()
    {
        var source = SampleFrames.System(6);
        DeepmdNpyWriter.Write(source, Data, new DeepmdNpyOptions { SinglePrecisionArrays = ["force"] }, [4, 1]);
        using var force = NpyArray.Open(Path.Combine(Data, "set.000", "force.npy"));
        using var coord = NpyArray.Open(Path.Combine(Data, "set.000", "coord.npy"));
        Assert.Equal((NpyElementType.Float32, NpyElementType.Float64), (force.ElementType, coord.ElementType));
        using var system = DeepmdSystem.Open(Data);
        Assert.Equal(2, system.FrameCount);
        SampleFrames.AssertEqual(ReadFrame(source, 4), ReadFrame(system, 0), 1.2e-7);
        SampleFrames.AssertEqual(ReadFrame(source, 1), ReadFrame(system, 1), 1.2e-7);
    }

    [Fact]
    public void The_writer_does_not_add_to_a_system_that_is_there()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(), Data);
        Assert.Contains("holds a system already", Assert.Throws<InputException>(() => DeepmdNpyWriter.Write(SampleFrames.System(), Data)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(1001)]
    public void The_names_of_sets_sort_in_their_order(int count)
    {
        var names = Enumerable.Range(0, count).Select(set => DeepmdNpyWriter.SetName(set, count)).ToArray();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(count > 1000 ? "set.0000" : "set.000", names[0]);
    }

    [Fact]
    public void Non_periodic_data_has_a_mark_and_needs_no_box()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(periodic: false), Data);
        Assert.False(File.Exists(Path.Combine(Data, "set.000", "box.npy")));
        using (var system = DeepmdSystem.Open(Data))
            Assert.Equal((false, false), (system.Periodic, ReadFrame(system, 0).Periodic));
        File.Delete(Path.Combine(Data, "nopbc"));
        Refused("set.000", "no box.npy and no file nopbc");
    }

    [Fact]
    public void A_box_beside_nopbc_is_kept()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(), Data);
        File.WriteAllText(Path.Combine(Data, "nopbc"), "");
        using var system = DeepmdSystem.Open(Data);
        var frame = ReadFrame(system, 1);
        Assert.Equal((false, 10.0), (frame.Periodic, frame.Box[4]));
    }

    [Fact]
    public void Shapes_that_other_programs_write_are_read()
    {
        var source = SampleFrames.System(2, 3);
        DeepmdNpyWriter.Write(source, Data);
        var frames = new[] { ReadFrame(source, 0), ReadFrame(source, 1) };
        Replace("energy", NpyBytes.File(">f8", "(2, 1)", [.. frames.Select(f => f.Energy)]));
        Replace("force", NpyBytes.File("<f8", "(2, 3, 3)", [.. frames.SelectMany(f => f.Forces)]));
        Replace("virial", NpyBytes.File("<f8", "(2, 3, 3)", [.. frames.SelectMany(f => f.Virial)]));
        Replace("box", NpyBytes.File("<f8", "(2, 9)", [.. Enumerable.Range(0, 9).SelectMany(k => frames.Select(f => f.Box[k]))], fortran: true));
        Replace("coord", NpyBytes.File(">f8", "(2, 9)", [.. Enumerable.Range(0, 9).SelectMany(k => frames.Select(f => f.Positions[k]))], fortran: true));
        using var system = DeepmdSystem.Open(Data);
        AssertSameFrames(source, system, 0);
    }

    [Fact]
    public void A_single_frame_may_lack_the_axis_of_frames()
    {
        var source = SampleFrames.System(1, 3, Everything, fparam: 2, aparam: 1);
        DeepmdNpyWriter.Write(source, Data);
        var frame = ReadFrame(source, 0);
        Replace("coord", NpyBytes.File("<f8", "(9,)", frame.Positions));
        Replace("force", NpyBytes.File("<f8", "(9,)", frame.Forces));
        Replace("box", NpyBytes.File("<f8", "(9,)", frame.Box));
        Replace("energy", NpyBytes.File("<f8", "()", [frame.Energy]));
        Replace("fparam", NpyBytes.File("<f8", "(2,)", frame.FrameParameters));
        Replace("aparam", NpyBytes.File("<f8", "(3,)", frame.AtomParameters));
        using var system = DeepmdSystem.Open(Data);
        AssertSameFrames(source, system, 0);
    }

    [Fact]
    public void Types_are_matched_by_name_and_may_stand_in_one_line()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(atoms: 3), Data);
        File.WriteAllText(Path.Combine(Data, "type.raw"), "0 1\t1 \r\n");
        using var system = DeepmdSystem.Open(Data, new TypeMap(["H", "X", "O"]));
        Assert.Equal([2, 0, 0], ReadFrame(system, 0).Types);
        Assert.Equal(["H", "X", "O"], system.TypeMap.Names);
    }

    [Fact]
    public void An_element_the_target_lacks_is_refused_with_both_lists()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(), Data);
        var message = Assert.Throws<InputException>(() => DeepmdSystem.Open(Data, new TypeMap(["O", "Na"]))).Message;
        Assert.Contains("element H is not in the type map; the data has [O H], the type map asked for is [O Na]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_no_atom_has_may_be_unknown()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(atoms: 3), Data);
        File.WriteAllText(Path.Combine(Data, "type_map.raw"), "O\nH\nNa\nCl\n");
        using var system = DeepmdSystem.Open(Data, new TypeMap(["H", "O"]));
        Assert.Equal([1, 0, 0], ReadFrame(system, 0).Types);
    }

    [Fact]
    public void Without_names_the_integers_are_used_and_checked()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(atoms: 3), Data);
        File.Delete(Path.Combine(Data, "type_map.raw"));
        using (var system = DeepmdSystem.Open(Data, new TypeMap(["H", "O"])))
            Assert.Equal([0, 1, 1], ReadFrame(system, 0).Types);
        using (var system = DeepmdSystem.Open(Data))
            Assert.Equal(["Type_0", "Type_1"], system.TypeMap.Names);
        var message = Assert.Throws<InputException>(() => DeepmdSystem.Open(Data, new TypeMap(["O"]))).Message;
        Assert.Contains("atom 1 has type 1, but the 1 types are numbered 0 to 0", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0 1 2", "atom 2 has type 2, but type_map.raw names 2 types")]
    [InlineData("0 1 -1", "atom 2 has type -1")]
    [InlineData("0 1 H", "'H' is not a type")]
    [InlineData("0 1 1.5", "'1.5' is not a type")]
    [InlineData("", "empty")]
    [InlineData("0 1", "expected (frames, 6) for the 2 atoms of type.raw")]
    public void A_bad_type_file_is_refused(string text, string said)
    {
        DeepmdNpyWriter.Write(SampleFrames.System(atoms: 3), Data);
        File.WriteAllText(Path.Combine(Data, "type.raw"), text);
        Refused("", said);
    }

    [Fact]
    public void A_bad_type_map_is_refused()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(), Data);
        File.WriteAllText(Path.Combine(Data, "type_map.raw"), "O O");
        Refused("type_map.raw", "'O' occurs twice");
        File.WriteAllText(Path.Combine(Data, "type_map.raw"), " \n");
        Refused("type_map.raw", "empty");
    }

    [Fact]
    public void Rows_that_differ_from_coord_are_refused()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(2, 3), Data);
        Replace("energy", NpyBytes.File("<f8", "(3,)", [1, 2, 3]));
        Refused("energy.npy", "has 3 frames, coord has 2");
        Replace("energy", NpyBytes.File("<f8", "(2, 2)", [1, 2, 3, 4]));
        Refused("energy.npy", "shape (2, 2); expected (frames,)");
        Replace("energy", NpyBytes.File("<f8", "(2,)", [1, 2]));
        Replace("virial", NpyBytes.File("<f8", "(2, 6)", new double[12]));
        Refused("virial.npy", "expected (frames, 9)");
        Replace("virial", NpyBytes.File("<f8", "(2, 9)", new double[18]));
        Replace("aparam", NpyBytes.File("<f8", "(2, 4)", new double[8]));
        Refused("aparam.npy", "3 · parameters");
    }

    [Fact]
    public void A_label_in_some_sets_only_names_both_sets()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(4), Data, new DeepmdNpyOptions { SetSize = 2 });
        File.Delete(Path.Combine(Data, "set.001", "virial.npy"));
        Refused("set.001", "no virial.npy, but");
        File.Delete(Path.Combine(Data, "set.000", "virial.npy"));
        DeepmdSystem.Open(Data).Dispose();
        File.Delete(Path.Combine(Data, "set.000", "force.npy"));
        Refused("set.000", "no force.npy, but");
        File.Delete(Path.Combine(Data, "set.001", "force.npy"));
        File.Delete(Path.Combine(Data, "set.001", "coord.npy"));
        Refused("set.001", "no coord.npy");
    }

    [Fact]
    public void Sets_with_different_numbers_of_parameters_are_refused()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(2, 3, Everything, 2, 1), Data, new DeepmdNpyOptions { SetSize = 1 });
        Replace("fparam", NpyBytes.File("<f8", "(1, 3)", new double[3]), "set.001");
        Refused("set.001/fparam.npy", "3 parameters");
    }

    [Fact]
    public void A_damaged_array_is_named()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(), Data);
        var path = Path.Combine(Data, "set.000", "force.npy");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^8]);
        Refused("set.000/force.npy", "cut off");
    }

    [Fact]
    public void Empty_sets_are_passed_over_but_a_system_needs_a_frame()
    {
        var source = SampleFrames.System(2, 3, FrameLabels.Energy);
        DeepmdNpyWriter.Write(source, Data, new DeepmdNpyOptions { SetSize = 1 });
        Empty("set.000");
        using (var system = DeepmdSystem.Open(Data))
        {
            Assert.Equal(1, system.FrameCount);
            SampleFrames.AssertEqual(ReadFrame(source, 1), ReadFrame(system, 0));
            Assert.Equal($"{Data}/set.001 frame 0", system.Describe(0));
        }

        Empty("set.001");
        Refused("", "no frames");
    }

    [Fact]
    public void Mixed_types_travel_by_name_and_padding_stays()
    {
        var frames = SampleFrames.List(3, 4);
        frames[1].Types[0] = 1;
        frames[2].Types[3] = -1;
        DeepmdNpyWriter.Write(new FrameListSystem("mixed", new TypeMap(["O", "H"]), frames), Data);
        using (var system = DeepmdSystem.Open(Data, new TypeMap(["H", "O"])))
        {
            Assert.True(system.MixedTypes);
            Assert.Equal([1, 0, 0, 1], ReadFrame(system, 0).Types);
            Assert.Equal([0, 0, 0, 1], ReadFrame(system, 1).Types);
            Assert.Equal([1, 0, 0, -1], ReadFrame(system, 2).Types);
        }

        Refused("frame 0", "element H is not in the type map", new TypeMap(["O"]));
        Replace("real_atom_types", NpyBytes.File("<i8", "(3, 4)", [0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 7, 0]));
        using (var system = DeepmdSystem.Open(Data))
        {
            var message = Assert.Throws<InputException>(() => ReadFrame(system, 2)).Message;
            Assert.Contains("set.000 frame 2: atom 2 has type 7", message, StringComparison.Ordinal);
        }

        File.Delete(Path.Combine(Data, "type_map.raw"));
        Refused("", "without type_map.raw");
    }

    [Fact]
    public void Reading_does_not_allocate_even_across_sets()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(8, 6, Everything, 1, 1), Data, new DeepmdNpyOptions { SetSize = 2 });
        using var system = DeepmdSystem.Open(Data, new TypeMap(["H", "O"]));
        var frame = ((ILabelledSystem)system).CreateFrame();
        for (var i = 0; i < 8; i++)
            system.Read(i, frame);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 80; i++)
            system.Read(i % 8, frame);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_set_far_larger_than_memory_is_read_frame_by_frame()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "files there are not sparse by themselves");
        const int frames = 1_000_000_000;
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Data).FullName, "type.raw"), "0 1 1");
        Directory.CreateDirectory(Path.Combine(Data, "set.000"));
        WriteSparse("coord", "(1000000000, 9)", 9, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        WriteSparse("box", "(1000000000, 9)", 9, [10, 0, 0, 0, 10, 0, 0, 0, 10]);
        WriteSparse("energy", "(1000000000,)", 1, [-5]);
        var before = GC.GetTotalAllocatedBytes();
        using var system = DeepmdSystem.Open(Data);
        Assert.Equal(frames, system.FrameCount);
        Assert.Equal(0, ReadFrame(system, frames / 2).Energy);
        var last = ReadFrame(system, frames - 1);
        Assert.Equal((-5, 9, 10), (last.Energy, last.Positions[8], last.Box[8]));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100L << 20);

        void WriteSparse(string name, string shape, int width, double[] lastRow)
        {
            var header = NpyBytes.File("<f8", shape, []);
            using var stream = File.Create(Path.Combine(Data, "set.000", name + ".npy"));
            stream.Write(header);
            stream.SetLength(header.Length + (8L * width * frames));
            stream.Position = stream.Length - (8L * width);
            stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(lastRow.AsSpan()));
        }
    }

    [Fact]
    public void More_systems_than_maps_can_be_open()
    {
        var source = SampleFrames.System(2, 3);
        var pool = new MappedFilePool(4);
        var systems = new List<DeepmdSystem>();
        for (var i = 0; i < 30; i++)
        {
            DeepmdNpyWriter.Write(source, _folder.File($"s{i}"), null, [i % 2]);
            systems.Add(DeepmdSystem.Open(_folder.File($"s{i}"), null, pool));
        }

        for (var i = 0; i < 30; i++)
        {
            SampleFrames.AssertEqual(ReadFrame(source, i % 2), ReadFrame(systems[i], 0));
            Assert.InRange(pool.OpenCount, 1, 4);
        }

        systems.ForEach(system => system.Dispose());
        Assert.Equal(0, pool.OpenCount);
    }

    [Fact]
    public void Frames_out_of_range_and_foreign_buffers_are_programming_errors()
    {
        DeepmdNpyWriter.Write(SampleFrames.System(2, 3), Data);
        using var system = DeepmdSystem.Open(Data);
        Assert.Throws<ArgumentOutOfRangeException>(() => ReadFrame(system, 2));
        Assert.Throws<ArgumentException>(() => system.Read(0, new LabelledFrame(4)));
    }

    [Fact]
    public void A_folder_without_the_layout_is_refused()
    {
        Refused("", "no such folder");
        Directory.CreateDirectory(Data);
        Refused("", "no type.raw");
        File.WriteAllText(Path.Combine(Data, "type.raw"), "0");
        Refused("", "neither set.* folders nor coord.raw");
    }

    internal static LabelledFrame ReadFrame(ILabelledSystem system, int index)
    {
        var frame = system.CreateFrame();
        system.Read(index, frame);
        return frame;
    }

    internal static void AssertSameFrames(ILabelledSystem expected, ILabelledSystem actual, double tolerance)
    {
        Assert.Equal(expected.FrameCount, actual.FrameCount);
        for (var i = 0; i < expected.FrameCount; i++)
            SampleFrames.AssertEqual(ReadFrame(expected, i), ReadFrame(actual, i), tolerance);
    }

    private void Replace(string array, byte[] bytes, string set = "set.000") => File.WriteAllBytes(Path.Combine(Data, set, array + ".npy"), bytes);

    private void Empty(string set)
    {
        Replace("coord", NpyBytes.File("<f8", "(0, 9)", []), set);
        Replace("box", NpyBytes.File("<f8", "(0, 9)", []), set);
        Replace("energy", NpyBytes.File("<f8", "(0,)", []), set);
    }

    private void Refused(string place, string said, TypeMap? target = null)
    {
        var message = Assert.Throws<InputException>(() => DeepmdSystem.Open(Data, target).Dispose()).Message;
        Assert.StartsWith(Data, message, StringComparison.Ordinal);
        Assert.Contains(place, message, StringComparison.Ordinal);
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
