using Meniscus.Atoms;

namespace Meniscus.Potentials;

/// <summary>What dynamics, labelling, analysis and other programs see of a model.</summary>
public interface IPotential : IDisposable
{
    /// <summary>The types the model knows; the integers given to <see cref="Evaluate"/> refer to it.</summary>
    TypeMap TypeMap { get; }

    /// <summary>Largest distance at which two atoms act on each other directly, Å.</summary>
    double Cutoff { get; }

    /// <summary>
    /// How far beyond the cutoff neighbours are listed, Å. With 0, the default, every call makes its own list; with more, a
    /// list is kept while it holds every pair within the cutoff, for calls whose atoms move little from one to the next.
    /// </summary>
    double Skin { get; set; }

    /// <summary>How often neighbours have been listed.</summary>
    long NeighborListBuilds { get; }

    /// <summary>Computes energy, forces and virial of a configuration.</summary>
    /// <param name="configuration">Types, positions and cell.</param>
    /// <param name="result">Receives the results; its arrays are reused from call to call.</param>
    /// <exception cref="InputException">Atoms overlap, a number is not finite, or a type is unknown.</exception>
    void Evaluate(in Configuration configuration, Evaluation result);

    /// <summary>
    /// Writes what results depend on, to the last bit, besides the configuration: what the neighbour list was made from, how
    /// far tables reach, which atoms form a molecule.
    /// </summary>
    /// <param name="writer">Receives it.</param>
    void SaveMemory(BinaryWriter writer);

    /// <summary>Takes back what <see cref="SaveMemory"/> wrote, for the same model and the same atoms.</summary>
    /// <param name="reader">Gives it.</param>
    void RestoreMemory(BinaryReader reader);
}

/// <summary>Types, positions and cell of a set of atoms, and what the model takes besides.</summary>
public readonly ref struct Configuration
{
    /// <summary>Creates a configuration.</summary>
    /// <param name="types">Type of each atom; negative entries are ignored (padding).</param>
    /// <param name="positions">Å, x y z per atom.</param>
    /// <param name="cell">The cell, or <see cref="Cell.None"/>.</param>
    public Configuration(ReadOnlySpan<int> types, ReadOnlySpan<double> positions, Cell cell)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(positions.Length, 3 * types.Length, nameof(positions));
        Types = types;
        Positions = positions;
        Cell = cell;
    }

    /// <summary>Type of each atom.</summary>
    public ReadOnlySpan<int> Types { get; }

    /// <summary>Positions, Å, x y z per atom.</summary>
    public ReadOnlySpan<double> Positions { get; }

    /// <summary>The cell.</summary>
    public Cell Cell { get; }

    /// <summary>Frame parameters (fparam).</summary>
    public ReadOnlySpan<double> FrameParameters { get; init; }

    /// <summary>Atomic parameters (aparam), atom by atom.</summary>
    public ReadOnlySpan<double> AtomParameters { get; init; }
}

/// <summary>Which results beyond energy, forces and virial are wanted.</summary>
[Flags]
public enum EvaluationExtras
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Virial per atom.</summary>
    AtomVirials = 1,

    /// <summary>Descriptor per atom.</summary>
    Descriptors = 2,
}

/// <summary>Results of an evaluation. Arrays grow when needed and are otherwise reused.</summary>
public sealed class Evaluation
{
    /// <summary>What is wanted besides energy, forces, virial and atomic energies.</summary>
    public EvaluationExtras Extras { get; init; }

    /// <summary>Energy, eV.</summary>
    public double Energy { get; set; }

    /// <summary>Forces, eV/Å, x y z per atom.</summary>
    public double[] Forces { get; private set; } = [];

    /// <summary>Virial −∂E/∂ε, eV, row-major 3 × 3.</summary>
    public double[] Virial { get; } = new double[9];

    /// <summary>Atomic energies, eV.</summary>
    public double[] AtomEnergies { get; private set; } = [];

    /// <summary>Atomic virials, eV, 9 per atom, where asked for: Σ over centres k of −(∂e_k/∂r_i) ⊗ (r_i − r_k).</summary>
    public double[] AtomVirials { get; private set; } = [];

    /// <summary>Descriptors, <see cref="DescriptorWidth"/> per atom, where asked for.</summary>
    public double[] Descriptors { get; private set; } = [];

    /// <summary>Numbers per descriptor.</summary>
    public int DescriptorWidth { get; private set; }

    /// <summary>Atoms with more neighbours than the model has slots for, in this evaluation.</summary>
    public DeepPot.NeighborOverflow Overflow { get; set; }

    /// <summary>Makes room for a number of atoms and sets everything to zero.</summary>
    public void Reset(int atoms, int descriptorWidth)
    {
        if (Forces.Length != 3 * atoms)
        {
            Forces = new double[3 * atoms];
            AtomEnergies = new double[atoms];
        }

        if ((Extras & EvaluationExtras.AtomVirials) != 0 && AtomVirials.Length != 9 * atoms)
            AtomVirials = new double[9 * atoms];
        DescriptorWidth = descriptorWidth;
        if ((Extras & EvaluationExtras.Descriptors) != 0 && Descriptors.Length != descriptorWidth * atoms)
            Descriptors = new double[descriptorWidth * atoms];
        Energy = 0;
        Overflow = default;
        Array.Clear(Forces);
        Array.Clear(Virial);
        Array.Clear(AtomEnergies);
        Array.Clear(AtomVirials);
        Array.Clear(Descriptors);
    }
}
