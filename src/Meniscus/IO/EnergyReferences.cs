using Meniscus.Numerics;

namespace Meniscus.IO;

/// <summary>
/// Finds systems whose energies have another zero than the others': another functional, other pseudopotentials, a
/// unit. Between configurations of the same atoms energies differ by a fraction of an eV per atom, between levels of theory by
/// whole eV or by hundreds. Every system and composition gives one equation, Σ n_t·e_t = median energy; the reference energies
/// e_t per type are fitted with the least sum of absolute deviations (iteratively reweighted least squares; P. W. Holland and
/// R. E. Welsch, Commun. Stat. A 6, 813 (1977)), which a minority of wrong systems does not move.
/// </summary>
internal sealed class EnergyReferences
{
    /// <summary>Deviations below this are never reported, eV per atom.</summary>
    public const double Limit = 1.0;

    private readonly List<Entry> _entries = [];

    private sealed record Entry(int System, double[] Fractions, double Energy);

    /// <summary>Adds a composition of a system.</summary>
    /// <param name="system">Number of the system.</param>
    /// <param name="counts">Atoms of each type.</param>
    /// <param name="energyPerAtom">Median energy, eV per atom.</param>
    public void Add(int system, IReadOnlyList<int> counts, double energyPerAtom)
    {
        var atoms = counts.Sum();
        if (atoms > 0)
            _entries.Add(new Entry(system, [.. counts.Select(count => (double)count / atoms)], energyPerAtom));
    }

    /// <summary>The systems that stand apart, with how far, eV per atom, and the number of systems compared.</summary>
    public IReadOnlyList<(int System, double Deviation, int Compared)> FindApart()
    {
        var apart = new Dictionary<int, (double Deviation, int Compared)>();
        // Equal proportions need no fit; what differs there is left out of the fit that follows.
        foreach (var group in _entries.GroupBy(entry => string.Join(' ', entry.Fractions.Select(f => Math.Round(f, 6)))))
            AddApart([.. group], group.Select(entry => entry.Energy), apart);
        var rest = _entries.Where(entry => !apart.ContainsKey(entry.System)).ToList();
        AddApart(rest, rest.Zip(Fit(rest), (entry, fitted) => entry.Energy - fitted), apart);
        return [.. apart.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value.Deviation, pair.Value.Compared))];
    }

    private static void AddApart(List<Entry> entries, IEnumerable<double> energies, Dictionary<int, (double Deviation, int Compared)> apart)
    {
        if (entries.Count < 2)
            return;
        var values = energies.ToArray();
        var order = Enumerable.Range(0, values.Length).OrderBy(i => values[i]).ToArray();
        // Systems in one band follow each other without a gap; the largest band is right, the first of equal ones.
        var bands = new List<List<int>> { new() { order[0] } };
        foreach (var (before, i) in order.Zip(order.Skip(1)))
        {
            if (values[i] - values[before] > Limit)
                bands.Add([]);
            bands[^1].Add(i);
        }

        var main = bands.MaxBy(band => (band.Count, -band.Min()))!;
        var centre = RobustSpread.Of(main.Select(i => values[i])).Median;
        foreach (var i in bands.Where(band => band != main).SelectMany(band => band))
            apart.TryAdd(entries[i].System, (values[i] - centre, entries.Count));
    }

    /// <summary>Fitted energies per atom; the energies themselves where there are too few systems to tell.</summary>
    private static double[] Fit(List<Entry> entries)
    {
        var types = entries.Count == 0 ? 0 : entries[0].Fractions.Length;
        var used = Enumerable.Range(0, types).Where(t => entries.Exists(entry => entry.Fractions[t] > 0)).ToArray();
        var energies = entries.Select(entry => entry.Energy).ToArray();
        // With n types any n systems are fitted exactly; one more only shows that something differs, not which.
        if (entries.Count < used.Length + 2)
            return energies;
        var weights = Enumerable.Repeat(1.0, entries.Count).ToArray();
        var fitted = energies;
        for (var round = 0; round < 50; round++)
        {
            var references = Solve(entries, used, weights);
            fitted = [.. entries.Select(entry => used.Select((t, k) => entry.Fractions[t] * references[k]).Sum())];
            for (var i = 0; i < weights.Length; i++)
                weights[i] = 1 / Math.Max(Math.Abs(energies[i] - fitted[i]), 0.02);
        }

        return fitted;
    }

    /// <summary>Weighted normal equations with a trace of regularisation: water alone cannot tell O from H.</summary>
    private static double[] Solve(List<Entry> entries, int[] used, double[] weights)
    {
        var n = used.Length;
        var (matrix, right) = (new double[n, n], new double[n]);
        foreach (var (entry, weight) in entries.Zip(weights))
        {
            for (var a = 0; a < n; a++)
            {
                right[a] += weight * entry.Fractions[used[a]] * entry.Energy;
                for (var b = 0; b < n; b++)
                    matrix[a, b] += weight * entry.Fractions[used[a]] * entry.Fractions[used[b]];
            }
        }

        var trace = Enumerable.Range(0, n).Sum(a => matrix[a, a]);
        for (var a = 0; a < n; a++)
            matrix[a, a] += 1e-11 * trace;
        return LeastSquaresFit.Solve(matrix, right);
    }
}
