using System.CommandLine;
using System.Globalization;
using Meniscus.Analysis;
using Meniscus.IO;
using Meniscus.Reporting;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus analyze surface-tension</c>: Kirkwood and Buff's tension of a slab, its error, and what speaks against it.</summary>
internal sealed class SurfaceTensionVerb : Verb
{
    private readonly ThermoArguments _thermo;
    private readonly AxisOption _axis;
    private readonly AnalysisOutput _output;
    private readonly TrajectoryOptionSet _trajectoryOptions;

    private readonly Option<double?> _length = new("--length_A")
    {
        Description = "Length of the cell along the normal in Å, where the table has no column for it.",
        HelpName = "L",
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<int> _interfaces = new("--interfaces")
    {
        Description = "Number of interfaces.",
        HelpName = "N",
        DefaultValueFactory = _ => 2,
        Validators = { OptionBounds.AtLeast(1) },
    };

    private readonly Option<double> _vapour = new("--vapour-pressure_bar")
    {
        Description = "Vapour pressure that the normal pressure is checked against.",
        HelpName = "P",
    };

    private readonly Option<string?> _trajectory = new("--trajectory")
    {
        Description = "Trajectory of the same run, to check drift, cell and vapour.",
        HelpName = "FILE",
    };

    /// <summary>Declares the verb.</summary>
    public SurfaceTensionVerb()
        : base(
            "surface-tension",
            "Surface tension of a slab from its pressure tensor.",
            "meniscus analyze surface-tension thermo.out --skip 100ps",
            "meniscus analyze surface-tension log.lammps --run last --skip auto -o gamma --json")
    {
        _thermo = new ThermoArguments(this);
        _axis = new AxisOption(this);
        Add(_length);
        Add(_interfaces);
        Add(_vapour);
        Add(_trajectory);
        _trajectoryOptions = new TrajectoryOptionSet(this, units: false);
        _output = new AnalysisOutput(this);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var culture = CultureInfo.InvariantCulture;
        _output.Check(arguments);
        var options = new SurfaceTensionOptions
        {
            Axis = _axis.Index(arguments),
            Skip = _thermo.Skip(arguments),
            Every = _thermo.Every(arguments),
            Length = arguments.GetValue(_length),
            Interfaces = arguments.GetValue(_interfaces),
            VapourPressure = arguments.GetValue(_vapour),
        };
        var result = SurfaceTension.Of(_thermo.Read(arguments, context, options.Columns), options);
        var warnings = result.Warnings.Concat(Check(arguments, context, options.Axis)).ToList();
        var average = result.Average;
        context.Print($"surface tension      {average.Estimate} mN/m");
        context.Print(string.Create(culture, $"  independent samples {average.IndependentSamples:0.#} of {average.SampleCount} rows ({result.SkippedRows} skipped)"));
        context.Print($"  standard error      {Estimate.Text(average.StandardError, average.StandardErrorUncertainty)} mN/m");
        if (result.CorrelationTime is { } time && double.IsFinite(time))
            context.Print(string.Create(culture, $"  correlation time    {time:G3} ps, {(result.Times![^1] - result.Times[0]) / time:0} of them in {result.Times[^1] - result.Times[0]:G6} ps"));
        context.Print($"  halves of the run   {result.FirstHalf}, {result.SecondHalf} mN/m");
        context.Print($"normal pressure      {result.NormalPressure} bar");
        context.Print($"tangential pressure  {result.TangentialPressure} bar");
        if (result.Temperature is { } temperature)
            context.Print($"temperature          {temperature} K");
        context.Print("interactions beyond the cutoff of the potential are not corrected for");
        warnings.ForEach(context.Warn);
        var interval = Interval(result);
        var files = _output.Write(
            arguments,
            context,
            [("", RunningColumns(result)), (".blocks", EstimateColumns.Blocking(average, "mN_per_m", interval))],
            plot => SeriesPlot.Save("Surface tension", "surface tension (mN/m)", "mN/m", result.Times, result.Series, average, plot));
        context.PrintJson(Json(result, warnings, files));
        return ExitCode.Done;
    }

    private static double? Interval(SurfaceTension result) =>
        result.Times is { Length: > 1 } times ? (times[^1] - times[0]) / (times.Length - 1) : null;

    private static List<(string, double[])> RunningColumns(SurfaceTension result)
    {
        var (rows, mean, error) = result.RunningMean(2000);
        List<(string, double[])> columns = [("row", Array.ConvertAll(rows, row => row + 1.0))];
        if (result.Times is { } times)
            columns.Add(("time_ps", Array.ConvertAll(rows, row => times[row])));
        columns.Add(("running_mean_mN_per_m", mean));
        columns.Add(("running_error_mN_per_m", error));
        return columns;
    }

    private static JsonResult Json(SurfaceTension result, List<string> warnings, IReadOnlyList<string> files)
    {
        var json = new JsonResult()
            .Add("surface_tension_mN_per_m", result.Average.Mean)
            .Add("standard_error_mN_per_m", result.Average.StandardError)
            .Add("standard_error_uncertainty_mN_per_m", result.Average.StandardErrorUncertainty)
            .Add("independent_samples", result.Average.IndependentSamples)
            .Add("plateau_reached", result.Average.PlateauReached)
            .Add("correlation_time_ps", result.CorrelationTime ?? double.NaN)
            .Add("rows", result.Series.Length)
            .Add("skipped_rows", result.SkippedRows)
            .AddEstimate("first_half", "mN_per_m", result.FirstHalf)
            .AddEstimate("second_half", "mN_per_m", result.SecondHalf)
            .AddEstimate("normal_pressure", "bar", result.NormalPressure)
            .AddEstimate("tangential_pressure", "bar", result.TangentialPressure);
        if (result.Temperature is { } temperature)
            json.AddEstimate("temperature", "K", temperature);
        return json.Add("length_A", result.Length).Add("warnings", warnings).Add("files", files);
    }

    private IReadOnlyList<string> Check(ParseResult arguments, VerbContext context, int axis)
    {
        if (arguments.GetValue(_trajectory) is not { } path)
            return [];
        var check = new SlabCheck(axis);
        using var progress = context.StartProgress("trajectory", 0, "frames");
        foreach (var frame in Trajectory.Read(path, _trajectoryOptions.Read(arguments)))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            check.Add(frame);
            progress.Report(check.Profile.FrameCount);
        }

        return check.Profile.FrameCount > 0 ? check.Warnings() : throw new InputException($"{path}: no frame in it");
    }
}
