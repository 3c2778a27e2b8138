namespace Meniscus.IO;

/// <summary>
/// CP2K's xyz files of positions (Å) or forces (hartree/bohr): the comment has the step's energy, <c>i = 0, time = 0.000, E = …</c>,
/// by which a frame is found again in the output. Source: the CP2K manual, section MOTION/PRINT/TRAJECTORY.
/// </summary>
internal sealed class Cp2kTrajectory : IDisposable
{
    // The comment has ten digits after the point.
    private const double SameEnergy = 2e-9;

    private readonly TextLines _lines;
    private double _energy = double.NaN;
    private double[]? _values;

    private Cp2kTrajectory(TextLines lines) => _lines = lines;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="why">Why it is needed, for the message where it is missing.</param>
    public static Cp2kTrajectory Open(string path, string why) =>
        File.Exists(path) ? new Cp2kTrajectory(TextLines.Open(path)) : throw new InputException($"{path}: no such file; {why}");

    /// <summary>The next frame if its energy is this one, hartree; else null, and the frame is kept for a later step.</summary>
    public double[]? At(double energy)
    {
        if (_values is null && !Read())
            return null;
        if (Math.Abs(_energy - energy) > SameEnergy + (1e-11 * Math.Abs(energy)))
            return null;
        var values = _values;
        _values = null;
        return values;
    }

    public void Dispose() => _lines.Dispose();

    private bool Read()
    {
        if (!_lines.TryRead(out var line) || line.Trim(" \t"u8).IsEmpty)
            return false;
        if (!Words.IsInteger(line.Trim(" \t"u8), out var count) || count is < 1 or > int.MaxValue / 3)
            throw _lines.Error($"'{TextLines.Printable(line)}' where a frame begins; expected the number of atoms");
        var comment = _lines.Require("the comment of the frame");
        var mark = comment.IndexOf("E ="u8);
        var words = new Words(mark < 0 ? default : comment[(mark + 3)..]);
        if (!words.NextNumber(out _energy))
            throw _lines.Error($"'{TextLines.Printable(comment)}': expected the energy, E = …, as CP2K writes it");
        var values = new List<double>();
        for (var i = 0L; i < count; i++)
        {
            words = new Words(_lines.Require($"atom {i + 1} of {count}"));
            words.Next(out _);
            for (var k = 0; k < 3; k++)
                values.Add(words.NextNumber(out var value) ? value : throw _lines.Error($"atom {i + 1} of {count}: expected a name and three finite numbers"));
        }

        _values = [.. values];
        return true;
    }
}
