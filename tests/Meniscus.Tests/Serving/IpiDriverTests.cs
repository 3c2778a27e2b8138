using Meniscus.Atoms;
using Meniscus.Potentials;
using Meniscus.Potentials.Spcfw;
using Meniscus.Serving;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Serving;

/// <summary>What the driver makes of messages, right and wrong, without a socket.</summary>
public sealed class IpiDriverTests
{
    private static readonly RandomConfiguration Water = WaterLattice.Create(new Random(3), [10, 0, 0, 1, 11, 0, 2, 1, 12], 3);

    [Fact]
    public void The_end_between_messages_is_the_end_and_so_is_exit()
    {
        var closed = Serve(peer => peer.Header("STATUS"));
        Assert.Equal((0L, false), (closed.Evaluations, closed.ByExit));
        var exit = Serve(peer => peer.Positions(Water.Box, Water.Positions).Header("GETFORCE").Positions(Water.Box, Water.Positions).Header("EXIT"));
        Assert.Equal((2L, Water.Count, true), (exit.Evaluations, exit.AtomCount, exit.ByExit));
    }

    [Fact]
    public void A_stop_is_a_stop_also_where_the_closed_connection_looks_ended()
    {
        using var water = new SpcfwPotential();
        using var stream = new EndedStream();
        var error = Assert.Throws<OperationCanceledException>(() => new IpiDriver(water).Serve(stream, null, new CancellationToken(canceled: true)));
        Assert.Equal("stopped after 0 evaluations", error.Message);
    }

    [Fact]
    public void Messages_that_end_early_are_a_lost_connection()
    {
        Lost("within a header, after 5 of 12 bytes", peer => peer.Bytes([.. "STATU"u8]));
        Lost("within POSDATA, after 3 of 72 bytes", peer => peer.Header("POSDATA").Bytes(1, 2, 3));
        Lost("within the text of INIT, after 1 of 7 bytes", peer => peer.Header("INIT").Int32(0).Int32(7).Bytes(65));
        Lost("without fetching the forces of evaluation 1", peer => peer.Positions(Water.Box, Water.Positions));
        var whole = Script(peer => peer.Positions(Water.Box, Water.Positions));
        var error = Assert.Throws<ConnectionLostException>(() => Serve(whole[..^8]));
        Assert.Contains($"within the positions of POSDATA, after {(24 * Water.Count) - 8} of {24 * Water.Count} bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nonsense_is_refused_by_name()
    {
        Refused("'HELLO' came; expected STATUS", peer => peer.Header("HELLO"));
        Refused("does not speak the i-PI protocol", peer => peer.Bytes(new byte[12]));
        Refused("GETFORCE came before POSDATA", peer => peer.Header("GETFORCE"));
        Refused("a text of -1 bytes", peer => peer.Header("INIT").Int32(0).Int32(-1));
        Refused("a text of 2147483647 bytes", peer => peer.Header("INIT").Int32(0).Int32(int.MaxValue));
        Refused($"evaluation 1: the server sent 1 atoms, and the structure has {Water.Count}", peer => peer.Positions(Water.Box, [0, 0, 0]));
        Refused($"the server sent -7 atoms", peer => peer.Header("POSDATA").Bytes(new byte[144]).Int32(-7));
        double[] broken = [.. Water.Positions];
        broken[4] = double.NaN;
        Refused("evaluation 2: coordinate y of atom 1 (from 0) is NaN", peer => peer.Positions(Water.Box, Water.Positions).Header("GETFORCE").Positions(Water.Box, broken));
        Refused("evaluation 1: box: the vectors", peer => peer.Positions([9, 0, 0, 0, 9, 0, 0, 0, 0], Water.Positions));
    }

    [Fact]
    public void Elements_come_from_the_initialization_string_where_there_is_no_structure()
    {
        var names = string.Join(' ', Water.Types.Select(type => SpcfwWater.TypeMap[type]));
        foreach (var text in (string[])[names, "elements : " + names, "elements: " + names, names.Replace(" ", ", ", StringComparison.Ordinal)])
            Assert.Equal(1, Serve(Script(peer => peer.Init(text).Positions(Water.Box, Water.Positions).Header("EXIT")), structure: false).Evaluations);
        foreach (var text in (string[])["", "\0", "some parameters : 3"])
            Refused("nothing says which elements the atoms are", peer => peer.Init(text).Positions(Water.Box, Water.Positions), structure: false);
        Refused("word 2, has the element 'Xx' (all: O Xx)", peer => peer.Init("elements : O Xx"), structure: false);
        Refused("and its initialization string has 3", peer => peer.Init("elements : O H H").Positions(Water.Box, Water.Positions), structure: false);
    }

    [Fact]
    public void A_structure_with_an_element_the_model_lacks_is_refused_with_both_lists()
    {
        using var model = new SpcfwPotential(null);
        var frame = new Frame(new TypeMap(["Ti", "O"]), [0, 1], new double[6], Cell.None);
        var error = Assert.Throws<InputException>(() => new IpiDriver(model, new IpiDriverOptions { Structure = frame }));
        Assert.Contains("'Ti' (all: Ti O), and the model knows [O H", error.Message, StringComparison.Ordinal);
    }

    private static Frame Structure => new(SpcfwWater.TypeMap, Water.Types, Water.Positions, Water.Cell);

    private static byte[] Script(Action<IpiPeer> write)
    {
        using var stream = new MemoryStream();
        write(new IpiPeer(stream));
        return stream.ToArray();
    }

    private static IpiSummary Serve(Action<IpiPeer> write) => Serve(Script(write));

    private static IpiSummary Serve(byte[] script, bool structure = true)
    {
        using var model = new SpcfwPotential(null);
        using var connection = new ScriptedConnection(script);
        return new IpiDriver(model, new IpiDriverOptions { Structure = structure ? Structure : null }).Serve(connection, cancellation: TestContext.Current.CancellationToken);
    }

    private static void Lost(string expected, Action<IpiPeer> write) =>
        Assert.Contains(expected, Assert.Throws<ConnectionLostException>(() => Serve(write)).Message, StringComparison.Ordinal);

    private static void Refused(string expected, Action<IpiPeer> write, bool structure = true)
    {
        var message = Assert.Throws<InputException>(() => Serve(Script(write), structure)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    /// <summary>Has nothing more to read, closed or not, as a socket that is shut down.</summary>
    private sealed class EndedStream : MemoryStream
    {
        public override int Read(Span<byte> buffer) => 0;

        public override int Read(byte[] buffer, int offset, int count) => 0;
    }
}
