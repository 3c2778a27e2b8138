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

    private LeftOutFrames _leftOut = new();

    /// <summary>Declares the arguments.</summary>
    public void AddTo(Command command)
    {
        command.Add(_inputs);
        command.Add(_from);
        command.Add(_typeMap);
        command.Add(_tolerate);
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
            LeftOut = _leftOut,
        };
        foreach (var path in paths ?? arguments.GetRequiredValue(_inputs))
        {
            foreach (var frame in LabelledFrames.Read(path, options))
            {
                context.Cancellation.ThrowIfCancellationRequested();
                yield return frame;
            }
        }
    }

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
        result.Add("left_out", _leftOut.Count);
    }
}
