using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials.Spcfw;

/// <summary>Energy, force and virial of one atom from its neighbours.</summary>
internal struct PairSums
{
    /// <summary>Half the energies of the pairs, eV.</summary>
    public double Energy;

    /// <summary>Force on the atom, eV/Å.</summary>
    public double X;

    /// <summary>Force on the atom, eV/Å.</summary>
    public double Y;

    /// <summary>Force on the atom, eV/Å.</summary>
    public double Z;

    /// <summary>Places where the atom is, its own among them.</summary>
    public double Coincident;
}

/// <summary>
/// The pairs of one atom, eight at a time: the real-space part of the Ewald sum (or the whole Coulomb energy without a
/// cell) and Lennard-Jones, theory (8.1) to (8.3). Each atom sums over all its neighbours, so every pair is
/// computed from both ends and no two atoms write to the same place.
/// </summary>
internal static unsafe class PairKernel
{
    /// <summary>Sums the pairs of the atom at a place.</summary>
    /// <param name="groups">Blocks.</param>
    /// <param name="slot">Place of the atom.</param>
    /// <param name="shifts">Shift vectors, Å.</param>
    /// <param name="screen">The screened Coulomb energy.</param>
    /// <param name="isOpen">Without a cell: Coulomb energy of all pairs.</param>
    /// <param name="cutoff">Å.</param>
    /// <param name="virial">Adds −½ Σ s ⊗ F over images, eV; theory (8.4).</param>
    public static PairSums Row(PairGroups groups, int slot, ReadOnlySpan<double> shifts, ScreenedCoulomb screen, bool isOpen, double cutoff, Span<double> virial)
    {
        if (!Vector512.IsHardwareAccelerated)
            return NarrowPairKernel.Row(groups, slot, shifts, screen, isOpen, cutoff, virial);
        var hasLennardJones = groups.Positions[(4 * groups.Slots) + slot] != 0;
        if (isOpen)
            return hasLennardJones ? Row<Yes, Yes>(groups, slot, shifts, screen, cutoff, virial) : Row<No, Yes>(groups, slot, shifts, screen, cutoff, virial);
        return hasLennardJones ? Row<Yes, No>(groups, slot, shifts, screen, cutoff, virial) : Row<No, No>(groups, slot, shifts, screen, cutoff, virial);
    }

    private static PairSums Row<TLennardJones, TOpen>(
        PairGroups groups, int slot, ReadOnlySpan<double> shifts, ScreenedCoulomb screen, double cutoff, Span<double> virial)
        where TLennardJones : struct, IFlag
        where TOpen : struct, IFlag
    {
        var total = default(PairSums);
        var row = new RowSums<TLennardJones, TOpen>(groups, slot, screen, cutoff);
        foreach (var group in groups.GroupsOf(slot))
        {
            var shift = shifts.Slice(3 * group.Shift, 3);
            row.Begin(shift[0], shift[1], shift[2]);
            var block = group.Begin;
            for (; block + 1 < group.End; block += 2)
                row.Add(groups.Blocks[block], groups.Blocks[block + 1]);
            if (block < group.End)
                row.Add(groups.Blocks[block]);
            var (energy, x, y, z) = row.End();
            total.Energy += 0.5 * energy;
            total.X += x;
            total.Y += y;
            total.Z += z;
            total.Coincident += row.Coincident();
            for (var k = 0; k < 3; k++)
            {
                virial[3 * k] -= 0.5 * shift[k] * x;
                virial[(3 * k) + 1] -= 0.5 * shift[k] * y;
                virial[(3 * k) + 2] -= 0.5 * shift[k] * z;
            }
        }

        return total;
    }

    private interface IFlag
    {
        static abstract bool IsSet { get; }
    }

    private readonly struct Yes : IFlag
    {
        public static bool IsSet => true;
    }

    private readonly struct No : IFlag
    {
        public static bool IsSet => false;
    }

    private ref struct RowSums<TLennardJones, TOpen>
        where TLennardJones : struct, IFlag
        where TOpen : struct, IFlag
    {
        private readonly double* _positions;
        private readonly nint _slots;
        private readonly int _slot;
        private readonly double* _coefficients;
        private readonly int _degree;
        private readonly Vector512<double> _scale;
        private readonly Vector512<double> _limit;
        private readonly Vector512<double> _charge;
        private readonly Vector512<double> _fourRootDepth;
        private readonly Vector512<double> _radius;
        private Vector512<double> _originX;
        private Vector512<double> _originY;
        private Vector512<double> _originZ;
        private Vector512<double> _energy;
        private Vector512<double> _x;
        private Vector512<double> _y;
        private Vector512<double> _z;
        private Vector512<double> _coincident;

        public RowSums(PairGroups groups, int slot, ScreenedCoulomb screen, double cutoff)
        {
            _positions = groups.Positions;
            _slots = groups.Slots;
            _slot = slot;
            _coefficients = screen.Coefficients;
            _degree = screen.Degree;
            _scale = Vector512.Create(screen.Scale);
            _limit = Vector512.Create(cutoff * cutoff);
            _charge = Vector512.Create(Units.Coulomb * _positions[(3 * _slots) + slot]);
            _fourRootDepth = Vector512.Create(4 * _positions[(4 * _slots) + slot]);
            _radius = Vector512.Create(_positions[(5 * _slots) + slot]);
        }

        public void Begin(double shiftX, double shiftY, double shiftZ)
        {
            _originX = Vector512.Create(_positions[_slot] - shiftX);
            _originY = Vector512.Create(_positions[_slots + _slot] - shiftY);
            _originZ = Vector512.Create(_positions[(2 * _slots) + _slot] - shiftZ);
            _energy = _x = _y = _z = _coincident = Vector512<double>.Zero;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(int block0, int block1)
        {
            var (at0, at1) = (PairGroups.Width * (nint)block0, PairGroups.Width * (nint)block1);
            var square0 = Square(at0, out var x0, out var y0, out var z0);
            var square1 = Square(at1, out var x1, out var y1, out var z1);
            Screen(square0, square1, out var g0, out var slope0, out var g1, out var slope1);
            AddPairs(at0, square0, g0, slope0, x0, y0, z0);
            AddPairs(at1, square1, g1, slope1, x1, y1, z1);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(int block)
        {
            var at = PairGroups.Width * (nint)block;
            var square = Square(at, out var x, out var y, out var z);
            Screen(square, square, out var g, out var slope, out _, out _);
            AddPairs(at, square, g, slope, x, y, z);
        }

        public readonly double Coincident() => Vector512.Sum(_coincident);

        public readonly (double Energy, double X, double Y, double Z) End() => FourSums.Of(_energy, _x, _y, _z);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly Vector512<double> Square(nint at, out Vector512<double> x, out Vector512<double> y, out Vector512<double> z)
        {
            x = _originX - Vector512.Load(_positions + at);
            y = _originY - Vector512.Load(_positions + at + _slots);
            z = _originZ - Vector512.Load(_positions + at + (2 * _slots));
            return Vector512.FusedMultiplyAdd(x, x, Vector512.FusedMultiplyAdd(y, y, z * z));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Screen(
            Vector512<double> square0, Vector512<double> square1,
            out Vector512<double> g0, out Vector512<double> slope0, out Vector512<double> g1, out Vector512<double> slope1)
        {
            if (TOpen.IsSet)
            {
                g0 = g1 = slope0 = slope1 = Vector512<double>.Zero;
                return;
            }

            var v0 = Vector512.FusedMultiplyAdd(Vector512.Min(square0, _limit), _scale, -Vector512<double>.One);
            var v1 = Vector512.FusedMultiplyAdd(Vector512.Min(square1, _limit), _scale, -Vector512<double>.One);
            ScreenedCoulomb.Evaluate(_coefficients, _degree, v0, v1, out g0, out slope0, out g1, out slope1);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void AddPairs(
            nint at, Vector512<double> square, Vector512<double> g, Vector512<double> slope, Vector512<double> x, Vector512<double> y, Vector512<double> z)
        {
            var exists = Vector512.GreaterThan(square, Vector512<double>.Zero);
            var near = exists & Vector512.LessThan(square, _limit);
            var counts = TOpen.IsSet ? exists : near;
            var inverse = InverseRoot(square);
            var inverseSquare = inverse * inverse;
            // F/r = −2 dE/d(r²).
            var charges = _charge * Vector512.Load(_positions + at + (3 * _slots));
            var energy = charges * (inverse - g);
            var force = charges * Vector512.FusedMultiplyAdd(inverse, inverseSquare, (_scale + _scale) * slope);
            energy = Vector512.ConditionalSelect(counts, energy, Vector512<double>.Zero);
            force = Vector512.ConditionalSelect(counts, force, Vector512<double>.Zero);
            if (TLennardJones.IsSet)
            {
                var depth = _fourRootDepth * Vector512.Load(_positions + at + (4 * _slots));
                var diameter = _radius + Vector512.Load(_positions + at + (5 * _slots));
                var ratio = diameter * diameter * inverseSquare;
                var sixth = ratio * ratio * ratio;
                var attraction = depth * sixth;
                var repulsion = attraction * sixth;
                energy += Vector512.ConditionalSelect(near, repulsion - attraction, Vector512<double>.Zero);
                force += Vector512.ConditionalSelect(
                    near, Vector512.Create(6.0) * inverseSquare * (repulsion + repulsion - attraction), Vector512<double>.Zero);
            }

            _coincident += Vector512.ConditionalSelect(exists, Vector512<double>.Zero, Vector512<double>.One);
            _energy += energy;
            _x = Vector512.FusedMultiplyAdd(force, x, _x);
            _y = Vector512.FusedMultiplyAdd(force, y, _y);
            _z = Vector512.FusedMultiplyAdd(force, z, _z);
        }

        /// <summary>1/√x: the processor's estimate of 14 bits, corrected twice by Newton's step, where it has one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<double> InverseRoot(Vector512<double> x)
        {
            if (!Avx512F.IsSupported)
                return Vector512<double>.One / Vector512.Sqrt(x);
            var y = Avx512F.ReciprocalSqrt14(x);
            for (var step = 0; step < 2; step++)
            {
                // y + y(1 − x y²)/2
                var error = Vector512.FusedMultiplyAdd(-(x * y), y, Vector512<double>.One);
                y = Vector512.FusedMultiplyAdd(y * Vector512.Create(0.5), error, y);
            }

            return y;
        }
    }
}
