using System.CommandLine;
using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Reporting;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus analyze orientation</c>: how water molecules point, across a slab.</summary>
internal sealed class OrientationVerb : Verb
{
    private readonly TrajectoryArguments _trajectory;
    private readonly AxisOption _axis;
    private readonly AnalysisOutput _output;

    private readonly Option<double> _bin = new("--bin_A")
    {
        Description = "Width of a bin in Å.",
        HelpName = "WIDTH",
        DefaultValueFactory = _ => 0.5,
        Validators = { OptionBounds.GreaterThan(0) },
    };

    /// <summary>Declares the verb.</summary>
    public OrientationVerb()
        : base(
            "orientation",
            "Orientation of water molecules against the distance from the centre of a slab.",
            "meniscus analyze orientation slab.xyz --skip 100ps -o orientation")
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
        var profile = new OrientationProfile(_axis.Index(arguments), arguments.GetValue(_bin));
        _trajectory.ForEach(arguments, context, profile.Add);
        if (profile.MoleculeCount == 0)
            throw new InputException("no water molecule in the trajectory: no O has two H within 1.3 Å; check the types (--type-map)");
        var cosine = profile.Cosine();
        var second = profile.SecondLegendre();
        var strongest = Enumerable.Range(0, cosine.Length)
            .Where(b => double.IsFinite(cosine[b].Mean) && double.IsFinite(cosine[b].StandardError))
            .OrderByDescending(b => Math.Abs(cosine[b].Mean) - (2 * cosine[b].StandardError)).Take(1).ToList();
        context.Print(string.Create(CultureInfo.InvariantCulture, $"{profile.FrameCount} frames, {(double)profile.MoleculeCount / profile.FrameCount:0.#} molecules in each"));
        if (profile.OtherOxygens > 0)
            context.Warn(string.Create(CultureInfo.InvariantCulture, $"{profile.OtherOxygens} times an O had not two H and was left out"));
        foreach (var b in strongest)
            context.Print(string.Create(CultureInfo.InvariantCulture, $"strongest ⟨cos θ⟩ {cosine[b]} at {profile.Positions()[b]:0.##} Å from the centre, {cosine[b].IndependentSamples:0.#} independent samples"));
        var files = _output.Write(
            arguments,
            context,
            [("", [($"{axis}_A", profile.Positions()), .. EstimateColumns.Of("cosine", "", cosine), .. EstimateColumns.Of("p2", "", second), ("molecules", profile.Molecules())])],
            plot => OrientationPlot.Save(profile, axis, plot));
        context.PrintJson(new JsonResult()
            .Add("frames", profile.FrameCount)
            .Add("molecules", profile.MoleculeCount / profile.FrameCount)
            .Add("other_oxygens", profile.OtherOxygens)
            .Add("position_A", profile.Positions())
            .Add("cosine", cosine.Select(v => v.Mean))
            .Add("cosine_standard_error", cosine.Select(v => v.StandardError))
            .Add("p2", second.Select(v => v.Mean))
            .Add("p2_standard_error", second.Select(v => v.StandardError))
            .Add("files", files));
        return ExitCode.Done;
    }
}
