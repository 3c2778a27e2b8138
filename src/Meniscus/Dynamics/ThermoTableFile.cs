using System.Buffers;
using System.Globalization;
using System.Text;
using Meniscus.IO;

namespace Meniscus.Dynamics;

/// <summary>
/// The thermo table as a file: a comment with the units, a line with the names, then a row per sample, columns aligned. The
/// names and the units are LAMMPS's (metal), so what reads its logs reads this.
/// </summary>
internal sealed class ThermoTableFile : IDisposable
{
    private const int Width = 18;

    private readonly FileStream _stream;
    private readonly Func<ThermoSample, double>[] _values;
    private readonly char[] _row;
    private readonly byte[] _bytes;

    /// <summary>Opens the table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="resumeAt">Length to go on from, or null to start anew.</param>
    public ThermoTableFile(string path, IReadOnlyList<string> columns, long? resumeAt)
    {
        _values = [.. columns.Select(ThermoColumns.Get)];
        _row = new char[(columns.Count * (Width + 8)) + 1];
        _bytes = new byte[_row.Length];
        Header = string.Concat(columns.Select(name => name.PadLeft(Width)));
        _stream = ResumableFile.Open(path, resumeAt);
        if (_stream.Length == 0)
            _stream.Write(Encoding.ASCII.GetBytes($"# units: ps K eV bar A A^3 g/cm^3\n{Header}\n"));
    }

    /// <summary>The line with the names.</summary>
    public string Header { get; }

    /// <summary>Writes a row.</summary>
    /// <returns>The row, valid until the next call.</returns>
    public ReadOnlySpan<char> Write(ThermoSample sample)
    {
        var length = 0;
        Span<char> number = stackalloc char[32];
        foreach (var value in _values)
        {
            var x = value(sample);
            var whole = x == Math.Floor(x) && Math.Abs(x) < 1e15;
            x.TryFormat(number, out var digits, whole ? "F0" : "G12", CultureInfo.InvariantCulture);
            var pad = Math.Max(1, Width - digits);
            _row.AsSpan(length, pad).Fill(' ');
            number[..digits].CopyTo(_row.AsSpan(length + pad));
            length += pad + digits;
        }

        _row[length] = '\n';
        var count = Encoding.ASCII.GetBytes(_row.AsSpan(0, length + 1), _bytes);
        _stream.Write(_bytes, 0, count);
        _stream.Flush();
        return _row.AsSpan(0, length);
    }

    /// <summary>Flushes to the device and gives the length.</summary>
    public long Commit() => ResumableFile.Commit(_stream);

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
