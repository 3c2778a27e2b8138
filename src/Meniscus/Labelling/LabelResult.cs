namespace Meniscus.Labelling;

/// <summary>The labels of one frame.</summary>
/// <param name="Energy">eV.</param>
/// <param name="Forces">eV/Å, x y z per atom; null where none were asked for.</param>
/// <param name="Virial">−∂E/∂ε, eV, row-major 3 × 3, positive when compressed; null where no stress was asked for.</param>
public sealed record LabelResult(double Energy, double[]? Forces, double[]? Virial);

/// <summary>What a finished program left.</summary>
/// <param name="Status">How it ended; pending where there is nothing to read.</param>
/// <param name="Result">The labels where it is done.</param>
/// <param name="Message">The program's own words where it is not.</param>
internal sealed record LabelOutcome(JobStatus Status, LabelResult? Result, string Message);
