using System.Globalization;
using System.Runtime.InteropServices;

namespace Meniscus.IO;

/// <summary>
/// The rows that a run prints of its thermodynamic state: named columns of numbers. Names are LAMMPS's
/// (<c>Step Time Temp PotEng Press Volume Density Lx Pxx …</c>), units are ps, K, eV, bar, Å and g/cm³ whatever the
/// file had, except where the file's own units have no such meaning (<see cref="HasPhysicalUnits"/>).
/// <para>
/// Rows of chained runs and restarts are joined: a row at a step that is there already replaces it and what came after,
/// as the row of a restarted run replaces that of the run that was cut off. A run that starts counting anew goes on
/// behind the one before.
/// </para>
/// </summary>
public sealed class ThermoTable
{
    private readonly string[] _names;
    private readonly List<double>[] _columns;

    private ThermoTable(string source, IEnumerable<string> names, IEnumerable<string> allNames)
    {
        Source = source;
        _names = [.. names];
        AllNames = [.. allNames];
        _columns = [.. _names.Select(_ => new List<double>())];
    }

    /// <summary>The file or files it was read from.</summary>
    public string Source { get; }

    /// <summary>Names of the columns that were kept.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Names of all columns of the file.</summary>
    public IReadOnlyList<string> AllNames { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount => _columns.Length > 0 ? _columns[0].Count : 0;

    /// <summary>What the reader had to pass over or assume, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; internal init; } = [];

    /// <summary>Whether the numbers are in ps, K, eV, bar and Å; false for LAMMPS's <c>lj</c> and units that are not converted.</summary>
    public bool HasPhysicalUnits { get; internal init; } = true;

    /// <summary>Name of the units in the file, such as <c>real</c>.</summary>
    public string FileUnits { get; internal init; } = "metal";

    /// <summary>Reads thermo files of <c>md</c> and logs of LAMMPS, joined in the order given.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="options">What to read.</param>
    /// <exception cref="InputException">A file cannot be read or holds no row.</exception>
    public static ThermoTable Read(IReadOnlyList<string> paths, ThermoTableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var runs = new List<ThermoRun>();
        var notes = new List<string>();
        foreach (var path in paths)
            runs.AddRange(ThermoReader.Read(path, options ?? new ThermoTableOptions(), notes));
        return Join(string.Join(' ', paths), runs, notes);
    }

    /// <summary>Reads one thermo file of <c>md</c>, or one log of LAMMPS.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What to read.</param>
    /// <exception cref="InputException">The file cannot be read or holds no row.</exception>
    public static ThermoTable Read(string path, ThermoTableOptions? options = null) => Read([path], options);

    /// <summary>Makes a table of columns in memory.</summary>
    /// <param name="source">What messages call it.</param>
    /// <param name="columns">Name and values, all of one length.</param>
    public static ThermoTable Of(string source, params (string Name, double[] Values)[] columns)
    {
        var table = new ThermoTable(source, columns.Select(c => c.Name), columns.Select(c => c.Name));
        for (var c = 0; c < columns.Length; c++)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(columns[c].Values.Length, columns[0].Values.Length);
            table._columns[c].AddRange(columns[c].Values);
        }

        return table;
    }

    /// <summary>Whether there is a column of this name, in upper or lower case.</summary>
    public bool Has(string name) => IndexOf(name) >= 0;

    /// <summary>A column.</summary>
    /// <param name="name">Its name, in upper or lower case.</param>
    /// <exception cref="InputException">There is none of that name, or a number in it is not finite.</exception>
    public double[] Column(string name)
    {
        var index = IndexOf(name);
        if (index < 0)
            throw MissingColumns([name]);
        var values = _columns[index].ToArray();
        for (var row = 0; row < values.Length; row++)
        {
            if (!double.IsFinite(values[row]))
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Source}: {_names[index]} is {values[row]} in row {row + 1}{StepOfRow(row)}; expected a finite number; the run blew up there, leave it out or look for the cause"));
            }
        }

        return values;
    }

    /// <summary>Refuses a table without some columns, naming all that are missing.</summary>
    /// <param name="names">What is needed.</param>
    /// <exception cref="InputException">One or more are missing.</exception>
    public void RequireColumns(params IEnumerable<string> names)
    {
        var missing = names.Where(name => !Has(name)).ToList();
        if (missing.Count > 0)
            throw MissingColumns(missing);
    }

    /// <summary>Refuses a table whose numbers are not in ps, K, eV, bar and Å.</summary>
    /// <exception cref="InputException">They are not.</exception>
    public void RequirePhysicalUnits()
    {
        if (!HasPhysicalUnits)
            throw new InputException($"{Source}: the log is in LAMMPS's units '{FileUnits}', which are not converted; expected units metal or real (or name the right ones with --units)");
    }

    /// <summary>Time of each row, ps; null where the file has neither times nor a time step.</summary>
    public double[]? Times() => Has("Time") ? Column("Time") : null;

    /// <summary>The values of a column from a row on, every so many rows.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="skip">Rows left out at the start.</param>
    /// <param name="every">Stride.</param>
    public double[] Column(string name, int skip, int every = 1)
    {
        var all = Column(name);
        return [.. Enumerable.Range(0, Math.Max(0, (all.Length - skip + every - 1) / every)).Select(i => all[skip + (i * every)])];
    }

    private static ThermoTable Join(string source, List<ThermoRun> runs, List<string> notes)
    {
        if (runs.Count == 0)
            throw new InputException($"{source}: no table of a run in it; expected a line of column names that begins with 'Step', and rows of numbers");
        var names = runs[0].Names.Where(name => runs.TrueForAll(run => run.Names.Contains(name))).ToList();
        var dropped = runs.SelectMany(run => run.Names).Distinct().Except(names).ToList();
        if (dropped.Count > 0)
            notes.Add($"left out the columns {string.Join(' ', dropped)}, which not every run has");
        var units = runs.Select(run => run.Units).Distinct().ToList();
        if (units.Count > 1)
            throw new InputException($"{source}: runs in units {string.Join(" and ", units)} cannot be joined; read the files one by one");
        var table = new ThermoTable(source, names, runs[0].FileNames) { Notes = notes, FileUnits = units[0], HasPhysicalUnits = units[0] is "metal" or "real" };
        table.Append(runs, notes);
        return table;
    }

    private void Append(List<ThermoRun> runs, List<string> notes)
    {
        var step = Array.IndexOf(_names, "Step");
        var time = Array.IndexOf(_names, "Time");
        var replaced = 0;
        (double Step, double Time) offset = (0, 0);
        foreach (var run in runs)
        {
            var source = _names.Select(name => run.Columns[Array.IndexOf(run.Names, name)]).ToArray();
            var (first, last) = (source[step][0], source[step][^1]);
            if (RowCount > 0 && first + offset.Step <= _columns[step][0] && last + offset.Step > first + offset.Step)
            {
                // The count of steps was set back: another run, not the same one done again.
                offset = (_columns[step][^1] - first, time >= 0 ? _columns[time][^1] - source[time][0] : 0);
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"a run counts its steps from {first} again; its rows follow those of the run before"));
            }

            for (var row = 0; row < source[step].Count; row++)
            {
                replaced += RemoveFrom(source[step][row] + offset.Step, step);
                for (var c = 0; c < _names.Length; c++)
                    _columns[c].Add(source[c][row] + (c == step ? offset.Step : c == time ? offset.Time : 0));
            }
        }

        if (replaced > runs.Count - 1)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{replaced} rows at steps that occur again later were replaced by the later ones"));
    }

    /// <summary>Removes rows at this step and later.</summary>
    private int RemoveFrom(double value, int step)
    {
        var steps = CollectionsMarshal.AsSpan(_columns[step]);
        var count = steps.Length;
        while (count > 0 && steps[count - 1] >= value)
            count--;
        var removed = steps.Length - count;
        foreach (var column in removed > 0 ? _columns : [])
            column.RemoveRange(count, removed);
        return removed;
    }

    private int IndexOf(string name) => Array.FindIndex(_names, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));

    private string StepOfRow(int row)
    {
        var step = IndexOf("Step");
        return step < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" (step {_columns[step][row]})");
    }

    private InputException MissingColumns(List<string> missing)
    {
        var suggestion = missing.Count == 1 && NearestName.Probable(missing[0], AllNames) is { } near ? $"; did you mean '{near}'?" : "";
        return new InputException(
            $"{Source}: no column {string.Join(", ", missing.Select(m => $"'{m}'"))}; it has {string.Join(' ', AllNames)}{suggestion}");
    }
}

/// <summary>What to read of thermo tables.</summary>
public sealed record ThermoTableOptions
{
    /// <summary>Which run of a log: its number from 1, −1 for the last, 0 for all that are not minimizations.</summary>
    public int Run { get; init; }

    /// <summary>Units of a LAMMPS log that does not say them, or null to believe the log.</summary>
    public string? Units { get; init; }

    /// <summary>Columns to keep, so that a long file takes little memory; null for all. Step and Time are kept always.</summary>
    public IReadOnlyList<string>? Columns { get; init; }
}

/// <summary>The rows of one run as a reader hands them on, already in the units of the program.</summary>
internal sealed record ThermoRun(string[] Names, List<double>[] Columns, string Units, IReadOnlyList<string> FileNames);
