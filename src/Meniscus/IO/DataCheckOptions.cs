using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>Limits of <see cref="DataCheck"/>.</summary>
public sealed record DataCheckOptions
{
    /// <summary>Labels that training needs; a system without one of them is an error.</summary>
    public FrameLabels RequiredLabels { get; init; }

    /// <summary>Atoms closer than this are an error, Å.</summary>
    public double OverlapError { get; init; } = 0.1;

    /// <summary>Atoms closer than this are a warning, Å. The shortest bond, H–H, is 0.74 Å.</summary>
    public double OverlapWarning { get; init; } = 0.4;

    /// <summary>A cell with a smaller distance between opposite faces is an error, Å.</summary>
    public double MinimumCellHeight { get; init; } = 1.0;

    /// <summary>
    /// |Σ F|/√N above this is a warning, eV/Å. Grid noise of DFT codes grows with √N; 0.02 eV/Å is usual, more means
    /// that labels belong to another frame or that atoms were fixed.
    /// </summary>
    public double NetForceWarning { get; init; } = 0.1;

    /// <summary>Energies per atom further from the median than this many robust standard deviations are a warning.</summary>
    public double EnergyOutlierSigmas { get; init; } = 5;

    /// <summary>
    /// Frames whose largest force is above the median by this many robust standard deviations (of its logarithm), and twice
    /// the median at least, are a warning.
    /// </summary>
    public double ForceOutlierSigmas { get; init; } = 8;

    /// <summary>Findings of one kind listed per system; the others are counted.</summary>
    public int ListedPerKind { get; init; } = 10;
}
