using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials;

/// <summary>
/// A sum of energies that depend on the distance of two atoms and on their types, half of each to either atom. Every atom
/// sums over all its neighbours, so a pair is computed from both ends, no two atoms write to the same place, and the
/// result does not depend on the number of threads.
/// </summary>
public abstract class PairPotential : IPotential
{
    private const int AtomsPerChunk = 64;

    private readonly WorkerTeam _team;
    private readonly bool _ownTeam;
    private readonly VerletList _verlet = new();
    private readonly Action<int, int> _sum;
    private int[] _types = [];
    private double[] _virials = [];
    private Evaluation _result = new();
    private double _skin;
    private int _atoms;
    private int _next;

    private protected PairPotential(TypeMap typeMap, double cutoff, WorkerTeam? team)
    {
        ArgumentNullException.ThrowIfNull(typeMap);
        TypeMap = typeMap;
        Cutoff = cutoff;
        _ownTeam = team is null;
        _team = team ?? new WorkerTeam(1);
        _sum = Sum;
    }

    /// <inheritdoc/>
    public TypeMap TypeMap { get; }

    /// <inheritdoc/>
    public double Cutoff { get; }

    /// <inheritdoc/>
    public double Skin
    {
        get => _skin;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _skin = value;
        }
    }

    /// <inheritdoc/>
    public long NeighborListBuilds => _verlet.Builds;

    /// <inheritdoc/>
    public void Evaluate(in Configuration configuration, Evaluation result)
    {
        ArgumentNullException.ThrowIfNull(result);
        _atoms = configuration.Types.Length;
        result.Reset(_atoms, 0);
        _result = result;
        TakeTypes(configuration.Types);
        _verlet.Update(configuration.Positions, configuration.Cell, Cutoff, Skin);
        var chunks = (_atoms + AtomsPerChunk - 1) / AtomsPerChunk;
        if (_virials.Length < 9 * chunks)
            _virials = new double[9 * chunks];
        _next = 0;
        _team.Run(_sum);
        for (var n = 0; n < 9 * chunks; n++)
            result.Virial[n % 9] += _virials[n];
        for (var i = 0; i < _atoms; i++)
            result.Energy += result.AtomEnergies[i];
        if (!double.IsFinite(result.Energy))
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"coord: the energy is {result.Energy}; two atoms lie on each other, so check positions and cell ('meniscus data check' finds them)"));
    }

    /// <inheritdoc/>
    public void SaveMemory(BinaryWriter writer) => _verlet.Save(writer);

    /// <inheritdoc/>
    public void RestoreMemory(BinaryReader reader) => _verlet.Restore(reader);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownTeam)
            _team.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Energy of a pair and −(dE/dr)/r; 0 where it does not act.</summary>
    /// <param name="first">Type of one atom.</param>
    /// <param name="second">Type of the other.</param>
    /// <param name="square">r², Å², less than the square of the cutoff.</param>
    private protected abstract (double Energy, double ForceOverDistance) Pair(int first, int second, double square);

    private void TakeTypes(ReadOnlySpan<int> types)
    {
        if (_types.Length < types.Length)
            _types = new int[types.Length];
        types.CopyTo(_types);
        for (var i = 0; i < types.Length; i++)
        {
            if (types[i] >= TypeMap.Count)
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"type of atom {i} (counted from 0) is {types[i]}; the potential has the types 0 to {TypeMap.Count - 1} ({TypeMap})"));
        }
    }

    private void Sum(int part, int parts)
    {
        for (int chunk; (chunk = Interlocked.Increment(ref _next) - 1) * AtomsPerChunk < _atoms;)
        {
            var virial = _virials.AsSpan(9 * chunk, 9);
            virial.Clear();
            for (var i = chunk * AtomsPerChunk; i < Math.Min(_atoms, (chunk + 1) * AtomsPerChunk); i++)
            {
                if (_types[i] >= 0)
                    SumAtom(i, virial);
            }
        }
    }

    private void SumAtom(int i, Span<double> virial)
    {
        var list = _verlet.List;
        var x = list.WrappedPositions;
        var shifts = list.ShiftVectors;
        var images = list.Shifts;
        var neighbors = list.Neighbors;
        Span<double> w = stackalloc double[9];
        w.Clear();
        var (limit, energy, fx, fy, fz) = (Cutoff * Cutoff, 0.0, 0.0, 0.0, 0.0);
        for (var n = list.Start[i]; n < list.Start[i + 1]; n++)
        {
            var j = neighbors[n];
            var s = 3 * images[n];
            var (dx, dy, dz) = (x[3 * i] - x[3 * j] - shifts[s], x[(3 * i) + 1] - x[(3 * j) + 1] - shifts[s + 1], x[(3 * i) + 2] - x[(3 * j) + 2] - shifts[s + 2]);
            var square = (dx * dx) + (dy * dy) + (dz * dz);
            if (_types[j] < 0 || square >= limit)
                continue;
            var (e, f) = Pair(_types[i], _types[j], square);
            energy += 0.5 * e;
            var (px, py, pz) = (f * dx, f * dy, f * dz);
            fx += px;
            fy += py;
            fz += pz;
            w[0] += px * dx;
            w[1] += px * dy;
            w[2] += px * dz;
            w[4] += py * dy;
            w[5] += py * dz;
            w[8] += pz * dz;
        }

        (w[3], w[6], w[7]) = (w[1], w[2], w[5]);
        _result.AtomEnergies[i] = energy;
        (_result.Forces[3 * i], _result.Forces[(3 * i) + 1], _result.Forces[(3 * i) + 2]) = (fx, fy, fz);
        for (var k = 0; k < 9; k++)
        {
            virial[k] += 0.5 * w[k];
            if ((_result.Extras & EvaluationExtras.AtomVirials) != 0)
                _result.AtomVirials[(9 * i) + k] = 0.5 * w[k];
        }
    }
}
