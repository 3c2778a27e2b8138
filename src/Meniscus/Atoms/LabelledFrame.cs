namespace Meniscus.Atoms;

/// <summary>Which arrays a frame or a data set carries besides types, positions and cell.</summary>
[Flags]
public enum FrameLabels
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Total energy, eV.</summary>
    Energy = 1,

    /// <summary>Forces, eV/Å.</summary>
    Force = 2,

    /// <summary>Virial Ξ = −∂E/∂ε, eV.</summary>
    Virial = 4,

    /// <summary>Energy per atom, eV.</summary>
    AtomEnergy = 8,

    /// <summary>Weight of each atom's force in the loss.</summary>
    AtomPref = 16,

    /// <summary>Frame parameters.</summary>
    FrameParameters = 32,

    /// <summary>Atomic parameters.</summary>
    AtomParameters = 64,
}

/// <summary>
/// One configuration with its labels, in buffers that a reader fills again and again. Å, eV, eV/Å; the virial in eV,
/// positive when compressed. Arrays without a label keep whatever they held; <see cref="Labels"/> says what counts.
/// </summary>
public sealed class LabelledFrame
{
    /// <summary>Creates a frame with room for a number of atoms.</summary>
    /// <param name="atomCount">Number of atoms.</param>
    /// <param name="frameParameterCount">Number of frame parameters (fparam), usually 0.</param>
    /// <param name="atomParameterCount">Number of parameters per atom (aparam), usually 0.</param>
    public LabelledFrame(int atomCount, int frameParameterCount = 0, int atomParameterCount = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(atomCount);
        AtomCount = atomCount;
        Types = new int[atomCount];
        Positions = new double[3 * atomCount];
        Forces = new double[3 * atomCount];
        AtomEnergies = new double[atomCount];
        AtomPref = new double[atomCount];
        FrameParameters = new double[frameParameterCount];
        AtomParameters = new double[atomCount * atomParameterCount];
    }

    /// <summary>Number of atoms.</summary>
    public int AtomCount { get; }

    /// <summary>Integer type of each atom in the type map the frame was read for; −1 is a padding atom of mixed-type data.</summary>
    public int[] Types { get; }

    /// <summary>Positions, Å, x y z per atom. Not necessarily wrapped into the cell.</summary>
    public double[] Positions { get; }

    /// <summary>Cell, Å, row-major; rows are the lattice vectors. Meaningless where <see cref="Periodic"/> is false.</summary>
    public double[] Box { get; } = new double[9];

    /// <summary>Whether the frame is periodic (in all three directions).</summary>
    public bool Periodic { get; set; } = true;

    /// <summary>The labels the frame has.</summary>
    public FrameLabels Labels { get; set; }

    /// <summary>Total energy, eV.</summary>
    public double Energy { get; set; }

    /// <summary>Forces, eV/Å, x y z per atom.</summary>
    public double[] Forces { get; }

    /// <summary>Virial −∂E/∂ε, eV, row-major 3 × 3.</summary>
    public double[] Virial { get; } = new double[9];

    /// <summary>Atomic energies, eV.</summary>
    public double[] AtomEnergies { get; }

    /// <summary>Force weight of each atom in the pf term of the loss.</summary>
    public double[] AtomPref { get; }

    /// <summary>Frame parameters.</summary>
    public double[] FrameParameters { get; }

    /// <summary>Atomic parameters, atom by atom.</summary>
    public double[] AtomParameters { get; }
}
