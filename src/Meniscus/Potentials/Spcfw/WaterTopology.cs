using System.Globalization;
using Meniscus.Atoms;

namespace Meniscus.Potentials.Spcfw;

/// <summary>Which atoms form water molecules: every oxygen with the two hydrogens that are nearer to it than to any other.</summary>
internal sealed class WaterTopology
{
    private int[] _types = [];
    private int[] _atoms = [];
    private bool _known;

    /// <summary>Number of molecules.</summary>
    public int Count => _atoms.Length / 3;

    /// <summary>Oxygen and hydrogens of each molecule.</summary>
    public ReadOnlySpan<int> Atoms => _atoms;

    /// <summary>
    /// Keeps the molecules while the types stay the same and no bond is longer than any molecule has; else finds them, and
    /// keeps the old ones where the atoms no longer form molecules at all.
    /// </summary>
    /// <exception cref="InputException">The atoms do not form water molecules.</exception>
    public void Update(in Configuration configuration)
    {
        if (!_known || !configuration.Types.SequenceEqual(_types))
        {
            _known = false;
            _atoms = Find(configuration, out var failure) ?? throw new InputException(failure);
            _types = configuration.Types.ToArray();
            _known = true;
        }
        else if (HasLongBond(configuration))
        {
            _atoms = Find(configuration, out _) ?? _atoms;
        }
    }

    /// <summary>Writes the molecules.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(_known);
        writer.Write(_known ? _types.Length : 0);
        writer.Write(_known ? _atoms.Length : 0);
        if (!_known)
            return;
        foreach (var type in _types)
            writer.Write(type);
        foreach (var atom in _atoms)
            writer.Write(atom);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Restore(BinaryReader reader)
    {
        _known = reader.ReadBoolean();
        _types = new int[reader.ReadInt32()];
        _atoms = new int[reader.ReadInt32()];
        for (var i = 0; i < _types.Length; i++)
            _types[i] = reader.ReadInt32();
        for (var i = 0; i < _atoms.Length; i++)
            _atoms[i] = reader.ReadInt32();
    }

    /// <summary>The vector between two atoms of a molecule, to the nearest image, Å.</summary>
    public static (double X, double Y, double Z) Vector(ReadOnlySpan<double> positions, in Cell cell, int from, int to)
    {
        var (x, y, z) = (positions[3 * to] - positions[3 * from], positions[(3 * to) + 1] - positions[(3 * from) + 1], positions[(3 * to) + 2] - positions[(3 * from) + 2]);
        if (!cell.IsPeriodic)
            return (x, y, z);
        var (a, b, c) = cell.Fractional(x, y, z);
        var (u, v, w) = cell.Cartesian(Math.Round(a), Math.Round(b), Math.Round(c));
        (x, y, z) = (x - u, y - v, z - w);
        // What is shorter than half the smallest height is the nearest image whatever the angles of the cell.
        var height = Math.Min(cell.Height(0), Math.Min(cell.Height(1), cell.Height(2)));
        return 4 * ((x * x) + (y * y) + (z * z)) < height * height ? (x, y, z) : Nearest(cell, x, y, z);
    }

    private static (double X, double Y, double Z) Nearest(in Cell cell, double x, double y, double z)
    {
        var best = (X: x, Y: y, Z: z);
        for (var n = 0; n < 125; n++)
        {
            var (u, v, w) = cell.Cartesian((n / 25) - 2, (n / 5 % 5) - 2, (n % 5) - 2);
            var (p, q, r) = (x + u, y + v, z + w);
            if ((p * p) + (q * q) + (r * r) < (best.X * best.X) + (best.Y * best.Y) + (best.Z * best.Z))
                best = (p, q, r);
        }

        return best;
    }

    private bool HasLongBond(in Configuration configuration)
    {
        for (var m = 0; m < _atoms.Length; m += 3)
        {
            for (var h = 1; h <= 2; h++)
            {
                var (x, y, z) = Vector(configuration.Positions, configuration.Cell, _atoms[m], _atoms[m + h]);
                if ((x * x) + (y * y) + (z * z) > SpcfwWater.LongestBond * SpcfwWater.LongestBond)
                    return true;
            }
        }

        return false;
    }

    private static int[]? Find(in Configuration configuration, out string failure)
    {
        failure = "";
        var types = configuration.Types;
        var list = new NeighborList();
        list.Build(configuration.Positions, configuration.Cell, SpcfwWater.LongestBond);
        var molecules = new List<int>();
        var placeOf = new Dictionary<int, int>();
        for (var i = 0; i < types.Length; i++)
        {
            if (types[i] != SpcfwWater.Oxygen)
                continue;
            placeOf.Add(i, molecules.Count);
            molecules.AddRange([i, -1, -1]);
        }

        for (var i = 0; i < types.Length; i++)
        {
            if (types[i] != SpcfwWater.Hydrogen)
                continue;
            var oxygen = NearestOxygen(list, types, i);
            if (oxygen < 0)
            {
                failure = string.Create(CultureInfo.InvariantCulture, $"coord: atom {i} (counted from 0), H, has no O within {SpcfwWater.LongestBond} Å; SPC/Fw describes whole water molecules and ions, so every H needs its O");
                return null;
            }

            var place = placeOf[oxygen];
            var free = molecules[place + 1] < 0 ? 1 : molecules[place + 2] < 0 ? 2 : 0;
            if (free == 0)
            {
                failure = string.Create(CultureInfo.InvariantCulture, $"coord: atom {oxygen} (counted from 0), O, is the nearest O of three H or more ({molecules[place + 1]}, {molecules[place + 2]}, {i}); SPC/Fw describes whole water molecules, two H to each O");
                return null;
            }

            molecules[place + free] = i;
        }

        var lonely = molecules.IndexOf(-1);
        if (lonely >= 0)
            failure = string.Create(CultureInfo.InvariantCulture, $"coord: atom {molecules[lonely / 3 * 3]} (counted from 0), O, is the nearest O of {lonely % 3 - 1} H within {SpcfwWater.LongestBond} Å; SPC/Fw describes whole water molecules, two H to each O");
        return lonely < 0 ? [.. molecules] : null;
    }

    private static int NearestOxygen(NeighborList list, ReadOnlySpan<int> types, int hydrogen)
    {
        var (best, nearest) = (double.MaxValue, -1);
        var positions = list.WrappedPositions;
        var shifts = list.ShiftVectors;
        for (var n = list.Start[hydrogen]; n < list.Start[hydrogen + 1]; n++)
        {
            var j = list.Neighbors[n];
            if (types[j] != SpcfwWater.Oxygen)
                continue;
            double square = 0;
            for (var k = 0; k < 3; k++)
            {
                var d = positions[(3 * j) + k] + shifts[(3 * list.Shifts[n]) + k] - positions[(3 * hydrogen) + k];
                square += d * d;
            }

            if (square < best)
                (best, nearest) = (square, j);
        }

        return nearest;
    }
}
