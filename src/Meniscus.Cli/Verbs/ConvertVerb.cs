using System.CommandLine;
using Meniscus.Potentials.DeepPot;
using Meniscus.Training;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus convert</c>: the same model in another file format.</summary>
internal sealed class ConvertVerb : Verb
{
    private readonly Argument<string> _input = new("IN")
    {
        Description = "Model file (.dp, .yaml, .yml, .json), frozen model of DeePMD-kit (.pb, .pbtxt, .pth) or its checkpoint (.pt), checkpoint, or prefix of a run.",
    };

    private readonly Argument<string> _output = new("OUT")
    {
        Description = "Model file to write; the ending (.dp, .yaml, .yml, .json) chooses the format.",
    };

    /// <summary>Declares the verb.</summary>
    public ConvertVerb()
        : base(
            "convert",
            "Write a model in another file format.",
            "meniscus convert water.dp water.yaml",
            "meniscus convert graph.pb water.dp")
    {
        Add(_input);
        Add(_output);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var output = ModelOutput.Name(arguments.GetRequiredValue(_output));
        DeepPotModelFile.Save(DeepPotModels.Load(arguments.GetRequiredValue(_input)), output);
        context.Print($"wrote {output}");
        context.PrintJson(new JsonResult().Add("output", output));
        return ExitCode.Done;
    }
}
