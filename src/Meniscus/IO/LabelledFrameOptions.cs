namespace Meniscus.IO;

/// <summary>How labelled frames are read.</summary>
public sealed record LabelledFrameOptions
{
    /// <summary>The format; null to go by the name and the first lines.</summary>
    public DataFormat? Format { get; init; }

    /// <summary>Names of LAMMPS's integer types, in order; null where the file says its elements.</summary>
    public IReadOnlyList<string>? TypeNames { get; init; }

    /// <summary>Units of LAMMPS files; null for what the file says.</summary>
    public LammpsUnits? Units { get; init; }

    /// <summary>Whether an output that ends within a step gives the steps before it instead of an error.</summary>
    public bool TolerateTornEnd { get; init; }

    /// <summary>Takes note of frames that are left out (not converged, without positions); null to stop with an error at the first.</summary>
    public LeftOutFrames? LeftOut { get; init; }
}
