using System.CommandLine;
using System.Globalization;
using Meniscus.Analysis;
using Meniscus.IO;

namespace Meniscus.Cli;

/// <summary>The argument and options of verbs that read thermo tables: files, run, units, what to skip, every so many rows.</summary>
internal sealed class ThermoArguments
{
    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Thermo file of 'md' or log of LAMMPS; several are joined in this order.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _run = new("--run")
    {
        Description = "Which run of a log: a number from 1, last, or all (which leaves out minimizations).",
        HelpName = "K",
        DefaultValueFactory = _ => "all",
    };

    private readonly Option<string?> _units = new("--units")
    {
        Description = "Units of a LAMMPS log that does not say them: metal or real.",
        HelpName = "STYLE",
    };

    private readonly Option<string> _skip = new("--skip")
    {
        Description = "Left out at the start: rows (200), time (50ps, 1.5ns), share (20%) or auto (MSER-5).",
        HelpName = "AMOUNT",
        DefaultValueFactory = _ => "0",
    };

    private readonly Option<int> _every = new("--every")
    {
        Description = "Use every N-th row.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
        Validators = { OptionBounds.AtLeast(1) },
    };

    /// <summary>Adds them to a verb.</summary>
    public ThermoArguments(Command verb)
    {
        verb.Add(_files);
        verb.Add(_run);
        verb.Add(_units);
        verb.Add(_skip);
        verb.Add(_every);
    }

    /// <summary>The files.</summary>
    public string[] Files(ParseResult arguments) => arguments.GetRequiredValue(_files);

    /// <summary>What to skip.</summary>
    public Skip Skip(ParseResult arguments) => Analysis.Skip.Parse(arguments.GetRequiredValue(_skip));

    /// <summary>Stride of rows.</summary>
    public int Every(ParseResult arguments) => arguments.GetValue(_every);

    /// <summary>Reads the files as one table and tells the user what the reader passed over.</summary>
    public ThermoTable Read(ParseResult arguments, VerbContext context, IReadOnlyList<string>? columns = null) =>
        Read(Files(arguments), arguments, context, columns);

    /// <summary>Reads some files as one table.</summary>
    public ThermoTable Read(string[] files, ParseResult arguments, VerbContext context, IReadOnlyList<string>? columns = null)
    {
        var units = arguments.GetValue(_units);
        if (units is not (null or "metal" or "real"))
            throw new InputException($"--units {units}: expected metal or real");
        var table = ThermoTable.Read(files, new ThermoTableOptions { Run = RunNumber(arguments.GetRequiredValue(_run)), Units = units, Columns = columns });
        foreach (var note in table.Notes)
            context.Warn(note);
        return table;
    }

    private static int RunNumber(string text) => text switch
    {
        "all" => 0,
        "last" => -1,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 => number,
        _ => throw new InputException($"--run {text}: expected a number from 1, 'last' or 'all'"),
    };
}
