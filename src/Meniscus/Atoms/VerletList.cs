namespace Meniscus.Atoms;

/// <summary>
/// A neighbour list that is kept while it still holds every pair within the cutoff: pairs are listed up to cutoff + skin,
/// and the list is made anew once that no longer suffices (L. Verlet, Phys. Rev. 159, 98 (1967)).
/// <para>
/// Since the list was made at positions r⁰ in the cell H⁰, the cell has deformed by F = H⁰⁻¹H and the atoms have moved
/// by δ = r − r⁰F besides. A pair that was farther than r_c + skin is now farther than
/// σ_min(F)(r_c + skin) − 2 max|δ|, and σ_min(F) ≥ 1 − ‖F − 1‖; the list holds as long as that exceeds r_c.
/// </para>
/// <para>
/// The order of the pairs depends on r⁰ and H⁰ alone, so a list that is saved as these and made again gives sums that are
/// equal to the last bit.
/// </para>
/// </summary>
public sealed class VerletList
{
    private readonly double[] _builtCell = new double[9];
    private double[] _built = [];
    private double _cutoff;
    private double _skin;
    private bool _periodic;
    private bool _valid;

    /// <summary>The list; distances are to be tested against the cutoff.</summary>
    public NeighborList List { get; } = new();

    /// <summary>How often it has been made.</summary>
    public long Builds { get; private set; }

    /// <summary>Whether there is a list.</summary>
    public bool IsValid => _valid;

    /// <summary>The cell the list was made in.</summary>
    public Cell BuiltCell => _valid && _periodic ? new Cell(_builtCell) : Cell.None;

    /// <summary>Updates the list for a configuration.</summary>
    /// <param name="positions">Å, x y z per atom, not wrapped anew between calls.</param>
    /// <param name="cell">The cell, or <see cref="Cell.None"/>.</param>
    /// <param name="cutoff">Distance up to which every pair is needed, Å.</param>
    /// <param name="skin">How far beyond it pairs are listed, Å; with 0 the list is made in every call.</param>
    /// <returns>Whether the list was made anew.</returns>
    /// <exception cref="InputException">As <see cref="NeighborList.Build"/>.</exception>
    public bool Update(ReadOnlySpan<double> positions, in Cell cell, double cutoff, double skin)
    {
        if (_valid && skin > 0 && cutoff == _cutoff && skin == _skin && positions.Length == 3 * List.AtomCount && cell.IsPeriodic == _periodic && StillHolds(positions, cell))
        {
            List.Locate(positions, cell);
            return false;
        }

        (_cutoff, _skin) = (cutoff, skin);
        Build(positions, cell);
        Builds++;
        return true;
    }

    /// <summary>Forgets the list; the next update makes it.</summary>
    public void Invalidate() => _valid = false;

    /// <summary>Writes what the list was made from.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(_valid);
        if (!_valid)
            return;
        writer.Write(_cutoff);
        writer.Write(_skin);
        writer.Write(_periodic);
        foreach (var x in _builtCell)
            writer.Write(x);
        writer.Write(List.AtomCount);
        for (var k = 0; k < 3 * List.AtomCount; k++)
            writer.Write(_built[k]);
    }

    /// <summary>Makes the list that <see cref="Save"/> wrote.</summary>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _valid = reader.ReadBoolean();
        if (!_valid)
            return;
        _cutoff = reader.ReadDouble();
        _skin = reader.ReadDouble();
        var periodic = reader.ReadBoolean();
        Span<double> rows = stackalloc double[9];
        for (var k = 0; k < 9; k++)
            rows[k] = reader.ReadDouble();
        var positions = new double[3 * reader.ReadInt32()];
        for (var k = 0; k < positions.Length; k++)
            positions[k] = reader.ReadDouble();
        Build(positions, periodic ? new Cell(rows) : Cell.None);
    }

    private void Build(ReadOnlySpan<double> positions, in Cell cell)
    {
        _valid = false;
        List.Build(positions, cell, _cutoff + _skin);
        if (_built.Length < positions.Length)
            _built = new double[positions.Length];
        positions.CopyTo(_built);
        _periodic = cell.IsPeriodic;
        for (var k = 0; k < 9; k++)
            _builtCell[k] = cell[k / 3, k % 3];
        _valid = true;
    }

    private bool StillHolds(ReadOnlySpan<double> positions, in Cell cell)
    {
        Span<double> f = [1, 0, 0, 0, 1, 0, 0, 0, 1];
        double strain = 0;
        if (_periodic && !IsSameCell(cell))
        {
            var built = new Cell(_builtCell);
            for (var row = 0; row < 3; row++)
            {
                // Row of F: where the unit vector along x, y or z of the old cell has gone.
                var (a, b, c) = built.Fractional(row == 0 ? 1 : 0, row == 1 ? 1 : 0, row == 2 ? 1 : 0);
                (f[3 * row], f[(3 * row) + 1], f[(3 * row) + 2]) = cell.Cartesian(a, b, c);
            }

            for (var k = 0; k < 9; k++)
            {
                var d = f[k] - (k % 4 == 0 ? 1 : 0);
                strain += d * d;
            }

            strain = Math.Sqrt(strain);
        }

        var allowed = (((1 - strain) * (_cutoff + _skin)) - _cutoff) / 2;
        return allowed > 0 && MovedLess(positions, f, allowed * allowed, strain > 0);
    }

    private bool IsSameCell(in Cell cell)
    {
        for (var k = 0; k < 9; k++)
        {
            if (_builtCell[k] != cell[k / 3, k % 3])
                return false;
        }

        return true;
    }

    private bool MovedLess(ReadOnlySpan<double> positions, ReadOnlySpan<double> f, double limit, bool deformed)
    {
        // Written so that a NaN counts as moved: building the list then names the atom.
        for (var k = 0; k < positions.Length; k += 3)
        {
            var (x, y, z) = (_built[k], _built[k + 1], _built[k + 2]);
            if (deformed)
            {
                (x, y, z) = (
                    (x * f[0]) + (y * f[3]) + (z * f[6]),
                    (x * f[1]) + (y * f[4]) + (z * f[7]),
                    (x * f[2]) + (y * f[5]) + (z * f[8]));
            }

            var (dx, dy, dz) = (positions[k] - x, positions[k + 1] - y, positions[k + 2] - z);
            if (!((dx * dx) + (dy * dy) + (dz * dz) < limit))
                return false;
        }

        return true;
    }
}
