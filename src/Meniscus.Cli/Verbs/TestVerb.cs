using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Reporting;
using Meniscus.Training;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus test</c>: errors of a model on labelled frames, in the words of <c>dp test</c>.</summary>
internal sealed class TestVerb : Verb
{
    private readonly Option<string> _model = new("--model", "-m")
    {
        Description = "Model file, checkpoint, prefix of a run, or spcfw, the built-in water model.",
        HelpName = "MODEL",
        DefaultValueFactory = _ => "frozen_model.dp",
    };

    private readonly SystemsOption _systems;

    private readonly Option<int> _frames = new("--numb-test", "-n")
    {
        Description = "Most frames per system; 0 for all.",
        HelpName = "N",
        Validators = { OptionBounds.AtLeast(0) },
    };

    private readonly Option<string?> _detail = new("--detail-file", "-d")
    {
        Description = "Write labels and predictions to PREFIX.e.out, PREFIX.e_peratom.out, PREFIX.f.out, PREFIX.v.out, PREFIX.v_peratom.out.",
        HelpName = "PREFIX",
    };

    private readonly Option<bool> _shuffle = new("--shuffle-test")
    {
        Description = "With -n: a random choice of frames instead of the first ones.",
    };

    private readonly Option<long> _seed = new("--rand-seed", "-r")
    {
        Description = "Seed of the random choice.",
        HelpName = "SEED",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<string?> _plot = new("--plot")
    {
        Description = "Plot predictions against labels, .png or .svg.",
        HelpName = "FILE",
    };

    /// <summary>Declares the verb.</summary>
    public TestVerb()
        : base(
            "test",
            "Compare a model's energies, forces and virials with labelled frames.",
            "meniscus test -m water.dp -s data/validation",
            "meniscus test -m model.ckpt -s data/a data/b -n 30 -d detail --plot parity.png")
    {
        Add(_model);
        _systems = new SystemsOption(this);
        Add(_frames);
        Add(_detail);
        Add(_shuffle);
        Add(_seed);
        Add(_plot);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        if (arguments.GetValue(_plot) is { } plot)
            PlotFile.RequireKnownEnding(plot);
        var names = _systems.RequireNames(arguments);
        using var team = new WorkerTeam(context.Threads);
        using var potential = PotentialModels.Open(arguments.GetRequiredValue(_model), team);
        using var data = new OpenSystems(DeepmdSystems.Open(names, potential.TypeMap));
        var test = new ModelTest(potential, new ModelTestOptions
        {
            FramesPerSystem = arguments.GetValue(_frames),
            ShuffleSeed = arguments.GetValue(_shuffle) ? arguments.GetValue(_seed) : null,
        });
        var clock = Stopwatch.StartNew();
        Evaluate(arguments, context, test, data.Systems);
        Report(arguments, context, test, (potential as DeepPotential)?.Model, clock.Elapsed.TotalSeconds);
        return ExitCode.Done;
    }

    private void Evaluate(ParseResult arguments, VerbContext context, ModelTest test, IReadOnlyList<ILabelledSystem> systems)
    {
        var points = new ParityPoints();
        List<IPredictionSink> sinks = arguments.GetValue(_plot) is null ? [] : [points];
        using (var progress = context.StartProgress("test", test.FrameCount(systems), "frames"))
        {
            if (arguments.GetValue(_detail) is { } prefix)
            {
                var labels = systems.Select(ModelTest.LabelsOf).Aggregate(FrameLabels.None, (all, one) => all | one);
                DpTestDetailFiles.Write(prefix, labels, files => test.Run(systems, [files, .. sinks], progress, context.Cancellation));
            }
            else
            {
                test.Run(systems, sinks, progress, context.Cancellation);
            }
        }

        if (arguments.GetValue(_plot) is { } plot)
            ParityPlot.Save(points.Series(), plot);
    }

    private void Report(ParseResult arguments, VerbContext context, ModelTest test, DeepPotModel? model, double seconds)
    {
        foreach (var (system, errors) in test.Systems)
            Print(context, $"# testing system : {system}", $"# number of test data : {errors.FrameCount}", errors);
        if (test.Systems.Count > 1)
            Print(context, "# weighted average of errors", $"# number of systems : {test.Systems.Count}", test.Total);
        context.Print(string.Create(CultureInfo.InvariantCulture, $"# {test.Total.FrameCount} frames in {seconds:0.###} s"));
        if (test.Overflow.Atoms > 0 && model is not null)
        {
            var sel = model.Descriptor.SharedSlots is { } slots ? $"{slots} for all types" : $"{model.TypeMap}: {string.Join(' ', model.Descriptor.Sel)}";
            context.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"{test.Overflow.Atoms} times an atom had more neighbours than the model's sel ({sel}) has slots, by up to {test.Overflow.LargestExcess}; the farthest ones were left out, so these energies and forces jump"));
        }

        context.PrintJson(new JsonResult()
            .Add("model", arguments.GetRequiredValue(_model))
            .AddErrors(test.Total)
            .Add("seconds", seconds)
            .Add("atoms_with_too_many_neighbors", test.Overflow.Atoms)
            .Add("systems", test.Systems.Select(s => new JsonResult().Add("system", s.System).AddErrors(s.Errors))));
    }

    private static void Print(VerbContext context, string title, string count, TestErrors errors)
    {
        context.Print(title);
        context.Print(count);
        Print(context, "Energy", "", "eV", errors.Energy);
        Print(context, "Energy", "/Natoms", "eV", errors.EnergyPerAtom);
        Print(context, "Force ", "", "eV/Å", errors.Force);
        Print(context, "Virial", "", "eV", errors.Virial);
        Print(context, "Virial", "/Natoms", "eV", errors.VirialPerAtom);
    }

    private static void Print(VerbContext context, string quantity, string per, string unit, ErrorStatistic statistic)
    {
        if (statistic.Count == 0)
            return;
        context.Print(string.Create(CultureInfo.InvariantCulture, $"{$"{quantity} MAE{per}",-18} : {statistic.Mae:0.000000e+00} {unit}"));
        context.Print(string.Create(CultureInfo.InvariantCulture, $"{$"{quantity} RMSE{per}",-18} : {statistic.Rmse:0.000000e+00} {unit}"));
    }
}
