using System.CommandLine;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Cli;

/// <summary>The options that name data: <c>-s SYSTEM …</c>, and a list of them in a file.</summary>
internal sealed class SystemsOption
{
    private readonly Option<string[]> _systems = new("--system", "-s")
    {
        Description = "Data: a system (folder with type.raw), a folder with systems below, an HDF5 file, or file.hdf5#/group; several may follow.",
        HelpName = "SYSTEM",
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _list = new("--datafile", "-f")
    {
        Description = "Text file with one SYSTEM per line.",
        HelpName = "LISTFILE",
    };

    /// <summary>Adds the options to a verb.</summary>
    public SystemsOption(Command verb)
    {
        verb.Add(_systems);
        verb.Add(_list);
    }

    /// <summary>The names given, in order; empty where none are.</summary>
    public IReadOnlyList<string> Names(ParseResult arguments)
    {
        var names = new List<string>(arguments.GetValue(_systems) ?? []);
        if (arguments.GetValue(_list) is { } list)
            names.AddRange(SystemListFile.Read(list));
        return names;
    }

    /// <summary>The names given.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public IReadOnlyList<string> RequireNames(ParseResult arguments) =>
        Names(arguments) is { Count: > 0 } names ? names : throw new InputException("no data is named; add -s SYSTEM or -f LISTFILE");

    /// <summary>Opens the data, read in the types of a model.</summary>
    public OpenSystems Open(ParseResult arguments, TypeMap types) => new(DeepmdSystems.Open(RequireNames(arguments), types));
}
