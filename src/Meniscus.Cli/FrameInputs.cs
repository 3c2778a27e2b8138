using System.CommandLine;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Cli;

/// <summary>Files of labelled frames as the verbs of <c>data</c> take them, with what was left out of them.</summary>
internal sealed class FrameInputs
{
    private readonly Argument<string[]> _inputs = new("IN")
    {
        Description = "Files or folders with frames: DeePMD, extended XYZ, LAMMPS, POSCAR, OUTCAR, vasprun.xml, pw.x, CP2K, n2p2.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _from = new("--from") { Description = "Format of the input, such as vasp/outcar; by default its name and first lines tell.", HelpName = "FMT" };

    private readonly Option<string[]> _typeMap = new("--type-map")
    {
        Description = "Names of the types, in order: of LAMMPS types that the input only numbers, and in DeePMD output.",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _tolerate = new("--allow-cut") { Description = "Take the whole steps of an output that ends within a step." };

    private readonly Option<string?> _log = new("--log") { Description = "Log of the LAMMPS run that wrote the dump: energies, and virials where it has them, by step.", HelpName = "FILE" };

    private readonly Option<string> _run = new("--run") { Description = "Which run of the log: a number from 1, last, or all.", HelpName = "K", DefaultValueFactory = _ => "all" };

    private readonly Option<string?> _units = new("--units") { Description = "Units of LAMMPS files, metal or real; default: what they say, else metal.", HelpName = "UNITS" };

    private LammpsLogLabels? _labels;

    private LeftOutFrames _leftOut = new();

    /// <summary>Declares the arguments.</summary>
    public void AddTo(Command command)
    {
        command.Add(_inputs);
        command.Add(_from);
        command.Add(_typeMap);
        command.Add(_tolerate);
        _units.AcceptOnlyFromAmong("metal", "real");
        command.Add(_log);
        command.Add(_run);
        command.Add(_units);
    }

    /// <summary>The names that were given, or null.</summary>
    public IReadOnlyList<string>? TypeMap(ParseResult arguments) => arguments.GetValue(_typeMap) is { Length: > 0 } names ? names : null;

    /// <summary>What belongs together: every DeePMD system by itself, and every other file as a whole.</summary>
    public IReadOnlyList<string> Systems(ParseResult arguments)
    {
        var format = arguments.GetValue(_from) is { } name ? DataFormats.Named(name, "--from") : (DataFormat?)null;
        return [.. arguments.GetRequiredValue(_inputs).SelectMany(path => DataFormats.IsDeepmd(format ?? LabelledFrames.FormatOf(path)) ? NamesIn(path) : [path])];
    }

    /// <summary>Reads all frames, file after file, from the beginning.</summary>
    /// <param name="arguments">What the user typed.</param>
    /// <param name="context">Stops between frames.</param>
    /// <param name="paths">Those of <see cref="Systems"/> that are to be read; all inputs by default.</param>
    public IEnumerable<Frame> Read(ParseResult arguments, VerbContext context, IReadOnlyList<string>? paths = null)
    {
        _leftOut = new LeftOutFrames();
        var options = new LabelledFrameOptions
        {
            Format = arguments.GetValue(_from) is { } name ? DataFormats.Named(name, "--from") : null,
            TypeNames = TypeMap(arguments),
            TolerateTornEnd = arguments.GetValue(_tolerate),
            Units = Units(arguments),
            LeftOut = _leftOut,
        };
        var log = _labels = arguments.GetValue(_log) is { } file ? LammpsLogLabels.Read(file, options.Units, Run(arguments.GetRequiredValue(_run))) : null;
        foreach (var path in paths ?? arguments.GetRequiredValue(_inputs))
        {
            if (log is not null && (options.Format ?? LabelledFrames.FormatOf(path)) != DataFormat.LammpsDump)
                throw new InputException($"--log: {path} is no LAMMPS dump; a log gives labels to the frames of the dump that the same run wrote");
            foreach (var frame in LabelledFrames.Read(path, options))
            {
                context.Cancellation.ThrowIfCancellationRequested();
                if (log is null)
                    yield return frame;
                else if (log.Label(frame, _leftOut) is { } labelled)
                    yield return labelled;
            }
        }
    }

    private LammpsUnits? Units(ParseResult arguments) => arguments.GetValue(_units) switch
    {
        "real" => LammpsUnits.Real,
        "metal" => LammpsUnits.Metal,
        _ => null,
    };

    private static int Run(string text) => text switch
    {
        "all" => 0,
        "last" => -1,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 => number,
        _ => throw new InputException($"--run {text}: expected a number from 1, last or all"),
    };

    private static string[] NamesIn(string path)
    {
        using var data = new OpenSystems(DeepmdSystems.Open([path]));
        return [.. data.Systems.Select(system => system.Name)];
    }

    /// <summary>Says what was left out in the last reading.</summary>
    public void Report(VerbContext context, JsonResult result)
    {
        foreach (var (reason, count) in _leftOut.Reasons)
            context.Warn(string.Create(CultureInfo.InvariantCulture, $"{count} frames left out: {reason}"));
        if (_labels is { WithoutVirial: > 0 and var without })
            context.Warn(string.Create(CultureInfo.InvariantCulture, $"{without} frames without virial: that takes columns of a 'compute ID all pressure NULL virial' in the log, or Pxx to Pyz and KinEng with velocities and masses in the dump"));
        result.Add("left_out", _leftOut.Count);
    }
}
