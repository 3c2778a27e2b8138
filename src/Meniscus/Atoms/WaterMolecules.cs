namespace Meniscus.Atoms;

/// <summary>
/// The water molecules of a frame: each H belongs to the nearest O within 1.3 Å, over the faces of the cell where need
/// be, and an O that has two is a molecule. O with another number of H (OH⁻, H₃O⁺) are counted.
/// </summary>
public sealed class WaterMolecules
{
    /// <summary>Longest O-H distance that is a bond, Å.</summary>
    public const double LongestBond = 1.3;

    private readonly NeighborList _list = new();
    private readonly List<int> _oxygens = [];
    private readonly List<double> _dipoles = [];
    private int[] _hydrogens = [];
    private double[] _sums = [];

    /// <summary>Indices of the O atoms of the molecules.</summary>
    public IReadOnlyList<int> Oxygens => _oxygens;

    /// <summary>Number of O atoms that have another number of H than two.</summary>
    public int OtherOxygens { get; private set; }

    /// <summary>
    /// Per molecule the vector from O to the middle of its two H, Å, x y z: the direction of the dipole, from the negative
    /// end to the positive one.
    /// </summary>
    public IReadOnlyList<double> Bisectors => _dipoles;

    /// <summary>Finds the molecules of a frame.</summary>
    /// <exception cref="InputException">The frame has no O or no H.</exception>
    public void Find(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var (oxygen, hydrogen) = (frame.TypeMap.IndexOf("O"), frame.TypeMap.IndexOf("H"));
        if (oxygen < 0 || hydrogen < 0)
            throw new InputException($"no water without both O and H; the types of the trajectory are {frame.TypeMap}");
        _list.Build(frame.Positions, frame.Cell, LongestBond);
        if (_hydrogens.Length < frame.AtomCount)
            (_hydrogens, _sums) = (new int[frame.AtomCount], new double[3 * frame.AtomCount]);
        Array.Clear(_hydrogens);
        Array.Clear(_sums);
        for (var i = 0; i < frame.AtomCount; i++)
        {
            if (frame.Types[i] == hydrogen)
                Assign(frame, i, oxygen);
        }

        Collect(frame, oxygen);
    }

    private void Assign(Frame frame, int hydrogen, int oxygenType)
    {
        var x = _list.WrappedPositions;
        var shifts = _list.ShiftVectors;
        var (nearest, square) = (-1, double.PositiveInfinity);
        (double X, double Y, double Z) bond = default;
        for (var p = _list.Start[hydrogen]; p < _list.Start[hydrogen + 1]; p++)
        {
            var j = _list.Neighbors[p];
            if (frame.Types[j] != oxygenType)
                continue;
            var s = 3 * _list.Shifts[p];
            var (dx, dy, dz) = (
                x[3 * hydrogen] - x[3 * j] - shifts[s],
                x[(3 * hydrogen) + 1] - x[(3 * j) + 1] - shifts[s + 1],
                x[(3 * hydrogen) + 2] - x[(3 * j) + 2] - shifts[s + 2]);
            var r2 = (dx * dx) + (dy * dy) + (dz * dz);
            if (r2 < square)
                (nearest, square, bond) = (j, r2, (dx, dy, dz));
        }

        if (nearest < 0)
            return;
        _hydrogens[nearest]++;
        _sums[3 * nearest] += bond.X / 2;
        _sums[(3 * nearest) + 1] += bond.Y / 2;
        _sums[(3 * nearest) + 2] += bond.Z / 2;
    }

    private void Collect(Frame frame, int oxygen)
    {
        _oxygens.Clear();
        _dipoles.Clear();
        OtherOxygens = 0;
        for (var i = 0; i < frame.AtomCount; i++)
        {
            if (frame.Types[i] != oxygen)
                continue;
            if (_hydrogens[i] != 2)
            {
                OtherOxygens++;
                continue;
            }

            _oxygens.Add(i);
            _dipoles.AddRange(_sums.AsSpan(3 * i, 3));
        }
    }
}
