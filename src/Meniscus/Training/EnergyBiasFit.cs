namespace Meniscus.Training;

/// <summary>Energy bias per type and what it leaves unexplained.</summary>
/// <param name="Bias">Energy per atom of each type, eV.</param>
/// <param name="StandardDeviation">Standard deviation over the frames of the energy that is left, eV.</param>
public sealed record EnergyBias(double[] Bias, double StandardDeviation);

/// <summary>
/// The energy per type that explains the total energies best: least squares of E on the atom counts, DeePMD-kit's
/// energy bias. In water every frame has two H per O, so the counts have rank one; of all solutions the one of minimum
/// norm is taken, as numpy.linalg.lstsq does, with singular values below rcond·σ_max left out. Types with a preset
/// energy are subtracted first. The singular values come from one-sided Jacobi rotations (G. H. Golub and
/// C. F. Van Loan, Matrix Computations, section 8.6.3), which suits a tall matrix of a few columns.
/// </summary>
public static class EnergyBiasFit
{
    private const int MaximumSweeps = 60;

    private const double MachineEpsilon = 1.0 / (1L << 52);

    /// <summary>Fits the bias.</summary>
    /// <param name="energies">Total energy of each frame, eV.</param>
    /// <param name="counts">Atoms of each type in each frame, (frames, types) row-major.</param>
    /// <param name="typeCount">Number of types.</param>
    /// <param name="preset">Preset energy per type, eV, null where it is to be fitted; empty where none is preset.</param>
    /// <param name="rcond">Singular values below this times the largest are left out; null for ε·max(frames, types).</param>
    public static EnergyBias Solve(ReadOnlySpan<double> energies, ReadOnlySpan<int> counts, int typeCount, ReadOnlySpan<double?> preset = default, double? rcond = null)
    {
        var frames = energies.Length;
        if (counts.Length != frames * typeCount)
            throw new ArgumentException($"{counts.Length} counts for {frames} frames and {typeCount} types", nameof(counts));
        if (!preset.IsEmpty && preset.Length != typeCount)
            throw new ArgumentException($"{preset.Length} preset values for {typeCount} types", nameof(preset));

        // Column by column: the rotations mix whole columns.
        var columns = new double[typeCount][];
        var rest = energies.ToArray();
        for (var t = 0; t < typeCount; t++)
        {
            columns[t] = new double[frames];
            var fixedBias = preset.IsEmpty ? null : preset[t];
            for (var f = 0; f < frames; f++)
            {
                double count = counts[f * typeCount + t];
                if (fixedBias is { } value)
                    rest[f] -= count * value;
                else
                    columns[t][f] = count;
            }
        }

        var bias = MinimumNormSolution(columns, rest, rcond ?? MachineEpsilon * Math.Max(frames, typeCount));
        var deviation = ResidualDeviation(counts, typeCount, preset, bias, rest);
        for (var t = 0; t < preset.Length; t++)
            bias[t] = preset[t] ?? bias[t];
        return new(bias, deviation);
    }

    private static double[] MinimumNormSolution(double[][] columns, double[] right, double rcond)
    {
        var n = columns.Length;
        var v = Orthogonalise(columns);
        var sigma = Array.ConvertAll(columns, c => Math.Sqrt(Dot(c, c)));
        var cutoff = sigma.DefaultIfEmpty().Max() * rcond;

        var solution = new double[n];
        for (var k = 0; k < n; k++)
        {
            if (sigma[k] <= cutoff)
                continue;
            var coefficient = Dot(columns[k], right) / (sigma[k] * sigma[k]);
            for (var t = 0; t < n; t++)
                solution[t] += v[t, k] * coefficient;
        }

        return solution;
    }

    /// <summary>Rotates the columns until they are orthogonal: A V = U Σ. Returns V.</summary>
    private static double[,] Orthogonalise(double[][] a)
    {
        var n = a.Length;
        var v = new double[n, n];
        for (var i = 0; i < n; i++)
            v[i, i] = 1;
        for (var sweep = 0; sweep < MaximumSweeps; sweep++)
        {
            var rotated = false;
            for (var p = 0; p < n - 1; p++)
            {
                for (var q = p + 1; q < n; q++)
                    rotated |= Rotate(a, v, p, q);
            }

            if (!rotated)
                break;
        }

        return v;
    }

    private static bool Rotate(double[][] a, double[,] v, int p, int q)
    {
        var pp = Dot(a[p], a[p]);
        var qq = Dot(a[q], a[q]);
        var pq = Dot(a[p], a[q]);
        if (pq == 0 || Math.Abs(pq) <= MachineEpsilon * Math.Sqrt(pp * qq))
            return false;
        var zeta = (qq - pp) / (2 * pq);
        var t = (zeta >= 0 ? 1 : -1) / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta));
        var c = 1 / Math.Sqrt(1 + t * t);
        var s = c * t;
        for (var i = 0; i < a[p].Length; i++)
            (a[p][i], a[q][i]) = (c * a[p][i] - s * a[q][i], s * a[p][i] + c * a[q][i]);
        for (var i = 0; i < a.Length; i++)
            (v[i, p], v[i, q]) = (c * v[i, p] - s * v[i, q], s * v[i, p] + c * v[i, q]);
        return true;
    }

    private static double ResidualDeviation(ReadOnlySpan<int> counts, int typeCount, ReadOnlySpan<double?> preset, double[] bias, double[] rest)
    {
        var frames = rest.Length;
        for (var f = 0; f < frames; f++)
        {
            for (var t = 0; t < typeCount; t++)
            {
                if (preset.IsEmpty || preset[t] is null)
                    rest[f] -= counts[f * typeCount + t] * bias[t];
            }
        }

        var mean = rest.DefaultIfEmpty().Average();
        return Math.Sqrt(rest.Select(r => (r - mean) * (r - mean)).DefaultIfEmpty().Average());
    }

    private static double Dot(double[] x, double[] y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }
}
