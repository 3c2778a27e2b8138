using System.CommandLine;
using Meniscus.IO;

namespace Meniscus.Cli;

/// <summary>The options of verbs that read frames: which file, and what LAMMPS's types and units mean.</summary>
internal sealed class TrajectoryInput
{
    private readonly Argument<string> _input;

    private readonly Option<string[]> _types = new("--type-map", "-t")
    {
        Description = "Elements of LAMMPS's types 1, 2, …; needed where the file does not say.",
        HelpName = "TYPE",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _units = new("--units")
    {
        Description = "Units of a LAMMPS file, metal or real; default: what the file says, else metal.",
        HelpName = "UNITS",
    };

    /// <summary>Declares the options.</summary>
    /// <param name="verb">The verb that gets them.</param>
    /// <param name="description">What the file is for.</param>
    public TrajectoryInput(Verb verb, string description)
    {
        _input = new("IN") { Description = $"{description}: .xyz, .extxyz, .dump, .lammpstrj, .data, .lmp, POSCAR, or a DeePMD system." };
        _units.AcceptOnlyFromAmong("metal", "real");
        verb.Add(_input);
        verb.Add(_types);
        verb.Add(_units);
    }

    /// <summary>The file that was named.</summary>
    public string Path(ParseResult arguments) => arguments.GetRequiredValue(_input);

    /// <summary>How it is to be read.</summary>
    public TrajectoryOptions Options(ParseResult arguments) => new()
    {
        TypeNames = arguments.GetValue(_types) is { Length: > 0 } types ? types : null,
        Units = arguments.GetValue(_units) switch
        {
            "real" => LammpsUnits.Real,
            "metal" => LammpsUnits.Metal,
            _ => null,
        },
    };
}
