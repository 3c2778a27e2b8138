using System.CommandLine;
using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Cli;

/// <summary>The argument and options of verbs that read trajectories: files, type names, units, what to skip, every so many frames.</summary>
internal sealed class TrajectoryArguments
{
    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Trajectory: extended XYZ, LAMMPS dump or data file, or a DeePMD system; several follow each other.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly TrajectoryOptionSet _options;

    private readonly Option<string> _skip = new("--skip")
    {
        Description = "Left out at the start: frames (200), time (50ps, 1.5ns) or share (20%).",
        HelpName = "AMOUNT",
        DefaultValueFactory = _ => "0",
    };

    private readonly Option<int> _every = new("--every")
    {
        Description = "Use every N-th frame.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
        Validators = { OptionBounds.AtLeast(1) },
    };

    /// <summary>Adds them to a verb.</summary>
    public TrajectoryArguments(Command verb)
    {
        verb.Add(_files);
        _options = new TrajectoryOptionSet(verb);
        verb.Add(_skip);
        verb.Add(_every);
    }

    /// <summary>The files.</summary>
    public string[] Files(ParseResult arguments) => arguments.GetRequiredValue(_files);

    /// <summary>Stride of frames.</summary>
    public int Every(ParseResult arguments) => arguments.GetValue(_every);

    /// <summary>Hands every frame that is used to an estimator, showing progress.</summary>
    /// <returns>Number of frames used.</returns>
    /// <exception cref="InputException">A file cannot be read, or no frame is left.</exception>
    public int ForEach(ParseResult arguments, VerbContext context, Action<Frame> add)
    {
        var files = Files(arguments);
        var skip = Skip.Parse(arguments.GetRequiredValue(_skip));
        if (skip.IsAutomatic)
            throw new InputException("--skip auto: the start of equilibrium is looked for in thermo tables; give frames (200), a time (50ps) or a share (20%)");
        var options = _options.Read(arguments);
        var every = Every(arguments);
        using var progress = context.StartProgress(context.VerbName, 0, "frames");
        var first = skip.Share is { } share ? (long)(share * files.Sum(file => (long)Trajectory.CountFrames(file, options))) : skip.Count ?? 0;
        long index = 0;
        var (used, inTime) = (0, 0L);
        double? start = null;
        foreach (var frame in Chained(files, options))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            start ??= frame.Time ?? (skip.Time is null ? 0
                : throw new InputException($"{files[0]}: the frames have no time to skip {skip.Text} by; give a number of frames"));
            if (index++ < first || (skip.Time is { } time && frame.Time - start < time - (1e-9 * time)) || inTime++ % every != 0)
                continue;
            add(frame);
            progress.Report(++used);
        }

        return used > 0 ? used
            : throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', files)}: skip {skip.Text} leaves none of {index} frames; skip less"));
    }

    /// <summary>All frames; where a file begins with steps that the one before has, these are left out.</summary>
    private static IEnumerable<Frame> Chained(string[] files, TrajectoryOptions options)
    {
        long? last = null;
        foreach (var file in files)
        {
            var before = last;
            foreach (var frame in Trajectory.Read(file, options))
            {
                // A file that counts from the start again is another run.
                if (before is not null && frame.Step == 0)
                    before = null;
                if (frame.Step <= before)
                    continue;
                last = frame.Step ?? last;
                yield return frame;
            }
        }
    }
}

/// <summary>How trajectories are read: names of types, units.</summary>
internal sealed class TrajectoryOptionSet
{
    private readonly Option<string[]> _types = new("--type-map", "-t")
    {
        Description = "Names of LAMMPS's integer types, in order, where the file does not say its elements.",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _units = new("--units")
    {
        Description = "Units of LAMMPS files that do not say them: metal or real.",
        HelpName = "STYLE",
    };

    private readonly bool _hasUnits;

    /// <summary>Adds them to a verb.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="units">Whether to add <c>--units</c> too; false where the verb has it already.</param>
    public TrajectoryOptionSet(Command verb, bool units = true)
    {
        verb.Add(_types);
        _hasUnits = units;
        if (units)
            verb.Add(_units);
    }

    /// <summary>What was given.</summary>
    public TrajectoryOptions Read(ParseResult arguments) => new()
    {
        TypeNames = arguments.GetValue(_types) is { Length: > 0 } names ? names : null,
        Units = (_hasUnits ? arguments.GetValue(_units) : null) switch
        {
            null => null,
            "metal" => LammpsUnits.Metal,
            "real" => LammpsUnits.Real,
            var other => throw new InputException($"--units {other}: expected metal or real"),
        },
        TolerateTornEnd = true,
    };
}
