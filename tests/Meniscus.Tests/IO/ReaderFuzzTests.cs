using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

/// <summary>
/// Damaged files of every text format: whatever a reader is given, it ends in frames or in one line, in short time and with memory in
/// proportion to the file. A few hundred per format run with the tests; a long run is made by hand:
/// <code>MENISCUS_FUZZ=1000000 tests/…/Meniscus.Tests -explicit only -method "*ReaderFuzzTests.ALongRun"</code>
/// where MENISCUS_FUZZ_SEED gives other damage, and MENISCUS_FUZZ_KEEP names a folder for the files that fail.
/// </summary>
public sealed class ReaderFuzzTests : IDisposable
{
    private const long AllowedBytes = 1 << 20, AllowedPerByte = 100;

    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(5);

    private static readonly string[] Splices =
    [
        "NaN", "-nan", "inf", "1e999", "-1e308", "1e-400", "999999999999", "2147483648", "-1", "0", "00", "1d5", "******", "", "\t", "\0", "'", "\"", "=", "/", "&", "!", "<", ">", "]]>",
        "é", "\r\n", "\n\n", "10000000", "1e7", "3 3 3", "# ", "-", "+", ".", "e", "18446744073709551616",
    ];

    private readonly TemporaryFolder _folder = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void DamagedFilesEndInFramesOrInOneLine() => Run(inputs: 4000, seed: 1);

    [Fact(Explicit = true)]
    public void ALongRun() => Run(
        long.Parse(Environment.GetEnvironmentVariable("MENISCUS_FUZZ") ?? "100000", CultureInfo.InvariantCulture),
        int.Parse(Environment.GetEnvironmentVariable("MENISCUS_FUZZ_SEED") ?? "2", CultureInfo.InvariantCulture));

    private void Run(long inputs, int seed)
    {
        var targets = Targets();
        foreach (var target in targets.Where(target => target.Whole))
            target.Read(Written(target, target.Original));
        var random = new Random(seed);
        var failures = new Dictionary<string, string>();
        var (clock, read, worst) = (Stopwatch.StartNew(), 0L, new Dictionary<string, double>());
        for (var i = 0L; i < inputs && failures.Count < 20; i++)
        {
            var target = targets[(int)(i % targets.Count)];
            var bytes = Damaged(target.Original, targets[random.Next(targets.Count)].Original, random);
            var file = Written(target, bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = clock.Elapsed;
            var failure = Outcome(target, file, ref read);
            var (spent, allocated) = (clock.Elapsed - start, GC.GetAllocatedBytesForCurrentThread() - before);
            if (spent > Allowed)
                failure = string.Create(CultureInfo.InvariantCulture, $"takes {spent.TotalSeconds:f1} s");
            else if (allocated > AllowedBytes + (AllowedPerByte * bytes.Length))
                failure = string.Create(CultureInfo.InvariantCulture, $"allocates {allocated} bytes for {bytes.Length}");
            worst[target.Name] = Math.Max(worst.GetValueOrDefault(target.Name), allocated / (double)(bytes.Length + 1000));
            if (failure is not null && failures.TryAdd($"{target.Name}: {failure.Split(" at ", 2)[0].Split(" bytes for", 2)[0][..Math.Min(12, failure.Length)]}", failure))
                Keep(target.Name, bytes, failures.Count);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{inputs} inputs, {read} of them read, {clock.Elapsed.TotalSeconds:f0} s; most bytes allocated per byte of file: {string.Join(", ", worst.Select(pair => $"{pair.Key} {pair.Value:f0}"))}"));
        Assert.True(failures.Count == 0, string.Join('\n', failures.Select(pair => $"{pair.Key} | {pair.Value}")));
    }

    /// <summary>Null where the file was read or refused as it should be, else what went wrong.</summary>
    private static string? Outcome(Target target, string file, ref long read)
    {
        try
        {
            target.Read(file);
            read++;
            return null;
        }
        catch (InputException e)
        {
            return e.Message.Contains('\n', StringComparison.Ordinal) || e.Message.Length > 2000 ? "message of several lines: " + e.Message : null;
        }
#pragma warning disable CA1031 // Any other exception is the finding.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e.GetType().Name + ": " + e.ToString().ReplaceLineEndings(" ");
        }
    }

    private string Written(Target target, byte[] bytes)
    {
        var file = _folder.File(target.FileName);
        File.WriteAllBytes(file, bytes);
        return file;
    }

    private static void Keep(string name, byte[] bytes, int number)
    {
        if (Environment.GetEnvironmentVariable("MENISCUS_FUZZ_KEEP") is { Length: > 0 } folder)
            File.WriteAllBytes(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{number}-{name}")), bytes);
    }

    private static byte[] Damaged(byte[] original, byte[] foreign, Random random)
    {
        if (random.Next(200) == 0)
            return foreign;
        var bytes = original.ToList();
        for (var edits = random.Next(1, 5); edits > 0 && bytes.Count > 0; edits--)
            Damage(bytes, foreign, random);
        return [.. bytes];
    }

    private static void Damage(List<byte> bytes, byte[] foreign, Random random)
    {
        var at = random.Next(bytes.Count);
        var (first, end) = Lines(bytes, at, random.Next(1, 6));
        switch (random.Next(10))
        {
            case 0: // Cut.
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 1: // A bit.
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2: // Lines twice.
                bytes.InsertRange(end, bytes.GetRange(first, end - first));
                break;
            case 3: // Lines elsewhere, as from two writers at a time.
                var lines = bytes.GetRange(first, end - first);
                bytes.RemoveRange(first, end - first);
                bytes.InsertRange(random.Next(bytes.Count + 1), lines);
                break;
            case 4: // Lines lost.
                bytes.RemoveRange(first, end - first);
                break;
            case 5: // Lines of another format.
                var from = random.Next(foreign.Length);
                bytes.InsertRange(first, foreign[from..Math.Min(foreign.Length, from + random.Next(1, 300))]);
                break;
            case 6: // Bytes lost.
                bytes.RemoveRange(at, Math.Min(random.Next(1, 30), bytes.Count - at));
                break;
            default: // A number that is none, or far too large.
                var (begin, length) = Word(bytes, at);
                bytes.RemoveRange(begin, length);
                bytes.InsertRange(begin, Encoding.UTF8.GetBytes(Splices[random.Next(Splices.Length)]));
                break;
        }
    }

    private static (int First, int End) Lines(List<byte> bytes, int at, int count)
    {
        var first = at == 0 ? 0 : bytes.LastIndexOf((byte)'\n', at - 1) + 1;
        var end = first;
        for (; count > 0 && end < bytes.Count; count--)
            end = bytes.IndexOf((byte)'\n', end) is var next and >= 0 ? next + 1 : bytes.Count;
        return (first, end);
    }

    private static (int Begin, int Length) Word(List<byte> bytes, int at)
    {
        var (begin, end) = (at, at);
        while (begin > 0 && bytes[begin - 1] > ' ' && bytes[begin - 1] is not ((byte)'>' or (byte)'='))
            begin--;
        while (end < bytes.Count && bytes[end] > ' ' && bytes[end] is not ((byte)'<' or (byte)'='))
            end++;
        return (begin, end - begin);
    }

    private List<Target> Targets()
    {
        var frames = Enumerable.Range(0, 3).Select(i => LabelFolder.Waters(2, 0.01 * i)).Select(frame => new Frame(frame.TypeMap, frame.Types, frame.Positions, frame.Cell)
        {
            Energy = -930,
            Forces = [.. Enumerable.Range(0, 18).Select(k => 0.1 * k)],
            Virial = [1, 0, 0, 0, 1, 0, 0, 0, 1],
        }).ToArray();
        var targets = new List<Target>();
        foreach (var (name, format) in (ReadOnlySpan<(string, DataFormat)>)[("frames.xyz", DataFormat.ExtendedXyz), ("frames.dump", DataFormat.LammpsDump), ("input.data", DataFormat.N2p2)])
        {
            LabelledFrames.Write(_folder.File(name), frames, format);
            AddFrames(name, File.ReadAllBytes(_folder.File(name)), format);
        }

        foreach (var (name, format) in (ReadOnlySpan<(string, DataFormat)>)[("frame.lmp", DataFormat.LammpsData), ("POSCAR", DataFormat.Poscar)])
        {
            LabelledFrames.Write(_folder.File(name), [frames[0]], format);
            AddFrames(name, File.ReadAllBytes(_folder.File(name)), format);
        }

        foreach (var (name, text, format) in (ReadOnlySpan<(string, string, DataFormat)>)[("OUTCAR", LabelledFramesTests.Outcar, DataFormat.Outcar), ("vasprun.xml", LabelledFramesTests.VasprunXml, DataFormat.Vasprun), ("cp2k.out", LabelledFramesTests.Cp2k, DataFormat.Cp2kOutput), ("hand.data", LabelledFramesTests.InputData, DataFormat.N2p2)])
            AddFrames(name, Encoding.UTF8.GetBytes(text), format);
        foreach (var (name, format) in (ReadOnlySpan<(string, DataFormat)>)[("h2-fcc.in", DataFormat.PwInput), ("h2-fcc.out", DataFormat.PwOutput), ("h2-md.out", DataFormat.PwOutput), ("h2-vc-relax.out", DataFormat.PwOutput), ("h2-md.xml", DataFormat.PwXml)])
            AddFrames(name, File.ReadAllBytes(Path.Combine(ExampleData.Path("..", ".."), "tests", "Meniscus.Tests", "IO", "Outputs", name)), format);
        foreach (var (name, parts, format) in (ReadOnlySpan<(string, string[], DataFormat)>)[("conf.lmp", ["lammps", "conf.waterion.lmp"], DataFormat.LammpsData), ("traj.dump", ["lammps", "traj.dump"], DataFormat.LammpsDump), ("CONTCAR", ["vasp", "water-dimer", "dist.04.60", "POSCAR"], DataFormat.Poscar), ("h2.out", ["cp2k", "h2-v2025.1", "output"], DataFormat.Cp2kOutput), ("methane.in", ["qe", "dpdata-scf", "01.in"], DataFormat.PwInput)])
        {
            if (SharedData.Folder is { } shared)
                AddFrames(name, File.ReadAllBytes(Path.Combine([shared, "data", "dft-outputs", .. parts])), format);
        }

        targets.Add(new("thermo.txt", Encoding.UTF8.GetBytes("# units metal\nStep Time Temp PotEng Press\n0 0 300 -1410.4 40.1\n10 0.01 301 -1410.5 42\nStep Time Temp PotEng Press\n20 0.02 302 -1410 41\n"), file => ThermoTable.Read(file)));
        targets.Add(new("log.lammps", Encoding.UTF8.GetBytes("LAMMPS (29 Sep 2021)\nunits metal\ntimestep 0.0005\nrun 20\nPer MPI rank memory allocation (min/avg/max) = 3 | 3 | 3 Mbytes\nStep Temp PotEng Press \n       0 300 -1410 40 \n      10 301 -1411 41 \nLoop time of 0.1 on 1 procs for 20 steps with 3 atoms\n"), file => ThermoTable.Read(file)));
        targets.Add(new("detail.out", Encoding.UTF8.GetBytes("# header: data_e pred_e\n-1.0e+00 -1.1e+00\n-2.0e+00 -2.1e+00\n"), file => NumpyText.Read(file)));
        using (var packed = new MemoryStream())
        {
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
                gzip.Write(targets[0].Original);
            AddFrames("packed.xyz.gz", packed.ToArray(), DataFormat.ExtendedXyz);
        }

        AddSystem("type.raw", "coord.raw", "box.raw", "energy.raw");
        return targets;

        void AddFrames(string name, byte[] original, DataFormat format)
        {
            var turn = 0;
            targets.Add(new(name, original, file =>
            {
                var options = new LabelledFrameOptions { Format = format, LeftOut = turn % 3 == 2 ? null : new(), TolerateTornEnd = turn % 3 == 1, TypeNames = turn % 2 == 0 ? ["O", "H", "Na", "Cl", "K"] : null };
                turn++;
                foreach (var frame in LabelledFrames.Read(file, options))
                    Assert.True(frame.AtomCount > 0 && Array.TrueForAll(frame.Positions, double.IsFinite) && frame.Energy is null or (> double.NegativeInfinity and < double.PositiveInfinity), "a frame with atoms and finite numbers");
                if (format is DataFormat.ExtendedXyz or DataFormat.LammpsDump)
                    Trajectory.CountFrames(file, new() { TolerateTornEnd = true });
                LabelledFrames.FormatOf(file);
            }) { Whole = format != DataFormat.PwInput });
        }

        void AddSystem(params string[] files)
        {
            foreach (var damaged in files)
            {
                DeepmdFrameWriter.Write(_folder.File("raw-" + damaged), frames, DataFormat.DeepmdRaw);
                var system = Directory.GetDirectories(_folder.File("raw-" + damaged))[0];
                var name = Path.Combine(Path.GetRelativePath(_folder.Path, system), damaged);
                targets.Add(new(name, File.ReadAllBytes(Path.Combine(system, damaged)), _ =>
                {
                    foreach (var frame in LabelledFrames.Read(system))
                        Assert.True(frame.AtomCount >= 0);
                }));
            }
        }
    }

    private sealed record Target(string FileName, byte[] Original, Action<string> Read)
    {
        /// <summary>Whether the original has to be read without an error.</summary>
        public bool Whole { get; init; } = true;

        public string Name => Path.GetFileName(FileName);
    }
}
