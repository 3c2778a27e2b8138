using System.Globalization;
using System.Text;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// The structure in an input of pw.x: the namelist <c>system</c> (ibrav, celldm or A B C, nat) and the cards ATOMIC_POSITIONS
/// and CELL_PARAMETERS, in any of their units. Source: Quantum ESPRESSO, page INPUT_PW.
/// </summary>
internal sealed class PwInput
{
    private readonly TextLines _lines;
    private readonly TypeNaming _naming = new(null);
    private readonly Dictionary<string, double> _system = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<int> _types = [];
    private readonly List<string> _labels = [];
    private readonly List<string> _species = [];
    private readonly List<double> _positions = [];
    private string _positionUnit = "";
    private string _cellUnit = "";
    private double[]? _vectors;

    private PwInput(TextLines lines) => _lines = lines;

    /// <summary>Reads the structure.</summary>
    public static Frame Read(string path) => ReadWithSpecies(path).Structure;

    /// <summary>Reads the structure, and for each atom the number of its species in the card ATOMIC_SPECIES.</summary>
    public static (Frame Structure, int[] Species) ReadWithSpecies(string path)
    {
        using var lines = TextLines.Open(path);
        var input = new PwInput(lines);
        while (lines.TryRead(out var line))
            input.Take(Encoding.UTF8.GetString(line));
        return (input.Make(), [.. input._labels.Select(label => input._species.IndexOf(label))]);
    }

    private void Take(string line)
    {
        var text = line.Trim();
        if (text.StartsWith('&'))
            ReadNamelist(text[1..].Trim());
        else if (text.StartsWith("ATOMIC_POSITIONS", StringComparison.OrdinalIgnoreCase))
            ReadPositions(Unit(text));
        else if (text.StartsWith("ATOMIC_SPECIES", StringComparison.OrdinalIgnoreCase))
            ReadSpecies();
        else if (text.StartsWith("CELL_PARAMETERS", StringComparison.OrdinalIgnoreCase))
            ReadVectors(Unit(text));
    }

    private static string Unit(string heading)
    {
        var words = heading.Split([' ', '\t', '{', '}', '(', ')', '!'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 1 ? words[1].ToLowerInvariant() : "";
    }

    private void ReadNamelist(string text)
    {
        var end = text.IndexOfAny([' ', '\t', ',', '/']);
        var name = end < 0 ? text : text[..end];
        var numbers = name.Equals("system", StringComparison.OrdinalIgnoreCase) ? _system : [];
        FortranNamelist.ReadNumbers(_lines, end < 0 ? "" : text[end..], numbers);
    }

    /// <summary>The next line of a card; empty lines and comments do not count.</summary>
    private ReadOnlySpan<byte> RequireLine(string expected)
    {
        while (true)
        {
            var line = _lines.Require(expected);
            var text = line.Trim(" \t"u8);
            if (!text.IsEmpty && text[0] is not ((byte)'!' or (byte)'#'))
                return line;
        }
    }

    private void ReadSpecies()
    {
        for (var i = 0; i < _system.GetValueOrDefault("ntyp") && _lines.TryRead(out var line); i++)
        {
            var words = new Words(line);
            if (words.Next(out var label))
                _species.Add(Encoding.UTF8.GetString(label));
        }
    }

    private void ReadPositions(string unit)
    {
        _positionUnit = unit.Length == 0 ? "alat" : unit;
        if (unit == "crystal_sg" || _system.ContainsKey("space_group"))
            throw _lines.Error("one atom for each set that the symmetry of the space group makes equal; give all atoms of the cell, in crystal or angstrom, and ibrav in place of space_group");
        var count = _system.TryGetValue("nat", out var nat) && nat is >= 1 and <= 1e7
            ? (long)nat
            : throw _lines.Error("ATOMIC_POSITIONS, but no nat of 1 or more in the namelist &system before");
        for (var i = 0L; i < count; i++)
        {
            var line = RequireLine($"atom {i + 1} of {count}");
            var words = new Words(line);
            if (!words.Next(out var label) || _naming.TakeName(SpeciesLabel.Symbol(label), out var type) is not null)
                throw _lines.Error($"atom {i + 1} of {count}: '{TextLines.Printable(line)}' begins with no symbol of an element");
            _types.Add(type);
            _labels.Add(Encoding.UTF8.GetString(label));
            for (var k = 0; k < 3; k++)
                _positions.Add(words.NextNumber(out var value) ? value : throw _lines.Error($"atom {i + 1} of {count}: expected a label and three numbers (no expressions)"));
        }
    }

    private void ReadVectors(string unit)
    {
        _cellUnit = unit;
        _vectors = new double[9];
        for (var row = 0; row < 3; row++)
        {
            var words = new Words(RequireLine("a cell vector"));
            for (var k = 0; k < 3; k++)
            {
                if (!words.NextNumber(out _vectors[(3 * row) + k]))
                    throw _lines.Error("expected a cell vector, three finite numbers");
            }
        }
    }

    private Frame Make()
    {
        if (_types.Count == 0)
            throw new InputException($"{_lines.Path}: no ATOMIC_POSITIONS; expected an input of pw.x");
        if (_system.ContainsKey("celldm(1)") && _system.ContainsKey("A"))
            throw new InputException($"{_lines.Path}: celldm and A in &system; pw.x takes one of them, remove the other");
        var alat = _system.TryGetValue("celldm(1)", out var bohr) ? bohr * Units.Bohr : _system.GetValueOrDefault("A", double.NaN);
        var cell = LammpsBox.Guard(_lines, Vectors(ref alat));
        var positions = _positions.ToArray();
        var unit = UnitOf(_positionUnit, "ATOMIC_POSITIONS", alat);
        for (var i = 0; i < positions.Length; i += 3)
        {
            (positions[i], positions[i + 1], positions[i + 2]) = _positionUnit == "crystal"
                ? cell.Cartesian(positions[i], positions[i + 1], positions[i + 2])
                : (positions[i] * unit, positions[i + 1] * unit, positions[i + 2] * unit);
        }

        return new Frame(_naming.Map, [.. _types], positions, cell);
    }

    private double[] Vectors(ref double alat)
    {
        var ibrav = _system.GetValueOrDefault("ibrav", double.NaN);
        if (ibrav != 0)
            return PwLattice.Vectors(_lines, ibrav, _system, alat);
        var vectors = _vectors ?? throw new InputException($"{_lines.Path}: ibrav = 0 without CELL_PARAMETERS; add the card");
        // Without a word for it, the unit is alat where there is one, else bohr.
        var unit = UnitOf(_cellUnit.Length > 0 ? _cellUnit : double.IsNaN(alat) ? "bohr" : "alat", "CELL_PARAMETERS", alat);
        vectors = Array.ConvertAll(vectors, value => value * unit);
        // Without a lattice parameter, alat is the length of the first vector.
        if (double.IsNaN(alat))
            alat = Math.Sqrt((vectors[0] * vectors[0]) + (vectors[1] * vectors[1]) + (vectors[2] * vectors[2]));
        return vectors;
    }

    private double UnitOf(string unit, string card, double alat) => unit switch
    {
        "angstrom" => 1,
        "bohr" => Units.Bohr,
        "crystal" when card == "ATOMIC_POSITIONS" => 1,
        "alat" when !double.IsNaN(alat) => alat,
        "alat" => throw new InputException($"{_lines.Path}: {card} in units of alat without celldm(1) or A; add one, or a unit"),
        _ => throw new InputException($"{_lines.Path}: {card} in '{(unit.Length > 20 ? unit[..20] + "…" : unit)}'; expected alat, angstrom, bohr or crystal"),
    };
}
