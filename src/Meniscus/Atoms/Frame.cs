namespace Meniscus.Atoms;

/// <summary>
/// One moment of a set of atoms, elements by name: what builders make, dynamics starts from, and trajectories consist of.
/// What is optional is null where it is not known. Data to learn from are <see cref="LabelledFrame"/>s.
/// </summary>
public sealed class Frame
{
    /// <summary>Creates a frame.</summary>
    /// <param name="typeMap">Names of the types.</param>
    /// <param name="types">Type of each atom, in <paramref name="typeMap"/>.</param>
    /// <param name="positions">Å, x y z per atom.</param>
    /// <param name="cell">The cell, or <see cref="Cell.None"/>.</param>
    public Frame(TypeMap typeMap, int[] types, double[] positions, Cell cell)
    {
        ArgumentNullException.ThrowIfNull(typeMap);
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentOutOfRangeException.ThrowIfNotEqual(positions.Length, 3 * types.Length, nameof(positions));
        TypeMap = typeMap;
        Types = types;
        Positions = positions;
        Cell = cell;
    }

    /// <summary>Names of the types.</summary>
    public TypeMap TypeMap { get; }

    /// <summary>Type of each atom.</summary>
    public int[] Types { get; }

    /// <summary>Positions, Å, x y z per atom. Atoms may lie outside the cell; a trajectory says whether that is on purpose by <see cref="Unwrapped"/>.</summary>
    public double[] Positions { get; }

    /// <summary>The cell, or <see cref="Cell.None"/>.</summary>
    public Cell Cell { get; }

    /// <summary>Number of atoms.</summary>
    public int AtomCount => Types.Length;

    /// <summary>Whether positions follow the atoms across the faces of the cell, so that displacements between frames can be taken.</summary>
    public bool Unwrapped { get; init; }

    /// <summary>Velocities, Å/ps, x y z per atom.</summary>
    public double[]? Velocities { get; init; }

    /// <summary>Forces, eV/Å, x y z per atom.</summary>
    public double[]? Forces { get; init; }

    /// <summary>Potential energy, eV.</summary>
    public double? Energy { get; init; }

    /// <summary>Virial −∂E/∂ε, eV, row-major 3 × 3, configurational part only.</summary>
    public double[]? Virial { get; init; }

    /// <summary>Energy of each atom, eV.</summary>
    public double[]? AtomEnergies { get; init; }

    /// <summary>Weight of each atom's force in the pf term of the loss.</summary>
    public double[]? AtomPref { get; init; }

    /// <summary>Frame parameters (fparam), such as an electronic temperature.</summary>
    public double[]? FrameParameters { get; init; }

    /// <summary>Parameters per atom (aparam), atom by atom.</summary>
    public double[]? AtomParameters { get; init; }

    /// <summary>Mass per type, amu, where the file has its own.</summary>
    public double[]? Masses { get; init; }

    /// <summary>Time step it was written at.</summary>
    public long? Step { get; init; }

    /// <summary>Time, ps.</summary>
    public double? Time { get; init; }

    /// <summary>Name of the element of an atom.</summary>
    public string NameOf(int atom) => TypeMap[Types[atom]];
}
