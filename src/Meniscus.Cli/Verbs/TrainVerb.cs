using System.CommandLine;
using Meniscus.IO;
using Meniscus.Reporting;
using Meniscus.Training;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus train</c>: trains a model from a training input, as <c>dp train</c> does.</summary>
internal sealed class TrainVerb : Verb
{
    private readonly Argument<string> _input = new("INPUT")
    {
        Description = "Training input, JSON or YAML, as DeePMD-kit v2 and v3 accept it (docs/train-input.md).",
    };

    private readonly Option<string?> _restart = new("--restart", "-r")
    {
        Description = "Go on with a run from its checkpoint, bit for bit: a file, or the prefix of the run (model.ckpt) for its newest.",
        HelpName = "CKPT",
    };

    private readonly Option<string?> _initModel = new("--init-model", "-i")
    {
        Description = "Begin a run at step 0 with weights, statistics and bias of a model or checkpoint.",
        HelpName = "MODEL",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Where the normalised input is written, all defaults filled in.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "out.json",
    };

    private readonly Option<bool> _skipNeighborStat = new("--skip-neighbor-stat")
    {
        Description = "Leave out the pass over the data for the smallest distance and the neighbour counts (sel must be numbers).",
    };

    private readonly Option<bool> _skipDataCheck = new("--skip-data-check")
    {
        Description = "Leave out the check of all frames for NaN, overlapping atoms and missing labels.",
    };

    private readonly Option<bool> _direct = new("--direct")
    {
        Description = "Evaluate the embedding networks for every neighbour instead of through tables: the same numbers, several times slower.",
    };

    /// <summary>Declares the verb.</summary>
    public TrainVerb()
        : base(
            "train",
            "Train a Deep Potential on labelled frames.",
            "meniscus train input.json",
            "meniscus train input.json --restart model.ckpt",
            "meniscus train input.json --init-model frozen_model.dp -o normalised.json")
    {
        Add(_input);
        Add(_restart);
        Add(_initModel);
        Add(_output);
        Add(_skipNeighborStat);
        Add(_skipDataCheck);
        Add(_direct);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var input = TrainingInput.Load(arguments.GetRequiredValue(_input));
        var normalised = arguments.GetRequiredValue(_output);
        AtomicFile.RequireWritable(normalised, "--output");
        foreach (var warning in input.Warnings)
            context.Warn(warning);
        var options = new TrainerOptions
        {
            Restart = arguments.GetValue(_restart),
            InitModel = arguments.GetValue(_initModel),
            SkipNeighborStatistics = arguments.GetValue(_skipNeighborStat),
            SkipDataCheck = arguments.GetValue(_skipDataCheck),
            DirectEmbedding = arguments.GetValue(_direct),
            Threads = context.Threads,
            Notice = context.Warn,
            Information = context.Print,
            Starting = accepted => AtomicFile.WriteText(normalised, writer => writer.Write(accepted.ToJson())),
        };
        var result = Train(input, options, context);
        var plot = WritePlot(input);
        Report(input, result, plot, context);
        return ExitCode.Done;
    }

    private static TrainingResult Train(TrainingInput input, TrainerOptions options, VerbContext context)
    {
        ConsoleProgress? progress = null;
        try
        {
            // The total is known, and earlier steps of a restart too, with the first report.
            var reports = new Relay<ProgressReport>(report =>
            {
                progress ??= context.StartProgress("training", report.Total, "steps", options.Restart is null ? 0 : report.Done);
                progress.Report(report);
            });
            return Trainer.Run(input, options, reports, context.Cancellation);
        }
        finally
        {
            progress?.Dispose();
        }
    }

    /// <summary>Draws the learning curve beside its file.</summary>
    private static string? WritePlot(TrainingInput input)
    {
        if (!input.Training.Display)
            return null;
        var plot = Path.ChangeExtension(input.Training.DisplayFile, ".png");
        LearningCurvePlot.Save(LearningCurveData.Read(input.Training.DisplayFile), plot);
        return plot;
    }

    private static void Report(TrainingInput input, TrainingResult result, string? plot, VerbContext context)
    {
        var json = new JsonResult()
            .Add("steps", result.Steps)
            .Add("ms_per_step", result.MillisecondsPerStep)
            .Add("checkpoint", result.Checkpoint);
        if (result.BestModel is { } best)
            json.Add("best_model", best);
        foreach (var (name, value) in result.Training)
            json.Add($"training_{name}", value);
        foreach (var (name, value) in result.Validation)
            json.Add($"validation_{name}", value);
        context.PrintJson(json);
        context.Print(FormattableString.Invariant($"{result.Steps} steps, {result.MillisecondsPerStep:f2} ms per step; checkpoint {result.Checkpoint}"));
        if (result.Validation.Count > 0)
            context.Print($"whole validation set: {string.Join("  ", result.Validation.Where(e => e.Key != "rmse").Select(Describe))}");
        if (plot is not null)
            context.Print($"learning curve: {input.Training.DisplayFile}, {plot}");
    }

    private static string Describe(KeyValuePair<string, double> error)
    {
        var unit = error.Key.EndsWith("_f", StringComparison.Ordinal) || error.Key.EndsWith("_pf", StringComparison.Ordinal) ? "meV/Å" : "meV/atom";
        return FormattableString.Invariant($"{error.Key} {1000 * error.Value:g4} {unit}");
    }
}
