using System.CommandLine;
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
            ParityPlot.Save(ParitySeries.ReadDetailFiles(input), output);
        else
            LearningCurvePlot.Save(LearningCurveData.Read(input), output, arguments.GetValue(_logarithmicSteps));
        context.Print($"wrote {output}");
        context.PrintJson(new JsonResult().Add("output", output));
        return ExitCode.Done;
    }
}
