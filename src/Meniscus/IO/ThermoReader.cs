using System.Globalization;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Reads the tables of runs from thermo files and LAMMPS logs.
/// <para>
/// A thermo file: lines that start with <c>#</c> are comments, a line of names that begins with <c>Step</c> is the header
/// (it may occur again), the rest are rows of numbers. A LAMMPS log has such tables between other text; a table ends at
/// <c>Loop time of</c>. Format: LAMMPS manual, pages <c>thermo_style</c> (one, custom, multi, yaml) and <c>units</c>.
/// </para>
/// <para>
/// A job that runs or was killed leaves half a line at the end; that line is passed over with a note. Warnings between
/// the rows are passed over.
/// </para>
/// </summary>
internal sealed class ThermoReader
{
    private static readonly string[] KnownUnits = ["lj", "real", "metal", "si", "cgs", "electron", "micro", "nano"];

    private static readonly string[] EnergyNames =
    [
        "PotEng", "KinEng", "TotEng", "Enthalpy", "E_vdwl", "E_coul", "E_pair", "E_bond", "E_angle", "E_dihed", "E_impro",
        "E_mol", "E_long", "E_tail", "Econserve", "Ecouple",
    ];

    private static readonly string[] PressureNames = ["Press", "Pxx", "Pyy", "Pzz", "Pxy", "Pxz", "Pyz"];

    private readonly string _path;
    private readonly ThermoTableOptions _options;
    private readonly List<string> _notes;
    private readonly List<Run> _runs = [];
    private Run? _open;
    private bool _isLog;
    private string? _units;
    private double _timestep = double.NaN;
    private double[] _row = [];
    private int _line;
    private (int Line, int Count)? _short;
    private Dictionary<string, double>? _multi;

    private ThermoReader(string path, ThermoTableOptions options, List<string> notes)
    {
        (_path, _options, _notes) = (path, options, notes);
    }

    /// <summary>Reads the runs of a file that the options ask for.</summary>
    public static List<ThermoRun> Read(string path, ThermoTableOptions options, List<string> notes)
    {
        var reader = new ThermoReader(path, options, notes);
        reader.ReadLines();
        return reader.Chosen();
    }

    private void ReadLines()
    {
        using var stream = InputFile.OpenRead(_path);
        using var reader = new StreamReader(stream, bufferSize: 1 << 16);
        string? held = null;
        while (reader.ReadLine() is { } next)
        {
            if (held is not null)
                Take(held);
            held = next;
        }

        if (held is null)
            throw new InputException($"{_path}: the file is empty; expected a thermo table or a LAMMPS log");
        if (EndsWithNewLine(stream))
            Take(held);
        else if (_open is not null && Numbers(held) > 0)
            Note($"line {_line + 1} is cut off and was left out; the run goes on or was stopped there");
        else
            Take(held);
        CloseTable();
    }

    private static bool EndsWithNewLine(FileStream stream)
    {
        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() == '\n';
    }

    private void Note(string text) => _notes.Add($"{_path}: {text}");

    private void Take(string line)
    {
        _line++;
        var text = line.AsSpan().Trim();
        if (text.Length == 0 || text[0] == '#')
            return;
        if (text.StartsWith("LAMMPS (", StringComparison.Ordinal))
            _isLog = true;
        if (text.StartsWith("Step ", StringComparison.Ordinal) || text.SequenceEqual("Step"))
            StartTable(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        else if (text.StartsWith("keywords:", StringComparison.Ordinal))
            StartTable([.. line[(line.IndexOf('[', StringComparison.Ordinal) + 1)..].Split(['\'', ',', ']', ' ', '"'], StringSplitOptions.RemoveEmptyEntries)]);
        else if (text.StartsWith("------------", StringComparison.Ordinal) && text.Contains(" Step ", StringComparison.Ordinal))
            StartMultiRow(line);
        else if (text.StartsWith("Loop time of", StringComparison.Ordinal))
            CloseTable();
        else if (_multi is not null && text.Contains('='))
            TakeMulti(line);
        else if (_open is not null)
            TakeInTable(line, text);
        else
            TakeCommand(line, text);
    }

    private void TakeInTable(string line, ReadOnlySpan<char> text)
    {
        if (text.StartsWith("ERROR", StringComparison.Ordinal) || text.StartsWith("LAMMPS (", StringComparison.Ordinal))
        {
            CloseTable();
            return;
        }

        var count = Numbers(line);
        if (count == 0)
        {
            if (!_isLog && !text.StartsWith("WARNING", StringComparison.Ordinal))
                throw new InputException($"{_path} line {_line}: '{Shown(text)}' is neither a row of numbers nor a header that begins with 'Step'; comments begin with '#'");
            return;
        }

        if (_short is { } cut)
            throw new InputException($"{_path} line {cut.Line}: {cut.Count} numbers where the header has {_open!.Names.Length} names; expected one number per column");
        if (count != _open!.Names.Length)
        {
            _short = (_line, count);
            return;
        }

        _open.Add(_row);
    }

    private void TakeCommand(string line, ReadOnlySpan<char> text)
    {
        if (text.StartsWith("Minimization stats", StringComparison.Ordinal) && _runs.Count > 0)
            _runs[^1].IsMinimization = true;
        var words = text.StartsWith("units", StringComparison.Ordinal) || text.StartsWith("timestep", StringComparison.Ordinal)
            ? line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
        if (words.Length < 2)
            return;
        if (words[0] == "units" && KnownUnits.Contains(words[1]))
            (_units, _isLog) = (words[1], true);
        else if (words[0] == "timestep" && double.TryParse(words[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var step))
            _timestep = step;
    }

    private static string Shown(ReadOnlySpan<char> text) => text.Length > 40 ? $"{text[..40]}…" : text.ToString();

    /// <summary>Reads a row, from plain columns or from a YAML list; the count is 0 where a word is not a number.</summary>
    private int Numbers(string line)
    {
        var text = line.AsSpan().Trim();
        if (text.StartsWith("- [", StringComparison.Ordinal))
            text = text[3..].TrimEnd(" ],");
        var count = 0;
        foreach (var range in text.SplitAny(' ', '\t', ','))
        {
            var word = text[range].Trim();
            if (word.Length == 0)
                continue;
            if (!TryNumber(word, out var value))
                return 0;
            if (count == _row.Length)
                Array.Resize(ref _row, Math.Max(32, 2 * count));
            _row[count++] = value;
        }

        return count;
    }

    private static bool TryNumber(ReadOnlySpan<char> word, out double value)
    {
        // C prints what is not a number as nan, -nan and inf; whoever needs the column refuses it by name.
        if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
            return true;
        var bare = word.TrimStart("+-.");
        value = double.NaN;
        return bare.Equals("nan", StringComparison.OrdinalIgnoreCase) || bare.Equals("inf", StringComparison.OrdinalIgnoreCase);
    }

    private void StartTable(string[] names)
    {
        if (names.Distinct().Count() != names.Length)
            names = [.. names.Select((name, i) => Array.IndexOf(names, name) == i ? name : $"{name}_{i + 1}")];
        CloseTable();
        Open(names);
    }

    private void Open(string[] names)
    {
        if (!names.Contains("Step"))
            throw new InputException($"{_path} line {_line}: a table without a column 'Step' ({string.Join(' ', names)}); add 'step' to thermo_style");
        _open = new Run(names, _options.Columns) { Units = _units, Timestep = _timestep };
        _short = null;
    }

    private void CloseTable()
    {
        FinishMultiRow();
        if (_short is { } cut)
            Note($"line {cut.Line} is cut off and was left out; the run goes on or was stopped there");
        if (_open is { RowCount: > 0 })
            _runs.Add(_open);
        _open = null;
        _short = null;
    }

    private void StartMultiRow(string line)
    {
        FinishMultiRow();
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        _multi = new Dictionary<string, double>(StringComparer.Ordinal);
        if (TryNumber(words[Array.IndexOf(words, "Step") + 1], out var step))
            _multi["Step"] = step;
    }

    private void TakeMulti(string line)
    {
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i + 2 < words.Length; i += 3)
        {
            if (words[i + 1] == "=" && TryNumber(words[i + 2], out var value))
                _multi![words[i]] = value;
        }
    }

    private void FinishMultiRow()
    {
        if (_multi is not { Count: > 1 } row)
            return;
        _multi = null;
        if (_open is null)
            Open([.. row.Keys]);
        if (_open!.Names.All(row.ContainsKey))
            _open.Add([.. _open.Names.Select(name => row[name])]);
        else
            Note($"the last row, step {row["Step"].ToString(CultureInfo.InvariantCulture)}, is cut off and was left out");
    }

    private List<ThermoRun> Chosen()
    {
        var chosen = _runs;
        if (_options.Run == 0)
        {
            chosen = _runs.FindAll(run => !run.IsMinimization);
            if (chosen.Count < _runs.Count && chosen.Count > 0)
                Note($"left out {_runs.Count - chosen.Count} of {_runs.Count} tables, which are minimizations");
            if (chosen.Count == 0)
                chosen = _runs;
        }
        else if (_runs.Count > 0)
        {
            var number = _options.Run < 0 ? _runs.Count : _options.Run;
            if (number > _runs.Count)
                throw new InputException($"{_path}: run {number} is asked for, but there are {_runs.Count}; choose 1 to {_runs.Count}, 'last' or 'all'");
            chosen = [_runs[number - 1]];
        }

        if (chosen.Count == 0)
            throw new InputException($"{_path}: no table of a run in it; expected a line of column names that begins with 'Step', and rows of numbers");
        return chosen.ConvertAll(Converted);
    }

    /// <summary>Brings a run to the units of the program and gives it times where it has none.</summary>
    private ThermoRun Converted(Run run)
    {
        var units = _options.Units ?? run.Units ?? "metal";
        if (_isLog && _options.Units is null && run.Units is null && !_notes.Exists(n => n.Contains("does not say", StringComparison.Ordinal)))
            Note("the log does not say its units; metal is assumed (name others with --units)");
        var names = run.Kept.ToList();
        var columns = run.Columns.ToList();
        if (units == "real")
            ConvertReal(names, columns);
        if (!names.Contains("Time") && _isLog && units is "metal" or "real")
        {
            // LAMMPS's default time steps: 1 fs in real, 0.001 ps in metal units.
            var timestep = double.IsNaN(run.Timestep) ? 1e-3 : run.Timestep * (units == "real" ? Atoms.Units.Femtosecond : 1);
            names.Add("Time");
            columns.Add([.. columns[names.IndexOf("Step")].Select(step => step * timestep)]);
        }

        return new ThermoRun([.. names], [.. columns], units, run.Names);
    }

    private static void ConvertReal(List<string> names, List<List<double>> columns)
    {
        for (var c = 0; c < names.Count; c++)
        {
            var factor = names[c] == "Time" || names[c] == "Dt" ? Atoms.Units.Femtosecond
                : EnergyNames.Contains(names[c]) ? Atoms.Units.KilocaloriePerMole
                : PressureNames.Contains(names[c]) ? Atoms.Units.Atmosphere : 1;
            for (var row = 0; factor != 1 && row < columns[c].Count; row++)
                columns[c][row] *= factor;
        }
    }

    /// <summary>A table as the file has it, with only the columns that are kept.</summary>
    private sealed class Run
    {
        private readonly int[] _kept;

        public Run(string[] names, IReadOnlyList<string>? keep)
        {
            Names = names;
            _kept = [.. Enumerable.Range(0, names.Length).Where(i =>
                keep is null || names[i] is "Step" or "Time" || keep.Contains(names[i], StringComparer.OrdinalIgnoreCase))];
            Kept = [.. _kept.Select(i => names[i])];
            Columns = [.. _kept.Select(_ => new List<double>())];
        }

        public string[] Names { get; }

        public string[] Kept { get; }

        public List<double>[] Columns { get; }

        public string? Units { get; init; }

        public double Timestep { get; init; }

        public bool IsMinimization { get; set; }

        public int RowCount => Columns[0].Count;

        public void Add(ReadOnlySpan<double> row)
        {
            for (var c = 0; c < _kept.Length; c++)
                Columns[c].Add(row[_kept[c]]);
        }
    }
}
