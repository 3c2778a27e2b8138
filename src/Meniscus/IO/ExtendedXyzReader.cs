using System.Globalization;
using System.Text;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Reads extended and plain XYZ; the format and its sources are at <see cref="ExtendedXyz"/>.
/// </summary>
internal sealed class ExtendedXyzReader(TextLines lines, TrajectoryOptions options) : FrameReader(lines)
{
    // ASE's velocity is Å·√(eV/amu); a momentum over a mass in amu is one.
    private static readonly double AseVelocity = 1 / Math.Sqrt(Units.MassVelocitySquared);
    private static readonly AtomField[] PlainFields = [AtomField.Element, AtomField.PositionX, AtomField.PositionY, AtomField.PositionZ];

    private readonly TypeNaming _naming = new(options.TypeNames);

    /// <inheritdoc/>
    protected override Frame? Read()
    {
        if (ReadCount() is not { } count)
            return null;
        var comment = new ExtendedXyzComment(Lines, Lines.Require("the comment line of the frame"));
        var (fields, momenta) = Fields(comment.Find("Properties", "properties"));
        var cell = ReadCell(comment);
        var rows = new AtomRows(Lines, _naming, fields ?? PlainFields, count, exact: fields is not null);
        var labels = ReadLabels(comment, cell);
        rows.Read();
        if (momenta)
            TakeMomenta(rows);
        return new Frame(_naming.Map, rows.Types, rows.Positions, cell)
        {
            Velocities = rows.Velocities,
            Forces = rows.Forces,
            Energy = labels.Energy,
            Virial = labels.Virial,
            Masses = _naming.Masses,
            Step = Step(comment),
            Time = Time(comment),
            Unwrapped = comment.Find("unwrapped") is "T" or "True" or "true",
        };
    }

    /// <inheritdoc/>
    protected override bool Skip()
    {
        if (ReadCount() is not { } count)
            return false;
        Lines.Skip(count + 1L, $"a comment line and {count} atoms");
        return true;
    }

    private int? ReadCount()
    {
        while (Lines.TryRead(out var line))
        {
            var words = new Words(line);
            if (!words.Next(out var word))
                continue;
            if (Words.IsInteger(word, out var count) && count is > 0 and <= int.MaxValue / 3 && words.Rest.IsEmpty)
                return (int)count;
            throw Lines.Error($"'{TextLines.Printable(line)}' where a frame begins; expected the number of atoms alone on the line");
        }

        return null;
    }

    /// <summary>The columns, null for plain XYZ, and whether momenta are to become velocities.</summary>
    private (AtomField[]? Fields, bool Momenta) Fields(string? properties)
    {
        if (properties is null)
            return (null, false);
        var words = properties.Split(':');
        if (words.Length % 3 != 0)
            throw Lines.Error($"Properties={TextLines.Printable(Encoding.UTF8.GetBytes(properties))}: not made of name:type:columns; expected such as species:S:1:pos:R:3");
        var fields = new List<AtomField>();
        var momenta = false;
        for (var i = 0; i < words.Length; i += 3)
        {
            if (!int.TryParse(words[i + 2], out var width) || width is < 1 or > 10000)
                throw Lines.Error($"Properties: '{words[i + 2]}' columns for {words[i]}; expected a small number above 0");
            var first = First(words[i]);
            // A second vector for the same, such as vel beside momenta, is passed over.
            if (first != AtomField.Skip && fields.Contains(first))
                first = AtomField.Skip;
            var expected = first >= AtomField.PositionX ? 3 : 1;
            if (first != AtomField.Skip && width != expected)
                throw Lines.Error($"Properties: {words[i]} has {width} columns; expected {expected}");
            momenta |= first == AtomField.VelocityX && words[i] == "momenta";
            for (var k = 0; k < width; k++)
                fields.Add(first == AtomField.Skip ? first : first + k);
        }

        if (fields.Contains(AtomField.Element))
            Forget(fields, AtomField.AtomicNumber);
        if (!fields.Contains(AtomField.PositionX) || !(fields.Contains(AtomField.Element) || fields.Contains(AtomField.AtomicNumber)))
            throw Lines.Error("Properties lacks species:S:1 (or Z:I:1) or pos:R:3; without both the atoms are not known");
        return ([.. fields], momenta);
    }

    private static void Forget(List<AtomField> fields, AtomField field)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i] == field)
                fields[i] = AtomField.Skip;
        }
    }

    private static AtomField First(string name) => name switch
    {
        "species" or "symbols" or "element" => AtomField.Element,
        "Z" or "numbers" => AtomField.AtomicNumber,
        "pos" or "positions" => AtomField.PositionX,
        "vel" or "velo" or "velocity" or "velocities" or "momenta" => AtomField.VelocityX,
        "force" or "forces" or "REF_force" or "REF_forces" => AtomField.ForceX,
        "masses" or "mass" => AtomField.Mass,
        _ => AtomField.Skip,
    };

    private Cell ReadCell(ExtendedXyzComment comment)
    {
        if (comment.Numbers([9], "Lattice", "lattice") is not { } lattice)
            return Cell.None;
        if (comment.Find("pbc") is { } pbc && !pbc.Contains('T', StringComparison.OrdinalIgnoreCase) && !pbc.Contains('1', StringComparison.Ordinal))
            return Cell.None;
        return LammpsBox.Guard(Lines, lattice);
    }

    private static (double? Energy, double[]? Virial) ReadLabels(ExtendedXyzComment comment, in Cell cell)
    {
        var energy = comment.Number("energy", "REF_energy", "Energy", "free_energy");
        var virial = comment.Numbers([9], "virial", "virials", "REF_virial", "REF_virials");
        if (virial is null && cell.IsPeriodic && comment.Numbers([9, 6], "stress", "REF_stress") is { } stress)
        {
            // ASE's stress is σ = (1/V) ∂E/∂ε, six numbers in the order xx yy zz yz xz xy.
            if (stress.Length == 6)
                stress = [stress[0], stress[5], stress[4], stress[5], stress[1], stress[3], stress[4], stress[3], stress[2]];
            var volume = cell.Volume;
            virial = Array.ConvertAll(stress, s => -s * volume);
        }

        return (energy, virial);
    }

    private static long? Step(ExtendedXyzComment comment) =>
        long.TryParse(comment.Find("step", "Step", "timestep"), out var step) ? step : null;

    /// <summary><c>time_ps</c> is ours; a bare time is in fs, as CP2K, QUIP and GPUMD write it.</summary>
    private static double? Time(ExtendedXyzComment comment)
    {
        if (comment.Number("time_ps") is { } time)
            return time;
        return comment.Find("Time", "time") is { } text
            && double.TryParse(text.TrimEnd(','), CultureInfo.InvariantCulture, out var femtoseconds)
            && double.IsFinite(femtoseconds)
            ? femtoseconds * Units.Femtosecond
            : null;
    }

    private void TakeMomenta(AtomRows rows)
    {
        var masses = _naming.Masses;
        for (var i = 0; i < rows.Count; i++)
        {
            var type = rows.Types[i];
            var mass = masses?[type] ?? (Element.TryGetMass(_naming.Map[type], out var standard) ? standard : double.NaN);
            if (double.IsNaN(mass))
                throw Lines.Error($"momenta of {_naming.Map[type]}, whose mass is not known; add a column masses:R:1");
            for (var k = 0; k < 3; k++)
                rows.Velocities![(3 * i) + k] *= AseVelocity / mass;
        }
    }
}
