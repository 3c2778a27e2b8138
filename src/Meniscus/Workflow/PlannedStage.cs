namespace Meniscus.Workflow;

/// <summary>A stage of a plan.</summary>
/// <param name="Phase">Part of the study.</param>
/// <param name="Name">Name.</param>
/// <param name="State">done, interrupted, or why it will be done.</param>
/// <param name="IsDone">Whether it need not be done.</param>
/// <param name="CoreSeconds">What it takes on one core, roughly, s; NaN where another program computes.</param>
/// <param name="Work">What there is to do.</param>
public sealed record PlannedStage(string Phase, string Name, string State, bool IsDone, double CoreSeconds, string Work);
