using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;
using PureHDF;
using PureHDF.Filters;
using PureHDF.VOL.Native;

namespace Meniscus.Tests.IO;

public sealed class DeepmdHdf5Tests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string DataFile => _folder.File("data.hdf5");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1.2e-7)]
    public void A_group_holds_the_same_frames_as_a_folder(bool single, double tolerance)
    {
        var source = SampleFrames.System(5, 6);
        Write(("water/bulk", Group(source, single, 3)));
        using var system = DeepmdSystem.OpenHdf5(DataFile, "/water/bulk", new TypeMap(["O", "H"]));
        Assert.Equal($"{DataFile}#/water/bulk", system.Name);
        Assert.Equal($"{DataFile}#/water/bulk/set.001 frame 1", system.Describe(4));
        DeepmdSystemTests.AssertSameFrames(source, system, tolerance);
    }

    [Fact]
    public void Chunked_and_compressed_datasets_are_read()
    {
        var source = SampleFrames.System(5, 6);
        var group = Group(source, false, 5);
        var set = (H5Group)group["set.000"];
        var coord = (double[,])set["coord.npy"];
        set["coord.npy"] = new H5Dataset(coord, chunks: [2, 7], datasetCreation: new H5DatasetCreation(Filters: [ShuffleFilter.Id, DeflateFilter.Id]));
        Write(("s", group));
        using var system = DeepmdSystem.OpenHdf5(DataFile, "s");
        DeepmdSystemTests.AssertSameFrames(source, system, 0);
    }

    [Theory]
    [InlineData(true, 5000)]
    [InlineData(true, 3)]
    [InlineData(false, 3)]
    public void What_is_written_reads_back_bit_for_bit_with_every_label(bool periodic, int setSize)
    {
        const FrameLabels all = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial | FrameLabels.AtomEnergy | FrameLabels.AtomPref | FrameLabels.FrameParameters | FrameLabels.AtomParameters;
        var source = SampleFrames.System(7, 6, all, fparam: 2, aparam: 3, periodic: periodic);
        var other = SampleFrames.System(2, 9, FrameLabels.Energy, seed: 5);
        DeepmdHdf5Writer.Write(DataFile, [("water/bulk", source), ("water/slab", other)], setSize);
        var systems = DeepmdSystems.Open([DataFile]);
        Assert.Equal([$"{DataFile}#/water/bulk", $"{DataFile}#/water/slab"], systems.Select(system => system.Name));
        DeepmdSystemTests.AssertSameFrames(source, systems[0], 0);
        DeepmdSystemTests.AssertSameFrames(other, systems[1], 0);
        Assert.Equal("O H", systems[0].TypeMap.ToString());
        foreach (var system in systems)
            system.Dispose();
    }

    [Fact]
    public void Blocks_larger_than_one_write_and_mixed_types_read_back()
    {
        var frames = SampleFrames.List(900, 60);
        frames[1].Types[0] = 1;
        var source = new FrameListSystem("sample", new TypeMap(["O", "H"]), frames);
        Assert.True(source.MixedTypes);
        DeepmdHdf5Writer.Write(DataFile, [("s", source)]);
        using var system = DeepmdSystem.OpenHdf5(DataFile, "s");
        DeepmdSystemTests.AssertSameFrames(source, system, 0);
    }

    [Fact]
    public void Python_reads_what_is_written_as_DeepmdKit_does()
    {
        Assert.SkipUnless(CanImport("h5py"), "h5py is not here");
        var source = SampleFrames.System(4, 6, periodic: false);
        DeepmdHdf5Writer.Write(DataFile, [("O2H4", source)]);
        const string script = """
            import sys, h5py
            with h5py.File(sys.argv[1], "r") as f:
                g = f["O2H4"]
                s = g["set.000"]
                print(" ".join(g["type_map.raw"][:].astype(str)), g["type.raw"][:].astype(int).tolist(), "nopbc" in g, sorted(s), s["coord.npy"].shape, s["energy.npy"].shape, s["force.npy"][3, 5].hex(), s["virial.npy"][2, 1].hex())
            """;
        var forces = DeepmdSystemTests.ReadFrame(source, 3).Forces[5];
        var virial = DeepmdSystemTests.ReadFrame(source, 2).Virial[1];
        var (code, output) = RunPython("-c", script, DataFile);
        Assert.True(code == 0, output);
        var words = output.Trim().Split(' ');
        Assert.Equal("O H [0, 1, 1, 0, 1, 1] True ['coord.npy', 'energy.npy', 'force.npy', 'virial.npy'] (4, 18) (4,)", string.Join(' ', words[..^2]));
        Assert.Equal((forces, virial), (FromHex(words[^2]), FromHex(words[^1])));

        static double FromHex(string text)
        {
            var sign = text.StartsWith('-') ? -1 : 1;
            var parts = text.TrimStart('-')[4..].Split('p');
            return sign * (1 + (Convert.ToInt64(parts[0], 16) * Math.Pow(2, -52))) * Math.Pow(2, int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static bool CanImport(string module) => File.Exists("/usr/bin/python3") && RunPython("-c", $"import {module}").Code == 0;

    private static (int Code, string Output) RunPython(params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    [Fact]
    public void Big_endian_datasets_are_read()
    {
        var source = SampleFrames.System(2, 3);
        var group = Group(source, false, 2);
        Write(("s", group));
        var set = (H5Group)group["set.000"];
        foreach (var name in set.Keys.ToArray())
        {
            set[name] = set[name] is double[] row
                ? Array.ConvertAll(row, Swap)
                : new H5Dataset(((double[,])set[name]).Cast<double>().Select(Swap).ToArray(), fileDims: [2, (ulong)((double[,])set[name]).GetLength(1)]);
        }

        Write(("s", group));
        // The description of a little-endian float64 begins 0x_1 20 3f 00, size 8; bit 0 of the second byte is the order.
        var bytes = File.ReadAllBytes(DataFile);
        for (var i = 0; i < bytes.Length - 8; i++)
        {
            if ((bytes[i] & 0x0f) == 1 && bytes.AsSpan(i + 1, 7).SequenceEqual((ReadOnlySpan<byte>)[0x20, 0x3f, 0, 8, 0, 0, 0]))
                bytes[i + 1] |= 1;
        }

        File.WriteAllBytes(DataFile, bytes);
        using var system = DeepmdSystem.OpenHdf5(DataFile, "s");
        DeepmdSystemTests.AssertSameFrames(source, system, 0);

        static double Swap(double value) => BitConverter.Int64BitsToDouble(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(BitConverter.DoubleToInt64Bits(value)));
    }

    [Fact]
    public void Types_go_by_name_and_nopbc_is_a_mark()
    {
        var group = Group(SampleFrames.System(2, 3), false, 2);
        group["nopbc"] = true;
        Write(("s", group));
        using var system = DeepmdSystem.OpenHdf5(DataFile, "s", new TypeMap(["H", "C", "O"]));
        Assert.False(system.Periodic);
        Assert.Equal([2, 0, 0], DeepmdSystemTests.ReadFrame(system, 0).Types);
        Assert.Contains("[O H]", Assert.Throws<InputException>(() => DeepmdSystem.OpenHdf5(DataFile, "s", new TypeMap(["O"]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mixed_types_may_be_32_or_64_bit_integers()
    {
        var group = Group(SampleFrames.System(2, 3), false, 1);
        ((H5Group)group["set.000"])["real_atom_types.npy"] = new int[,] { { 1, 1, 0 } };
        ((H5Group)group["set.001"])["real_atom_types.npy"] = new long[,] { { 0, -1, 0 } };
        Write(("s", group));
        using var system = DeepmdSystem.OpenHdf5(DataFile, "s");
        Assert.Equal([1, 1, 0], DeepmdSystemTests.ReadFrame(system, 0).Types);
        Assert.Equal([0, -1, 0], DeepmdSystemTests.ReadFrame(system, 1).Types);
    }

    [Fact]
    public void The_rules_of_the_layout_hold_here_too()
    {
        var group = Group(SampleFrames.System(4, 3), false, 2);
        ((H5Group)group["set.001"]).Remove("virial.npy");
        Write(("s", group));
        Refused("s", "#/s/set.001: no virial.npy");
        ((H5Group)group["set.001"])["virial.npy"] = new double[3, 9];
        Write(("s", group));
        Refused("s", "set.001/virial.npy: shape (3, 9) has 3 frames");
        ((H5Group)group["set.001"])["virial.npy"] = new byte[2, 9];
        Write(("s", group));
        Refused("s", "with 1 bytes are not read");
        Refused("t", "no such group");
        Write(("s", new H5Group { ["type.raw"] = new[] { 0 } }));
        Refused("s", "no set.* groups");
        Write(("s", new H5Group { ["x"] = new[] { 0 } }));
        Refused("s", "no dataset type.raw");
    }

    [Fact]
    public void Cut_off_and_foreign_files_are_refused()
    {
        Write(("s", Group(SampleFrames.System(4, 3), false, 2)));
        var bytes = File.ReadAllBytes(DataFile);
        foreach (var length in new[] { 0, 10, 100, bytes.Length / 2, bytes.Length - 200 })
        {
            File.WriteAllBytes(DataFile, bytes[..length]);
            ReadOrRefuse();
        }

        File.WriteAllText(DataFile, "not HDF5 at all, but a text of some length that goes on for a while");
        Refused("s", "cannot be read as HDF5");
        File.Delete(DataFile);
        Refused("s", "no such file");
    }

    [Fact]
    public void Mutations_are_read_or_refused()
    {
        Write(("s", Group(SampleFrames.System(2, 2), false, 2)));
        var bytes = File.ReadAllBytes(DataFile);
        var random = new Random(11);
        for (var i = 0; i < 400; i++)
        {
            var mutated = (byte[])bytes.Clone();
            for (var n = random.Next(1, 6); n > 0; n--)
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(DataFile, mutated);
            ReadOrRefuse();
        }
    }

    /// <summary>The group of a system, as h5py and dpdata write it.</summary>
    internal static H5Group Group(FrameListSystem source, bool single, int setSize)
    {
        var frames = Enumerable.Range(0, source.FrameCount).Select(i => DeepmdSystemTests.ReadFrame(source, i)).ToArray();
        var group = new H5Group { ["type.raw"] = frames[0].Types, ["type_map.raw"] = new[] { "O", "H" } };
        foreach (var (set, index) in frames.Chunk(setSize).Select((set, index) => (set, index)))
        {
            group[$"set.{index:D3}"] = new H5Group
            {
                ["coord.npy"] = Rows(set, frame => frame.Positions, single),
                ["box.npy"] = Rows(set, frame => frame.Box, single),
                ["energy.npy"] = set.Select(frame => frame.Energy).ToArray(),
                ["force.npy"] = Rows(set, frame => frame.Forces, single),
                ["virial.npy"] = Rows(set, frame => frame.Virial, single),
            };
        }

        return group;
    }

    internal static void Write(string path, params (string Path, H5Group Group)[] groups)
    {
        var file = new H5File();
        foreach (var (name, group) in groups)
        {
            H5Group parent = file;
            var parts = name.Split('/');
            foreach (var part in parts[..^1])
            {
                if (!parent.TryGetValue(part, out var child))
                    parent[part] = child = new H5Group();
                parent = (H5Group)child;
            }

            parent[parts[^1]] = group;
        }

        file.Write(path);
    }

    private static object Rows(LabelledFrame[] frames, Func<LabelledFrame, double[]> values, bool single)
    {
        var width = values(frames[0]).Length;
        var doubles = new double[frames.Length, width];
        var singles = new float[frames.Length, width];
        for (var i = 0; i < frames.Length; i++)
        {
            for (var k = 0; k < width; k++)
            {
                doubles[i, k] = values(frames[i])[k];
                singles[i, k] = (float)doubles[i, k];
            }
        }

        return single ? singles : doubles;
    }

    private void Write(params (string Path, H5Group Group)[] groups) => Write(DataFile, groups);

    private void ReadOrRefuse()
    {
        try
        {
            using var system = DeepmdSystem.OpenHdf5(DataFile, "s");
            for (var i = 0; i < Math.Min(system.FrameCount, 10); i++)
                DeepmdSystemTests.ReadFrame(system, i);
        }
        catch (InputException e)
        {
            Assert.StartsWith(DataFile, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
        }
    }

    private void Refused(string group, string said)
    {
        var message = Assert.Throws<InputException>(() => DeepmdSystem.OpenHdf5(DataFile, group).Dispose()).Message;
        Assert.StartsWith(DataFile, message, StringComparison.Ordinal);
        Assert.Contains(said, message, StringComparison.Ordinal);
    }
}
