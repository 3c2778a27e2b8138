using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Building;

/// <summary>
/// Puts rigid molecules into a box with right angles: on the sites of a grid, moved a little and turned at random, then
/// relaxed until no two atoms of different molecules are closer than <see cref="ContactDistance"/>.
/// <para>
/// Relaxation is steepest descent of U = ½ Σ (d₀ − d)² over the pairs closer than d₀ = contact + margin, with the force
/// moving and the torque turning each molecule as a whole, so that their geometries and dipoles stay as they were.
/// </para>
/// </summary>
internal sealed class Packing
{
    private const double Margin = 0.12;
    private const double Step = 0.25;
    private const double LargestMove = 0.15;
    private const int MaximumSteps = 3000;

    // Spheres cannot fill more (hexagonal close packing).
    private const double ClosestPacking = 0.74;

    private readonly IReadOnlyList<Molecule> _molecules;
    private readonly Cell _cell;
    private readonly int[] _start;
    private readonly int[] _moleculeOf;
    private readonly double[,] _contact;
    private readonly double _reach;
    private readonly double[] _positions;
    private readonly double[] _force;
    private readonly NeighborList _list = new();
    private readonly RandomStream _random;
    private readonly int[] _kinds;
    private readonly string[] _elements;

    public Packing(IReadOnlyList<Molecule> molecules, in Cell cell, RandomStream random)
    {
        (_molecules, _cell, _random) = (molecules, cell, random);
        _start = new int[molecules.Count + 1];
        for (var m = 0; m < molecules.Count; m++)
            _start[m + 1] = checked(_start[m] + molecules[m].AtomCount);
        _moleculeOf = [.. molecules.SelectMany((molecule, m) => Enumerable.Repeat(m, molecule.AtomCount))];
        var names = molecules.SelectMany(molecule => molecule.Elements).ToArray();
        _elements = [.. names.Distinct()];
        _kinds = Array.ConvertAll(names, name => Array.IndexOf(_elements, name));
        _contact = new double[_elements.Length, _elements.Length];
        for (var a = 0; a < _elements.Length; a++)
        {
            for (var b = 0; b < _elements.Length; b++)
                _reach = Math.Max(_reach, Margin + (_contact[a, b] = ContactDistance.Between(_elements[a], _elements[b])));
        }

        _positions = new double[3 * names.Length];
        _force = new double[3 * names.Length];
    }

    /// <summary>Packs the box.</summary>
    /// <returns>Positions, Å, x y z per atom, molecules whole.</returns>
    /// <exception cref="InputException">The molecules do not fit.</exception>
    /// <exception cref="OperationCanceledException">The user wants to stop.</exception>
    public double[] Run(CancellationToken cancellation)
    {
        RequireRoom();
        Place();
        var closest = (Lack: 0.0, I: 0, J: 0, Distance: 0.0);
        for (var step = 0; step < MaximumSteps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            closest = ComputeForces();
            if (closest.Lack <= 0)
                return _positions;
            Move();
        }

        var (a, b) = (_elements[_kinds[closest.I]], _elements[_kinds[closest.J]]);
        throw TooDense(string.Create(
            CultureInfo.InvariantCulture,
            $"after {MaximumSteps} steps of relaxation {a} and {b} of different molecules are still {closest.Distance:f2} Å apart, and {_contact[_kinds[closest.I], _kinds[closest.J]]:f2} Å are wanted"));
    }

    private InputException TooDense(string why) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{_molecules.Count} molecules do not fit into {_cell[0, 0]:g6} x {_cell[1, 1]:g6} x {_cell[2, 2]:g6} Å: {why}; take a larger box, a lower density or fewer molecules"));

    private void RequireRoom()
    {
        var spheres = 0.0;
        for (var i = 0; i < _kinds.Length; i++)
        {
            // Hydrogen lies within the sphere of the atom it is bonded to.
            if (_elements[_kinds[i]] != "H")
                spheres += 4 * Math.PI / 3 * Math.Pow(ContactDistance.Radius(_elements[_kinds[i]]), 3);
        }

        // Spheres of bonded atoms overlap, by no more than half of them.
        if (spheres > 2 * ClosestPacking * _cell.Volume)
            throw TooDense(string.Create(CultureInfo.InvariantCulture, $"their atoms as spheres fill {spheres / _cell.Volume:p0} of it"));
    }

    private void Place()
    {
        var counts = GridCounts();
        var sites = new int[checked(counts[0] * counts[1] * counts[2])];
        for (var s = 0; s < sites.Length; s++)
            sites[s] = s;
        _random.Shuffle<int>(sites);
        for (var m = 0; m < _molecules.Count; m++)
        {
            var site = sites[m];
            var x = Jittered(site / (counts[1] * counts[2]), 0);
            var y = Jittered(site / counts[2] % counts[1], 1);
            var z = Jittered(site % counts[2], 2);
            Put(m, [x, y, z]);
        }

        double Jittered(int index, int axis) => (index + 0.5 + (0.3 * (_random.NextDouble() - 0.5))) * _cell[axis, axis] / counts[axis];
    }

    /// <summary>Sites along each edge, about cubes, at least as many as there are molecules.</summary>
    private int[] GridCounts()
    {
        var spacing = Math.Cbrt(_cell.Volume / _molecules.Count);
        var counts = new int[3];
        for (var k = 0; k < 3; k++)
            counts[k] = Math.Max(1, (int)(_cell[k, k] / spacing));
        while ((long)counts[0] * counts[1] * counts[2] < _molecules.Count)
        {
            var widest = 0;
            for (var k = 1; k < 3; k++)
            {
                if (_cell[k, k] / counts[k] > _cell[widest, widest] / counts[widest])
                    widest = k;
            }

            counts[widest]++;
        }

        return counts;
    }

    /// <summary>Turns a molecule at random (K. Shoemake, Graphics Gems III, 1992) and puts its middle at a place.</summary>
    private void Put(int m, ReadOnlySpan<double> centre)
    {
        var (u, v, w) = (_random.NextDouble(), 2 * Math.PI * _random.NextDouble(), 2 * Math.PI * _random.NextDouble());
        var (sv, cv) = Math.SinCos(v);
        var (sw, cw) = Math.SinCos(w);
        var turn = new Quaternion(Math.Sqrt(u) * cw, Math.Sqrt(1 - u) * sv, Math.Sqrt(1 - u) * cv, Math.Sqrt(u) * sw);
        var molecule = _molecules[m];
        Span<double> middle = stackalloc double[3];
        for (var i = 0; i < 3 * molecule.AtomCount; i++)
            middle[i % 3] += molecule.Positions[i] / molecule.AtomCount;
        for (var a = 0; a < molecule.AtomCount; a++)
        {
            var (x, y, z) = turn.Apply(molecule.Positions[3 * a] - middle[0], molecule.Positions[(3 * a) + 1] - middle[1], molecule.Positions[(3 * a) + 2] - middle[2]);
            var p = 3 * (_start[m] + a);
            (_positions[p], _positions[p + 1], _positions[p + 2]) = (centre[0] + x, centre[1] + y, centre[2] + z);
        }
    }

    /// <summary>Forces on the atoms, and the pair that lacks most to its contact distance.</summary>
    private (double Lack, int I, int J, double Distance) ComputeForces()
    {
        Array.Clear(_force);
        _list.Build(_positions, _cell, _reach);
        var worst = (Lack: 0.0, I: 0, J: 0, Distance: 0.0);
        var x = _list.WrappedPositions;
        var shifts = _list.ShiftVectors;
        for (var i = 0; i < _kinds.Length; i++)
        {
            for (var p = _list.Start[i]; p < _list.Start[i + 1]; p++)
            {
                var (j, s) = (_list.Neighbors[p], 3 * _list.Shifts[p]);
                var (dx, dy, dz) = (x[3 * j] + shifts[s] - x[3 * i], x[(3 * j) + 1] + shifts[s + 1] - x[(3 * i) + 1], x[(3 * j) + 2] + shifts[s + 2] - x[(3 * i) + 2]);
                if (_moleculeOf[i] == _moleculeOf[j] && IsWithinMolecule(i, j, dx, dy, dz))
                    continue;
                var contact = _contact[_kinds[i], _kinds[j]];
                var distance = Math.Sqrt((dx * dx) + (dy * dy) + (dz * dz));
                var push = contact + Margin - distance;
                if (push <= 0)
                    continue;
                if (contact - distance > worst.Lack)
                    worst = (contact - distance, i, j, distance);
                // Atoms on top of each other have no direction; their molecules' other atoms part them.
                push /= Math.Max(distance, 1e-3);
                _force[3 * i] -= push * dx;
                _force[(3 * i) + 1] -= push * dy;
                _force[(3 * i) + 2] -= push * dz;
            }
        }

        return worst;
    }

    /// <summary>Whether a pair is one within a molecule and not with its image.</summary>
    private bool IsWithinMolecule(int i, int j, double dx, double dy, double dz) =>
        Math.Abs(_positions[3 * j] - _positions[3 * i] - dx)
        + Math.Abs(_positions[(3 * j) + 1] - _positions[(3 * i) + 1] - dy)
        + Math.Abs(_positions[(3 * j) + 2] - _positions[(3 * i) + 2] - dz) < 1e-6;

    private void Move()
    {
        for (var m = 0; m < _molecules.Count; m++)
            MoveMolecule(_start[m], _start[m + 1]);
    }

    private void MoveMolecule(int begin, int end)
    {
        var count = end - begin;
        Span<double> middle = stackalloc double[3];
        Span<double> total = stackalloc double[3];
        for (var i = 3 * begin; i < 3 * end; i++)
        {
            middle[i % 3] += _positions[i] / count;
            total[i % 3] += _force[i];
        }

        var (torque, inertia) = ((X: 0.0, Y: 0.0, Z: 0.0), 0.0);
        for (var i = begin; i < end; i++)
        {
            var (x, y, z) = (_positions[3 * i] - middle[0], _positions[(3 * i) + 1] - middle[1], _positions[(3 * i) + 2] - middle[2]);
            var (fx, fy, fz) = (_force[3 * i], _force[(3 * i) + 1], _force[(3 * i) + 2]);
            torque = (torque.X + (y * fz) - (z * fy), torque.Y + (z * fx) - (x * fz), torque.Z + (x * fy) - (y * fx));
            inertia += (x * x) + (y * y) + (z * z);
        }

        var length = Math.Sqrt((total[0] * total[0]) + (total[1] * total[1]) + (total[2] * total[2]));
        var scale = length * Step > LargestMove ? LargestMove / length : Step;
        // The radius of gyration makes an angle of a move.
        var gyration = Math.Sqrt(inertia / count);
        var angle = inertia > 1e-6 ? Math.Sqrt((torque.X * torque.X) + (torque.Y * torque.Y) + (torque.Z * torque.Z)) / inertia * Step : 0;
        var turn = angle > 0 ? Quaternion.About(torque.X, torque.Y, torque.Z, Math.Min(angle, LargestMove / gyration)) : Quaternion.Identity;
        for (var i = begin; i < end; i++)
        {
            var (x, y, z) = turn.Apply(_positions[3 * i] - middle[0], _positions[(3 * i) + 1] - middle[1], _positions[(3 * i) + 2] - middle[2]);
            (_positions[3 * i], _positions[(3 * i) + 1], _positions[(3 * i) + 2]) = (middle[0] + (scale * total[0]) + x, middle[1] + (scale * total[1]) + y, middle[2] + (scale * total[2]) + z);
        }
    }

    /// <summary>A rotation.</summary>
    private readonly record struct Quaternion(double W, double X, double Y, double Z)
    {
        public static Quaternion Identity => new(1, 0, 0, 0);

        public static Quaternion About(double x, double y, double z, double angle)
        {
            var (s, c) = Math.SinCos(angle / 2);
            s /= Math.Sqrt((x * x) + (y * y) + (z * z));
            return new Quaternion(c, s * x, s * y, s * z);
        }

        /// <summary>v + 2 q × (q × v + w v).</summary>
        public (double X, double Y, double Z) Apply(double x, double y, double z)
        {
            var (a, b, c) = ((Y * z) - (Z * y) + (W * x), (Z * x) - (X * z) + (W * y), (X * y) - (Y * x) + (W * z));
            return (x + (2 * ((Y * c) - (Z * b))), y + (2 * ((Z * a) - (X * c))), z + (2 * ((X * b) - (Y * a))));
        }
    }
}
