using System.CommandLine;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus data check</c>: finds what would spoil a training before it is started.</summary>
internal sealed class DataCheckVerb : Verb
{
    private static readonly Dictionary<string, FrameLabels> LabelNames = new()
    {
        ["energy"] = FrameLabels.Energy,
        ["force"] = FrameLabels.Force,
        ["virial"] = FrameLabels.Virial,
        ["atom_ener"] = FrameLabels.AtomEnergy,
        ["fparam"] = FrameLabels.FrameParameters,
        ["aparam"] = FrameLabels.AtomParameters,
    };

    private readonly Argument<string[]> _systems = new("SYSTEM")
    {
        Description = "A system (folder with type.raw), a folder with systems below, an HDF5 file, or file.hdf5#/group.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string[]> _required = new("--require")
    {
        Description = $"Labels every system must have: {string.Join(", ", LabelNames.Keys)}.",
        HelpName = "LABEL",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<double> _overlap = new("--overlap")
    {
        Description = "Atoms closer than this are an error, Å.",
        HelpName = "R",
        DefaultValueFactory = _ => new DataCheckOptions().OverlapError,
        Validators = { OptionBounds.AtLeast(0) },
    };

    private readonly Option<double> _close = new("--close")
    {
        Description = "Atoms closer than this are a warning, Å.",
        HelpName = "R",
        DefaultValueFactory = _ => new DataCheckOptions().OverlapWarning,
        Validators = { OptionBounds.AtLeast(0) },
    };

    private readonly Option<double> _netForce = new("--net-force")
    {
        Description = "|sum of forces|/sqrt(atoms) above this is a warning, eV/Å.",
        HelpName = "F",
        DefaultValueFactory = _ => new DataCheckOptions().NetForceWarning,
        Validators = { OptionBounds.AtLeast(0) },
    };

    private readonly Option<int> _listed = new("--list")
    {
        Description = "Findings of one kind listed per system; the others are counted.",
        HelpName = "N",
        DefaultValueFactory = _ => new DataCheckOptions().ListedPerKind,
        Validators = { OptionBounds.AtLeast(0) },
    };

    /// <summary>Declares the verb.</summary>
    public DataCheckVerb()
        : base(
            "check",
            "Look for frames that would spoil a training: NaN, overlapping atoms, impossible cells, bad labels, duplicates.",
            "meniscus data check data --require energy force",
            "meniscus data check data/training data/validation --overlap 0.5 --close 0.7")
    {
        Add(_systems);
        Add(_required);
        Add(_overlap);
        Add(_close);
        Add(_netForce);
        Add(_listed);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var overlap = arguments.GetValue(_overlap);
        var options = new DataCheckOptions
        {
            RequiredLabels = Required(arguments.GetValue(_required) ?? []),
            OverlapError = overlap,
            OverlapWarning = Math.Max(overlap, arguments.GetValue(_close)),
            NetForceWarning = arguments.GetValue(_netForce),
            ListedPerKind = arguments.GetValue(_listed),
        };
        using var data = new OpenSystems(DeepmdSystems.OpenInCommonTypes(arguments.GetRequiredValue(_systems)));
        var frames = data.Systems.Sum(system => (long)system.FrameCount);
        IReadOnlyList<DataFinding> findings;
        using (var progress = context.StartProgress("check", frames, "frames"))
            findings = DataCheck.Run(data.Systems, options, new FrameProgress(progress), context.Cancellation);
        var errors = findings.Count(finding => finding.Severity == DataSeverity.Error);
        Report(context, findings, data.Systems.Count, frames, errors);
        return errors == 0
            ? ExitCode.Done
            : throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{errors} errors in the data; correct or remove what is listed, training on it would fail"));
    }

    private static FrameLabels Required(string[] names)
    {
        var labels = FrameLabels.None;
        foreach (var name in names)
        {
            labels |= LabelNames.TryGetValue(name, out var label)
                ? label
                : throw new InputException($"--require {name}: not a label; known are {string.Join(", ", LabelNames.Keys)}");
        }

        return labels;
    }

    private static void Report(VerbContext context, IReadOnlyList<DataFinding> findings, int systems, long frames, int errors)
    {
        foreach (var finding in findings)
            context.Print($"{SeverityName(finding.Severity)}: {finding}");
        context.Print(string.Create(CultureInfo.InvariantCulture, $"{systems} systems, {frames} frames: {errors} errors, {findings.Count - errors} warnings"));
        context.PrintJson(new JsonResult()
            .Add("systems", systems)
            .Add("frames", frames)
            .Add("errors", errors)
            .Add("warnings", findings.Count - errors)
            .Add("counts", Counts(findings))
            .Add("findings", findings.Select(Json)));
    }

    private static JsonResult Counts(IReadOnlyList<DataFinding> findings)
    {
        var counts = new JsonResult();
        foreach (var kind in findings.GroupBy(finding => finding.Kind))
            counts.Add(kind.Key, kind.Sum(finding => (long)finding.Count));
        return counts;
    }

    private static JsonResult Json(DataFinding finding)
    {
        var result = new JsonResult()
            .Add("severity", SeverityName(finding.Severity)).Add("kind", finding.Kind).Add("count", finding.Count).Add("system", finding.System);
        if (finding.Frame is { } frame)
            result.Add("frame", frame);
        return result.Add("message", finding.Message);
    }

    private static string SeverityName(DataSeverity severity) => severity == DataSeverity.Error ? "error" : "warning";

    private sealed class FrameProgress(ConsoleProgress progress) : IProgress<int>
    {
        public void Report(int value) => progress.Report(value);
    }
}
