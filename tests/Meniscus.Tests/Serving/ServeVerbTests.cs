using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.Spcfw;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Serving;

/// <summary><c>meniscus serve</c> against a server in this process, over both kinds of sockets.</summary>
public sealed class ServeVerbTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Energy_forces_and_virial_are_those_of_the_model(bool unix)
    {
        Assert.SkipWhen(unix && OperatingSystem.IsWindows(), "unix sockets at paths");
        // The second is another size of cell, the third has none.
        double[]?[] boxes = [[10, 0, 0, 1, 11, 0, 2, 1, 12], [11, 0, 0, 1, 12, 0, 2, 1, 13], null];
        var water = WaterLattice.Create(new Random(3), boxes[0], 3);
        using var model = new SpcfwPotential(null);
        using var listener = Listen(unix, out var address);
        var program = Start([.. address, "-m", "spcfw", "--structure", Save(water, SpcfwWater.TypeMap), "--json"], TestContext.Current.CancellationToken);
        using (var peer = new NetworkStream(await listener.AcceptAsync(TestContext.Current.CancellationToken), ownsSocket: true))
        {
            var server = new IpiPeer(peer);
            foreach (var box in boxes)
            {
                var configuration = water with { Box = box };
                var expected = model.Evaluate(configuration);
                AssertClose(expected, server.Step("\0", box, water.Positions), 1e-11);
            }

            server.Header("EXIT");
            Assert.Equal(0, peer.ReadByte() + 1);
        }

        var run = await program;
        Assert.True(run.ExitCode == 0, run.Error);
        var json = JsonNode.Parse(run.Output)!;
        Assert.Equal((3, water.Count, "exit"), ((int)json["evaluations"]!, (int)json["atoms"]!, (string)json["ended_by"]!));
        Assert.InRange((double)json["ms_per_evaluation"]!, 1e-3, 1e5);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_committee_says_how_far_its_models_differ(bool mean)
    {
        var other = _run.Model with { Fitting = _run.Model.Fitting with { BiasAtomE = [0.5, -0.25] }, OutBias = [1, 0] };
        string[] files = [_run.SaveModel("a.dp"), _run.SaveModel("b.dp", other)];
        var atoms = RandomConfiguration.Create(new Random(5), CellShape.Triclinic, 12, 2);
        using var first = new DeepPotential(_run.Model);
        using var second = new DeepPotential(other);
        var (a, b) = (first.Evaluate(atoms), second.Evaluate(atoms));
        using var listener = Listen(unix: false, out var address);
        var program = Start([.. address, "-m", .. files, "--extra", "models", "--structure", Save(atoms, _run.Model.TypeMap), "--json", .. mean ? ["--mean"] : Array.Empty<string>()], TestContext.Current.CancellationToken);
        using (var peer = new NetworkStream(await listener.AcceptAsync(TestContext.Current.CancellationToken), ownsSocket: true))
        {
            var answer = new IpiPeer(peer).Step("", atoms.Box, atoms.Positions);
            Assert.Equal(mean ? 0.5 * (a.Energy + b.Energy) : a.Energy, answer.Energy, 1e-9);
            var extra = JsonNode.Parse(answer.Extra)!;
            Assert.Equal(0.5 * Math.Abs(a.Energy - b.Energy) / atoms.Count, (double)extra["devi_e_eV_per_atom"]!, 1e-9);
            Assert.InRange((double)extra["max_devi_f_eV_per_A"]!, 0, 1e-9);
            double[] energies = [.. extra["committee_pot"]!.AsArray().Select(e => (double)e! * Units.Hartree)];
            Assert.Equal(a.Energy, energies[0], 1e-9);
            Assert.Equal(b.Energy, energies[1], 1e-9);
            Assert.Equal([3 * atoms.Count, 3 * atoms.Count], extra["committee_force"]!.AsArray().Select(f => f!.AsArray().Count));
            Assert.Equal(b.Virial[1], (double)extra["committee_virial"]![1]![1]! * Units.Hartree, 1e-8);
        }

        var run = await program;
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal((2, "closed"), ((int)JsonNode.Parse(run.Output)!["models"]!, (string)JsonNode.Parse(run.Output)!["ended_by"]!));
    }

    [Fact(Timeout = 60_000)]
    public async Task Failures_of_the_server_end_in_one_line_and_the_right_exit_code()
    {
        var water = WaterLattice.Create(new Random(3), null, 2);
        var structure = Save(water, SpcfwWater.TypeMap);
        foreach (var (code, expected, act) in new (int, string, Action<IpiPeer>)[]
        {
            (1, "closed the connection within POSDATA", peer => peer.Header("POSDATA")),
            (2, "the server sent 1 atoms, and the structure has 24", peer => peer.Positions(null, [0, 0, 0])),
            (2, "coordinate x of atom 0 (from 0) is NaN", peer => peer.Positions(null, [double.NaN, .. water.Positions[1..]])),
        })
        {
            using var listener = Listen(unix: false, out var address);
            var program = Start([.. address, "-m", "spcfw", "--structure", structure, "--json"], TestContext.Current.CancellationToken);
            using (var peer = new NetworkStream(await listener.AcceptAsync(TestContext.Current.CancellationToken), ownsSocket: true))
                act(new IpiPeer(peer));
            var run = await program;
            Assert.Equal((code, ""), (run.ExitCode, run.Output));
            Assert.Contains(expected, Assert.Single(run.Error.Split('\n'), line => line.StartsWith("meniscus serve: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Where_no_server_listens_it_is_said_at_once()
    {
        using (var listener = Listen(unix: false, out var address))
        {
            listener.Dispose();
            var run = ProgramRun.Of(["serve", .. address, "-m", "spcfw", "--wait", "0"]);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("no server", run.ErrorLine, StringComparison.Ordinal);
        }

        Assert.Contains("/tmp/ipi_no-such-server: no server", ProgramRun.Of("serve", "--unix", "no-such-server", "-m", "spcfw", "--wait", "0").ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_usage_is_refused()
    {
        _run.Refuses("not both", "serve", "-m", "spcfw", "--unix", "x", "--port", "3");
        _run.Refuses("expected 1 to 65535", "serve", "-m", "spcfw", "--port", "70000");
        _run.Refuses("give a shorter name", "serve", "-m", "spcfw", "--unix", new string('x', 200));
        _run.Refuses("absent.dp: no such", "serve", "-m", "absent.dp");
    }

    [Fact(Timeout = 60_000)]
    public async Task The_user_can_stop_while_it_waits()
    {
        using var listener = Listen(unix: false, out var address);
        using var stop = new CancellationTokenSource();
        var program = Start([.. address, "-m", "spcfw"], stop.Token);
        using var peer = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        var run = await program;
        Assert.Equal(130, run.ExitCode);
        Assert.Contains("stopped after 0 evaluations", run.Error, StringComparison.Ordinal);
    }

    private static Task<ProgramRun> Start(string[] args, CancellationToken stop) =>
        Task.Run(() => ProgramRun.Of(["serve", .. args, "--threads", "1"], null, stop), TestContext.Current.CancellationToken);

    private Socket Listen(bool unix, out string[] address)
    {
        var listener = unix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (unix)
        {
            listener.Bind(new UnixDomainSocketEndPoint(_run.Path("ipi_test")));
            address = ["--unix", _run.Path("ipi_test")];
        }
        else
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            address = ["--host", "localhost", "--port", $"{((IPEndPoint)listener.LocalEndPoint!).Port}"];
        }

        listener.Listen();
        return listener;
    }

    private string Save(RandomConfiguration atoms, TypeMap map)
    {
        // Other positions: only the elements matter.
        var zeros = new double[atoms.Positions.Length];
        Trajectory.Write(_run.Path("structure.xyz"), [new Frame(map, atoms.Types, zeros, Cell.None)]);
        return _run.Path("structure.xyz");
    }

    private static void AssertClose(Evaluation expected, IpiForces found, double relative)
    {
        Assert.Equal(expected.Energy, found.Energy, relative * Math.Abs(expected.Energy));
        var largest = expected.Forces.Max(Math.Abs);
        for (var k = 0; k < expected.Forces.Length; k++)
            Assert.Equal(expected.Forces[k], found.Forces[k], relative * largest);
        largest = expected.Virial.Max(Math.Abs);
        for (var k = 0; k < 9; k++)
            Assert.Equal(expected.Virial[k], found.Virial[k], relative * largest);
        Assert.Empty(found.Extra);
    }
}
