using System.CommandLine;
using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Reporting;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus analyze equation-of-state</c>: density against pressure and the compressibility.</summary>
internal sealed class EquationOfStateVerb : Verb
{
    private readonly ThermoArguments _thermo;
    private readonly AnalysisOutput _output;

    private readonly Option<int> _bins = new("--bins")
    {
        Description = "Number of states that a ramp is cut into.",
        HelpName = "N",
        DefaultValueFactory = _ => 20,
        Validators = { OptionBounds.AtLeast(1) },
    };

    private readonly Option<string?> _target = new("--target")
    {
        Description = "Column with the pressure that the barostat aims at, bar.",
        HelpName = "COLUMN",
    };

    private readonly Option<double[]> _ramp = new("--ramp_bar")
    {
        Description = "Pressure aimed at in the first and in the last row; without it the measured pressure of each state is used.",
        HelpName = "START END",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _states = new("--states")
    {
        Description = "Each FILE is one state at constant pressure, not a part of one ramp.",
    };

    private readonly Option<bool> _fluctuations = new("--fluctuations")
    {
        Description = "Compressibility from the fluctuations of the volume at constant pressure instead.",
    };

    /// <summary>Declares the verb.</summary>
    public EquationOfStateVerb()
        : base(
            "equation-of-state",
            "Density against pressure, and the isothermal compressibility.",
            "meniscus analyze equation-of-state thermo.out --ramp_bar 1 10000 -o eos",
            "meniscus analyze equation-of-state p1.out p1000.out p3000.out p9000.out --states --skip 50ps",
            "meniscus analyze equation-of-state thermo.out --fluctuations --skip auto")
    {
        _thermo = new ThermoArguments(this);
        Add(_bins);
        Add(_target);
        Add(_ramp);
        Add(_states);
        Add(_fluctuations);
        _output = new AnalysisOutput(this);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        _output.Check(arguments);
        if (arguments.GetValue(_fluctuations))
            return Fluctuations(arguments, context);
        var options = new EquationOfStateOptions
        {
            Skip = _thermo.Skip(arguments),
            Bins = arguments.GetValue(_bins),
            TargetColumn = arguments.GetValue(_target),
            Ramp = Ramp(arguments),
        };
        var state = new EquationOfState();
        if (arguments.GetValue(_states))
        {
            foreach (var file in _thermo.Files(arguments))
                state.AddRun(_thermo.Read([file], arguments, context), options);
        }
        else
        {
            state.AddRamp(_thermo.Read(arguments, context), options);
        }

        var fit = state.Fit();
        Print(state, fit, context);
        var files = _output.Write(arguments, context, [("", Columns(state, fit))], plot => EquationOfStatePlot.Save(state.States, fit, plot));
        context.PrintJson(Json(state, fit).Add("files", files));
        return ExitCode.Done;
    }

    private int Fluctuations(ParseResult arguments, VerbContext context)
    {
        var table = _thermo.Read(arguments, context, ["Volume", "Temp"]);
        var compressibility = EquationOfState.FluctuationCompressibility(table, _thermo.Skip(arguments)).Times(1e4);
        context.Print(string.Create(CultureInfo.InvariantCulture, $"isothermal compressibility  {compressibility} 1/GPa from the fluctuations of the volume, {compressibility.IndependentSamples:0.#} independent samples"));
        context.PrintJson(new JsonResult().AddEstimate("compressibility", "per_GPa", compressibility));
        return ExitCode.Done;
    }

    private (double, double)? Ramp(ParseResult arguments) => arguments.GetValue(_ramp) switch
    {
        null or [] => null,
        [var start, var end] => (start, end),
        var other => throw new InputException($"--ramp_bar: {other.Length} number(s); expected two, the pressure in the first and in the last row"),
    };

    private static void Print(EquationOfState state, TaitFit? fit, VerbContext context)
    {
        var table = new ResultTable("pressure (bar)", "density (g/cm³)", "temperature (K)", "independent samples");
        foreach (var point in state.States)
        {
            table.AddRow(
                point.Pressure.StandardError == 0 ? point.Pressure.Mean.ToString("0.##", CultureInfo.InvariantCulture) : point.Pressure.ToString(), point.Density.ToString(), point.Temperature?.ToString() ?? "-",
                point.Density.IndependentSamples.ToString("0.#", CultureInfo.InvariantCulture));
        }

        context.Print(table);
        if (fit is null)
        {
            context.Warn("no curve: Tait's equation needs four states or more that determine it");
            return;
        }

        context.Print($"density                     {fit.Density} g/cm³{At(fit)}");
        context.Print($"isothermal compressibility  {fit.Compressibility.Times(1e4)} 1/GPa{At(fit)}");
        context.Print(string.Create(CultureInfo.InvariantCulture, $"Tait: C = {fit.C}, B = {fit.B} bar, χ² = {fit.ReducedChiSquare:0.##} per degree of freedom, {fit.StateCount} states"));
        if (fit.ReducedChiSquare > 3)
            context.Warn("the states are not on the curve within their errors (errors of the curve are scaled up for it); the ramp is too fast, or a state is shorter than the correlation of its volume");
    }

    private static string At(TaitFit fit) => string.Create(CultureInfo.InvariantCulture, $" at {fit.ReferencePressure:0.##} bar");

    private static JsonResult Json(EquationOfState state, TaitFit? fit)
    {
        var json = new JsonResult().Add("states", state.States.Select(point => new JsonResult()
            .AddEstimate("pressure", "bar", point.Pressure)
            .AddEstimate("density", "g_per_cm3", point.Density)));
        return fit is null ? json : json
            .Add("reference_pressure_bar", fit.ReferencePressure)
            .AddEstimate("density", "g_per_cm3", fit.Density)
            .AddEstimate("compressibility", "per_GPa", fit.Compressibility.Times(1e4))
            .AddEstimate("tait_c", "", fit.C)
            .AddEstimate("tait_b", "bar", fit.B)
            .Add("reduced_chi_square", fit.ReducedChiSquare);
    }

    private static List<(string, double[])> Columns(EquationOfState state, TaitFit? fit)
    {
        List<(string, double[])> columns =
        [
            .. EstimateColumns.Of("pressure", "bar", [.. state.States.Select(s => s.Pressure)]),
            .. EstimateColumns.Of("density", "g_per_cm3", [.. state.States.Select(s => s.Density)]),
        ];
        if (fit is not null)
            columns.Add(("tait_g_per_cm3", [.. state.States.Select(s => fit.At(s.Pressure.Mean))]));
        return columns;
    }
}
