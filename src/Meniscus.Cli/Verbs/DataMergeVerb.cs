using System.CommandLine;
using System.Globalization;
using Meniscus.IO;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus data merge</c>: frames of several places as DeePMD systems, one per composition.</summary>
internal sealed class DataMergeVerb : Verb
{
    private readonly FrameInputs _inputs = new();

    private readonly Option<string> _output = new("--output", "-o") { Description = "New folder of DeePMD systems, or an HDF5 file (.hdf5).", HelpName = "OUT", Required = true };

    /// <summary>Declares the verb.</summary>
    public DataMergeVerb()
        : base("merge", "Put the frames of several data sets into one, a system per composition.", "meniscus data merge round0 round1 round2 -o all")
    {
        _inputs.AddTo(this);
        Add(_output);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var output = arguments.GetRequiredValue(_output);
        var systems = LabelledFrames.WriteSystems(output, _inputs.Read(arguments, context), typeMap: _inputs.TypeMap(arguments));
        var frames = systems.Sum(system => system.Frames);
        var result = new JsonResult().Add("output", output).Add("systems", systems.Count).Add("frames", frames);
        _inputs.Report(context, result);
        context.Print(string.Create(CultureInfo.InvariantCulture, $"wrote {frames} frames in {systems.Count} systems to {output}"));
        context.PrintJson(result);
        return ExitCode.Done;
    }
}
