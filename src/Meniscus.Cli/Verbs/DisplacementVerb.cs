using System.CommandLine;
using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Atoms;
using Meniscus.Reporting;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus analyze msd</c>: mean squared displacement and diffusion coefficient.</summary>
internal sealed class DisplacementVerb : Verb
{
    private readonly TrajectoryArguments _trajectory;
    private readonly AnalysisOutput _output;

    private readonly Option<string> _element = new("--element")
    {
        Description = "Element whose atoms are followed (O stands for the molecules of water), or all.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "O",
    };

    private readonly Option<double?> _longest = Positive("--max-lag_ps", "Longest time difference in ps; default: a tenth of the trajectory.", "T");
    private readonly Option<double?> _fitStart = Positive("--fit-start_ps", "Start of the straight line in ps; default: a fifth of the longest time difference.", "T");
    private readonly Option<double?> _fitEnd = Positive("--fit-end_ps", "End of the straight line in ps; default: the longest time difference.", "T");
    private readonly Option<double?> _timestep = Positive("--timestep_fs", "Time step in fs, for trajectories that number their steps but have no times.", "DT");
    private readonly Option<double?> _interval = Positive("--interval_ps", "Time between the frames of the file in ps, where it has neither times nor steps.", "T");
    private readonly Option<double?> _viscosity = Positive("--viscosity_mPa_s", "Shear viscosity in mPa·s, for the correction of Yeh and Hummer.", "ETA");
    private readonly Option<double?> _temperature = Positive("--temperature_K", "Temperature in K, for the correction of Yeh and Hummer.", "T");

    private readonly Option<bool> _keepDrift = new("--keep-drift")
    {
        Description = "Do not take off the motion of the centre of mass.",
    };

    /// <summary>Declares the verb.</summary>
    public DisplacementVerb()
        : base(
            "msd",
            "Mean squared displacement and diffusion coefficient.",
            "meniscus analyze msd water.xyz --skip 50ps --viscosity_mPa_s 0.9 --temperature_K 300 -o msd",
            "meniscus analyze msd water.dump -t O H --timestep_fs 0.5 --max-lag_ps 20")
    {
        _trajectory = new TrajectoryArguments(this);
        Add(_element);
        Add(_longest);
        Add(_fitStart);
        Add(_fitEnd);
        Add(_timestep);
        Add(_interval);
        Add(_viscosity);
        Add(_temperature);
        Add(_keepDrift);
        _output = new AnalysisOutput(this);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        _output.Check(arguments);
        if (arguments.GetValue(_viscosity) is null != arguments.GetValue(_temperature) is null)
            throw new InputException("--viscosity_mPa_s and --temperature_K belong together; give both or none");
        var element = arguments.GetRequiredValue(_element);
        var displacement = new MeanSquaredDisplacement(new DisplacementOptions
        {
            Element = element == "all" ? null : element,
            RemoveDrift = !arguments.GetValue(_keepDrift),
            LongestLag = arguments.GetValue(_longest),
            FitStart = arguments.GetValue(_fitStart),
            FitEnd = arguments.GetValue(_fitEnd),
            Timestep = arguments.GetValue(_timestep) * Units.Femtosecond,
            FrameInterval = arguments.GetValue(_interval) * _trajectory.Every(arguments),
        });
        _trajectory.ForEach(arguments, context, displacement.Add);
        var result = displacement.Result();
        var json = Report(arguments, context, displacement, result);
        var files = _output.Write(
            arguments,
            context,
            [("", [("time_ps", result.Times), .. EstimateColumns.Of("msd", "A2", result.Displacement)])],
            plot => DisplacementPlot.Save(result, plot));
        context.PrintJson(json.Add("files", files));
        return ExitCode.Done;
    }

    private static Option<double?> Positive(string name, string description, string help) =>
        new(name) { Description = description, HelpName = help, Validators = { OptionBounds.GreaterThan(0) } };

    private JsonResult Report(ParseResult arguments, VerbContext context, MeanSquaredDisplacement displacement, DisplacementResult result)
    {
        const double SquareMetresPerSecond = 1e-8;
        var culture = CultureInfo.InvariantCulture;
        context.Print(string.Create(culture, $"{displacement.FrameCount} frames every {result.FrameInterval:G6} ps, {displacement.AtomCount} atoms followed"));
        context.Print(string.Create(culture, $"diffusion coefficient  {result.Diffusion.Times(10)} ·10⁻⁹ m²/s in this cell, from {result.FitStart:G4} to {result.FitEnd:G4} ps, {result.BlockCount} independent blocks"));
        var json = new JsonResult()
            .Add("frames", displacement.FrameCount)
            .Add("atoms", displacement.AtomCount)
            .AddEstimate("diffusion", "m2_per_s", result.Diffusion.Times(SquareMetresPerSecond))
            .Add("fit_start_ps", result.FitStart)
            .Add("fit_end_ps", result.FitEnd)
            .Add("intercept_A2", result.Intercept);
        if (displacement.LongestStep > 0.25)
            context.Warn(string.Create(culture, $"an atom moves by {displacement.LongestStep:0.##} of the cell from one frame to the next; images may have been mistaken, write frames more often"));
        if (result.BlockCount < 3)
            context.Warn(string.Create(culture, $"only {result.BlockCount} blocks of twice the longest time difference fit the trajectory; the error means little, shorten --max-lag_ps or run longer"));
        if (arguments.GetValue(_viscosity) is { } viscosity)
        {
            if (double.IsNaN(displacement.Volume))
                throw new InputException("--viscosity_mPa_s: the correction of Yeh and Hummer needs a periodic cell, and the trajectory has none");
            var correction = DisplacementResult.FiniteSizeCorrection(arguments.GetValue(_temperature)!.Value, viscosity, displacement.Volume);
            var corrected = result.Diffusion with { Mean = result.Diffusion.Mean + correction };
            context.Print(string.Create(culture, $"  in an infinite cell  {corrected.Times(10)} ·10⁻⁹ m²/s (Yeh and Hummer, cubic cell of this volume)"));
            json.AddEstimate("diffusion_infinite_cell", "m2_per_s", corrected.Times(SquareMetresPerSecond));
        }

        return json;
    }
}
