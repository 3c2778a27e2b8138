namespace Meniscus.Atoms;

/// <summary>
/// The molecules of a frame: atoms that bonds connect, found anew from the distances. Two atoms are bonded when they are
/// closer than 1.3 times the sum of their <see cref="CovalentRadius"/> (O–H: 1.26 Å), through periodic images too; a
/// hydrogen keeps only its shortest bond, relative to the radii, so that a shared proton does not join two molecules.
/// Elements that form no bonds are molecules of one atom.
/// </summary>
public sealed class Molecules
{
    /// <summary>A bond reaches to this times the sum of the radii.</summary>
    public const double BondFactor = 1.3;

    private const int NotPlaced = -1;

    private readonly NeighborList _list = new();
    private readonly double[] _radius;
    private readonly bool[] _isHydrogen;
    private readonly int[] _types;
    private readonly int[] _partner;
    private readonly int[] _moleculeOf;
    private readonly double[] _whole;
    private readonly List<int> _atoms = [];
    private readonly List<int> _start = [0];
    private readonly List<bool> _isInfinite = [];

    private Molecules(Frame frame)
    {
        _types = frame.Types;
        _radius = [.. frame.TypeMap.Names.Select(name => CovalentRadius.Bonds(name) ? CovalentRadius.Of(name) : 0)];
        _isHydrogen = [.. frame.TypeMap.Names.Select(name => name == "H")];
        _partner = new int[frame.AtomCount];
        _moleculeOf = new int[frame.AtomCount];
        _whole = [.. frame.Positions];
        var largest = _types.Length == 0 ? 0 : _types.Max(type => _radius[type]);
        // A cutoff above 0 even where nothing bonds.
        _list.Build(frame.Positions, frame.Cell, Math.Max(0.1, 2 * BondFactor * largest));
        FindPartners();
        Array.Fill(_moleculeOf, NotPlaced);
        for (var atom = 0; atom < frame.AtomCount; atom++)
        {
            if (_moleculeOf[atom] == NotPlaced)
                Follow(atom);
        }
    }

    /// <summary>Number of molecules.</summary>
    public int Count => _start.Count - 1;

    /// <summary>The molecule of each atom; molecules are numbered in the order of their first atoms.</summary>
    public IReadOnlyList<int> MoleculeOf => _moleculeOf;

    /// <summary>
    /// Positions, Å, x y z per atom, in which no molecule is cut by a face of the cell: the first atom of each is where it
    /// is in the frame, the others are next to it.
    /// </summary>
    public double[] WholePositions => _whole;

    /// <summary>The atoms of a molecule, in ascending order.</summary>
    public ReadOnlySpan<int> Atoms(int molecule) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_atoms)[_start[molecule].._start[molecule + 1]];

    /// <summary>Whether a molecule is bonded to its own images, as a crystal is; it has no whole form then.</summary>
    public bool IsInfinite(int molecule) => _isInfinite[molecule];

    /// <summary>Finds the molecules of a frame.</summary>
    /// <exception cref="InputException">A position is not finite.</exception>
    public static Molecules Find(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return new Molecules(frame);
    }

    /// <summary>For each hydrogen the pair that is its only bond, or −1.</summary>
    private void FindPartners()
    {
        Array.Fill(_partner, -1);
        for (var i = 0; i < _types.Length; i++)
        {
            if (!_isHydrogen[_types[i]])
                continue;
            var nearest = BondFactor;
            for (var p = _list.Start[i]; p < _list.Start[i + 1]; p++)
            {
                var stretch = Stretch(i, p);
                if (stretch < nearest)
                    (nearest, _partner[i]) = (stretch, p);
            }
        }
    }

    /// <summary>Distance of a pair over the sum of the radii; infinite where one forms no bonds.</summary>
    private double Stretch(int i, int pair)
    {
        var (ri, rj) = (_radius[_types[i]], _radius[_types[_list.Neighbors[pair]]]);
        if (ri == 0 || rj == 0)
            return double.PositiveInfinity;
        var (x, y, z) = Difference(i, pair);
        return Math.Sqrt((x * x) + (y * y) + (z * z)) / (ri + rj);
    }

    private (double X, double Y, double Z) Difference(int i, int pair)
    {
        var x = _list.WrappedPositions;
        var (j, s) = (3 * _list.Neighbors[pair], 3 * _list.Shifts[pair]);
        var shifts = _list.ShiftVectors;
        return (x[j] + shifts[s] - x[3 * i], x[j + 1] + shifts[s + 1] - x[(3 * i) + 1], x[j + 2] + shifts[s + 2] - x[(3 * i) + 2]);
    }

    private bool IsBond(int i, int pair)
    {
        var j = _list.Neighbors[pair];
        if (Stretch(i, pair) >= BondFactor || (_isHydrogen[_types[i]] && _partner[i] != pair))
            return false;
        return !_isHydrogen[_types[j]] || (_partner[j] >= 0 && IsReverse(i, pair, j, _partner[j]));
    }

    /// <summary>Whether a pair seen from j is the same bond as one seen from i.</summary>
    private bool IsReverse(int i, int pair, int j, int reverse)
    {
        if (_list.Neighbors[reverse] != i)
            return false;
        var (a, b) = (Difference(i, pair), Difference(j, reverse));
        return Math.Abs(a.X + b.X) + Math.Abs(a.Y + b.Y) + Math.Abs(a.Z + b.Z) < 1e-6;
    }

    /// <summary>Walks along the bonds from an atom and places what it meets.</summary>
    private void Follow(int first)
    {
        var molecule = _isInfinite.Count;
        var begin = _atoms.Count;
        _moleculeOf[first] = molecule;
        _atoms.Add(first);
        var infinite = false;
        for (var next = begin; next < _atoms.Count; next++)
        {
            var i = _atoms[next];
            for (var p = _list.Start[i]; p < _list.Start[i + 1]; p++)
            {
                if (!IsBond(i, p))
                    continue;
                var (j, d) = (_list.Neighbors[p], Difference(i, p));
                var (x, y, z) = (_whole[3 * i] + d.X, _whole[(3 * i) + 1] + d.Y, _whole[(3 * i) + 2] + d.Z);
                if (_moleculeOf[j] == NotPlaced)
                {
                    (_whole[3 * j], _whole[(3 * j) + 1], _whole[(3 * j) + 2]) = (x, y, z);
                    _moleculeOf[j] = molecule;
                    _atoms.Add(j);
                }
                else
                {
                    // Back at an atom of the molecule, but in another image of it.
                    infinite |= Math.Abs(_whole[3 * j] - x) + Math.Abs(_whole[(3 * j) + 1] - y) + Math.Abs(_whole[(3 * j) + 2] - z) > 1e-3;
                }
            }
        }

        _atoms.Sort(begin, _atoms.Count - begin, null);
        _start.Add(_atoms.Count);
        _isInfinite.Add(infinite);
    }
}
