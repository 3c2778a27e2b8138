using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Reads the output of an electronic-structure program step by step, in memory for one step. What does not end in a
/// converged cycle is left out, never assumed to be good.
/// </summary>
internal abstract class RunOutputReader(TextLines lines, LabelledFrameOptions options) : IDisposable
{
    /// <summary>More atoms than any such run has; a file that says so is damaged.</summary>
    protected const int MaximumAtoms = 10_000_000;

    /// <summary>The file.</summary>
    protected TextLines Lines { get; } = lines;

    /// <summary>Names of the elements, in the order in which they came up.</summary>
    protected TypeNaming Naming { get; } = new(null);

    /// <summary>What the output is of, for messages: <c>pw.x</c>.</summary>
    protected abstract string Program { get; }

    /// <summary>Reads on to the end of the next step that is a good frame; null at the end of the file.</summary>
    protected abstract Frame? ReadStep();

    /// <inheritdoc/>
    public virtual void Dispose() => Lines.Dispose();

    /// <summary>The frames of a file.</summary>
    public static IEnumerable<Frame> Frames(Func<RunOutputReader> open)
    {
        using var reader = open();
        var any = false;
        while (reader.ReadStep() is { } frame)
        {
            any = true;
            yield return frame;
        }

        if (!any)
            throw new InputException($"{reader.Lines.Path}: no step with a converged energy; {reader.Explanation()}");
    }

    /// <summary>Leaves out the step that ends here.</summary>
    protected void LeaveOut(string reason)
    {
        var place = string.Create(null, $"{Lines.Path} line {Lines.LineNumber}");
        if (options.LeftOut is null)
            throw new InputException($"{place}: {reason}; run the calculation again, or let such steps be left out");
        options.LeftOut.Add(place, reason);
    }

    /// <summary>The file ends within a step: an error, or the end where that is tolerated.</summary>
    protected void EndWithin(string expected)
    {
        if (!options.TolerateTornEnd)
            throw Lines.EndError(expected);
        options.LeftOut?.Add(Lines.Path, $"the file ends within the step, before {expected}");
    }

    /// <summary>Numbers at the beginning of a text, all of which have to be there.</summary>
    protected double[] Numbers(ReadOnlySpan<byte> text, int count, string expected)
    {
        var values = new double[count];
        var words = new Words(text);
        for (var i = 0; i < count; i++)
        {
            if (!words.NextNumber(out values[i]))
                throw Lines.Error($"'{TextLines.Printable(text.Trim((byte)' '))}': expected {expected}, {count} finite numbers");
        }

        return values;
    }

    /// <summary>The type of an atom whose label is given.</summary>
    protected int TypeOf(ReadOnlySpan<byte> label) =>
        Naming.TakeName(SpeciesLabel.Symbol(label), out var type) is null
            ? type
            : throw Lines.Error($"'{TextLines.Printable(label)}' begins with no symbol of an element; the elements of the atoms are needed");

    /// <summary>What follows a mark in a line; empty where it is not there.</summary>
    protected static ReadOnlySpan<byte> After(ReadOnlySpan<byte> line, ReadOnlySpan<byte> mark)
    {
        var found = line.IndexOf(mark);
        return found < 0 ? default : line[(found + mark.Length)..];
    }

    /// <summary>The virial Ξ of a stress that is positive under compression, as pw.x, VASP and CP2K print it.</summary>
    /// <param name="stress">eV/Å³, 3 × 3 row-major.</param>
    /// <param name="cell">The cell.</param>
    protected static double[] Virial(double[] stress, in Cell cell)
    {
        var volume = cell.Volume;
        return Array.ConvertAll(stress, value => value * volume);
    }

    private string Explanation() => options.LeftOut is { Count: > 0 } left
        ? $"{left.Count} left out ({left.First}); run the calculation again"
        : $"expected the whole output of {Program}";
}
