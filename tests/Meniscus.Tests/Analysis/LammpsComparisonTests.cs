using System.Globalization;
using Meniscus.Analysis;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;
using Meniscus.Tests.IO;

namespace Meniscus.Tests.Analysis;

/// <summary>LAMMPS measures while it runs, Meniscus measures what it wrote: the numbers are the same.</summary>
public sealed class LammpsComparisonTests : IDisposable
{
    private const string Input = """
        units metal
        lattice fcc 5.7
        region box block 0 4 0 4 0 4
        create_box 2 box
        create_atoms 1 box
        set type 1 type/fraction 2 0.3 99
        mass 1 39.95
        mass 2 39.95
        pair_style lj/cut 8.0
        pair_coeff * * 0.0103 3.4
        velocity all create 260 4321 mom yes
        timestep 0.004
        fix 1 all nve
        thermo_style custom step temp pe press pxx pyy pzz lx ly lz vol
        thermo 10
        variable p equal pzz-(pxx+pyy)/2
        compute rdf all rdf 80 1 1 1 2
        compute msd all msd com yes
        fix r all ave/time 20 50 1000 c_rdf[*] file rdf.dat mode vector
        fix m all ave/time 1000 1 1000 c_msd[4] file msd.dat
        fix p all ave/time 10 100 1000 v_p file p.dat
        dump d all custom 20 traj.dump id type x y z
        run 1000
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RadialDistributionDisplacementAndPressuresAreThoseOfLammps()
    {
        ThermoTableTests.RequireLammps();
        Run();
        var rdf = new RadialDistribution([("Ar", "Ar"), ("Ar", "Kr")], cutoff: 8, binCount: 80);
        var frames = Trajectory.Read(_folder.File("traj.dump"), new TrajectoryOptions { TypeNames = ["Ar", "Kr"] }).ToList();
        // LAMMPS averages over steps 20 to 1000.
        frames.Where(frame => frame.Step > 0).ToList().ForEach(rdf.Add);

        var rows = File.ReadLines(_folder.File("rdf.dat")).Where(line => !line.StartsWith('#')).Skip(1)
            .Select(line => line.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        Assert.Equal((80, 50), (rows.Length, (int)rdf.FrameCount));
        Assert.Equal(rows.Select(r => r[1]), rdf.Distances(), (a, b) => Math.Abs(a - b) < 1e-6);
        // The dump has positions to 6 digits, so a pair in thousands may fall on the other side of an edge.
        Assert.Equal(rows.Select(r => r[2]), rdf.Function(0).Select(v => v.Mean), (a, b) => Math.Abs(a - b) < 0.005);
        Assert.Equal(rows.Select(r => r[3]), rdf.Coordination(0).Select(v => v.Mean), (a, b) => Math.Abs(a - b) < 0.005);
        Assert.Equal(rows.Select(r => r[4]), rdf.Function(1).Select(v => v.Mean), (a, b) => Math.Abs(a - b) < 0.005);

        var displaced = double.Parse(File.ReadLines(_folder.File("msd.dat")).Last().Split(' ')[1], CultureInfo.InvariantCulture);
        var whole = new MeanSquaredDisplacement(new DisplacementOptions { Element = null, LongestLag = 4, FrameInterval = 0.08 });
        foreach (var frame in frames)
            whole.Add(OfOneElement(frame));
        Assert.Equal(displaced, whole.Result().Displacement[^1].Mean, 3);

        var anisotropy = double.Parse(File.ReadLines(_folder.File("p.dat")).Last().Split(' ')[1], CultureInfo.InvariantCulture);
        var table = ThermoTable.Read(_folder.File("log.lammps"));
        var tension = SurfaceTension.Of(table, new SurfaceTensionOptions { Skip = Skip.Parse("1") });
        Assert.Equal(anisotropy * 22.8 / 2 * 0.01, tension.Average.Mean, 2);
    }

    /// <summary>The same frame with equal masses, as LAMMPS has them.</summary>
    private static Meniscus.Atoms.Frame OfOneElement(Meniscus.Atoms.Frame frame) => new(new(["Ar"]), new int[frame.AtomCount], frame.Positions, frame.Cell) { Step = frame.Step };

    private void Run()
    {
        File.WriteAllText(_folder.File("in"), Input);
        OtherProgram.Run("lmp", ["-in", "in"], _folder.Path);
    }
}
