using System.CommandLine;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Training;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus model-devi</c>: how far several models differ on frames, in the words of <c>dp model-devi</c>.</summary>
internal sealed class ModelDeviationVerb : Verb
{
    private readonly Option<string[]> _models = new("--models", "-m")
    {
        Description = "At least two models: model files, checkpoints, prefixes of runs, or spcfw.",
        HelpName = "MODEL",
        AllowMultipleArgumentsPerToken = true,
        Required = true,
    };

    private readonly Option<string[]> _systems = new("--system", "-s")
    {
        Description = "Data: a system (folder with type.raw), a folder with systems below, an HDF5 file, or file.hdf5#/group; several may follow.",
        HelpName = "SYSTEM",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["."],
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "File for the deviations.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "model_devi.out",
    };

    private readonly Option<int> _frequency = new("--frequency", "-f")
    {
        Description = "Steps between two frames, for the first column.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
        Validators = { OptionBounds.AtLeast(1) },
    };

    private readonly Option<double?> _relative = new("--relative")
    {
        Description = "Divide the deviation of each force by |F| + LEVEL (eV/Å).",
        HelpName = "LEVEL",
    };

    private readonly Option<double?> _relativeVirial = new("--relative_v")
    {
        Description = "Divide the deviation of the virial by its norm + LEVEL (eV per atom).",
        HelpName = "LEVEL",
    };

    private readonly Option<bool> _atomic = new("--atomic")
    {
        Description = "Write the deviation of each force too.",
    };

    private readonly Option<bool> _realError = new("--real_error")
    {
        Description = "Write errors against the labels instead of deviations.",
    };

    /// <summary>Declares the verb.</summary>
    public ModelDeviationVerb()
        : base(
            "model-devi",
            "Measure how far several models differ on frames.",
            "meniscus model-devi -m a.dp b.dp c.dp d.dp -s trajectory -o model_devi.out",
            "meniscus model-devi -m a.dp b.dp -s data --real_error")
    {
        Add(_models);
        Add(_systems);
        Add(_output);
        Add(_frequency);
        Add(_relative);
        Add(_relativeVirial);
        Add(_atomic);
        Add(_realError);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var output = arguments.GetRequiredValue(_output);
        AtomicFile.RequireWritable(output, "--output");
        using var team = new WorkerTeam(context.Threads);
        using var committee = Open(arguments.GetRequiredValue(_models), arguments.GetValue(_realError), team);
        using var data = new OpenSystems(DeepmdSystems.Open(arguments.GetRequiredValue(_systems), committee.TypeMap));
        var (largest, sum, frames) = (default(ModelDeviation), 0.0, 0L);
        using (var progress = context.StartProgress("model-devi", data.Systems.Sum(s => (long)s.FrameCount), "frames"))
        {
            AtomicFile.WriteText(output, writer =>
            {
                var file = new ModelDeviationFile(writer);
                foreach (var system in data.Systems)
                {
                    Measure(arguments, committee, system, file, deviation =>
                    {
                        largest = deviation.MaxForce >= largest.MaxForce ? deviation : largest;
                        sum += deviation.MaxForce;
                        progress.Report(new ProgressReport(++frames, data.Systems.Sum(s => (long)s.FrameCount), ""));
                        context.Cancellation.ThrowIfCancellationRequested();
                    });
                }
            });
        }

        context.Print(string.Create(CultureInfo.InvariantCulture, $"{frames} frames; largest deviation of a force: {largest.MaxForce:g4}, mean of the frames' largest: {sum / frames:g4}; written to {output}"));
        context.PrintJson(new JsonResult()
            .Add("output", output)
            .Add("models", (long)committee.Models.Count)
            .Add("frames", frames)
            .Add(arguments.GetValue(_relative) is null ? "max_devi_f_eV_per_A" : "max_relative_devi_f", largest.MaxForce)
            .Add(arguments.GetValue(_relative) is null ? "mean_max_devi_f_eV_per_A" : "mean_max_relative_devi_f", sum / frames));
        return ExitCode.Done;
    }

    private static Committee Open(string[] names, bool realError, WorkerTeam team)
    {
        if (names.Length < (realError ? 1 : 2))
            throw new InputException("--models: one model; a deviation needs at least two");
        return PotentialModels.OpenCommittee(names, team, forces: CommitteeForces.Mean);
    }

    private void Measure(ParseResult arguments, Committee committee, ILabelledSystem system, ModelDeviationFile file, Action<ModelDeviation> add)
    {
        var evaluator = new FrameEvaluator(committee);
        evaluator.Require(system);
        var realError = arguments.GetValue(_realError);
        const FrameLabels Needed = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial;
        if (realError && (system.Labels & Needed) != Needed)
            throw new InputException($"{system.Name}: no energy, force or virial labels; --real_error compares with all three, so add them or leave out --real_error");
        var frame = system.CreateFrame();
        var options = new ModelDeviationOptions
        {
            RelativeForce = arguments.GetValue(_relative),
            RelativeVirial = arguments.GetValue(_relativeVirial),
            Labels = realError ? frame : null,
        };
        var perAtom = arguments.GetValue(_atomic) ? new double[system.AtomCount] : [];
        file.BeginSystem(system.Name, perAtom.Length);
        for (var n = 0; n < system.FrameCount; n++)
        {
            evaluator.Evaluate(system, n, frame);
            var d = committee.Deviation(options, perAtom);
            file.AddFrame((long)n * arguments.GetValue(_frequency), [d.MaxVirial, d.MinVirial, d.AverageVirial, d.MaxForce, d.MinForce, d.AverageForce, d.Energy], perAtom);
            add(d);
        }
    }
}
