using System.Numerics;
using System.Runtime.InteropServices;
using Meniscus.Atoms;

namespace Meniscus.Native;

/// <summary>A neighbour list of the other program; laid out as <c>meniscus_neighbors</c> of <c>meniscus.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NeighborsInput
{
    public int Count;
    public int Mask;
    public int* Centres;
    public int* Counts;
    public int** First;
}

/// <summary>A configuration in the other program's memory; laid out as <c>meniscus_atoms</c> of <c>meniscus.h</c>.</summary>
/// <typeparam name="T">float or double.</typeparam>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FrameInput<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Atoms;
    public int Ghosts;
    public int* Types;
    public T* Positions;
    public T* Cell;
    public T* FrameParameters;
    public T* AtomParameters;
    public NeighborsInput* Neighbors;

    /// <summary>Checks what can be checked before anything is read.</summary>
    public readonly void Require()
    {
        if (Atoms < 0 || Atoms > Array.MaxLength / 9)
            throw new ArgumentException($"number of atoms is {Atoms}; expected 0 to {Array.MaxLength / 9}");
        if (Ghosts < 0 || Ghosts > Atoms)
            throw new ArgumentException($"number of ghost atoms is {Ghosts}; expected 0 to {Atoms}, the number of atoms");
        if (Atoms > 0 && Types == null)
            throw new ArgumentException("types is null");
        if (Atoms > 0 && Positions == null)
            throw new ArgumentException("positions is null");
    }

    /// <summary>The cell, or none.</summary>
    public readonly Cell ReadCell()
    {
        if (Cell == null)
            return Meniscus.Atoms.Cell.None;
        Span<double> rows = stackalloc double[9];
        for (var k = 0; k < 9; k++)
            rows[k] = double.CreateTruncating(Cell[k]);
        return new Cell(rows);
    }
}

/// <summary>Where the results go; laid out as <c>meniscus_results</c> of <c>meniscus.h</c>. Null where not wanted.</summary>
/// <typeparam name="T">float or double.</typeparam>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FrameOutput<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public double* Energy;
    public T* Forces;
    public T* Virial;
    public T* AtomEnergies;
    public T* AtomVirials;
}
