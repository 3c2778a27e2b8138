namespace Meniscus.IO;

/// <summary>Unit styles of LAMMPS that files are read in.</summary>
public enum LammpsUnits
{
    /// <summary>Å, ps, eV.</summary>
    Metal,

    /// <summary>Å, fs, kcal/mol.</summary>
    Real,
}

/// <summary>How a trajectory is read.</summary>
public sealed record TrajectoryOptions
{
    /// <summary>Names of LAMMPS's integer types, in order; null where the file says its elements.</summary>
    public IReadOnlyList<string>? TypeNames { get; init; }

    /// <summary>Units of LAMMPS files; null for what the file says, and metal where it says nothing.</summary>
    public LammpsUnits? Units { get; init; }

    /// <summary>First frame to take, from 0.</summary>
    public int First { get; init; }

    /// <summary>Last frame to take, inclusive; null for the end of the file.</summary>
    public int? Last { get; init; }

    /// <summary>Every how many frames one is taken.</summary>
    public int Every { get; init; } = 1;

    /// <summary>
    /// Whether a last frame that is cut short, as a job that was killed leaves it, ends the trajectory before it instead of
    /// being an error. A last line without a line end counts as cut then.
    /// </summary>
    public bool TolerateTornEnd { get; init; }
}
