using System.CommandLine;
using System.Globalization;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Training;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus change-bias</c>: another energy zero per type, fitted to data or given.</summary>
internal sealed class ChangeBiasVerb : Verb
{
    private readonly Argument<string> _model = new("MODEL")
    {
        Description = "Model file.",
    };

    private readonly SystemsOption _systems;

    private readonly Option<double[]> _values = new("--bias-value", "-b")
    {
        Description = "Energy per atom of each type, eV, in the order of the model's type map; instead of data.",
        HelpName = "VALUE",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _mode = new("--mode", "-m")
    {
        Description = "change: add the fit to label - prediction; set: use the fit to the labels alone.",
        HelpName = "change|set",
        DefaultValueFactory = _ => "change",
    };

    private readonly Option<int> _frames = new("--numb-frames", "-n")
    {
        Description = "Most frames per system; 0 for all.",
        HelpName = "N",
        Validators = { OptionBounds.AtLeast(0) },
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Model file to write; default: MODEL with '_updated' before its ending.",
        HelpName = "OUT",
    };

    /// <summary>Declares the verb.</summary>
    public ChangeBiasVerb()
        : base(
            "change-bias",
            "Change the energy bias of a model to fit other data.",
            "meniscus change-bias water.dp -s data/r2scan -o water-r2scan.dp",
            "meniscus change-bias water.dp -b -93.57 -187.15")
    {
        Add(_model);
        _systems = new SystemsOption(this);
        Add(_values);
        Add(_mode);
        Add(_frames);
        Add(_output);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var name = arguments.GetRequiredValue(_model);
        if (DeepPotModels.IsCheckpoint(name))
            throw new InputException($"{name}: a checkpoint, whose optimizer's state belongs to its bias; freeze it first (meniscus freeze -c {name} -o model.dp) and change the bias of that model");
        var output = ModelOutput.Name(arguments.GetValue(_output) ?? Path.ChangeExtension(name, null) + "_updated" + Path.GetExtension(name));
        var mode = Mode(arguments.GetRequiredValue(_mode));
        var systems = _systems.Names(arguments);
        var values = arguments.GetValue(_values) ?? [];
        if ((systems.Count > 0) == (values.Length > 0))
            throw new InputException("give either data (-s SYSTEM or -f LISTFILE) or values (-b VALUE ...)");
        var model = DeepPotModels.Load(name);
        var change = values.Length > 0 ? EnergyBiasChange.To(model, values) : Fit(arguments, context, model, systems, mode);
        DeepPotModelFile.Save(change.Model, output);
        Report(context, change, output);
        return ExitCode.Done;
    }

    private static EnergyBiasMode Mode(string text) => text switch
    {
        "change" => EnergyBiasMode.Change,
        "set" => EnergyBiasMode.Set,
        _ => throw new InputException($"--mode {text}: expected 'change' or 'set'"),
    };

    private EnergyBiasChange Fit(ParseResult arguments, VerbContext context, DeepPotModel model, IReadOnlyList<string> names, EnergyBiasMode mode)
    {
        using var data = new OpenSystems(DeepmdSystems.Open(names, model.TypeMap));
        using var team = new WorkerTeam(context.Threads);
        var frames = arguments.GetValue(_frames);
        var total = data.Systems.Sum(s => (long)(frames > 0 ? Math.Min(frames, s.FrameCount) : s.FrameCount));
        using var progress = context.StartProgress("change bias", total, "frames");
        return EnergyBiasChange.Fit(model, team, data.Systems, mode, frames, progress, context.Cancellation);
    }

    private static void Report(VerbContext context, EnergyBiasChange change, string output)
    {
        var table = new ResultTable("type", "bias before (eV)", "bias now (eV)");
        var names = change.Model.TypeMap.Names;
        for (var type = 0; type < names.Count; type++)
            table.AddRow(names[type], Text(change.Before[type], "f6"), Text(change.After[type], "f6"));
        context.Print(table);
        if (change.FrameCount > 0)
            context.Print($"energy RMSE on {Text(change.FrameCount, "0")} frames: {Text(change.EnergyRmsePerAtomBefore, "G4")} eV/atom before, {Text(change.EnergyRmsePerAtomAfter, "G4")} eV/atom now");
        context.Print($"wrote {output}");
        context.PrintJson(new JsonResult()
            .Add("output", output)
            .Add("type_map", names)
            .Add("bias_before_eV", change.Before)
            .Add("bias_eV", change.After)
            .Add("frames", change.FrameCount)
            .Add("energy_rmse_before_eV_per_atom", change.EnergyRmsePerAtomBefore)
            .Add("energy_rmse_eV_per_atom", change.EnergyRmsePerAtomAfter));
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
