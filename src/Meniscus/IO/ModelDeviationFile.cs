using System.Globalization;

namespace Meniscus.IO;

/// <summary>
/// <c>model_devi.out</c>: how far several models differ, one row per frame: step, largest, smallest and average deviation
/// of the virial, the same of the forces, deviation of the energy, and with <c>--atomic</c> that of each force. Columns and
/// widths are those of <c>dp model-devi</c>; each system begins with comment lines that have its name and the columns.
/// </summary>
public sealed class ModelDeviationFile
{
    private static readonly string[] Columns = ["max_devi_v", "min_devi_v", "avg_devi_v", "max_devi_f", "min_devi_f", "avg_devi_f", "devi_e"];

    private readonly TextWriter _writer;

    /// <summary>Writes rows to a writer that the caller owns.</summary>
    public ModelDeviationFile(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
    }

    /// <summary>Writes the comment lines.</summary>
    /// <param name="name">Name of the system, or empty for none.</param>
    /// <param name="atoms">Number of atoms whose deviations follow in each row; 0 for none.</param>
    public void BeginSystem(string name, int atoms = 0)
    {
        if (name.Length > 0)
            _writer.Write($"# {name}\n");
        _writer.Write($"# {"step",10}");
        foreach (var column in Columns)
            _writer.Write($"{column,19}");
        if (atoms > 0)
            _writer.Write(string.Create(CultureInfo.InvariantCulture, $"{$"atm_devi_f({atoms})",19}"));
        _writer.Write('\n');
    }

    /// <summary>Writes a row.</summary>
    /// <param name="step">Step of the frame.</param>
    /// <param name="deviations">The seven columns after the step.</param>
    /// <param name="perAtom">Deviation of the force on each atom, where wanted.</param>
    public void AddFrame(long step, ReadOnlySpan<double> deviations, ReadOnlySpan<double> perAtom = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(deviations.Length, Columns.Length, nameof(deviations));
        _writer.Write(step.ToString(CultureInfo.InvariantCulture).PadLeft(12));
        foreach (var value in deviations)
            Write(value);
        foreach (var value in perAtom)
            Write(value);
        _writer.Write('\n');
    }

    private void Write(double value) => _writer.Write(value.ToString("0.000000e+00", CultureInfo.InvariantCulture).PadLeft(19));
}
