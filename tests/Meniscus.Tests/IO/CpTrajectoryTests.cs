using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

/// <summary>Trajectories of cp.x: a real one with numbers copied by hand, and small ones for what versions do differently.</summary>
public sealed class CpTrajectoryTests : IDisposable
{
    private const double Bohr = 0.529177210903;
    private const double Hartree = 27.211386246;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HydroxideIn63WatersHasTheNumbersOfItsFiles()
    {
        var path = SharedData.Path("data", "dft-outputs", "qe", "dpdata-cp-traj", "oh-md.pos");
        Assert.Equal(DataFormat.CpTrajectory, LabelledFrames.FormatOf(path));
        var frames = LabelledFrames.Read(path).ToArray();
        Assert.Equal([(195L, 0.00943365), (200L, 0.00967554)], frames.Select(f => (f.Step!.Value, f.Time!.Value)));
        Assert.Equal((191, 64, "O", "H"), (frames[0].AtomCount, frames[0].Types.Count(t => t == 0), frames[0].NameOf(63), frames[0].NameOf(64)));
        Near(-1100.03076389 * Hartree, frames[0].Energy!.Value);
        Near(-1100.03189493 * Hartree, frames[1].Energy!.Value);
        Near(32.121827416246 * Bohr, frames[0].Positions[0]);
        Near(-3.6182564198624 * Bohr, frames[0].Positions[2]);
        Near(18.642371177096 * Bohr, frames[0].Positions[572]);
        Near(-0.0080601067105432 * Hartree / Bohr, frames[1].Forces![572]);
        Near(0.013954951037786 * Hartree / Bohr, frames[0].Forces![0]);
        Near(-0.0031334018926055 * Hartree / Bohr, frames[0].Forces![2]);
        Near(23.5170 * Bohr, frames[1].Cell[1, 1]);
        Assert.Null(frames[0].Virial);
        // Every hydrogen is bound to an oxygen, so the elements are those of the input.
        var search = new Meniscus.Atoms.ShortestDistance();
        Assert.InRange(search.Find(frames[0]).Distance, 0.9, 1.0);
    }

    [Fact]
    public void ACellThatMovesIsReadByColumnsAndTheColumnsOfAnOldEvpAreKnownByTheTime()
    {
        Write("md.in", Input(1, "O 0 0 0", "H 1.8 0 0"));
        Write("md.pos", "  10 0.00050\n 0.1 0 0\n 1.9 0 0\n  20 0.00100\n 0.2 0 0\n 2.0 0 0\n");
        Write("md.for", "  10 0.00050\n 0.01 0 0\n -0.01 0 0\n  15 0.00075\n 9 9 9\n 9 9 9\n  20 0.00100\n 0.02 0 0\n -0.02 0 0\n");
        Write("md.cel", "  10 0.00050\n 20 1 2\n 0 21 3\n 0 0 22\n  20 0.00100\n 20 1 2\n 0 21 3\n 0 0 23\n");
        Write("md.evp", "    10  0.00012    0.0   300.1   -17.10000   -17.10000   -17.09000   -17.08000   9240.00    1.50 0.00050\n    20  0.00012    0.0   301.1   -17.20000   -17.20000   -17.09000   -17.08000   9660.00    1.50 0.00100\n");
        var frames = LabelledFrames.Read(_folder.File("md.pos")).ToArray();
        Near(-17.2 * Hartree, frames[1].Energy!.Value);
        Near(0.02 * Hartree / Bohr, frames[1].Forces![0]);
        // h has the vectors as columns: c = (2, 3, 23) bohr in the second step.
        Assert.Equal([2 * Bohr, 3 * Bohr, 23 * Bohr], new[] { frames[1].Cell[2, 0], frames[1].Cell[2, 1], frames[1].Cell[2, 2] }, (a, b) => Math.Abs(a - b) < 1e-9);
        Near(20 * Bohr, frames[0].Cell[0, 0]);
        Near(0, frames[0].Cell[0, 1]);

        Write("md.evp", "# nfi time ekinc Tcell Tion etot enthal econs econt Volume Pressure\n 10 5.0E-04 1E-5 0 300 -17.3 -17.3 -17 -17 9240 1\n 20 1.0E-03 1E-5 0 300 -17.4 -17.4 -17 -17 9240 1\n");
        Near(-17.4 * Hartree, LabelledFrames.Read(_folder.File("md.pos")).Last().Energy!.Value);
    }

    [Fact]
    public void AtomsThatOldVersionsSortedBySpeciesGetTheirElements()
    {
        Write("md.in", Input(2, "O 0 0 0", "H 1.8 0 0", "O 9 9 9", "H 10.8 9 9"));
        Write("md.pos", " 10 0.00050\n 0.1 0 0\n 9.1 9 9\n 1.9 0 0\n 10.9 9 9\n");
        Assert.Equal("OOHH", Names());
        Write("md.pos", " 10 0.00050\n 0.1 0 0\n 1.9 0 0\n 29.1 9 9\n 10.9 9 9\n");
        Assert.Equal("OHOH", Names());
        Write("md.pos", " 10 0.00050\n 5 5 5\n 15 15 5\n 5 15 15\n 15 5 15\n");
        Refused("does not tell whether cp.x sorted them");

        string Names()
        {
            var frame = Assert.Single(LabelledFrames.Read(_folder.File("md.pos")));
            return string.Concat(Enumerable.Range(0, 4).Select(frame.NameOf));
        }
    }

    [Fact]
    public void WhatIsMissingTornOrForeignIsOneLine()
    {
        Write("md.pos", "  10 0.00050\n 0.1 0 0\n 1.9 0 0\n  20 0.00100\n 0.2 0 0\n");
        Refused("md.in: no such file; the elements and the cell are in the input");
        Write("cp.in", Input(1, "O 0 0 0", "H 1.8 0 0"));
        Refused("line 2 of 2 of step 20");
        Assert.Single(LabelledFrames.Read(_folder.File("md.pos"), new LabelledFrameOptions { TolerateTornEnd = true }));
        Write("md.pos", "  10 0.00050\n 0.1 0 0\n 1.9 0 0\n");
        Write("md.evp", " 10 7.0E-04 1E-5 0 300 -17.3 -17.3 -17 -17 9240 1\n");
        Refused("neither the second nor the last number is the time 0.0005 ps");
        Write("md.evp", " 20 5.0E-04 1E-5 0 300 -17.3 -17.3 -17 -17 9240 1\n");
        Refused("step 10, which");
        Write("md.evp", " 10 5.0E-04 1\n");
        Refused("3 numbers; expected a row of 11");
        Write("md.pos", "hello\n");
        Refused("'hello' where a block begins");
        Write("md.pos", "  10 0.00050\n 0.1 0 0\n 1.9 0\n");
        Refused("expected three finite numbers");
    }

    private static string Input(int molecules, params string[] atoms) => $"""
        &control
          calculation = 'cp', prefix = 'md'
        /
        &system
          ibrav = 1, celldm(1) = 20.0, nat = {atoms.Length}, ntyp = 2
        /
        ATOMIC_SPECIES
        O 16.0 O_{molecules}.UPF
        H 2.0 H.UPF
        ATOMIC_POSITIONS bohr
        {string.Join('\n', atoms)}
        """;

    private static void Near(double expected, double actual) => Assert.Equal(expected, actual, 1e-6);

    private void Write(string name, string text) => File.WriteAllText(_folder.File(name), text);

    private void Refused(string said) =>
        Assert.Contains(said, Assert.Throws<InputException>(() => LabelledFrames.Read(_folder.File("md.pos")).ToList()).Message, StringComparison.Ordinal);
}
