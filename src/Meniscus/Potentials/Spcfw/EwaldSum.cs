using System.Numerics;
using System.Runtime.CompilerServices;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials.Spcfw;

/// <summary>
/// The reciprocal-space part of an Ewald sum wave by wave, P. P. Ewald, Ann. Phys. 369, 253 (1921); theory (8.18). For a few
/// hundred atoms it is less work than a mesh.
/// <para>
/// Waves m and −m are one term, so m_a ≥ 0. Waves of the same m_a and m_b make a row, and m_c and −m_c an entry of it, whose two
/// phases have the same products of cosines and sines. Phases are products of powers of e^{2πi f} along the three axes.
/// </para>
/// <para>
/// The work comes in steps of independent parts (blocks of atoms, rows of waves), which the caller hands to threads. Blocks and rows
/// are always the same, and their shares are added in their order.
/// </para>
/// </summary>
internal sealed unsafe class EwaldSum : IDisposable
{
    /// <summary>Atoms of a block; as many as keep its phases in the first-level cache.</summary>
    public const int BlockAtoms = 64;

    /// <summary>Numbers per block in front of the phases: charges, then four rows of room.</summary>
    private const int Room = 5 * BlockAtoms;

    /// <summary>Cosines and sines of one multiple.</summary>
    private const int PhaseStride = 2 * BlockAtoms;

    /// <summary>Sums per entry and block.</summary>
    private const int SumStride = 4;

    /// <summary>Factors of energy and stress per entry, for m_c and −m_c.</summary>
    private const int InfluenceStride = 4;

    /// <summary>Coefficients per entry.</summary>
    private const int TermStride = 8;

    /// <summary>Sums per row: energy, and Σ s, Σ s m_c, Σ s m_c² of the stress.</summary>
    private const int RowStride = 4;

    private readonly NativeBuffer<double> _phases = new(0);
    private readonly NativeBuffer<double> _sums = new(0);
    private readonly NativeBuffer<double> _influence = new(0);
    private readonly NativeBuffer<double> _terms = new(0);
    private readonly NativeBuffer<double> _rowSums = new(0);
    private EwaldChoice? _choice;
    private WaveRow[] _rows = [];
    private bool[] _used = [];
    private int _entries;
    private int _atoms;
    private int _blockStride;
    private double _alpha;
    private double _volume;
    private bool _influenceIsOld;
    private Matrix3 _reciprocal;

    /// <summary>Blocks of atoms, the parts of <see cref="SumBlock"/> and <see cref="AddForces"/>.</summary>
    public int Blocks => (_atoms + BlockAtoms - 1) / BlockAtoms;

    /// <summary>Rows of waves, the parts of <see cref="MultiplyRow"/>.</summary>
    public int Rows => _rows.Length;

    /// <summary>Waves summed, one of m and −m.</summary>
    public int WaveCount { get; private set; }

    /// <summary>Takes waves and splitting, and the cell of this evaluation.</summary>
    public void Prepare(EwaldChoice choice, in Cell cell, int atoms)
    {
        var isNew = !ReferenceEquals(choice, _choice);
        if (isNew)
            MakeRows(choice);
        _choice = choice;
        Matrix3 reciprocal = default;
        for (var x = 0; x < 3; x++)
            (reciprocal[3 * x], reciprocal[(3 * x) + 1], reciprocal[(3 * x) + 2]) = cell.Fractional(x == 0 ? 1 : 0, x == 1 ? 1 : 0, x == 2 ? 1 : 0);
        _influenceIsOld = isNew || _volume != cell.Volume || !((ReadOnlySpan<double>)reciprocal).SequenceEqual(_reciprocal);
        (_alpha, _volume, _reciprocal, _atoms) = (choice.Alpha, cell.Volume, reciprocal, atoms);
        // One multiple of c more, because entries come in pairs.
        _blockStride = Room + (PhaseStride * (choice.Waves.A + choice.Waves.B + choice.Waves.C + 4));
        _phases.EnsureLength(Blocks * _blockStride);
        _sums.EnsureLength(Blocks * _entries * SumStride);
    }

    /// <summary>Phases of a block of atoms, and its share of the structure factors.</summary>
    /// <param name="positions">Å, x y z per atom.</param>
    /// <param name="charges">e, per atom.</param>
    /// <param name="block">Which block.</param>
    public void SumBlock(ReadOnlySpan<double> positions, double* charges, int block)
    {
        var atoms = _phases.Pointer + ((nint)block * _blockStride);
        FillPhases(positions, charges, block, atoms);
        var sums = _sums.Pointer + ((nint)block * _entries * SumStride);
        foreach (ref readonly var row in _rows.AsSpan())
        {
            FillRow(atoms, row);
            for (var n = 0; n < row.Count; n += 2)
                SumTwoEntries(atoms, PhasesC(atoms) + (PhaseStride * n), sums + (SumStride * (row.Begin + n)));
        }
    }

    /// <summary>Structure factors of a row, their energy and stress, and the coefficients of the potential.</summary>
    /// <param name="index">Which row.</param>
    public void MultiplyRow(int index)
    {
        ref readonly var row = ref _rows[index];
        if (_influenceIsOld)
            FillInfluence(row);
        double energy = 0, stress0 = 0, stress1 = 0, stress2 = 0;
        for (var c = 0; c < row.Count; c++)
        {
            var entry = row.Begin + c;
            var (plus, minus) = StructureFactors(entry);
            var influence = _influence.Pointer + (InfluenceStride * entry);
            var energyPlus = influence[0] * ((plus.Real * plus.Real) + (plus.Imaginary * plus.Imaginary));
            var energyMinus = influence[1] * ((minus.Real * minus.Real) + (minus.Imaginary * minus.Imaginary));
            var (stressPlus, stressMinus) = (influence[2] * energyPlus, influence[3] * energyMinus);
            energy += energyPlus + energyMinus;
            stress0 += stressPlus + stressMinus;
            stress1 += c * (stressPlus - stressMinus);
            stress2 += (double)c * c * (stressPlus + stressMinus);
            StoreTerms(c, 2 * influence[0], plus, 2 * influence[1], minus, _terms.Pointer + (TermStride * entry));
        }

        var sums = _rowSums.Pointer + (RowStride * index);
        (sums[0], sums[1], sums[2], sums[3]) = (energy, stress0, stress1, stress2);
    }

    /// <summary>Adds the forces on a block of atoms, and half their energies in the potential of the others.</summary>
    /// <param name="charges">e, per atom.</param>
    /// <param name="forces">eV/Å, x y z per atom.</param>
    /// <param name="energies">eV, per atom.</param>
    /// <param name="block">Which block.</param>
    public void AddForces(double* charges, Span<double> forces, Span<double> energies, int block)
    {
        var atoms = _phases.Pointer + ((nint)block * _blockStride);
        for (var n = 0; n < BlockAtoms; n += 2 * Vector<double>.Count)
            Interpolate(atoms, n);
        var begin = block * BlockAtoms;
        for (var i = begin; i < Math.Min(_atoms, begin + BlockAtoms); i++)
        {
            if (charges[i] == 0)
                continue;
            var results = atoms + BlockAtoms + (i - begin);
            energies[i] += 0.5 * charges[i] * results[0];
            var factor = 2 * Math.PI * charges[i];
            for (var x = 0; x < 3; x++)
            {
                var slope = (_reciprocal[3 * x] * results[BlockAtoms]) + (_reciprocal[(3 * x) + 1] * results[2 * BlockAtoms])
                    + (_reciprocal[(3 * x) + 2] * results[3 * BlockAtoms]);
                forces[(3 * i) + x] += factor * slope;
            }
        }
    }

    /// <summary>Adds the virial, in the order of the rows.</summary>
    /// <param name="virial">eV, row-major 3 × 3.</param>
    public void AddVirial(Span<double> virial)
    {
        double energy = 0, aa = 0, ab = 0, ac = 0, bb = 0, bc = 0, cc = 0;
        for (var n = 0; n < _rows.Length; n++)
        {
            ref readonly var row = ref _rows[n];
            var sums = _rowSums.Pointer + (RowStride * n);
            energy += sums[0];
            aa += (double)row.A * row.A * sums[1];
            ab += (double)row.A * row.B * sums[1];
            bb += (double)row.B * row.B * sums[1];
            ac += row.A * sums[2];
            bc += row.B * sums[2];
            cc += sums[3];
        }

        for (var x = 0; x < 3; x++)
        {
            var (a, b, c) = (_reciprocal[3 * x], _reciprocal[(3 * x) + 1], _reciprocal[(3 * x) + 2]);
            var (onA, onB, onC) = ((a * aa) + (b * ab) + (c * ac), (a * ab) + (b * bb) + (c * bc), (a * ac) + (b * bc) + (c * cc));
            virial[4 * x] += energy;
            for (var y = 0; y < 3; y++)
                virial[(3 * x) + y] -= (onA * _reciprocal[3 * y]) + (onB * _reciprocal[(3 * y) + 1]) + (onC * _reciprocal[(3 * y) + 2]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _phases.Dispose();
        _sums.Dispose();
        _influence.Dispose();
        _terms.Dispose();
        _rowSums.Dispose();
    }

    /// <summary>The waves of a choice: those whose multiples and length are within its limits in the cell it was made for.</summary>
    private void MakeRows(EwaldChoice choice)
    {
        var cell = new Cell(choice.Box);
        var rows = new List<WaveRow>();
        var used = new List<bool>();
        WaveCount = 0;
        for (var a = 0; a <= choice.Waves.A; a++)
        {
            for (var b = a == 0 ? 0 : -choice.Waves.B; b <= choice.Waves.B; b++)
            {
                var (begin, count) = (used.Count / 2, 0);
                for (var c = 0; c <= choice.Waves.C + 1; c++)
                {
                    var within = c <= choice.Waves.C && (a, b, c) != (0, 0, 0);
                    var plus = within && WaveSquare(cell, a, b, c) <= choice.LargestSquare;
                    var minus = within && c > 0 && (a, b) != (0, 0) && WaveSquare(cell, a, b, -c) <= choice.LargestSquare;
                    used.AddRange([plus, minus]);
                    WaveCount += (plus ? 1 : 0) + (minus ? 1 : 0);
                    if (plus || minus)
                        count = c + 1;
                }

                count += count & 1;
                used.RemoveRange(2 * (begin + count), used.Count - (2 * (begin + count)));
                if (count > 0)
                    rows.Add(new WaveRow(a, b, begin, count));
            }
        }

        (_rows, _used, _entries) = ([.. rows], [.. used], used.Count / 2);
        _influence.EnsureLength(InfluenceStride * _entries);
        _terms.EnsureLength(TermStride * _entries);
        _rowSums.EnsureLength(RowStride * _rows.Length);
    }

    private static double WaveSquare(in Cell cell, int a, int b, int c)
    {
        double square = 0;
        for (var x = 0; x < 3; x++)
        {
            var (p, q, r) = cell.Fractional(x == 0 ? 1 : 0, x == 1 ? 1 : 0, x == 2 ? 1 : 0);
            square += Math.Pow(2 * Math.PI * ((p * a) + (q * b) + (r * c)), 2);
        }

        return square;
    }

    private static double* PhasesA(double* atoms) => atoms + Room;

    private double* PhasesB(double* atoms) => atoms + Room + (PhaseStride * (_choice!.Waves.A + 1));

    private double* PhasesC(double* atoms) => atoms + Room + (PhaseStride * (_choice!.Waves.A + _choice.Waves.B + 2));

    private void FillPhases(ReadOnlySpan<double> positions, double* charges, int block, double* atoms)
    {
        var begin = block * BlockAtoms;
        double* a = PhasesA(atoms), b = PhasesB(atoms), c = PhasesC(atoms);
        for (var n = 0; n < BlockAtoms; n++)
        {
            var i = begin + n;
            var isAtom = i < _atoms;
            atoms[n] = isAtom ? charges[i] : 0;
            // The first multiple holds the angle until the sine takes its place.
            var (x, y, z) = isAtom ? (positions[3 * i], positions[(3 * i) + 1], positions[(3 * i) + 2]) : (0, 0, 0);
            a[PhaseStride + n] = Angle(0, x, y, z);
            b[PhaseStride + n] = Angle(1, x, y, z);
            c[PhaseStride + n] = Angle(2, x, y, z);
        }

        FillPowers(a, _choice!.Waves.A);
        FillPowers(b, _choice.Waves.B);
        FillPowers(c, _choice.Waves.C + 1);
    }

    /// <summary>2πf along an axis, from −π to π.</summary>
    private double Angle(int axis, double x, double y, double z)
    {
        var fraction = (_reciprocal[axis] * x) + (_reciprocal[axis + 3] * y) + (_reciprocal[axis + 6] * z);
        return 2 * Math.PI * (fraction - Math.Round(fraction));
    }

    /// <summary>e^{imθ} for m = 0 to a largest one, by multiplication with e^{iθ}.</summary>
    private static void FillPowers(double* phases, int largest)
    {
        for (var n = 0; n < BlockAtoms; n += Vector<double>.Count)
        {
            var p = phases + n;
            Vector.Store(Vector<double>.One, p);
            Vector.Store(Vector<double>.Zero, p + BlockAtoms);
            var (sine, cosine) = Vector.SinCos(Vector.Load(p + PhaseStride));
            var (real, imaginary) = (cosine, sine);
            for (var m = 1; m <= largest; m++)
            {
                p += PhaseStride;
                Vector.Store(real, p);
                Vector.Store(imaginary, p + BlockAtoms);
                (real, imaginary) = ((real * cosine) - (imaginary * sine), (real * sine) + (imaginary * cosine));
            }
        }
    }

    /// <summary>q e^{2πi(m_a f_a + m_b f_b)} of a block.</summary>
    private void FillRow(double* atoms, in WaveRow row)
    {
        double* real = atoms + BlockAtoms, imaginary = atoms + (2 * BlockAtoms);
        for (var n = 0; n < BlockAtoms; n += Vector<double>.Count)
        {
            var charge = Vector.Load(atoms + n);
            var (r, i) = RowPhase(PhasesA(atoms) + n, PhasesB(atoms) + n, row);
            Vector.Store(charge * r, real + n);
            Vector.Store(charge * i, imaginary + n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<double> Real, Vector<double> Imaginary) RowPhase(double* phasesA, double* phasesB, in WaveRow row)
    {
        var a = phasesA + (PhaseStride * row.A);
        var b = phasesB + (PhaseStride * Math.Abs(row.B));
        var (ar, ai, br, bi) = (Vector.Load(a), Vector.Load(a + BlockAtoms), Vector.Load(b), Vector.Load(b + BlockAtoms));
        if (row.B < 0)
            bi = -bi;
        return ((ar * br) - (ai * bi), (ar * bi) + (ai * br));
    }

    /// <summary>Products of the parts of q e^{…} with cosine and sine of m_c and m_c + 1, summed over a block.</summary>
    private static void SumTwoEntries(double* atoms, double* phases, double* sums)
    {
        double* real = atoms + BlockAtoms, imaginary = atoms + (2 * BlockAtoms);
        Vector<double> rc0 = default, is0 = default, ic0 = default, rs0 = default, rc1 = default, is1 = default, ic1 = default, rs1 = default;
        for (var n = 0; n < BlockAtoms; n += Vector<double>.Count)
        {
            var (r, i) = (Vector.Load(real + n), Vector.Load(imaginary + n));
            var (cos0, sin0) = (Vector.Load(phases + n), Vector.Load(phases + BlockAtoms + n));
            var (cos1, sin1) = (Vector.Load(phases + PhaseStride + n), Vector.Load(phases + PhaseStride + BlockAtoms + n));
            rc0 = Vector.FusedMultiplyAdd(r, cos0, rc0);
            is0 = Vector.FusedMultiplyAdd(i, sin0, is0);
            ic0 = Vector.FusedMultiplyAdd(i, cos0, ic0);
            rs0 = Vector.FusedMultiplyAdd(r, sin0, rs0);
            rc1 = Vector.FusedMultiplyAdd(r, cos1, rc1);
            is1 = Vector.FusedMultiplyAdd(i, sin1, is1);
            ic1 = Vector.FusedMultiplyAdd(i, cos1, ic1);
            rs1 = Vector.FusedMultiplyAdd(r, sin1, rs1);
        }

        (sums[0], sums[1], sums[2], sums[3]) = (Vector.Sum(rc0), Vector.Sum(is0), Vector.Sum(ic0), Vector.Sum(rs0));
        (sums[4], sums[5], sums[6], sums[7]) = (Vector.Sum(rc1), Vector.Sum(is1), Vector.Sum(ic1), Vector.Sum(rs1));
    }

    /// <summary>S of the waves m_c and −m_c of an entry, the blocks added in their order.</summary>
    private (Complex Plus, Complex Minus) StructureFactors(int entry)
    {
        double rc = 0, @is = 0, ic = 0, rs = 0;
        for (var block = 0; block < Blocks; block++)
        {
            var sums = _sums.Pointer + (SumStride * (((nint)block * _entries) + entry));
            rc += sums[0];
            @is += sums[1];
            ic += sums[2];
            rs += sums[3];
        }

        return (new Complex(rc - @is, ic + rs), new Complex(rc + @is, ic - rs));
    }

    /// <summary>4πk_e exp(−k²/4α²)/(Vk²), and the factor 2(1/k² + 1/4α²)(2π)² of energy times m ⊗ m; zeros for waves left out.</summary>
    private void FillInfluence(in WaveRow row)
    {
        for (var c = 0; c < row.Count; c++)
        {
            var influence = _influence.Pointer + (InfluenceStride * (row.Begin + c));
            (influence[0], influence[2]) = InfluenceOf(row, c, _used[2 * (row.Begin + c)]);
            (influence[1], influence[3]) = InfluenceOf(row, -c, _used[(2 * (row.Begin + c)) + 1]);
        }
    }

    private (double Energy, double Stress) InfluenceOf(in WaveRow row, int c, bool isUsed)
    {
        if (!isUsed)
            return (0, 0);
        double square = 0;
        for (var x = 0; x < 3; x++)
        {
            var m = (_reciprocal[3 * x] * row.A) + (_reciprocal[(3 * x) + 1] * row.B) + (_reciprocal[(3 * x) + 2] * c);
            square += 4 * Math.PI * Math.PI * m * m;
        }

        var decay = 1 / (4 * _alpha * _alpha);
        return (4 * Math.PI * Units.Coulomb / _volume * Math.Exp(-decay * square) / square, 8 * Math.PI * Math.PI * ((1 / square) + decay));
    }

    /// <summary>
    /// With T = 2wS* for either sign of m_c, T₊e^{iz} + T₋e^{−iz} = U cos z + iD sin z, U = T₊ + T₋ and D = T₊ − T₋; its derivative
    /// by z is i(D cos z + iU sin z).
    /// </summary>
    private static void StoreTerms(int c, double weightPlus, Complex plus, double weightMinus, Complex minus, double* terms)
    {
        var (tr, ti) = (weightPlus * plus.Real, -weightPlus * plus.Imaginary);
        var (sr, si) = (weightMinus * minus.Real, -weightMinus * minus.Imaginary);
        var (ur, ui, dr, di) = (tr + sr, ti + si, tr - sr, ti - si);
        (terms[0], terms[1], terms[2], terms[3]) = (ur, -di, ui, dr);
        (terms[4], terms[5], terms[6], terms[7]) = (c * dr, -c * ui, c * di, c * ur);
    }

    /// <summary>Potential and its slopes Σ m Im(T e^{2πi m·f}) along the three axes, at two vectors of atoms.</summary>
    private void Interpolate(double* atoms, int first)
    {
        var second = first + Vector<double>.Count;
        double* phasesA = PhasesA(atoms), phasesB = PhasesB(atoms), phasesC = PhasesC(atoms) + first;
        var (sums0, sums1) = (default(PotentialSums), default(PotentialSums));
        foreach (ref readonly var row in _rows.AsSpan())
        {
            Vector<double> gr0 = default, gi0 = default, hr0 = default, hi0 = default, gr1 = default, gi1 = default, hr1 = default, hi1 = default;
            var terms = _terms.Pointer + (TermStride * row.Begin);
            var phases = phasesC;
            for (var c = 0; c < row.Count; c++, terms += TermStride, phases += PhaseStride)
            {
                var (cos0, cos1) = (Vector.Load(phases), Vector.Load(phases + Vector<double>.Count));
                var (sin0, sin1) = (Vector.Load(phases + BlockAtoms), Vector.Load(phases + BlockAtoms + Vector<double>.Count));
                Add(ref gr0, ref gr1, terms, cos0, cos1, sin0, sin1);
                Add(ref gi0, ref gi1, terms + 2, cos0, cos1, sin0, sin1);
                Add(ref hr0, ref hr1, terms + 4, cos0, cos1, sin0, sin1);
                Add(ref hi0, ref hi1, terms + 6, cos0, cos1, sin0, sin1);
            }

            var (r0, i0) = RowPhase(phasesA + first, phasesB + first, row);
            sums0.Add(row, r0, i0, gr0, gi0, hr0, hi0);
            var (r1, i1) = RowPhase(phasesA + second, phasesB + second, row);
            sums1.Add(row, r1, i1, gr1, gi1, hr1, hi1);
        }

        sums0.Store(atoms + BlockAtoms + first);
        sums1.Store(atoms + BlockAtoms + second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        ref Vector<double> sum0, ref Vector<double> sum1, double* terms,
        Vector<double> cos0, Vector<double> cos1, Vector<double> sin0, Vector<double> sin1)
    {
        var (byCosine, bySine) = (new Vector<double>(terms[0]), new Vector<double>(terms[1]));
        sum0 = Vector.FusedMultiplyAdd(bySine, sin0, Vector.FusedMultiplyAdd(byCosine, cos0, sum0));
        sum1 = Vector.FusedMultiplyAdd(bySine, sin1, Vector.FusedMultiplyAdd(byCosine, cos1, sum1));
    }

    /// <summary>Waves of the same multiples of the first two reciprocal vectors.</summary>
    /// <param name="A">m_a ≥ 0.</param>
    /// <param name="B">m_b.</param>
    /// <param name="Begin">First entry, that of m_c = 0.</param>
    /// <param name="Count">Entries, an even number.</param>
    private readonly record struct WaveRow(int A, int B, int Begin, int Count);

    /// <summary>Potential and slopes at a vector of atoms.</summary>
    private struct PotentialSums
    {
        private Vector<double> _potential;
        private Vector<double> _slopeA;
        private Vector<double> _slopeB;
        private Vector<double> _slopeC;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(in WaveRow row, Vector<double> r, Vector<double> i, Vector<double> gr, Vector<double> gi, Vector<double> hr, Vector<double> hi)
        {
            var slope = Vector.FusedMultiplyAdd(r, gi, i * gr);
            _potential += (r * gr) - (i * gi);
            _slopeA = Vector.FusedMultiplyAdd(new Vector<double>(row.A), slope, _slopeA);
            _slopeB = Vector.FusedMultiplyAdd(new Vector<double>(row.B), slope, _slopeB);
            _slopeC += Vector.FusedMultiplyAdd(r, hi, i * hr);
        }

        public readonly void Store(double* results)
        {
            Vector.Store(_potential, results);
            Vector.Store(_slopeA, results + BlockAtoms);
            Vector.Store(_slopeB, results + (2 * BlockAtoms));
            Vector.Store(_slopeC, results + (3 * BlockAtoms));
        }
    }

    [InlineArray(9)]
    private struct Matrix3
    {
        private double _element;
    }
}
