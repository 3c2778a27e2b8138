using Meniscus.Atoms;

namespace Meniscus.Tests.Fixtures;

/// <summary>
/// A periodic configuration as a domain-decomposed program hands it over: the images that atoms see are atoms themselves,
/// behind the real ones, and neighbours are numbers among all of them.
/// </summary>
internal sealed class GhostAtoms
{
    /// <param name="types">Types of the real atoms.</param>
    /// <param name="positions">Their positions, Å.</param>
    /// <param name="cell">Their cell.</param>
    /// <param name="reach">How far the lists go, Å.</param>
    public GhostAtoms(int[] types, double[] positions, Cell cell, double reach)
    {
        var list = new NeighborList();
        list.Build(positions, cell, reach);
        var (allTypes, all, owner) = (types.ToList(), list.WrappedPositions.ToArray().ToList(), Enumerable.Range(0, types.Length).ToList());
        var images = new Dictionary<(int, int), int>();
        var zero = list.Shifts.Length > 0 ? list.ShiftVectors.Length / 6 : 0;
        Neighbors = new int[types.Length][];
        for (var i = 0; i < types.Length; i++)
        {
            Neighbors[i] = new int[list.Start[i + 1] - list.Start[i]];
            for (var p = list.Start[i]; p < list.Start[i + 1]; p++)
            {
                var (j, shift) = (list.Neighbors[p], list.Shifts[p]);
                if (shift != zero && !images.ContainsKey((j, shift)))
                {
                    images[(j, shift)] = owner.Count;
                    owner.Add(j);
                    allTypes.Add(types[j]);
                    for (var c = 0; c < 3; c++)
                        all.Add(list.WrappedPositions[(3 * j) + c] + list.ShiftVectors[(3 * shift) + c]);
                }

                Neighbors[i][p - list.Start[i]] = shift == zero ? j : images[(j, shift)];
            }
        }

        (Types, Positions, Owner, RealCount) = ([.. allTypes], [.. all], [.. owner], types.Length);
    }

    /// <summary>How many atoms are real.</summary>
    public int RealCount { get; }

    /// <summary>Types of all atoms.</summary>
    public int[] Types { get; }

    /// <summary>Positions of all atoms, Å.</summary>
    public double[] Positions { get; }

    /// <summary>The real atom that each is, or is an image of.</summary>
    public int[] Owner { get; }

    /// <summary>Neighbours of the real atoms.</summary>
    public int[][] Neighbors { get; }

    /// <summary>Adds what acts on images to their atoms.</summary>
    public double[] Fold(ReadOnlySpan<double> values, int width)
    {
        var folded = new double[RealCount * width];
        for (var k = 0; k < Owner.Length * width; k++)
            folded[(Owner[k / width] * width) + (k % width)] += values[k];
        return folded;
    }

    /// <summary>The lists as <see cref="GivenNeighbors"/>, by place or by atom, with other bits set as LAMMPS does.</summary>
    public unsafe GivenNeighbors Given(bool byAtom)
    {
        const int Mask = 0x1FFFFFFF;
        var given = new GivenNeighbors();
        var joined = Neighbors.SelectMany(list => list).Select(j => j | (1 << 30)).ToArray();
        // The centres in reverse, so that place and atom differ.
        int[] centres = [.. Enumerable.Range(0, RealCount).Reverse()];
        fixed (int* first = joined)
        {
            var pointers = new int*[RealCount];
            var counts = new int[RealCount];
            var place = 0;
            for (var i = 0; i < RealCount; i++)
            {
                var k = byAtom ? i : RealCount - 1 - i;
                pointers[k] = first + place;
                counts[k] = Neighbors[i].Length;
                place += Neighbors[i].Length;
            }

            fixed (int* count = counts)
            fixed (int** neighbors = pointers)
                given.Take(Types.Length, centres, count, neighbors, Mask, byAtom);
        }

        return given;
    }
}
