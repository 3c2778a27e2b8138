// Where a server of the i-PI protocol listens: a TCP port, or a unix socket that i-PI and ASE place at /tmp/ipi_NAME.
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Meniscus.Serving;

/// <summary>Where a server of the i-PI protocol listens.</summary>
public sealed class IpiAddress
{
    /// <summary>The port that servers listen at unless they are told otherwise.</summary>
    public const int UsualPort = 31415;

    private const string UnixPrefix = "/tmp/ipi_";

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);

    private readonly string _name;
    private readonly int _port;
    private readonly UnixDomainSocketEndPoint? _unix;

    private IpiAddress(string name, int port, UnixDomainSocketEndPoint? unix) => (_name, _port, _unix) = (name, port, unix);

    /// <summary>A port of a machine.</summary>
    /// <param name="host">Name or number of the machine.</param>
    /// <param name="port">1 to 65535.</param>
    /// <exception cref="InputException">The port is outside the range, or the name is empty.</exception>
    public static IpiAddress Tcp(string host = "localhost", int port = UsualPort)
    {
        if (string.IsNullOrWhiteSpace(host))
            throw new InputException("--host: the name is empty; give the machine on which the server runs");
        if (port is < 1 or > 65535)
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"--port {port}: expected 1 to 65535"));
        return new IpiAddress(host, port, null);
    }

    /// <summary>A unix socket on this machine.</summary>
    /// <param name="name">NAME for <c>/tmp/ipi_NAME</c>; with a slash, the path itself.</param>
    /// <exception cref="InputException">The name is empty or too long for a socket.</exception>
    public static IpiAddress Unix(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new InputException("--unix: the name is empty; give NAME for the socket /tmp/ipi_NAME");
        var path = name.Contains('/', StringComparison.Ordinal) ? name : UnixPrefix + name;
        try
        {
            return new IpiAddress(path, 0, new UnixDomainSocketEndPoint(path));
        }
        catch (ArgumentException e)
        {
            throw new InputException($"--unix {name}: {path} is no path of a socket, or longer than the system allows; give a shorter name", e);
        }
    }

    /// <summary>Connects.</summary>
    /// <param name="patience">How long to wait for the server to listen.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The connection; to be disposed by the caller.</returns>
    /// <exception cref="ConnectionLostException">Nobody listens there.</exception>
    public Stream Connect(TimeSpan patience, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var socket = ConnectOnce();
                return _unix is not null ? new NetworkStream(socket, ownsSocket: true) : new PromptStream(socket);
            }
            catch (SocketException e) when (clock.Elapsed >= patience || e.SocketErrorCode is SocketError.HostNotFound)
            {
                throw new ConnectionLostException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{this}: no server ({e.Message.TrimEnd('.')}) within {patience.TotalSeconds:g3} s; start i-PI or the script with ASE's SocketIOCalculator, with the same name or port"), e);
            }
            catch (SocketException)
            {
                cancellation.WaitHandle.WaitOne(RetryInterval);
            }
        }
    }

    private Socket ConnectOnce()
    {
        var socket = _unix is not null ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (_unix is not null)
            {
                socket.Connect(_unix);
                return socket;
            }

            // Messages are short and answered at once; waiting to fill a packet would cost 40 ms each.
            socket.NoDelay = true;
            socket.Connect(_name, _port);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The path of the socket, or host and port.</summary>
    public override string ToString() => _unix is not null ? _name : string.Create(CultureInfo.InvariantCulture, $"{_name}:{_port}");
}
