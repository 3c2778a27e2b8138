using System.Diagnostics;
using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.Cli;
using Meniscus.IO;
using Meniscus.Potentials;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Serving;

/// <summary>ASE's own relaxation and dynamics, driving <c>meniscus serve</c> in a process of its own through SocketIOCalculator.</summary>
public sealed class AseTests : IDisposable
{
    private const string Python = "/usr/bin/python3";

    /// <summary>
    /// Relaxes, then moves, and prints every configuration with what the calculator gave. ASE's constants are those of
    /// CODATA 2014, from which the program's (2018) differ by 8e-9; here they are the program's.
    /// </summary>
    private const string Script = """
        import json, sys, ase.units
        ase.units.Bohr, ase.units.Ha = 0.529177210903, 2 * 13.605693123
        import ase.io
        from ase.calculators.socketio import SocketIOCalculator
        from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
        from ase.md.verlet import VelocityVerlet
        from ase.optimize import BFGS
        structure, socket, fmax, relax, steps = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
        where = dict(port=int(socket)) if socket.isdigit() else dict(unixsocket=socket)
        atoms = ase.io.read(structure)
        rows = []
        def record(kind):
            rows.append(dict(kind=kind, positions=atoms.positions.ravel().tolist(), cell=atoms.cell.array.ravel().tolist(),
                             energy=atoms.get_potential_energy(), forces=atoms.get_forces().ravel().tolist(),
                             stress=atoms.get_stress().tolist() if any(atoms.pbc) else None, kinetic=atoms.get_kinetic_energy()))
        with SocketIOCalculator(timeout=50, **where) as calculator:
            atoms.calc = calculator
            optimizer = BFGS(atoms, logfile=None)
            optimizer.attach(lambda: record("relax"))
            converged = optimizer.run(fmax=fmax, steps=relax)
            import numpy as np
            MaxwellBoltzmannDistribution(atoms, temperature_K=300, rng=np.random.default_rng(1))
            dynamics = VelocityVerlet(atoms, 0.25 * ase.units.fs)
            dynamics.attach(lambda: record("md"))
            dynamics.run(steps)
        print(json.dumps(dict(converged=bool(converged), rows=rows)))
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task A_cluster_of_water_relaxes_and_moves_over_a_unix_socket()
    {
        var water = WaterLattice.Create(new Random(11), null, 2);
        var name = $"meniscus-test-{Environment.ProcessId}";
        var result = await Drive(water, "spcfw", [name, "0.05", "400", "20"], ["--unix", name], TestContext.Current.CancellationToken);
        Assert.True((bool)result["converged"]!);
        var relaxed = Rows(result, "relax");
        Assert.True((double)relaxed[^1]["energy"]! < (double)relaxed[0]["energy"]! - 1);
        AssertConserves(result);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_box_of_water_relaxes_and_moves_over_tcp()
    {
        var water = WaterLattice.Create(new Random(12), [10, 0, 0, 1, 11, 0, -2, 1, 12], 3);
        var port = $"{20_000 + (Environment.ProcessId % 10_000)}";
        var result = await Drive(water, "spcfw", [port, "0.01", "30", "20"], ["--port", port], TestContext.Current.CancellationToken);
        Assert.Equal(31, Rows(result, "relax").Count);
        AssertConserves(result);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("tiny")]
    [InlineData("thesis_s05")]
    public async Task A_deep_potential_gives_ase_what_it_gives_us(string model)
    {
        var path = SharedData.Path("reference", "models", $"{model}.dp");
        var water = WaterLattice.Create(new Random(13), [10, 0, 0, 1, 11, 0, -2, 1, 12], 3);
        var name = $"meniscus-test-{model}-{Environment.ProcessId}";
        AssertConserves(await Drive(water, path, [name, "0.01", "4", "10"], ["--unix", name], TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_committee_without_text_drives_ase()
    {
        var water = WaterLattice.Create(new Random(14), null, 2);
        var name = $"meniscus-test-committee-{Environment.ProcessId}";
        await Drive(water, "spcfw", [name, "0.05", "5", "10"], ["-m", "spcfw", "--extra", "none", "--unix", name], TestContext.Current.CancellationToken);
    }

    /// <summary>Runs the script and the program, and compares every row with the model asked directly.</summary>
    private async Task<JsonNode> Drive(RandomConfiguration water, string model, string[] scriptArguments, string[] address, CancellationToken stop)
    {
        Assert.SkipUnless(await HasAse(), $"{Python} with ASE is not here");
        var map = new TypeMap(["O", "H"]);
        var structure = _folder.File("water.xyz");
        Trajectory.Write(structure, [new Frame(map, water.Types, water.Positions, water.Cell)]);
        using var script = Start(Python, ["-c", Script, structure, .. scriptArguments]);
        using var program = Start("dotnet", [typeof(MeniscusCommand).Assembly.Location, "serve", "-m", model, "--structure", structure, "--json", "--threads", "1", "--wait", "40", .. address]);
        var (printed, scriptError) = (script.StandardOutput.ReadToEndAsync(stop), script.StandardError.ReadToEndAsync(stop));
        var (summary, programError) = (program.StandardOutput.ReadToEndAsync(stop), program.StandardError.ReadToEndAsync(stop));
        await program.WaitForExitAsync(stop);
        Assert.True(program.ExitCode == 0, await programError);
        await script.WaitForExitAsync(stop);
        Assert.True(script.ExitCode == 0, await scriptError);

        var result = JsonNode.Parse(await printed)!;
        Assert.InRange((int)JsonNode.Parse(await summary)!["evaluations"]!, 10, result["rows"]!.AsArray().Count);
        using var potential = PotentialModels.Open(model);
        var types = Array.ConvertAll(water.Types, type => potential.TypeMap.IndexOf(map[type]));
        foreach (var row in result["rows"]!.AsArray())
            AssertSame(potential, new RandomConfiguration(types, Numbers(row!["positions"]), water.Box is null ? null : Numbers(row["cell"])), row);
        return result;
    }

    private static void AssertSame(IPotential potential, RandomConfiguration configuration, JsonNode row)
    {
        const double Relative = 1e-8;
        var expected = potential.Evaluate(configuration);
        Assert.Equal(expected.Energy, (double)row["energy"]!, Relative * Math.Abs(expected.Energy));
        var forces = Numbers(row["forces"]);
        var largest = expected.Forces.Max(Math.Abs);
        for (var k = 0; k < forces.Length; k++)
            Assert.Equal(expected.Forces[k], forces[k], Relative * largest);
        if (configuration.Box is null)
            return;
        var stress = Numbers(row["stress"]);
        largest = expected.Virial.Max(Math.Abs) / configuration.Cell.Volume;
        // Voigt's order: xx yy zz yz xz xy; ASE's stress is minus the virial over the volume.
        foreach (var (k, component) in new[] { 0, 4, 8, 5, 2, 1 }.Index())
            Assert.Equal(-expected.Virial[component] / configuration.Cell.Volume, stress[k], Relative * largest);
    }

    private static void AssertConserves(JsonNode result)
    {
        double[] totals = [.. Rows(result, "md").Select(row => (double)row["energy"]! + (double)row["kinetic"]!)];
        Assert.True(totals.Length > 10);
        var kinetic = Rows(result, "md").Max(row => (double)row["kinetic"]!);
        Assert.InRange(totals.Max() - totals.Min(), 0, 0.02 * kinetic);
    }

    private static List<JsonNode> Rows(JsonNode result, string kind) => [.. result["rows"]!.AsArray().OfType<JsonNode>().Where(row => (string)row["kind"]! == kind)];

    private static double[] Numbers(JsonNode? array) => [.. array!.AsArray().Select(value => (double)value!)];

    private static async Task<bool> HasAse()
    {
        if (!File.Exists(Python))
            return false;
        using var process = Start(Python, ["-c", "import ase"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0;
    }

    private static Process Start(string file, string[] arguments) =>
        Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
}
