using System.CommandLine;
using Meniscus.IO;
using Meniscus.Reporting;

namespace Meniscus.Cli.Verbs;

/// <summary>
/// <c>meniscus plot</c>: a picture of a learning curve (<c>lcurve.out</c>) or of the detail files of a test, whether
/// Meniscus or DeePMD-kit wrote them. What the columns are is read from the comment line at the top of the file.
/// </summary>
internal sealed class PlotVerb : Verb
{
    private readonly Argument<string> _input = new("INPUT")
    {
        Description = "A learning curve (lcurve.out), or the prefix given to 'test -d' (PREFIX.e.out, PREFIX.f.out, ...).",
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Picture to write, .png or .svg; default: the input's name with .png.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _logarithmicSteps = new("--log-steps")
    {
        Description = "Logarithmic step axis of a learning curve.",
    };

    /// <summary>Declares the verb.</summary>
    public PlotVerb()
        : base(
            "plot",
            "Plot a learning curve, or predictions against references.",
            "meniscus plot lcurve.out -o lcurve.png",
            "meniscus plot detail -o parity.svg        # after: meniscus test ... -d detail")
    {
        Add(_input);
        Add(_output);
        Add(_logarithmicSteps);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var input = arguments.GetRequiredValue(_input);
        var output = arguments.GetValue(_output) ?? Path.ChangeExtension(Path.GetFileName(input), ".png");
        var isPrefix = !File.Exists(input) && (File.Exists($"{input}.e_peratom.out") || File.Exists($"{input}.f.out"));
        if (isPrefix)
            ParityPlot.Save(DetailFiles(input), output);
        else
            LearningCurvePlot.Save(LearningCurveColumns.Read(input), output, arguments.GetValue(_logarithmicSteps));
        context.Print($"wrote {output}");
        context.PrintJson(new JsonResult().Add("output", output));
        return ExitCode.Done;
    }

    private static IEnumerable<ParitySeries> DetailFiles(string prefix)
    {
        if (Pairs($"{prefix}.e_peratom.out") is var (energy, predictedEnergy))
            yield return ParitySeries.EnergyPerAtom(energy, predictedEnergy);
        if (Pairs($"{prefix}.f.out") is var (force, predictedForce))
            yield return ParitySeries.Force(force, predictedForce);
        if (Pairs($"{prefix}.v_peratom.out") is var (virial, predictedVirial))
            yield return ParitySeries.VirialPerAtom(virial, predictedVirial);
    }

    private static (double[] Reference, double[] Predicted)? Pairs(string path)
    {
        if (!File.Exists(path))
            return null;
        var columns = NumpyText.Read(path);
        if (columns.Count % 2 != 0)
            throw new InputException($"{path}: {columns.Count} columns; expected as many predictions as references in every row");
        var half = columns.Count / 2;
        return ([.. columns.Take(half).SelectMany(c => c)], [.. columns.Skip(half).SelectMany(c => c)]);
    }
}
