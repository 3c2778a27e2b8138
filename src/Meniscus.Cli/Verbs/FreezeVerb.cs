using System.CommandLine;
using Meniscus.Potentials.DeepPot;
using Meniscus.Training;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus freeze</c>: a model file out of a checkpoint, for use without its training run.</summary>
internal sealed class FreezeVerb : Verb
{
    private readonly Option<string> _checkpoint = new("--checkpoint", "-c")
    {
        Description = "A checkpoint (model.ckpt-1000.ckpt, or model.ckpt.pt of DeePMD-kit), the prefix of a run (model.ckpt: its newest), or the folder of a run.",
        HelpName = "CKPT",
        DefaultValueFactory = _ => ".",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Model file to write; the ending (.dp, .yaml, .yml, .json) chooses the format.",
        HelpName = "MODEL",
        DefaultValueFactory = _ => "frozen_model.dp",
    };

    /// <summary>Declares the verb.</summary>
    public FreezeVerb()
        : base(
            "freeze",
            "Make a model file from a checkpoint of a training run.",
            "meniscus freeze -c model.ckpt -o water.dp",
            "meniscus freeze -c model.ckpt-400000 -o water.yaml")
    {
        Add(_checkpoint);
        Add(_output);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var checkpoint = arguments.GetRequiredValue(_checkpoint);
        var output = ModelOutput.Name(arguments.GetRequiredValue(_output));
        if (!DeepPotModels.IsCheckpoint(checkpoint) && Path.GetExtension(checkpoint) != ".pt" && !Directory.Exists(checkpoint))
            throw new InputException($"{checkpoint}: a model file already, not a checkpoint; to change its format use: meniscus convert {checkpoint} {output}");
        DeepPotModelFile.Save(DeepPotModels.Load(checkpoint), output);
        context.Print($"wrote {output}");
        context.PrintJson(new JsonResult().Add("output", output));
        return ExitCode.Done;
    }
}
