using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials.Spcfw;

/// <summary>
/// The reciprocal-space part of an Ewald sum on a mesh, smooth particle-mesh Ewald: U. Essmann, L. Perera, M. L. Berkowitz,
/// T. Darden, H. Lee, L. G. Pedersen, J. Chem. Phys. 103, 8577 (1995); theory (8.5) to (8.8). Charges are spread over the
/// mesh, a Fourier transform turns the mesh into structure factors, these are multiplied by the influence function, and
/// the transform back is the potential, which the splines interpolate. Forces and virial are the exact derivatives of the
/// energy so defined.
/// <para>
/// The work comes in steps of independent parts (atoms, planes of the mesh, columns), which the caller hands to threads.
/// Each mesh point is summed in the order of the atoms, and each part leaves its share of the virial in a place of its own.
/// </para>
/// <para>
/// Rows of the mesh along c are real before the transform and hold the half of the spectrum with m_c ≥ 0 after it, real
/// parts first. Eight elements more than there are points let splines run over the end of a row.
/// </para>
/// </summary>
internal sealed unsafe class ParticleMesh : IDisposable
{
    private const int Lanes = FastFourierTransform.Lanes;

    /// <summary>Doubles kept per atom: three vectors of weights.</summary>
    private const int WeightStride = 3 * Lanes;

    /// <summary>Sums per row of columns: energy and six components of the virial.</summary>
    private const int SumStride = 8;

    private readonly BSpline _spline = new(EwaldChoice.SplineOrder);
    private readonly NativeBuffer<double> _mesh = new(0);
    private readonly NativeBuffer<double> _weights = new(0);
    private readonly NativeBuffer<double> _fractions = new(0);
    private readonly NativeBuffer<double> _sums = new(0);
    private readonly NativeBuffer<double>[] _scratch;
    private FastFourierTransform? _alongA;
    private FastFourierTransform? _alongB;
    private FastFourierTransform? _alongC;
    private double[] _moduliA = [];
    private double[] _moduliB = [];
    private double[] _moduliC = [];
    private int[] _base = [];
    private int[] _planeStart = [];
    private int[] _byPlane = [];
    private int _a;
    private int _b;
    private int _c;
    private int _halfRow;
    private int _row;
    private int _atoms;
    private double _alpha;
    private double _volume;
    private Matrix3 _reciprocal;

    /// <summary>Creates an empty mesh.</summary>
    /// <param name="parts">Number of threads that may work at a time.</param>
    public ParticleMesh(int parts) => _scratch = [.. Enumerable.Range(0, parts).Select(_ => new NativeBuffer<double>(0))];

    /// <summary>Planes of the mesh, the parts of <see cref="SpreadPlane"/> and <see cref="PotentialPlane"/>.</summary>
    public int Planes => _a;

    /// <summary>Rows of columns, the parts of <see cref="MultiplyColumns"/>.</summary>
    public int ColumnRows => _b;

    /// <summary>Takes mesh and splitting, and the cell of this evaluation.</summary>
    public void Prepare(EwaldChoice choice, in Cell cell, int atoms)
    {
        if (choice.Mesh != (_a, _b, _c))
            MakeMesh(choice.Mesh);
        (_alpha, _volume, _atoms) = (choice.Alpha, cell.Volume, atoms);
        for (var x = 0; x < 3; x++)
            (_reciprocal[3 * x], _reciprocal[(3 * x) + 1], _reciprocal[(3 * x) + 2]) = cell.Fractional(x == 0 ? 1 : 0, x == 1 ? 1 : 0, x == 2 ? 1 : 0);
        _weights.EnsureLength(WeightStride * atoms);
        _fractions.EnsureLength(3 * atoms);
        if (_base.Length < 3 * atoms)
            (_base, _byPlane) = (new int[3 * atoms], new int[atoms]);
    }

    /// <summary>Finds the mesh points around atoms and their weights.</summary>
    /// <param name="positions">Å, x y z per atom.</param>
    /// <param name="begin">First atom.</param>
    /// <param name="end">Atom after the last.</param>
    public void Place(ReadOnlySpan<double> positions, int begin, int end)
    {
        for (var i = begin; i < end; i++)
        {
            var (x, y, z) = (positions[3 * i], positions[(3 * i) + 1], positions[(3 * i) + 2]);
            PlaceAlong(i, 0, _a, x, y, z);
            PlaceAlong(i, 1, _b, x, y, z);
            PlaceAlong(i, 2, _c, x, y, z);
        }
    }

    /// <summary>Sorts the atoms by the plane their splines begin in; once all are placed.</summary>
    public void SortByPlane()
    {
        Array.Clear(_planeStart);
        for (var i = 0; i < _atoms; i++)
            _planeStart[_base[3 * i] + 1]++;
        for (var a = 0; a < _a; a++)
            _planeStart[a + 1] += _planeStart[a];
        for (var i = 0; i < _atoms; i++)
            _byPlane[_planeStart[_base[3 * i]]++] = i;
        for (var a = _a; a > 0; a--)
            _planeStart[a] = _planeStart[a - 1];
        _planeStart[0] = 0;
    }

    /// <summary>Spreads the charges over one plane and transforms it along c and b.</summary>
    /// <param name="charges">e, per atom.</param>
    /// <param name="plane">Which plane.</param>
    /// <param name="part">Number of the thread.</param>
    public void SpreadPlane(double* charges, int plane, int part)
    {
        var mesh = _mesh.Pointer + ((nint)plane * _b * _row);
        new Span<double>(mesh, _b * _row).Clear();
        for (var t = 0; t < _spline.Order; t++)
        {
            var from = plane - t < 0 ? plane - t + _a : plane - t;
            for (var n = _planeStart[from]; n < _planeStart[from + 1]; n++)
            {
                var i = _byPlane[n];
                if (charges[i] != 0)
                    SpreadAtom(mesh, i, charges[i] * _weights.Pointer[(WeightStride * i) + t]);
            }
        }

        for (var b = 0; b < _b; b++)
            FoldRow(mesh + (b * _row));
        var scratch = _scratch[part].Pointer;
        for (var b = 0; b < _b; b += 2 * Lanes)
            TransformRows(mesh + (b * _row), Math.Min(2 * Lanes, _b - b), scratch);
        for (var c = 0; c < _halfRow; c += Lanes)
            TransformColumn(_alongB!, mesh + c, _row, scratch, inverse: false);
    }

    /// <summary>Transforms the columns along a of one row, multiplies them by the influence function, and transforms them back.</summary>
    /// <param name="b">Which row of columns.</param>
    /// <param name="part">Number of the thread.</param>
    public void MultiplyColumns(int b, int part)
    {
        var scratch = _scratch[part].Pointer;
        var sums = default(ColumnSums);
        var stride = (nint)_b * _row;
        for (var c = 0; c < _halfRow; c += Lanes)
        {
            var column = _mesh.Pointer + (b * _row) + c;
            var waves = TransformInto(_alongA!, column, stride, scratch, inverse: false);
            Multiply(waves, b, c, ref sums);
            TransformFrom(_alongA!, waves, column, stride, scratch);
        }

        sums.Store(_sums.Pointer + (SumStride * b));
    }

    /// <summary>Transforms one plane back along b and c; it then holds the potential, V.</summary>
    /// <param name="plane">Which plane.</param>
    /// <param name="part">Number of the thread.</param>
    public void PotentialPlane(int plane, int part)
    {
        var mesh = _mesh.Pointer + ((nint)plane * _b * _row);
        var scratch = _scratch[part].Pointer;
        for (var c = 0; c < _halfRow; c += Lanes)
            TransformColumn(_alongB!, mesh + c, _row, scratch, inverse: true);
        for (var b = 0; b < _b; b += 2 * Lanes)
            TransformRowsBack(mesh + (b * _row), Math.Min(2 * Lanes, _b - b), scratch);
    }

    /// <summary>Adds the forces of the potential on atoms, and half their energies in it.</summary>
    /// <param name="charges">e, per atom.</param>
    /// <param name="forces">eV/Å, x y z per atom.</param>
    /// <param name="energies">eV, per atom.</param>
    /// <param name="begin">First atom.</param>
    /// <param name="end">Atom after the last.</param>
    public void Interpolate(double* charges, Span<double> forces, Span<double> energies, int begin, int end)
    {
        for (var i = begin; i < end; i++)
        {
            if (charges[i] == 0)
                continue;
            var (potential, slopeA, slopeB, slopeC) = InterpolateAtom(i);
            slopeA *= _a;
            slopeB *= _b;
            slopeC *= _c;
            energies[i] += 0.5 * charges[i] * potential;
            for (var x = 0; x < 3; x++)
                forces[(3 * i) + x] -= charges[i] * ((_reciprocal[3 * x] * slopeA) + (_reciprocal[(3 * x) + 1] * slopeB) + (_reciprocal[(3 * x) + 2] * slopeC));
        }
    }

    /// <summary>Adds the virial, in the order of the rows.</summary>
    /// <param name="virial">eV, row-major 3 × 3.</param>
    public void AddVirial(Span<double> virial)
    {
        for (var b = 0; b < _b; b++)
        {
            var sums = _sums.Pointer + (SumStride * b);
            for (var k = 0; k < 3; k++)
                virial[4 * k] += sums[0] - sums[1 + k];
            virial[1] -= sums[4];
            virial[3] -= sums[4];
            virial[2] -= sums[5];
            virial[6] -= sums[5];
            virial[5] -= sums[6];
            virial[7] -= sums[6];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _spline.Dispose();
        _mesh.Dispose();
        _weights.Dispose();
        _fractions.Dispose();
        _sums.Dispose();
        foreach (var scratch in _scratch)
            scratch.Dispose();
        _alongA?.Dispose();
        _alongB?.Dispose();
        _alongC?.Dispose();
    }

    private void MakeMesh((int A, int B, int C) mesh)
    {
        (_a, _b, _c) = mesh;
        _halfRow = RoundUp((_c / 2) + 1);
        _row = Math.Max(RoundUp(_c + Lanes), 2 * _halfRow);
        _mesh.EnsureLength(checked(_a * _b * _row));
        _sums.EnsureLength(SumStride * _b);
        _planeStart = new int[_a + 1];
        _alongA?.Dispose();
        _alongB?.Dispose();
        _alongC?.Dispose();
        (_alongA, _alongB, _alongC) = (new FastFourierTransform(_a), new FastFourierTransform(_b), new FastFourierTransform(_c));
        (_moduliA, _moduliB) = (_spline.Moduli(_a), _spline.Moduli(_b));
        _moduliC = new double[Math.Max(_c, _halfRow)];
        _spline.Moduli(_c).CopyTo(_moduliC, 0);
        var longest = Math.Max(_a, Math.Max(_b, _c)) + 1;
        foreach (var scratch in _scratch)
            scratch.EnsureLength(8 * Lanes * longest);
    }

    private static int RoundUp(int length) => (length + Lanes - 1) / Lanes * Lanes;

    private void PlaceAlong(int i, int axis, int points, double x, double y, double z)
    {
        var u = points * ((x * _reciprocal[axis]) + (y * _reciprocal[3 + axis]) + (z * _reciprocal[6 + axis]));
        var floor = Math.Floor(u);
        var first = (int)floor - _spline.Order + 1;
        first %= points;
        _base[(3 * i) + axis] = first < 0 ? first + points : first;
        _fractions.Pointer[(3 * i) + axis] = u - floor;
        _spline.Weights(u - floor).Store(_weights.Pointer + (WeightStride * i) + (Lanes * axis));
    }

    private void SpreadAtom(double* mesh, int i, double charge)
    {
        var weights = _weights.Pointer + (WeightStride * i);
        var alongC = Vector512.Load(weights + (2 * Lanes)) * charge;
        var (b, c) = (_base[(3 * i) + 1], _base[(3 * i) + 2]);
        for (var t = 0; t < _spline.Order; t++)
        {
            var row = mesh + (b * _row) + c;
            Vector512.FusedMultiplyAdd(alongC, Vector512.Create(weights[Lanes + t]), Vector512.Load(row)).Store(row);
            if (++b == _b)
                b = 0;
        }
    }

    private (double Potential, double SlopeA, double SlopeB, double SlopeC) InterpolateAtom(int i)
    {
        var weights = _weights.Pointer + (WeightStride * i);
        var fractions = _fractions.Pointer + (3 * i);
        var slopes = stackalloc double[2 * Lanes];
        _spline.Slopes(fractions[0]).Store(slopes);
        _spline.Slopes(fractions[1]).Store(slopes + Lanes);
        var (value, byA, byB) = (Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero);
        var (a, c) = (_base[3 * i], _base[(3 * i) + 2]);
        for (var ta = 0; ta < _spline.Order; ta++)
        {
            var plane = _mesh.Pointer + ((nint)a * _b * _row) + c;
            var b = _base[(3 * i) + 1];
            var (inPlane, inPlaneByB) = (Vector512<double>.Zero, Vector512<double>.Zero);
            for (var tb = 0; tb < _spline.Order; tb++)
            {
                var row = Vector512.Load(plane + (b * _row));
                inPlane = Vector512.FusedMultiplyAdd(row, Vector512.Create(weights[Lanes + tb]), inPlane);
                inPlaneByB = Vector512.FusedMultiplyAdd(row, Vector512.Create(slopes[Lanes + tb]), inPlaneByB);
                if (++b == _b)
                    b = 0;
            }

            value = Vector512.FusedMultiplyAdd(inPlane, Vector512.Create(weights[ta]), value);
            byA = Vector512.FusedMultiplyAdd(inPlane, Vector512.Create(slopes[ta]), byA);
            byB = Vector512.FusedMultiplyAdd(inPlaneByB, Vector512.Create(weights[ta]), byB);
            if (++a == _a)
                a = 0;
        }

        var alongC = Vector512.Load(weights + (2 * Lanes));
        return FourSums.Of(value * alongC, byA * alongC, byB * alongC, value * _spline.Slopes(fractions[2]));
    }

    /// <summary>Adds what lies beyond the end of a row to its beginning.</summary>
    private void FoldRow(double* row)
    {
        (Vector512.Load(row) + Vector512.Load(row + _c)).Store(row);
        Vector512<double>.Zero.Store(row + _c);
    }

    /// <summary>
    /// Real rows to half spectra. Row n and row n + 8 are the real and the imaginary part of one sequence z, whose spectrum Z
    /// gives theirs: A_k = (Z_k + Z*_{N−k})/2 and B_k = (Z_k − Z*_{N−k})/2i.
    /// </summary>
    private void TransformRows(double* rows, int count, double* scratch)
    {
        var block = Lanes * (Math.Max(_a, Math.Max(_b, _c)) + 1);
        var real = scratch;
        var imaginary = scratch + block;
        LoadRows(rows, count, real, imaginary);
        if (_alongC!.Forward(real, imaginary, scratch + (2 * block), scratch + (3 * block)))
        {
            real = scratch + (2 * block);
            imaginary = scratch + (3 * block);
        }

        // Z_N = Z_0, so that k = 0 is no exception.
        Vector512.Load(real).Store(real + (Lanes * _c));
        Vector512.Load(imaginary).Store(imaginary + (Lanes * _c));
        var spectra = scratch + (4 * block);
        var half = Vector512.Create(0.5);
        for (var k = 0; k <= _c / 2; k++)
        {
            var (r, s) = (Vector512.Load(real + (Lanes * k)), Vector512.Load(imaginary + (Lanes * k)));
            var (rMirror, sMirror) = (Vector512.Load(real + (Lanes * (_c - k))), Vector512.Load(imaginary + (Lanes * (_c - k))));
            (half * (r + rMirror)).Store(spectra + (Lanes * k));
            (half * (s - sMirror)).Store(spectra + block + (Lanes * k));
            (half * (s + sMirror)).Store(spectra + (2 * block) + (Lanes * k));
            (half * (rMirror - r)).Store(spectra + (3 * block) + (Lanes * k));
        }

        var (first, second) = (Math.Min(count, Lanes), count - Lanes);
        new Span<double>(rows, count * _row).Clear();
        Transpose.Copy(spectra, Lanes, (_c / 2) + 1, first, rows, _row);
        Transpose.Copy(spectra + block, Lanes, (_c / 2) + 1, first, rows + _halfRow, _row);
        if (second <= 0)
            return;
        Transpose.Copy(spectra + (2 * block), Lanes, (_c / 2) + 1, second, rows + (Lanes * _row), _row);
        Transpose.Copy(spectra + (3 * block), Lanes, (_c / 2) + 1, second, rows + (Lanes * _row) + _halfRow, _row);
    }

    /// <summary>Half spectra to real rows, the other way round: Z_k = A_k + i B_k and Z_{N−k} = A*_k + i B*_k.</summary>
    private void TransformRowsBack(double* rows, int count, double* scratch)
    {
        var block = Lanes * (Math.Max(_a, Math.Max(_b, _c)) + 1);
        var real = scratch;
        var imaginary = scratch + block;
        var spectra = scratch + (4 * block);
        var (first, second) = (Math.Min(count, Lanes), Math.Max(count - Lanes, 0));
        var points = (_c / 2) + 1;
        if (count < 2 * Lanes)
            new Span<double>(spectra, 4 * block).Clear();
        Transpose.Copy(rows, _row, first, points, spectra, Lanes);
        Transpose.Copy(rows + _halfRow, _row, first, points, spectra + block, Lanes);
        Transpose.Copy(rows + (Lanes * _row), _row, second, points, spectra + (2 * block), Lanes);
        Transpose.Copy(rows + (Lanes * _row) + _halfRow, _row, second, points, spectra + (3 * block), Lanes);
        for (var k = 0; k < points; k++)
        {
            var (ar, ai) = (Vector512.Load(spectra + (Lanes * k)), Vector512.Load(spectra + block + (Lanes * k)));
            var (br, bi) = (Vector512.Load(spectra + (2 * block) + (Lanes * k)), Vector512.Load(spectra + (3 * block) + (Lanes * k)));
            (ar + bi).Store(real + (Lanes * (_c - k)));
            (br - ai).Store(imaginary + (Lanes * (_c - k)));
            (ar - bi).Store(real + (Lanes * k));
            (ai + br).Store(imaginary + (Lanes * k));
        }

        // The inverse: the parts change places.
        if (_alongC!.Forward(imaginary, real, scratch + (3 * block), scratch + (2 * block)))
        {
            real = scratch + (2 * block);
            imaginary = scratch + (3 * block);
        }

        Transpose.Copy(real, Lanes, _c, first, rows, _row);
        Transpose.Copy(imaginary, Lanes, _c, second, rows + (Lanes * _row), _row);
        for (var n = 0; n < count; n++)
            Vector512.Load(rows + (n * _row)).Store(rows + (n * _row) + _c);
    }

    private void LoadRows(double* rows, int count, double* real, double* imaginary)
    {
        if (count < 2 * Lanes)
        {
            new Span<double>(real, Lanes * _c).Clear();
            new Span<double>(imaginary, Lanes * _c).Clear();
        }

        Transpose.Copy(rows, _row, Math.Min(count, Lanes), _c, real, Lanes);
        if (count > Lanes)
            Transpose.Copy(rows + (Lanes * _row), _row, count - Lanes, _c, imaginary, Lanes);
    }

    private void TransformColumn(FastFourierTransform transform, double* column, nint stride, double* scratch, bool inverse)
    {
        var result = TransformInto(transform, column, stride, scratch, inverse);
        StoreColumn(transform.Length, result, column, stride);
    }

    /// <summary>Transforms eight columns that lie beside each other; the result stays in the scratch memory.</summary>
    private Sequences TransformInto(FastFourierTransform transform, double* column, nint stride, double* scratch, bool inverse)
    {
        var block = Lanes * transform.Length;
        var from = new Sequences(scratch, scratch + block);
        var to = new Sequences(scratch + (2 * block), scratch + (3 * block));
        for (var n = 0; n < transform.Length; n++)
        {
            Vector512.Load(column + (n * stride)).Store(from.Real + (Lanes * n));
            Vector512.Load(column + (n * stride) + _halfRow).Store(from.Imaginary + (Lanes * n));
        }

        var moved = inverse
            ? transform.Forward(from.Imaginary, from.Real, to.Imaginary, to.Real)
            : transform.Forward(from.Real, from.Imaginary, to.Real, to.Imaginary);
        return moved ? to : from;
    }

    private void TransformFrom(FastFourierTransform transform, Sequences from, double* column, nint stride, double* scratch)
    {
        var block = Lanes * transform.Length;
        var other = from.Real == scratch ? scratch + (2 * block) : scratch;
        var to = new Sequences(other, other + block);
        var moved = transform.Forward(from.Imaginary, from.Real, to.Imaginary, to.Real);
        StoreColumn(transform.Length, moved ? to : from, column, stride);
    }

    private void StoreColumn(int length, Sequences sequences, double* column, nint stride)
    {
        for (var n = 0; n < length; n++)
        {
            Vector512.Load(sequences.Real + (Lanes * n)).Store(column + (n * stride));
            Vector512.Load(sequences.Imaginary + (Lanes * n)).Store(column + (n * stride) + _halfRow);
        }
    }

    /// <summary>
    /// Multiplies structure factors by C(m) = e²/(4πε₀) exp(−π²m²/α²)/(πVm²) B(m), (8.6), and sums energy and virial, (8.7)
    /// and (8.8). Waves at the end of the spectrum of an even mesh count as waves in either direction; they are left out.
    /// </summary>
    private void Multiply(Sequences waves, int b, int c, ref ColumnSums sums)
    {
        var real = waves.Real;
        var imaginary = waves.Imaginary;
        var mb = 2 * b > _b ? b - _b : b;
        var mc = Vector512.Create((double)c) + Vector512.Create(0d, 1, 2, 3, 4, 5, 6, 7);
        var one = Vector512<double>.One;
        // Waves with m_c > 0 stand for their mirror images too.
        var multiplicity = Vector512.ConditionalSelect(Vector512.Equals(mc, Vector512<double>.Zero), one, one + one);
        var inside = Vector512.LessThan(mc + mc, Vector512.Create((double)_c));
        var exponent = Vector512.Create(-Math.PI * Math.PI / (_alpha * _alpha));
        var moduli = Vector512.Create<double>(_moduliC.AsSpan(c, Lanes)) * Vector512.Create(_moduliB[b] * Units.Coulomb / (Math.PI * _volume));
        for (var a = 0; a < _a; a++)
        {
            var ma = 2 * a > _a ? a - _a : a;
            var (x, y, z) = (Wave(0, ma, mb, mc), Wave(3, ma, mb, mc), Wave(6, ma, mb, mc));
            var square = (x * x) + (y * y) + (z * z);
            var used = inside & Vector512.GreaterThan(square, Vector512<double>.Zero);
            if (2 * a == _a || 2 * b == _b)
                used = Vector512<double>.Zero;
            var inverse = one / Vector512.ConditionalSelect(used, square, one);
            var influence = Vector512.Exp(exponent * square) * inverse * moduli * Vector512.Create(_moduliA[a]);
            influence = Vector512.ConditionalSelect(used, influence, Vector512<double>.Zero);
            var (r, i) = (Vector512.Load(real + (Lanes * a)), Vector512.Load(imaginary + (Lanes * a)));
            var energy = Vector512.Create(0.5) * multiplicity * influence * ((r * r) + (i * i));
            (r * influence).Store(real + (Lanes * a));
            (i * influence).Store(imaginary + (Lanes * a));
            var stress = (energy + energy) * (inverse - exponent);
            sums.Add(energy, stress, x, y, z);
        }
    }

    /// <summary>A Cartesian component of m = m_a a* + m_b b* + m_c c*.</summary>
    private Vector512<double> Wave(int row, int ma, int mb, Vector512<double> mc) =>
        Vector512.FusedMultiplyAdd(
            mc, Vector512.Create(_reciprocal[row + 2]), Vector512.Create((ma * _reciprocal[row]) + (mb * _reciprocal[row + 1])));

    /// <summary>Real and imaginary parts of eight sequences.</summary>
    private readonly struct Sequences(double* real, double* imaginary)
    {
        public readonly double* Real = real;
        public readonly double* Imaginary = imaginary;
    }

    /// <summary>Energy, and the sums of 2E(1/m² + π²/α²) m ⊗ m.</summary>
    private struct ColumnSums
    {
        private Vector512<double> _energy;
        private Vector512<double> _xx;
        private Vector512<double> _yy;
        private Vector512<double> _zz;
        private Vector512<double> _xy;
        private Vector512<double> _xz;
        private Vector512<double> _yz;

        public void Add(Vector512<double> energy, Vector512<double> stress, Vector512<double> x, Vector512<double> y, Vector512<double> z)
        {
            _energy += energy;
            _xx += stress * x * x;
            _yy += stress * y * y;
            _zz += stress * z * z;
            _xy += stress * x * y;
            _xz += stress * x * z;
            _yz += stress * y * z;
        }

        public readonly void Store(double* sums)
        {
            (sums[0], sums[1], sums[2], sums[3]) = FourSums.Of(_energy, _xx, _yy, _zz);
            (sums[4], sums[5], sums[6], _) = FourSums.Of(_xy, _xz, _yz, _yz);
        }
    }

    [InlineArray(9)]
    private struct Matrix3
    {
        private double _element;
    }
}
