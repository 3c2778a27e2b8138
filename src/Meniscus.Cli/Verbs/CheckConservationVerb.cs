using System.CommandLine;
using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Dynamics;
using Meniscus.Numerics;
using Meniscus.Reporting;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus check conservation</c>: drift and scatter of the conserved quantity at several time steps.</summary>
internal sealed class CheckConservationVerb : Verb
{
    private readonly Argument<string> _input = new("INPUT") { Description = "Input of 'md', .json or .yaml." };

    private readonly Option<string?> _timesteps = new("--timesteps")
    {
        Description = "Time steps in fs, besides the input's own; default: half and twice it.",
        HelpName = "FS,FS,…",
    };

    private readonly Option<double> _time = new("--time")
    {
        Description = "Time to simulate with each time step, ps.",
        HelpName = "PS",
        DefaultValueFactory = _ => 2,
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<double> _thermalise = new("--thermalise")
    {
        Description = "Time to thermalise before, ps.",
        HelpName = "PS",
        DefaultValueFactory = _ => 0.5,
        Validators = { OptionBounds.AtLeast(0) },
    };

    private readonly Option<int?> _stage = new("--stage")
    {
        Description = "Stage of the input, from 1; default: the first that is no minimization.",
        HelpName = "K",
        Validators = { OptionBounds.AtLeast(1) },
    };

    private readonly Option<double> _maxDrift = new("--max-drift")
    {
        Description = "Largest drift that passes, meV/atom/ps.",
        HelpName = "D",
        DefaultValueFactory = _ => 0.01,
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly AnalysisOutput _output;

    /// <summary>Declares the verb.</summary>
    public CheckConservationVerb()
        : base(
            "conservation",
            "Measure how well a run conserves what it should, at several time steps.",
            "meniscus check conservation md.yaml",
            "meniscus check conservation md.yaml --timesteps 0.25,0.5,1 --time 5 --stage 2 -o conservation")
    {
        Add(_input);
        Add(_timesteps);
        Add(_time);
        Add(_thermalise);
        Add(_stage);
        Add(_maxDrift);
        _output = new AnalysisOutput(this);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        _output.Check(arguments);
        var options = new ConservationCheckOptions
        {
            Stage = arguments.GetValue(_stage),
            TimestepsFs = arguments.GetValue(_timesteps) is { } text ? Numbers(text) : null,
            TimePs = arguments.GetValue(_time),
            ThermalisePs = arguments.GetValue(_thermalise),
            MaxDrift = arguments.GetValue(_maxDrift),
            Notice = context.Warn,
        };
        var input = MdInput.Load(arguments.GetRequiredValue(_input));
        foreach (var warning in input.Warnings)
            context.Warn(warning);
        using var team = new WorkerTeam(context.Threads);
        using var model = MdModel.Open(input, team);
        var check = Simulate(input, options, model, context);
        Print(check, context);
        foreach (var warning in check.Warnings)
            context.Warn(warning);
        var files = _output.Write(arguments, context, [("", Columns(check))], plot => ConservationPlot.Save(check, plot));
        context.PrintJson(Json(check, files));
        return check.Failures.Count == 0 ? ExitCode.Done : throw new JobFailedException(check.Failures[0]);
    }

    private static ConservationCheck Simulate(MdInput input, ConservationCheckOptions options, MdModel model, VerbContext context)
    {
        ConsoleProgress? progress = null;
        try
        {
            var reports = new Relay<ProgressReport>(report =>
            {
                progress ??= context.StartProgress("check conservation", report.Total);
                progress.Report(report);
            });
            return ConservationCheck.Run(input, options, model.Potential, reports, context.Cancellation);
        }
        finally
        {
            progress?.Dispose();
        }
    }

    private static double[] Numbers(string text) =>
    [
        .. text.Split(',').Select(word => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InputException($"--timesteps {text}: '{word}' is no number; expected time steps in fs with commas, such as 0.25,0.5,1")),
    ];

    private static void Print(ConservationCheck check, VerbContext context)
    {
        var culture = CultureInfo.InvariantCulture;
        var table = new ResultTable("time step (fs)", "steps", "drift (meV/atom/ps)", "scatter (meV/atom)");
        foreach (var point in check.Points)
        {
            table.AddRow(
                point.TimestepFs.ToString(culture), point.Steps.ToString(culture),
                point.IsStable ? Estimate.Text(point.Drift, point.DriftError) : "unstable", point.Scatter.ToString("g3", culture));
        }

        context.Print(string.Create(culture, $"{check.Stage}: {check.AtomCount} atoms at {check.Temperature:g4} K{(check.IsStochastic ? "; with a stochastic thermostat the effective energy walks" : "")}"));
        context.Print(table);
        context.Print(double.IsNaN(check.Exponent)
            ? "exponent of the scatter: none, it is noise"
            : $"exponent of the scatter: {(double.IsNaN(check.ExponentError) ? check.Exponent.ToString("f2", culture) : Estimate.Text(check.Exponent, check.ExponentError))}, expected 2");
        context.Print(check.Failures.Count == 0 ? "passed" : "FAILED");
        foreach (var failure in check.Failures)
            context.Print($"  {failure}");
    }

    private static List<(string, double[])> Columns(ConservationCheck check) =>
    [
        ("timestep_fs", [.. check.Points.Select(p => p.TimestepFs)]),
        ("steps", [.. check.Points.Select(p => (double)p.Steps)]),
        ("drift_meV_per_atom_per_ps", [.. check.Points.Select(p => p.Drift)]),
        ("drift_error_meV_per_atom_per_ps", [.. check.Points.Select(p => p.DriftError)]),
        ("scatter_meV_per_atom", [.. check.Points.Select(p => p.Scatter)]),
    ];

    private static JsonResult Json(ConservationCheck check, IReadOnlyList<string> files) => new JsonResult()
        .Add("passed", check.Failures.Count == 0)
        .Add("stage", check.Stage)
        .Add("atoms", check.AtomCount)
        .Add("temperature_K", check.Temperature)
        .Add("stochastic", check.IsStochastic)
        .Add("timestep_fs", check.OwnTimestepFs)
        .Add("conserved_drift_meV_per_atom_per_ps", check.Own.Drift)
        .Add("conserved_drift_standard_error_meV_per_atom_per_ps", check.Own.DriftError)
        .Add("max_drift_meV_per_atom_per_ps", check.MaxDrift)
        .Add("exponent", check.Exponent)
        .Add("exponent_standard_error", check.ExponentError)
        .Add("levels_off_at_meV_per_atom", check.LevelsOffAt)
        .Add("noise_level_meV_per_atom", check.NoiseLevel)
        .Add("points", check.Points.Select(p => new JsonResult()
            .Add("timestep_fs", p.TimestepFs)
            .Add("steps", p.Steps)
            .Add("stable", p.IsStable)
            .Add("drift_meV_per_atom_per_ps", p.Drift)
            .Add("drift_standard_error_meV_per_atom_per_ps", p.DriftError)
            .Add("scatter_meV_per_atom", p.Scatter)))
        .Add("failures", check.Failures)
        .Add("warnings", check.Warnings)
        .Add("files", files);
}
