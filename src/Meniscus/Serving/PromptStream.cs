// Servers such as ASE's send a message in several small pieces, and their system holds back each until the one before it is
// acknowledged (Nagle's algorithm), which ours by habit does 40 ms late. TCP_QUICKACK (Linux, tcp(7)) acknowledges at once;
// the system falls back to its habit by itself, so it is asked again before every read.
using System.Net.Sockets;

namespace Meniscus.Serving;

/// <summary>A TCP connection that acknowledges what it gets at once, where the system can.</summary>
internal sealed class PromptStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private const int TcpLevel = 6;
    private const int TcpQuickAck = 12;

    private static readonly byte[] On = BitConverter.GetBytes(1);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (OperatingSystem.IsLinux())
            Socket.SetRawSocketOption(TcpLevel, TcpQuickAck, On);
        return base.Read(buffer);
    }
}
