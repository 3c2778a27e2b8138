using System.CommandLine;
using Meniscus.Dynamics;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus export lammps</c>: the stages of a run as an input of LAMMPS.</summary>
internal sealed class ExportLammpsVerb : Verb
{
    private readonly Argument<string> _input = new("INPUT")
    {
        Description = "Input of a run, JSON or YAML, as meniscus md takes it; in a study, the md.json of a simulation.",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = $"Folder for {LammpsExport.ScriptName} and {LammpsExport.DataName}.",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => "lammps",
    };

    private readonly Option<string?> _stage = new("--stage")
    {
        Description = "Only the stage of this name or number, from 1; default: all stages.",
        HelpName = "STAGE",
    };

    private readonly Option<string> _pairStyle = new("--pair-style")
    {
        Description = "How LAMMPS calls the model: as a model of KIM, or by DeePMD-kit's pair style.",
        HelpName = "kim|deepmd",
        DefaultValueFactory = _ => "kim",
    };

    private readonly Option<string?> _kimModel = new("--kim-model")
    {
        Description = "The model's name in KIM; default: Meniscus_ and the name of its file.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _restart = new("--restart")
    {
        Description = "Take the atoms from this restart of meniscus md instead of the structure.",
        HelpName = "FILE",
    };

    /// <summary>Declares the verb.</summary>
    public ExportLammpsVerb()
        : base(
            "lammps",
            "Write the stages of a run as an input of LAMMPS, with its data file.",
            "meniscus export lammps md.json -o lammps",
            "meniscus export lammps md.json --stage 2 --restart md.restart -o lammps")
    {
        _pairStyle.AcceptOnlyFromAmong("kim", "deepmd");
        Add(_input);
        Add(_output);
        Add(_stage);
        Add(_pairStyle);
        Add(_kimModel);
        Add(_restart);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var input = MdInput.Load(arguments.GetRequiredValue(_input));
        foreach (var warning in input.Warnings)
            context.Warn(warning);
        var style = arguments.GetValue(_pairStyle) == "deepmd" ? LammpsPairStyle.Deepmd : LammpsPairStyle.Kim;
        var result = LammpsExport.Write(input, new LammpsExportOptions
        {
            Folder = arguments.GetRequiredValue(_output),
            Stage = arguments.GetValue(_stage),
            PairStyle = style,
            KimModel = arguments.GetValue(_kimModel),
            Restart = arguments.GetValue(_restart),
            Notice = context.Warn,
        });
        context.PrintJson(new JsonResult()
            .Add("script", result.Script)
            .Add("data", result.Data)
            .Add("model", result.Model)
            .Add("stages", result.Stages)
            .Add("atoms", result.Atoms));
        context.Print($"wrote {result.Script} and {result.Data}: {result.Atoms} atoms, {result.Stages} {(result.Stages == 1 ? "stage" : "stages")}");
        context.Print(style == LammpsPairStyle.Kim
            ? $"the model has to be known to KIM as {result.Model} (docs/native.md, In LAMMPS)"
            : $"the models are named relative to the folder: {result.Model}");
        return ExitCode.Done;
    }
}
