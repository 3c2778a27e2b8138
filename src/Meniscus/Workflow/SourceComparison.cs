using Meniscus.Analysis;

namespace Meniscus.Workflow;

/// <summary>Two independent estimates of one quantity: whether they agree within the error of their difference.</summary>
/// <param name="Model">Of the model.</param>
/// <param name="Reference">Of what it is compared with.</param>
public sealed record SourceComparison(Estimate Model, Estimate Reference)
{
    /// <summary>How many standard errors of the difference still count as agreement.</summary>
    public const double Bound = 2;

    /// <summary>Model minus reference, with the two standard errors joined.</summary>
    public Estimate Difference => new(
        Model.Mean - Reference.Mean,
        Math.Sqrt((Model.StandardError * Model.StandardError) + (Reference.StandardError * Reference.StandardError)),
        Math.Min(Model.IndependentSamples, Reference.IndependentSamples));

    /// <summary>Size of the difference in its standard errors; NaN where an error is not known.</summary>
    public double Sigmas => Difference is var d && d.StandardError > 0 ? Math.Abs(d.Mean) / d.StandardError : double.NaN;

    /// <summary>Whether they agree; null where an error is not known.</summary>
    public bool? Agrees => double.IsFinite(Sigmas) ? Sigmas <= Bound : null;
}
