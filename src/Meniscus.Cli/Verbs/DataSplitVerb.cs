using System.CommandLine;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus data split</c>: frames, or whole systems, for training and for validation, chosen at random.</summary>
internal sealed class DataSplitVerb : Verb
{
    private readonly FrameInputs _inputs = new();

    private readonly Option<string> _output = new("--output", "-o") { Description = "New folder; gets train and valid.", HelpName = "OUT", Required = true };

    private readonly Option<double> _fraction = new("--valid") { Description = "Fraction of the frames for validation.", HelpName = "X", DefaultValueFactory = _ => 0.1, Validators = { OptionBounds.GreaterThan(0) } };

    private readonly Option<int> _seed = new("--seed") { Description = "Seed of the random choice.", HelpName = "N" };

    private readonly Option<string> _by = new("--by") { Description = "What is divided: frame (each for itself), or system (whole DeePMD systems and files).", HelpName = "WHAT", DefaultValueFactory = _ => "frame" };

    /// <summary>Declares the verb.</summary>
    public DataSplitVerb()
        : base(
            "split",
            "Divide frames or whole systems at random into training and validation data, as DeePMD systems.",
            "meniscus data split labels.xyz -o data --valid 0.1 --seed 7",
            "meniscus data split runs -o data --valid 0.2 --by system")
    {
        _inputs.AddTo(this);
        Add(_output);
        Add(_fraction);
        Add(_seed);
        Add(_by);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context) => arguments.GetRequiredValue(_by) switch
    {
        "frame" => ByFrame(arguments, context),
        "system" => BySystem(arguments, context),
        var other => throw new InputException($"--by {other}: expected frame or system"),
    };

    private int ByFrame(ParseResult arguments, VerbContext context)
    {
        var fraction = arguments.GetValue(_fraction);
        var total = _inputs.Read(arguments, context).LongCount();
        var wanted = (long)Math.Round(fraction * total);
        if (wanted < 1 || wanted >= total)
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"--valid {fraction}: that is {wanted} of {total} frames; both parts need at least one"));
        var valid = FrameSelection.Sample(total, wanted, arguments.GetValue(_seed));
        var index = 0L;
        var training = Write(arguments, "train", _inputs.Read(arguments, context).Where(_ => !valid.Contains(index++)));
        index = 0;
        var validation = Write(arguments, "valid", _inputs.Read(arguments, context).Where(_ => valid.Contains(index++)));
        return Report(arguments, context, training, validation, []);
    }

    private int BySystem(ParseResult arguments, VerbContext context)
    {
        var fraction = arguments.GetValue(_fraction);
        var systems = _inputs.Systems(arguments);
        if (systems.Count < 2)
            throw new InputException("--by system: there is one system; give several, or divide its frames with --by frame");
        var counts = systems.Select(system => _inputs.Read(arguments, context, [system]).LongCount()).ToArray();
        var valid = FrameSelection.SampleGroups(counts, fraction, arguments.GetValue(_seed));
        var training = Write(arguments, "train", _inputs.Read(arguments, context, [.. systems.Where((_, i) => !valid.Contains(i))]));
        var chosen = systems.Where((_, i) => valid.Contains(i)).ToList();
        var validation = Write(arguments, "valid", _inputs.Read(arguments, context, chosen));
        return Report(arguments, context, training, validation, chosen);
    }

    private long Write(ParseResult arguments, string part, IEnumerable<Frame> frames) =>
        DeepmdFrameWriter.Write(Path.Combine(arguments.GetRequiredValue(_output), part), frames, DataFormat.Deepmd, _inputs.TypeMap(arguments)).Sum(system => system.Frames);

    private int Report(ParseResult arguments, VerbContext context, long training, long validation, List<string> validationSystems)
    {
        var output = arguments.GetRequiredValue(_output);
        var result = new JsonResult().Add("output", output).Add("training_frames", training).Add("validation_frames", validation);
        if (validationSystems.Count > 0)
            result.Add("validation_systems", validationSystems);
        _inputs.Report(context, result);
        context.Print(string.Create(CultureInfo.InvariantCulture, $"wrote {training} frames to {Path.Combine(output, "train")} and {validation} to {Path.Combine(output, "valid")}"));
        if (validationSystems.Count > 0)
            context.Print($"validation: {string.Join(", ", validationSystems)}");
        context.PrintJson(result);
        return ExitCode.Done;
    }
}
