using System.CommandLine;
using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Reporting;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus analyze density</c>: density profile of a slab, coexistence densities and widths.</summary>
internal sealed class DensityVerb : Verb
{
    private readonly TrajectoryArguments _trajectory;
    private readonly AxisOption _axis;
    private readonly AnalysisOutput _output;

    private readonly Option<double> _bin = new("--bin_A")
    {
        Description = "Width of a bin in Å.",
        HelpName = "WIDTH",
        DefaultValueFactory = _ => 0.25,
        Validators = { OptionBounds.GreaterThan(0) },
    };

    /// <summary>Declares the verb.</summary>
    public DensityVerb()
        : base(
            "density",
            "Density profile along an axis, and the two interfaces of a slab.",
            "meniscus analyze density slab.xyz --skip 100ps -o density",
            "meniscus analyze density slab.dump -t O H --bin_A 0.5 --json")
    {
        _trajectory = new TrajectoryArguments(this);
        _axis = new AxisOption(this);
        Add(_bin);
        _output = new AnalysisOutput(this);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        _output.Check(arguments);
        var axis = _axis.Name(arguments);
        var profile = new DensityProfile(_axis.Index(arguments), arguments.GetValue(_bin));
        _trajectory.ForEach(arguments, context, profile.Add);
        var fit = profile.Fit();
        context.Print(string.Create(CultureInfo.InvariantCulture, $"{profile.FrameCount} frames, {profile.BinCount} bins of {profile.Length / profile.BinCount:0.####} Å, largest drift of the centre {profile.LargestDrift:0.##} Å"));
        var json = new JsonResult().Add("frames", profile.FrameCount).Add("length_A", profile.Length).Add("largest_drift_A", profile.LargestDrift);
        if (fit is null)
            context.Print("no two interfaces: the profile is that of a filled cell");
        else
            Report(fit, context, json);
        var files = _output.Write(arguments, context, [("", Columns(profile, fit, axis))], plot => DensityProfilePlot.Save(profile, fit, axis, plot));
        context.PrintJson(json.Add("interfaces_found", fit is not null).Add("files", files));
        return ExitCode.Done;
    }

    private static void Report(InterfaceFit fit, VerbContext context, JsonResult json)
    {
        var table = new ResultTable("quantity", "value", "unit", "independent samples");
        void Add(string name, string key, string unit, string keyUnit, Estimate value)
        {
            table.AddRow(name, value.ToString(), unit, value.IndependentSamples.ToString("0.#", CultureInfo.InvariantCulture));
            json.AddEstimate(key, keyUnit, value);
        }

        Add("liquid density", "liquid_density", "g/cm³", "g_per_cm3", fit.Liquid);
        Add("vapour density", "vapour_density", "g/cm³", "g_per_cm3", fit.Vapour);
        Add("dividing surface below", "lower_surface", "Å", "A", fit.Lower);
        Add("dividing surface above", "upper_surface", "Å", "A", fit.Upper);
        Add("10-90 width below", "lower_width", "Å", "A", fit.LowerWidth);
        Add("10-90 width above", "upper_width", "Å", "A", fit.UpperWidth);
        context.Print(table);
    }

    private static List<(string, double[])> Columns(DensityProfile profile, InterfaceFit? fit, char axis)
    {
        var z = profile.Positions();
        List<(string, double[])> columns = [($"{axis}_A", z), .. EstimateColumns.Of("density", "g_per_cm3", profile.MassDensity())];
        for (var type = 0; type < profile.Types.Count; type++)
            columns.AddRange(EstimateColumns.Of($"number_density_{profile.Types[type]}", "per_A3", profile.NumberDensity(type)));
        if (fit is not null)
            columns.Add(("fit_g_per_cm3", Array.ConvertAll(z, fit.At)));
        return columns;
    }
}
