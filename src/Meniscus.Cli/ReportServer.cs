using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Meniscus.Reporting;
using Meniscus.Workflow;

namespace Meniscus.Cli;

/// <summary>
/// Serves the report of a study on the loopback address, in as much of HTTP/1.1 (RFC 9112) as a browser needs to get files, and writes it anew
/// while the study goes on, but never so often that it takes the study's time.
/// </summary>
internal sealed class ReportServer : IDisposable
{
    private const int LongestRequest = 16 << 10;
    private const int RestsAfterWriting = 10;
    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _study;
    private readonly string _folder;
    private readonly TcpListener _listener;
    private readonly Lock _lock = new();
    private string _signature = "";
    private TimeSpan _rest = ShortestRest;
    private long _written;

    /// <summary>Starts to listen.</summary>
    /// <param name="study">Folder of the study.</param>
    /// <param name="folder">Folder of the report.</param>
    /// <param name="port">Port, or 0 for any that is free.</param>
    /// <exception cref="InputException">The port is in use.</exception>
    public ReportServer(string study, string folder, int port)
    {
        (_study, _folder) = (study, folder);
        _listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            _listener.Start();
        }
        catch (SocketException e)
        {
            throw new InputException($"--port {port}: cannot be listened on ({e.Message}); choose another, or 0 for any that is free", e);
        }
    }

    /// <summary>Where the report is.</summary>
    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}/";

    /// <summary>Serves until it is cancelled.</summary>
    public void Run(CancellationToken cancellation)
    {
        Refresh();
        using var stop = cancellation.Register(_listener.Stop);
        while (!cancellation.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = _listener.AcceptTcpClient();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                if (cancellation.IsCancellationRequested)
                    return;
                continue;
            }

            ThreadPool.QueueUserWorkItem(_ => Serve(client));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    /// <summary>Writes the report anew where the study is further, and the last time is long enough ago.</summary>
    /// <returns>What tells this report from earlier ones.</returns>
    private string Refresh()
    {
        lock (_lock)
        {
            var signature = StudyResults.Signature(_study);
            if (signature == _signature || (_written != 0 && Stopwatch.GetElapsedTime(_written) < _rest))
                return _signature;
            var began = Stopwatch.GetTimestamp();
            StudyReport.Write(StudyResults.Read(_study), _folder);
            _written = Stopwatch.GetTimestamp();
            var longer = RestsAfterWriting * Stopwatch.GetElapsedTime(began, _written);
            _rest = longer > ShortestRest ? longer : ShortestRest;
            return _signature = signature;
        }
    }

    private void Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.ReceiveTimeout = client.SendTimeout = (int)Patience.TotalMilliseconds;
                using var stream = client.GetStream();
                if (RequestLine(stream) is { } line)
                    Answer(stream, line);
            }
            catch (Exception e) when (e is IOException or SocketException or InputException or UnauthorizedAccessException)
            {
                // The browser went away, or a file is being replaced; it asks again.
            }
        }
    }

    private static string? RequestLine(NetworkStream stream)
    {
        var buffer = new byte[LongestRequest];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = stream.Read(buffer, length, buffer.Length - length);
            if (read == 0)
                return null;
            length += read;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
                return Encoding.ASCII.GetString(buffer, 0, buffer.AsSpan(0, length).IndexOf("\r\n"u8));
        }

        return null;
    }

    private void Answer(NetworkStream stream, string line)
    {
        var words = line.Split(' ');
        if (words.Length != 3 || words[0] is not ("GET" or "HEAD"))
        {
            Send(stream, "405 Method Not Allowed", "text/plain", "only GET\n"u8, head: false);
            return;
        }

        var head = words[0] == "HEAD";
        var path = Uri.UnescapeDataString(words[1].Split('?')[0]).TrimStart('/');
        if (path == "live")
        {
            var json = new JsonObject { ["version"] = Refresh(), ["html"] = StudyReport.StatusHtml(StudyStatus.Read(_study)) };
            Send(stream, "200 OK", "application/json", Encoding.UTF8.GetBytes(json.ToJsonString()), head);
        }
        else if (path.Length == 0 || path == StudyReport.PageName)
        {
            var version = Refresh();
            var html = StudyReport.Live(File.ReadAllText(Path.Combine(_folder, StudyReport.PageName)), version);
            Send(stream, "200 OK", "text/html; charset=utf-8", Encoding.UTF8.GetBytes(html), head);
        }
        else if (FileOf(path) is { } file)
        {
            Send(stream, "200 OK", TypeOf(file), File.ReadAllBytes(file), head);
        }
        else
        {
            Send(stream, "404 Not Found", "text/plain", "no such file\n"u8, head);
        }
    }

    /// <summary>A file of the report; nothing outside its folder.</summary>
    private string? FileOf(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            return null;
        var root = Path.GetFullPath(_folder) + Path.DirectorySeparatorChar;
        var full = Path.GetFullPath(Path.Combine(root, path));
        return full.StartsWith(root, StringComparison.Ordinal) && File.Exists(full) ? full : null;
    }

    private static string TypeOf(string file) => Path.GetExtension(file) switch
    {
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".csv" => "text/csv; charset=utf-8",
        _ => "application/octet-stream",
    };

    private static void Send(NetworkStream stream, string status, string type, ReadOnlySpan<byte> body, bool head)
    {
        stream.Write(Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n")));
        if (!head)
            stream.Write(body);
    }
}
