using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class LammpsLogLabelsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheVolumeTellsWhichRunOfARealLogTheFramesAreFrom()
    {
        var log = LammpsLogLabels.Read(SharedData.Path("data", "dft-outputs", "lammps", "liquid-dipole-run", "log.lammps"));
        var options = new LabelledFrameOptions { TypeNames = ["O", "H"] };
        var frames = LabelledFrames.Read(SharedData.Path("data", "dft-outputs", "lammps", "liquid-dipole-run", "water.first20.lammpstrj"), options)
            .Select(frame => log.Label(frame, null)!).ToArray();
        // Steps 0 and 200 of the second run; the first has -1408.3082 and -1409.518 at these.
        Assert.Equal([(0L, -1410.6309), (200L, -1411.0134)], frames[..2].Select(f => (f.Step!.Value, f.Energy!.Value)));
        Assert.Equal((20, 20), (frames.Length, log.WithoutVirial));
        var other = LammpsLogLabels.Read(SharedData.Path("data", "dft-outputs", "lammps", "liquid-dipole-run", "log.lammps"), run: 1);
        Assert.Contains("volume 2890.95 Å³ in the log, 3328.37 Å³ in the frame", Assert.Throws<InputException>(() => other.Label(frames[0], null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LammpsVirialsAreTheSameFromItsComputeAndFromPressureAndVelocities()
    {
        Lammps.SkipWithout();
        File.WriteAllText(_folder.File("in.lj"), """
            units real
            atom_style atomic
            lattice fcc 5.4
            region b block 0 3 0 3 0 3
            create_box 1 b
            create_atoms 1 box
            mass 1 39.948
            pair_style lj/cut 8.0
            pair_coeff 1 1 0.238 3.405
            velocity all create 120 7
            fix 1 all nvt temp 120 120 100
            compute vp all pressure NULL virial
            thermo_style custom step pe ke vol pxx pyy pzz pxy pxz pyz c_vp[1] c_vp[2] c_vp[3] c_vp[4] c_vp[5] c_vp[6]
            thermo_modify format float %20.14g
            thermo 20
            dump 1 all custom 20 lj.dump id type mass x y z vx vy vz fx fy fz
            dump_modify 1 format float %20.15g units yes
            run 40
            """);
        OtherProgram.Run("lmp", ["-in", "in.lj", "-log", "log.lj", "-screen", "none"], _folder.Path);
        var text = File.ReadAllText(_folder.File("log.lj"));
        File.WriteAllText(_folder.File("plain.lj"), text.Replace("compute vp", "#", StringComparison.Ordinal));
        var byCompute = Label("log.lj");
        var byPressure = Label("plain.lj");
        Assert.Equal(3, byCompute.Length);
        // The last row of the log, kcal/mol and atm.
        var row = text.Split('\n').Last(line => line.TrimStart().StartsWith("40 ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => double.Parse(word, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(row[1] * 0.0433641042, byCompute[2].Energy!.Value, 1e-9);
        Assert.Equal(row[10] * 1.01325 / 1.602176634e6 * row[3], byCompute[2].Virial![0], 1e-9);
        Assert.Equal(row[13] * 1.01325 / 1.602176634e6 * row[3], byCompute[2].Virial![1], 1e-9);
        Assert.Equal(row[15] * 1.01325 / 1.602176634e6 * row[3], byCompute[2].Virial![7], 1e-9);
        foreach (var (a, b) in byCompute.Zip(byPressure))
            Assert.Equal(a.Virial!, b.Virial!, (x, y) => Math.Abs(x - y) < 1e-6);

        Frame[] Label(string name)
        {
            var log = LammpsLogLabels.Read(_folder.File(name));
            return [.. LabelledFrames.Read(_folder.File("lj.dump"), new LabelledFrameOptions { TypeNames = ["Ar"] }).Select(frame => log.Label(frame, null)!)];
        }
    }

    [Fact]
    public void WhatALogDoesNotHoldIsSaidInOneLine()
    {
        var frame = Frame(10);
        Write("LAMMPS (1 Jan 2025)\nunits metal\nStep Temp Press\n10 300 1\nLoop time of 1\n");
        Refused("no column 'PotEng'; it has Step Temp Press. A log holds what thermo_style prints", frame);
        Write("LAMMPS (1 Jan 2025)\nunits lj\nStep PotEng\n10 -3\nLoop time of 1\n");
        Refused("in LAMMPS's units 'lj', which are not converted", frame);
        Write("LAMMPS (1 Jan 2025)\nunits metal\nStep PotEng\n10 -3\n20 -4\nLoop time of 1\nStep PotEng\n0 -7\n10 -8\nLoop time of 1\n");
        Refused("step 10: the step occurs in 2 runs of the log with different energies; name the run with --run", frame);
        Assert.Equal(-8, LammpsLogLabels.Read(_folder.File("log"), run: 2).Label(frame, null)!.Energy);
        Refused("the log has no row for the step of the frame; print thermo output at the steps of the dump", Frame(11));
        var left = new LeftOutFrames();
        Assert.Null(LammpsLogLabels.Read(_folder.File("log")).Label(Frame(11), left));
        Assert.Equal(1, left.Count);
        Write("LAMMPS (1 Jan 2025)\nunits real\nStep PotEng\n10 -100\nLoop time of 1\n");
        Assert.Equal(-4.33641042, LammpsLogLabels.Read(_folder.File("log")).Label(frame, null)!.Energy!.Value, 1e-9);
        Assert.Equal(-100, LammpsLogLabels.Read(_folder.File("log"), LammpsUnits.Metal).Label(frame, null)!.Energy);
        Assert.Contains("a log of LAMMPS, which holds energies and pressures", Assert.Throws<InputException>(() => LabelledFrames.Read(_folder.File("log"))).Message, StringComparison.Ordinal);
    }

    private static Frame Frame(long step) => new(new TypeMap(["Ar"]), [0], [0, 0, 0], Cell.Orthorhombic(5, 5, 5)) { Step = step };

    private void Write(string text) => File.WriteAllText(_folder.File("log"), text);

    private void Refused(string said, Frame frame) =>
        Assert.Contains(said, Assert.Throws<InputException>(() => LammpsLogLabels.Read(_folder.File("log")).Label(frame, null)).Message, StringComparison.Ordinal);
}
