using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Meniscus.Atoms;

namespace Meniscus.Potentials.Spcfw;

/// <summary>
/// <see cref="PairKernel"/> for machines without 512-bit vectors: the two halves of a block side by side. Vectors of 512
/// bits work there too, but as calls instead of instructions.
/// </summary>
internal static unsafe class NarrowPairKernel
{
    private const int Half = PairGroups.Width / 2;

    /// <summary>Sums the pairs of the atom at a place; as <see cref="PairKernel.Row"/>.</summary>
    public static PairSums Row(PairGroups groups, int slot, ReadOnlySpan<double> shifts, ScreenedCoulomb screen, bool isOpen, double cutoff, Span<double> virial)
    {
        var total = default(PairSums);
        var row = new RowConstants(groups, slot, screen, isOpen, cutoff);
        foreach (var group in groups.GroupsOf(slot))
        {
            var shift = shifts.Slice(3 * group.Shift, 3);
            var sums = SumGroup(groups, group, row, shift[0], shift[1], shift[2]);
            total.Energy += 0.5 * sums.Energy;
            total.X += sums.X;
            total.Y += sums.Y;
            total.Z += sums.Z;
            total.Coincident += sums.Coincident;
            for (var k = 0; k < 3; k++)
            {
                virial[3 * k] -= 0.5 * shift[k] * sums.X;
                virial[(3 * k) + 1] -= 0.5 * shift[k] * sums.Y;
                virial[(3 * k) + 2] -= 0.5 * shift[k] * sums.Z;
            }
        }

        return total;
    }

    private static PairSums SumGroup(PairGroups groups, PairGroup group, in RowConstants row, double shiftX, double shiftY, double shiftZ)
    {
        var (x, y, z) = (Vector256.Create(row.X - shiftX), Vector256.Create(row.Y - shiftY), Vector256.Create(row.Z - shiftZ));
        var (energy, forceX, forceY, forceZ, coincident) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        for (var n = group.Begin; n < group.End; n++)
        {
            var at = row.Places + (PairGroups.Width * (nint)groups.Blocks[n]);
            var (dx0, dy0, dz0) = (x - Vector256.Load(at), y - Vector256.Load(at + row.Slots), z - Vector256.Load(at + (2 * row.Slots)));
            var (dx1, dy1, dz1) = (x - Vector256.Load(at + Half), y - Vector256.Load(at + Half + row.Slots), z - Vector256.Load(at + Half + (2 * row.Slots)));
            var square0 = (dx0 * dx0) + (dy0 * dy0) + (dz0 * dz0);
            var square1 = (dx1 * dx1) + (dy1 * dy1) + (dz1 * dz1);
            var (g0, slope0, g1, slope1) = Screen(row, square0, square1);
            var force0 = Pairs(row, at, square0, g0, slope0, ref energy, ref coincident);
            var force1 = Pairs(row, at + Half, square1, g1, slope1, ref energy, ref coincident);
            forceX += (force0 * dx0) + (force1 * dx1);
            forceY += (force0 * dy0) + (force1 * dy1);
            forceZ += (force0 * dz0) + (force1 * dz1);
        }

        return new PairSums
        {
            Energy = Vector256.Sum(energy),
            X = Vector256.Sum(forceX),
            Y = Vector256.Sum(forceY),
            Z = Vector256.Sum(forceZ),
            Coincident = Vector256.Sum(coincident),
        };
    }

    /// <summary>g and dg/dv; 0 without a cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> G0, Vector256<double> Slope0, Vector256<double> G1, Vector256<double> Slope1) Screen(
        in RowConstants row, Vector256<double> square0, Vector256<double> square1)
    {
        var (limit, scale, one) = (Vector256.Create(row.Limit), Vector256.Create(row.Scale), Vector256<double>.One);
        var v0 = (Vector256.Min(square0, limit) * scale) - one;
        var v1 = (Vector256.Min(square1, limit) * scale) - one;
        var g0 = Vector256.Load(row.Coefficients);
        var g1 = g0;
        var (slope0, slope1) = (Vector256<double>.Zero, Vector256<double>.Zero);
        for (var k = 1; k <= row.Degree; k++)
        {
            var c = Vector256.Load(row.Coefficients + (PairGroups.Width * k));
            slope0 = Vector256.MultiplyAddEstimate(slope0, v0, g0);
            slope1 = Vector256.MultiplyAddEstimate(slope1, v1, g1);
            g0 = Vector256.MultiplyAddEstimate(g0, v0, c);
            g1 = Vector256.MultiplyAddEstimate(g1, v1, c);
        }

        return (g0, slope0, g1, slope1);
    }

    /// <summary>Adds the energies of four pairs; returns F/r = −2 dE/d(r²).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Pairs(
        in RowConstants row, double* at, Vector256<double> square, Vector256<double> g, Vector256<double> slope, ref Vector256<double> energy, ref Vector256<double> coincident)
    {
        var zero = Vector256<double>.Zero;
        var exists = Vector256.GreaterThan(square, zero);
        var near = exists & Vector256.LessThan(square, Vector256.Create(row.Limit));
        var counts = row.IsOpen ? exists : near;
        var inverse = Vector256<double>.One / Vector256.Sqrt(square);
        var inverseSquare = inverse * inverse;
        var charges = Vector256.Create(row.Charge) * Vector256.Load(at + (3 * row.Slots));
        var force = charges * ((inverse * inverseSquare) + (Vector256.Create(2 * row.Scale) * slope));
        energy += Vector256.ConditionalSelect(counts, charges * (inverse - g), zero);
        coincident += Vector256.ConditionalSelect(exists, zero, Vector256<double>.One);
        force = Vector256.ConditionalSelect(counts, force, zero);
        if (row.FourRootDepth == 0)
            return force;
        var depth = Vector256.Create(row.FourRootDepth) * Vector256.Load(at + (4 * row.Slots));
        var diameter = Vector256.Create(row.Radius) + Vector256.Load(at + (5 * row.Slots));
        var ratio = diameter * diameter * inverseSquare;
        var sixth = ratio * ratio * ratio;
        var attraction = depth * sixth;
        var repulsion = attraction * sixth;
        energy += Vector256.ConditionalSelect(near, repulsion - attraction, zero);
        return force + Vector256.ConditionalSelect(near, Vector256.Create(6.0) * inverseSquare * (repulsion + repulsion - attraction), zero);
    }

    private readonly struct RowConstants
    {
        public readonly double* Places;
        public readonly nint Slots;
        public readonly double* Coefficients;
        public readonly int Degree;
        public readonly bool IsOpen;
        public readonly double Scale;
        public readonly double Limit;
        public readonly double X;
        public readonly double Y;
        public readonly double Z;
        public readonly double Charge;
        public readonly double FourRootDepth;
        public readonly double Radius;

        public RowConstants(PairGroups groups, int slot, ScreenedCoulomb screen, bool isOpen, double cutoff)
        {
            Places = groups.Positions;
            Slots = groups.Slots;
            Coefficients = screen.Coefficients;
            (Degree, Scale) = (screen.Degree, screen.Scale);
            (IsOpen, Limit) = (isOpen, cutoff * cutoff);
            (X, Y, Z) = (Places[slot], Places[Slots + slot], Places[(2 * Slots) + slot]);
            Charge = Units.Coulomb * Places[(3 * Slots) + slot];
            FourRootDepth = 4 * Places[(4 * Slots) + slot];
            Radius = Places[(5 * Slots) + slot];
        }
    }
}
