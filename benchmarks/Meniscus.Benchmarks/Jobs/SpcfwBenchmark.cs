using System.Diagnostics;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Benchmarks.Reporting;
using Meniscus.Benchmarks.Water;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.Spcfw;

namespace Meniscus.Benchmarks.Jobs;

/// <summary>
/// The built-in water model on 192 atoms (direct Ewald sum) and 1536 (mesh) with a skin of 2 Å: with the neighbour list kept, and made anew. Where <c>lmp</c>
/// is installed, its time per step for the same model, accuracy and skin, one process.
/// </summary>
internal sealed class SpcfwBenchmark
{
    private const double Skin = 2;
    private const int LammpsSteps = 200;

    private readonly BenchmarkContext _context;
    private readonly ResultTable _table = new(
        "spcfw",
        "Built-in water model, energy + force + virial",
        new("program", "program"),
        new("neighbour list", "neighbor_list"),
        new("atoms", "atoms"),
        new("threads", "threads"),
        new("best ms", "best_ms"),
        new("median ms", "median_ms"));

    /// <summary>Prepares the table.</summary>
    public SpcfwBenchmark(BenchmarkContext context) => _context = context;

    /// <summary>Runs all of it.</summary>
    public ResultTable Run()
    {
        using var water = new SpcfwPotential();
        foreach (var copies in (ReadOnlySpan<int>)[1, 2])
        {
            var frame = WaterFrames.Read(water.TypeMap, 1, copies, copies, copies)[0];
            foreach (var threads in _context.Threads)
            {
                using var team = new WorkerTeam(threads);
                Measure(frame, team, Skin, "kept");
                Measure(frame, team, 0, "made anew");
            }

            foreach (var style in (ReadOnlySpan<string>)["pppm", "ewald"])
            {
                if (LammpsMilliseconds(frame, copies, style) is { } milliseconds)
                    _table.Add($"lmp {style} 1e-6", "as needed", frame.AtomCount, 1, double.NaN, milliseconds);
            }
        }

        return _table;
    }

    private void Measure(LabelledFrame frame, WorkerTeam team, double skin, string list)
    {
        using var potential = new SpcfwPotential(team) { Skin = skin };
        var result = new Evaluation();
        var timing = RepeatedTiming.Measure(() => potential.Evaluate(new Configuration(frame.Types, frame.Positions, new Cell(frame.Box)), result), _context.Plan);
        _table.Add("meniscus", list, frame.AtomCount, team.Size, timing.BestMilliseconds, timing.MedianMilliseconds);
        BenchmarkContext.Note(FormattableString.Invariant($"spcfw, {frame.AtomCount} atoms, list {list}, {team.Size} threads: {timing.BestMilliseconds:g4} ms of {timing.Repetitions}"));
    }

    /// <summary>Time per step of constant-energy dynamics, from the log; null where there is no <c>lmp</c>.</summary>
    private static double? LammpsMilliseconds(LabelledFrame frame, int copies, string style)
    {
        var folder = Directory.CreateTempSubdirectory("meniscus-benchmark");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "data"), Data(frame, copies));
            File.WriteAllText(Path.Combine(folder.FullName, "in"), $"""
                units real
                atom_style full
                pair_style lj/cut/coul/long 9 9
                kspace_style {style} 1e-6
                bond_style harmonic
                angle_style harmonic
                special_bonds lj/coul 0 0 0
                read_data data
                pair_coeff * * 0 1
                pair_coeff 1 1 0.1554253 3.165492
                bond_coeff 1 529.581 1.012
                angle_coeff 1 37.95 113.24
                neighbor {Skin} bin
                velocity all create 300 1
                fix 1 all nve
                timestep 0.2
                run {LammpsSteps}
                """);
            using var process = Process.Start(new ProcessStartInfo("lmp", ["-in", "in", "-log", "none"])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["OMP_NUM_THREADS"] = "1" },
            })!;
            var line = process.StandardOutput.ReadToEnd().Split('\n').FirstOrDefault(l => l.StartsWith("Loop time of ", StringComparison.Ordinal));
            return line is null ? null : 1e3 * double.Parse(line.Split(' ')[3], CultureInfo.InvariantCulture) / LammpsSteps;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Data(LabelledFrame frame, int copies)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        var molecules = frame.AtomCount / 3;
        text.WriteLine($"water\n\n{frame.AtomCount} atoms\n{2 * molecules} bonds\n{molecules} angles\n2 atom types\n1 bond types\n1 angle types");
        for (var k = 0; k < 3; k++)
            text.WriteLine(FormattableString.Invariant($"0 {frame.Box[4 * k]} {"xyz"[k]}lo {"xyz"[k]}hi"));
        text.WriteLine("\nMasses\n\n1 15.9994\n2 1.008\n\nAtoms\n");
        for (var i = 0; i < frame.AtomCount; i++)
            text.WriteLine(FormattableString.Invariant($"{i + 1} {(i / 3) + 1} {(i % 3 == 0 ? "1 -0.82" : "2 0.41")} {Whole(frame, copies, i, 0)} {Whole(frame, copies, i, 1)} {Whole(frame, copies, i, 2)}"));
        text.WriteLine("\nBonds\n");
        for (var m = 0; m < molecules; m++)
            text.WriteLine($"{(2 * m) + 1} 1 {(3 * m) + 1} {(3 * m) + 2}\n{(2 * m) + 2} 1 {(3 * m) + 1} {(3 * m) + 3}");
        text.WriteLine("\nAngles\n");
        for (var m = 0; m < molecules; m++)
            text.WriteLine($"{m + 1} 1 {(3 * m) + 2} {(3 * m) + 1} {(3 * m) + 3}");
        return text.ToString();
    }

    /// <summary>A coordinate in the image next to the oxygen: a molecule at the face of a copied cell has its parts in different copies.</summary>
    private static double Whole(LabelledFrame frame, int copies, int atom, int axis)
    {
        var edge = frame.Box[4 * axis] / copies;
        var (x, oxygen) = (frame.Positions[(3 * atom) + axis], frame.Positions[(9 * (atom / 3)) + axis]);
        return x - (edge * Math.Round((x - oxygen) / edge));
    }
}
