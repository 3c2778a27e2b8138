namespace Meniscus.IO;

/// <summary>What is written of the atoms besides elements and positions, where the frame has it. Cell, step and time, and in extended XYZ energy and virial, are always written.</summary>
[Flags]
public enum TrajectoryContent
{
    /// <summary>Nothing else; positions wrapped into the cell.</summary>
    None = 0,

    /// <summary>Velocities.</summary>
    Velocities = 1,

    /// <summary>Forces.</summary>
    Forces = 2,

    /// <summary>Positions that run on across the faces of the cell: as they are in extended XYZ, with image flags in LAMMPS's formats.</summary>
    Unwrapped = 4,

    /// <summary>Everything.</summary>
    All = Velocities | Forces | Unwrapped,
}
