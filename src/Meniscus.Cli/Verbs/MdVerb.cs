using System.CommandLine;
using System.Globalization;
using Meniscus.Dynamics;
using Meniscus.Numerics;
using Meniscus.Training;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus md</c>: molecular dynamics by an input file.</summary>
internal sealed class MdVerb : Verb
{
    private readonly Argument<string> _input = new("INPUT")
    {
        Description = "Input of the run, JSON or YAML; its keys are in docs/md-input.md.",
    };

    private readonly Option<string?> _restart = new("--restart")
    {
        Description = "Go on from this restart file, to the last bit as if the run had not been stopped.",
        HelpName = "FILE",
    };

    private readonly Option<long?> _maxSteps = new("--max-steps")
    {
        Description = "Do at most this many steps now, and write a restart for the rest.",
        HelpName = "N",
    };

    private readonly Option<bool> _quiet = new("--quiet")
    {
        Description = "Do not print the rows of the thermo table.",
    };

    /// <summary>Declares the verb.</summary>
    public MdVerb()
        : base(
            "md",
            "Run molecular dynamics: minimization, NVE, NVT, NPT, ramps, in stages.",
            "meniscus md md.json",
            "meniscus md md.json --restart md.restart")
    {
        _maxSteps.Validators.Add(OptionBounds.AtLeast(1));
        Add(_input);
        Add(_restart);
        Add(_maxSteps);
        Add(_quiet);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var input = MdInput.Load(arguments.GetRequiredValue(_input));
        foreach (var warning in input.Warnings)
            context.Warn(warning);
        using var team = new WorkerTeam(context.Threads);
        using var model = MdModel.Open(input, team);
        using var rows = new ThermoRows(context, arguments.GetValue(_quiet));
        var options = new MdOptions
        {
            Restart = arguments.GetValue(_restart),
            MaxSteps = arguments.GetValue(_maxSteps),
            Notice = context.Warn,
            Row = rows.Take,
        };
        var result = Simulate(input, options, model, context);
        rows.Finish();
        Report(result, context);
        return ExitCode.Done;
    }

    private static MdResult Simulate(MdInput input, MdOptions options, MdModel model, VerbContext context)
    {
        ConsoleProgress? progress = null;
        try
        {
            var reports = new Relay<ProgressReport>(report =>
            {
                // The first report comes after one step, so what a restart brought along is one less.
                progress ??= context.StartProgress("md", report.Total, "steps", report.Done - 1);
                progress.Report(report);
            });
            return MdRun.Run(input, options, model.Potential, model.Deviation, reports, context.Cancellation);
        }
        finally
        {
            progress?.Dispose();
        }
    }

    private static void Report(MdResult result, VerbContext context)
    {
        var perAtomStep = 1e3 * result.MillisecondsPerStep / result.Atoms;
        context.PrintJson(new JsonResult()
            .Add("steps", result.Steps)
            .Add("finished", result.Finished)
            .Add("atoms", result.Atoms)
            .Add("ms_per_step", result.MillisecondsPerStep)
            .Add("us_per_atom_step", perAtomStep)
            .Add("ns_per_day", result.NanosecondsPerDay)
            .Add("potential_share", result.PotentialShare)
            .Add("neighbor_list_builds", result.NeighborListBuilds)
            .Add("conserved_drift_meV_per_atom_per_ps", result.Drifts.Count > 0 ? result.Drifts[^1].MevPerAtomPerPs : double.NaN)
            .Add("stages", result.Drifts.Select(drift => new JsonResult()
                .Add("name", drift.Stage)
                .Add("conserved_drift_meV_per_atom_per_ps", drift.MevPerAtomPerPs)
                .Add("conserved_largest_deviation_meV_per_atom", drift.LargestMevPerAtom)))
            .Add("restart", result.Restart));
        if (result.Steps == 0)
        {
            context.Print($"no steps left: {result.Restart} is the end of the run");
            return;
        }

        context.Print(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Steps} steps of {result.Atoms} atoms, {result.MillisecondsPerStep:f3} ms per step ({perAtomStep:f2} µs per atom), {result.NanosecondsPerDay:f2} ns/day; {result.PotentialShare:p1} of the time in the model; neighbours listed {result.NeighborListBuilds} times"));
        foreach (var drift in result.Drifts)
        {
            context.Print(string.Create(
                CultureInfo.InvariantCulture,
                $"{drift.Stage}: conserved quantity drifts {drift.MevPerAtomPerPs:g3} meV/atom/ps, at most {drift.LargestMevPerAtom:g3} meV/atom away from its start"));
        }

        context.Print(result.Finished ? $"restart: {result.Restart}" : $"not finished; go on with --restart {result.Restart}");
    }
}
