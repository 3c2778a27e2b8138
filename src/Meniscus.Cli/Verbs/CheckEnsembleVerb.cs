using System.CommandLine;
using System.Globalization;
using Meniscus.Analysis;
using Meniscus.IO;
using Meniscus.Reporting;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus check ensemble</c>: whether runs sample the ensemble they were meant to.</summary>
internal sealed class CheckEnsembleVerb : Verb
{
    private readonly Argument<string[]> _files = new("THERMO")
    {
        Description = "Thermo file of 'md' or log of LAMMPS; two at different temperatures or pressures are compared.",
        Arity = new ArgumentArity(1, 2),
    };

    private readonly Option<double[]> _temperature = new("--temperature", "-T")
    {
        Description = "Temperature of the runs, K; default: the column TempTarget.",
        HelpName = "T",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<double[]> _pressure = new("--pressure", "-P")
    {
        Description = "Pressure of the runs, bar; default: the column PressTarget.",
        HelpName = "P",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _skip = new("--skip")
    {
        Description = "Left out at the start: rows (200), time (50ps, 1.5ns), share (20%) or auto (MSER-5).",
        HelpName = "AMOUNT",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<string?> _ensemble = new("--ensemble")
    {
        Description = "nve, nvt or npt; default: npt where the volume changes, else nvt.",
        HelpName = "NAME",
    };

    private readonly Option<double?> _degrees = new("--degrees-of-freedom")
    {
        Description = "Degrees of freedom of the kinetic energy; default: 2K/(k_B T) of the table.",
        HelpName = "N",
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<int> _run = new("--run")
    {
        Description = "Which run of a log, from 1; -1 the last, 0 all that are not minimizations.",
        HelpName = "K",
        Validators = { OptionBounds.AtLeast(-1) },
    };

    private readonly Option<string?> _units = new("--units")
    {
        Description = "Units of a LAMMPS log that does not say them: metal or real.",
        HelpName = "STYLE",
    };

    private readonly AnalysisOutput _output;

    /// <summary>Declares the verb.</summary>
    public CheckEnsembleVerb()
        : base(
            "ensemble",
            "Test whether runs sample the ensemble they were meant to.",
            "meniscus check ensemble thermo.out --temperature 300",
            "meniscus check ensemble t300.out t310.out --temperature 300 310 -o two --json")
    {
        _ensemble.AcceptOnlyFromAmong("nve", "nvt", "npt");
        _units.AcceptOnlyFromAmong("metal", "real");
        Add(_files);
        Add(_temperature);
        Add(_pressure);
        Add(_skip);
        Add(_ensemble);
        Add(_degrees);
        Add(_run);
        Add(_units);
        _output = new AnalysisOutput(this);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        _output.Check(arguments);
        var files = arguments.GetRequiredValue(_files);
        var tables = files.Select(file => ThermoTable.Read(
            file, new ThermoTableOptions { Run = arguments.GetValue(_run), Units = arguments.GetValue(_units) })).ToList();
        tables.SelectMany(table => table.Notes).ToList().ForEach(context.Warn);
        var check = EnsembleCheck.Of(tables, new EnsembleCheckOptions
        {
            Temperatures = Values(arguments.GetValue(_temperature), files, "--temperature"),
            Pressures = Values(arguments.GetValue(_pressure), files, "--pressure"),
            Skip = Skip.Parse(arguments.GetRequiredValue(_skip)),
            Ensemble = arguments.GetValue(_ensemble) is { } name ? Enum.Parse<SampledEnsemble>(name, ignoreCase: true) : null,
            DegreesOfFreedom = arguments.GetValue(_degrees),
        });
        Print(check, files, context);
        foreach (var warning in check.Warnings)
            context.Warn(warning);
        var written = check.Ensemble == SampledEnsemble.Nve
            ? []
            : _output.Write(arguments, context, Columns(check), plot => EnsembleCheckPlot.Save(check, files, plot));
        context.PrintJson(Json(check, files, written));
        return check.Failures.Count == 0 ? ExitCode.Done : throw new JobFailedException(check.Failures[0]);
    }

    private static double[] Values(double[]? given, string[] files, string option) => given is not { Length: > 0 }
        ? []
        : given.Length <= files.Length
            ? given
            : throw new InputException($"{option}: {given.Length} values for {files.Length} tables; give one for each, or one for all");

    private static void Print(EnsembleCheck check, string[] files, VerbContext context)
    {
        var culture = CultureInfo.InvariantCulture;
        context.Print($"ensemble {check.Ensemble.ToString().ToUpperInvariant()}");
        for (var k = 0; k < check.EnergyScatter.Count; k++)
            context.Print(string.Create(culture, $"{files[k]}: the total energy fluctuates by {check.EnergyScatter[k]:g3} of what the kinetic energy does"));
        if (check.Kinetic.Count > 0)
            context.Print(KineticTable(check, files));
        foreach (var kinetic in check.Kinetic)
            context.Print(string.Create(culture, $"an error of the temperature of {kinetic.ResolvedTemperature:g2} K at {kinetic.Temperature:g6} K would be seen"));
        if (check.TwoStates is { } both)
        {
            context.Print(string.Create(
                culture,
                $"log ratio of {both.Quantity}: slope {Estimate.Text(both.Slope, both.SlopeError)} per {both.Unit}, expected {both.ExpectedSlope:g6}: {both.Deviation:+0.0;-0.0} standard errors; overlap {both.Overlap:p0}, {both.First.Length} and {both.Second.Length} independent samples"));
        }

        context.Print(check.Failures.Count == 0 ? "passed" : "FAILED");
        foreach (var failure in check.Failures)
            context.Print($"  {failure}");
    }

    private static ResultTable KineticTable(EnsembleCheck check, string[] files)
    {
        var culture = CultureInfo.InvariantCulture;
        var table = new ResultTable("table", "T (K)", "N_f", "mean K (eV)", "expected", "z", "deviation (eV)", "expected", "z", "KS distance", "probability", "independent samples");
        for (var k = 0; k < check.Kinetic.Count; k++)
        {
            var c = check.Kinetic[k];
            table.AddRow(
                files[k], c.Temperature.ToString("g6", culture), c.DegreesOfFreedom.ToString("g6", culture), c.Mean.ToString("g6", culture),
                c.ExpectedMean.ToString("g6", culture), c.MeanZ.ToString("+0.0;-0.0", culture), c.StandardDeviation.ToString("g4", culture),
                c.ExpectedDeviation.ToString("g4", culture), c.DeviationZ.ToString("+0.0;-0.0", culture), c.Distance.ToString("g3", culture),
                c.Probability.ToString("g3", culture), c.Independent.Length.ToString(culture));
        }

        return table;
    }

    private static IEnumerable<(string, List<(string, double[])>)> Columns(EnsembleCheck check)
    {
        for (var k = 0; k < check.Kinetic.Count; k++)
        {
            var histogram = KineticHistogram.Of(check.Kinetic[k]);
            yield return (check.Kinetic.Count == 1 ? "" : $".{k + 1}",
                [("kinetic_energy_eV", histogram.X), ("density_per_eV", histogram.Density), ("expected_density_per_eV", histogram.Expected)]);
        }

        if (check.TwoStates is { } both)
        {
            var points = both.LogRatio();
            yield return (".ratio",
                [
                    (both.Unit == "eV" ? "energy_eV" : "volume_A3", [.. points.Select(p => p.X)]),
                    ("log_ratio", [.. points.Select(p => p.Value)]),
                    ("log_ratio_error", [.. points.Select(p => p.Error)]),
                    ("fitted", [.. points.Select(p => both.Offset + (both.Slope * p.X))]),
                ]);
        }
    }

    private static JsonResult Json(EnsembleCheck check, string[] files, IReadOnlyList<string> written)
    {
        var json = new JsonResult()
            .Add("passed", check.Failures.Count == 0)
            .Add("ensemble", check.Ensemble.ToString().ToLowerInvariant())
            .Add("tables", files.Select((file, k) => Table(check, file, k)));
        if (check.TwoStates is { } both)
        {
            var unit = both.Unit == "eV" ? "per_eV" : "per_A3";
            json.Add("two_states", new JsonResult()
                .Add("quantity", both.Quantity)
                .Add($"slope_{unit}", both.Slope)
                .Add($"slope_standard_error_{unit}", both.SlopeError)
                .Add($"expected_slope_{unit}", both.ExpectedSlope)
                .Add("slope_z", both.Deviation)
                .Add("overlap", both.Overlap)
                .Add("resolved", both.IsResolved)
                .Add("independent_samples", [both.First.Length, both.Second.Length]));
        }

        return json.Add("failures", check.Failures).Add("warnings", check.Warnings).Add("files", written);
    }

    private static JsonResult Table(EnsembleCheck check, string file, int k)
    {
        var json = new JsonResult().Add("file", file).Add("skipped_rows", check.SkippedRows[k]);
        if (check.Ensemble == SampledEnsemble.Nve)
            return json.Add("energy_scatter", check.EnergyScatter[k]);
        var c = check.Kinetic[k];
        return json
            .Add("temperature_K", c.Temperature)
            .Add("degrees_of_freedom", c.DegreesOfFreedom)
            .Add("kinetic_mean_eV", c.Mean)
            .Add("kinetic_expected_mean_eV", c.ExpectedMean)
            .Add("kinetic_mean_z", c.MeanZ)
            .Add("kinetic_deviation_eV", c.StandardDeviation)
            .Add("kinetic_expected_deviation_eV", c.ExpectedDeviation)
            .Add("kinetic_deviation_z", c.DeviationZ)
            .Add("ks_distance", c.Distance)
            .Add("ks_probability", c.Probability)
            .Add("resolved_temperature_K", c.ResolvedTemperature)
            .Add("independent_samples", c.Independent.Length);
    }
}
