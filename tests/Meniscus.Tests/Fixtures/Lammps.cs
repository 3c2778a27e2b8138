using System.Globalization;
using System.Text;
using Meniscus.Atoms;

namespace Meniscus.Tests.Fixtures;

/// <summary>Single points by the program <c>lmp</c>. Tests that need it are skipped by name where it is absent.</summary>
internal static class Lammps
{
    /// <summary>Skips the running test where there is no <c>lmp</c>.</summary>
    public static void SkipWithout() => Assert.SkipUnless(IsThere.Value, "LAMMPS (lmp) is not installed");

    /// <summary>Whether <c>lmp</c> runs.</summary>
    public static Lazy<bool> IsThere { get; } = new(() => OtherProgram.TryRun("lmp", ["-h"]).Code == 0);

    /// <summary>Runs zero steps.</summary>
    /// <param name="header">Commands before the data are read: units, styles.</param>
    /// <param name="coefficients">Commands after it.</param>
    /// <param name="configuration">Atoms; the cell has a along x and b in the xy plane.</param>
    /// <param name="atomLine">What a line of the data file has between the atom's number and its position.</param>
    /// <param name="masses">Number of types.</param>
    /// <param name="sections">Sections of the data file besides, and the counts that announce them.</param>
    /// <returns>Energy and forces in the units of <paramref name="header"/>, pressure tensor without kinetic part, xx yy zz xy xz yz.</returns>
    public static (double Energy, double[] Forces, double[] Pressure) Evaluate(
        string header, string coefficients, RandomConfiguration configuration, Func<int, string> atomLine, int masses, (string Counts, string Text) sections = default)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("data"), Data(configuration, atomLine, masses, sections));
        File.WriteAllText(folder.File("in"), $$"""
            {{header}}
            boundary p p p
            box tilt large
            read_data {{folder.File("data")}}
            {{coefficients}}
            compute meniscus all pressure NULL virial
            thermo_style custom step pe c_meniscus[1]
            dump forces all custom 1 {{folder.File("forces")}} id fx fy fz
            dump_modify forces format float %.15g sort id
            run 0
            print "MENISCUS $(pe:%.15g) $(c_meniscus[1]:%.15g) $(c_meniscus[2]:%.15g) $(c_meniscus[3]:%.15g) $(c_meniscus[4]:%.15g) $(c_meniscus[5]:%.15g) $(c_meniscus[6]:%.15g)"
            """);
        var output = OtherProgram.Run("lmp", ["-in", folder.File("in"), "-log", "none"]);
        var line = output.Split('\n').Single(l => l.StartsWith("MENISCUS ", StringComparison.Ordinal));
        var numbers = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Number).ToArray();
        var rows = File.ReadLines(folder.File("forces")).SkipWhile(l => !l.StartsWith("ITEM: ATOMS", StringComparison.Ordinal)).Skip(1);
        return (numbers[0], [.. rows.SelectMany(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Number))], numbers[1..]);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Data(RandomConfiguration configuration, Func<int, string> atomLine, int masses, (string Counts, string Text) sections)
    {
        var box = configuration.Box!;
        Assert.Equal([0.0, 0, 0], [box[1], box[2], box[5]]);
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"single point\n");
        Line($"{configuration.Count} atoms\n{masses} atom types\n{sections.Counts}");
        Line($"0 {box[0]:r} xlo xhi\n0 {box[4]:r} ylo yhi\n0 {box[8]:r} zlo zhi\n{box[3]:r} {box[6]:r} {box[7]:r} xy xz yz");
        Line($"\nMasses\n");
        for (var t = 1; t <= masses; t++)
            Line($"{t} 1");
        Line($"\nAtoms\n");
        for (var i = 0; i < configuration.Count; i++)
            Line($"{i + 1} {atomLine(i)} {configuration.Positions[3 * i]:r} {configuration.Positions[(3 * i) + 1]:r} {configuration.Positions[(3 * i) + 2]:r}");
        Line($"\n{sections.Text}");
        return text.ToString();
    }
}
