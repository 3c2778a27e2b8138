using System.Globalization;

namespace Meniscus.Atoms;

/// <summary>
/// Neighbours that another program has listed, in the form that LAMMPS has: atoms are numbered with their periodic images
/// (ghosts) behind them, some of them are centres, and for every centre the numbers of its neighbours are given; images need
/// no translation because they are atoms. A list may reach farther than the model does. It is copied, so that the other
/// program's memory is looked at only in <see cref="Take"/>.
/// </summary>
public sealed unsafe class GivenNeighbors
{
    private int[] _start = [0];
    private int[] _neighbors = [];
    private bool[] _isCentre = [];

    /// <summary>Number of atoms, images included.</summary>
    public int AtomCount { get; private set; }

    /// <summary>Neighbours of atom i are the entries Start[i] to Start[i + 1] of <see cref="Neighbors"/>; images have none.</summary>
    public ReadOnlySpan<int> Start => _start.AsSpan(0, AtomCount + 1);

    /// <summary>Atom index of each neighbour.</summary>
    public ReadOnlySpan<int> Neighbors => _neighbors.AsSpan(0, _start[AtomCount]);

    /// <summary>Whether the atom's own energy is wanted.</summary>
    public ReadOnlySpan<bool> IsCentre => _isCentre.AsSpan(0, AtomCount);

    /// <summary>Copies a list.</summary>
    /// <param name="atoms">Number of atoms, images included.</param>
    /// <param name="centres">The atoms that are centres, each once (ilist).</param>
    /// <param name="counts">Number of neighbours of centre k at counts[k] (numneigh).</param>
    /// <param name="neighbors">The neighbours of centre k at neighbors[k] (firstneigh).</param>
    /// <param name="mask">Bits of a neighbour's number that count; LAMMPS keeps other things in the uppermost two.</param>
    /// <param name="byAtom">Whether counts and neighbours are found by the centre's atom, as LAMMPS has them, not by its place k.</param>
    /// <exception cref="InputException">An atom's number is out of range, a count is negative, or a pointer is null.</exception>
    public void Take(int atoms, ReadOnlySpan<int> centres, int* counts, int** neighbors, int mask, bool byAtom)
    {
        AtomCount = 0;
        Grow(ref _start, atoms + 1);
        Grow(ref _isCentre, atoms);
        Array.Clear(_start, 0, atoms + 1);
        Array.Clear(_isCentre, 0, atoms);
        var pairs = 0L;
        for (var k = 0; k < centres.Length; k++)
        {
            var (i, place) = (centres[k], byAtom ? centres[k] : k);
            if (i < 0 || i >= atoms || _isCentre[i])
                throw Wrong(k, i < 0 || i >= atoms ? $"is atom {i}, expected 0 to {atoms - 1}" : $"is atom {i}, which was one before");
            if (counts[place] < 0 || (counts[place] > 0 && neighbors[place] == null))
                throw Wrong(k, counts[place] < 0 ? $"has {counts[place]} neighbours" : "has neighbours, but the pointer to them is null");
            _isCentre[i] = true;
            _start[i + 1] = counts[place];
            pairs += counts[place];
        }

        if (pairs > Array.MaxLength)
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"neighbour list: {pairs} pairs; at most {Array.MaxLength} can be held"));
        Grow(ref _neighbors, (int)pairs);
        for (var i = 0; i < atoms; i++)
            _start[i + 1] += _start[i];
        for (var k = 0; k < centres.Length; k++)
            Copy(k, centres[k], neighbors[byAtom ? centres[k] : k], atoms, mask);
        AtomCount = atoms;
    }

    private void Copy(int centre, int atom, int* from, int atoms, int mask)
    {
        for (var (p, end) = (_start[atom], _start[atom + 1]); p < end; p++, from++)
        {
            var j = *from & mask;
            if ((uint)j >= (uint)atoms || j == atom)
                throw Wrong(centre, j == atom ? "has itself as a neighbour" : $"has atom {j} as a neighbour, expected 0 to {atoms - 1}");
            _neighbors[p] = j;
        }
    }

    private static InputException Wrong(int centre, string what) => new(string.Create(
        CultureInfo.InvariantCulture, $"neighbour list: centre {centre} (counted from 0) {what}"));

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
            array = new T[length + (length / 4)];
    }
}
