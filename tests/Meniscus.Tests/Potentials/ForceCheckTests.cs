using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.Spcfw;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials;

/// <summary>Right forces pass, and every kind of wrong one is found.</summary>
public sealed class ForceCheckTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void RightForcesPass()
    {
        using var potential = new SoftSpheres();
        var check = Check(potential, SoftSpheres.Lattice(3), 0);
        Assert.Empty(check.Failures);
        Assert.Equal((81, 6), (check.Forces.Count, check.Virial.Count));
        Assert.InRange(check.WorstForce.Error, 0, 1e-8);
        Assert.InRange(check.WorstVirial.Error, 0, 1e-6);
        Assert.InRange(check.WorstForce.ExpectedError, 1e-14, 1e-8);
    }

    [Theory]
    [InlineData(Break.Force, "force on atom 5 (counted from 0, Ne) along y")]
    [InlineData(Break.Virial, "virial xy")]
    [InlineData(Break.Asymmetry, "the virial is not symmetric")]
    [InlineData(Break.NotANumber, "force on atom 5")]
    public void AWrongOneIsFoundAndNamed(Break kind, string expected)
    {
        using var potential = new BrokenSpheres(kind);
        var check = Check(potential, SoftSpheres.Lattice(3), 0);
        Assert.StartsWith(expected, Assert.Single(check.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void ANetForceIsFound()
    {
        using var potential = new BrokenSpheres(Break.Momentum);
        var check = Check(potential, SoftSpheres.Lattice(3), 1);
        Assert.Contains(check.Failures, f => f.StartsWith("the forces add up to", StringComparison.Ordinal));
    }

    [Fact]
    public void AJumpOfTheEnergyIsNoWrongForce()
    {
        // The energy is cut by 1 meV where an atom crosses x = 0; every difference across it is off by eV/Å.
        using var potential = new BrokenSpheres(Break.Jump);
        var frame = SoftSpheres.Lattice(3);
        frame.Positions[15] = 1e-4;
        var check = Check(potential, frame, 0);
        Assert.Empty(check.Failures);
        Assert.Equal(1, check.UncertainForces);
        Assert.InRange(check.WorstForce.Error, 0.1, 10);
    }

    [Fact]
    public void DifferencesThatAreAllNoiseDoNotPass()
    {
        using var potential = new BrokenSpheres(Break.Noise);
        var check = Check(potential, SoftSpheres.Lattice(2), 20);
        Assert.StartsWith("nothing can be said", Assert.Single(check.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Precision.Float64)]
    [InlineData(Precision.Float32)]
    public void ADeepPotentialPasses(Precision precision)
    {
        var model = _run.SaveModel(model: SampleRun.Water(precision));
        Trajectory.Write(_run.Path("w.xyz"), [Water(3, 14)]);
        var json = SampleRun.Json("check", "forces", model, _run.Path("w.xyz"), "--atoms", "6");
        Assert.True((bool)json["passed"]!);
        Assert.Equal(precision == Precision.Float32, (bool)json["float32"]!);
        Assert.Equal(18, (int)json["forces"]!);
        Assert.InRange((double)json["force_max_error_eV_per_A"]!, 0, precision == Precision.Float32 ? 1e-3 : 1e-7);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheBuiltInWaterPasses(bool periodic)
    {
        using var potential = new SpcfwPotential();
        var check = Check(potential, Water(periodic ? 4 : 3, periodic ? 13.6 : 0), 8);
        Assert.Empty(check.Failures);
        // A pair may cross the cutoff in a few of them.
        Assert.InRange(check.UncertainForces, 0, 4);
        Assert.InRange(check.Forces.Select(f => f.Error).Order().ElementAt(12), 0, 1e-7);
    }

    [Fact]
    public void TheVerbFailsWithOneLineThatNamesTheWorst()
    {
        var model = _run.SaveModel(model: SampleRun.Water(Precision.Float32));
        Trajectory.Write(_run.Path("w.xyz"), [Water(3, 14)]);
        var run = ProgramRun.Of("check", "forces", model, _run.Path("w.xyz"), "--atoms", "2", "--displacement", "1", "--tolerance", "1e-6");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("FAILED", run.Output, StringComparison.Ordinal);
        Assert.StartsWith("meniscus check forces: ", run.Error.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        _run.Refuses("does not know", "check", "forces", model, Spheres());
        _run.Refuses("frame 4 of 1", "check", "forces", model, _run.Path("w.xyz"), "--frame", "4");
    }

    private static ForceCheck Check(IPotential potential, Frame frame, int atoms) => ForceCheck.Run(potential, frame, new ForceCheckOptions { Atoms = atoms });

    private string Spheres()
    {
        Trajectory.Write(_run.Path("s.xyz"), [SoftSpheres.Lattice(2)]);
        return _run.Path("s.xyz");
    }

    private static Frame Water(int n, double edge)
    {
        var water = WaterLattice.Create(new Random(4), edge > 0 ? [edge, 0, 0, 0, edge, 0, 0, 0, edge] : null, n);
        return new Frame(SpcfwWater.TypeMap, water.Types, water.Positions, edge > 0 ? Cell.Orthorhombic(edge, edge, edge) : Cell.None);
    }

    public enum Break
    {
        Force,
        Virial,
        Asymmetry,
        Momentum,
        NotANumber,
        Jump,
        Noise,
    }

    /// <summary>Soft spheres with one thing wrong.</summary>
    private sealed class BrokenSpheres(Break kind) : IPotential
    {
        private readonly SoftSpheres _spheres = new();
        private readonly Random _random = new(1);

        public TypeMap TypeMap => _spheres.TypeMap;

        public double Cutoff => _spheres.Cutoff;

        public double Skin { get; set; }

        public long NeighborListBuilds => 0;

        public void Evaluate(in Configuration configuration, Evaluation result)
        {
            _spheres.Evaluate(configuration, result);
            switch (kind)
            {
                case Break.Force:
                    result.Forces[16] += 3e-5;
                    break;
                case Break.Virial:
                    result.Virial[1] += 0.01;
                    result.Virial[3] += 0.01;
                    break;
                case Break.Asymmetry:
                    result.Virial[1] += 0.01;
                    result.Virial[3] -= 0.01;
                    break;
                case Break.Momentum:
                    for (var k = 0; k < result.Forces.Length; k += 3)
                        result.Forces[k] += 2e-5;
                    break;
                case Break.NotANumber:
                    result.Forces[16] = double.NaN;
                    break;
                case Break.Jump:
                    result.Energy -= configuration.Positions[15] > 0 ? 1e-3 : 0;
                    break;
                default:
                    result.Energy += 1e-6 * _random.NextDouble();
                    break;
            }
        }

        public void SaveMemory(BinaryWriter writer) => _spheres.SaveMemory(writer);

        public void RestoreMemory(BinaryReader reader) => _spheres.RestoreMemory(reader);

        public void Dispose() => _spheres.Dispose();
    }
}
