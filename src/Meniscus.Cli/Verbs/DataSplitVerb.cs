using System.CommandLine;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus data split</c>: frames for training and for validation, chosen at random.</summary>
internal sealed class DataSplitVerb : Verb
{
    private readonly FrameInputs _inputs = new();

    private readonly Option<string> _output = new("--output", "-o") { Description = "New folder; gets train and valid.", HelpName = "OUT", Required = true };

    private readonly Option<double> _fraction = new("--valid") { Description = "Fraction of the frames for validation.", HelpName = "X", DefaultValueFactory = _ => 0.1, Validators = { OptionBounds.GreaterThan(0) } };

    private readonly Option<int> _seed = new("--seed") { Description = "Seed of the random choice.", HelpName = "N" };

    /// <summary>Declares the verb.</summary>
    public DataSplitVerb()
        : base("split", "Divide frames at random into training and validation data, as DeePMD systems.", "meniscus data split labels.xyz -o data --valid 0.1 --seed 7")
    {
        _inputs.AddTo(this);
        Add(_output);
        Add(_fraction);
        Add(_seed);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var output = arguments.GetRequiredValue(_output);
        var fraction = arguments.GetValue(_fraction);
        var total = _inputs.Read(arguments, context).LongCount();
        var wanted = (long)Math.Round(fraction * total);
        if (wanted < 1 || wanted >= total)
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"--valid {fraction}: that is {wanted} of {total} frames; both parts need at least one"));
        var valid = FrameSelection.Sample(total, wanted, arguments.GetValue(_seed));
        var training = Write(arguments, context, Path.Combine(output, "train"), index => !valid.Contains(index));
        Write(arguments, context, Path.Combine(output, "valid"), valid.Contains);
        var result = new JsonResult().Add("output", output).Add("training_frames", training).Add("validation_frames", wanted);
        _inputs.Report(context, result);
        context.Print(string.Create(CultureInfo.InvariantCulture, $"wrote {training} frames to {Path.Combine(output, "train")} and {wanted} to {Path.Combine(output, "valid")}"));
        context.PrintJson(result);
        return ExitCode.Done;
    }

    private long Write(ParseResult arguments, VerbContext context, string folder, Func<long, bool> takes)
    {
        var index = 0L;
        bool IsTaken(Frame frame) => takes(index++);
        return DeepmdFrameWriter.Write(folder, _inputs.Read(arguments, context).Where(IsTaken), DataFormat.Deepmd, _inputs.TypeMap(arguments)).Sum(system => system.Frames);
    }
}
