using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>
/// Mean and standard deviation of the environment rows over sampled frames, per type of the centre (docs/theory.md,
/// section 7): over all Σ sel slots of all its atoms, empty ones and those of <c>exclude_types</c> counted as zeros, those
/// that <c>pair_exclude_types</c> empties not counted; the radial column by itself, the three angular columns together.
/// Source: DeePMD-kit's PyTorch backend, whose numbers the tests compare with.
/// <code>
/// davg = (⟨s⟩, 0, 0, 0),   dstd = (σ_s, σ_a, σ_a, σ_a),   σ = √(⟨x²⟩ − ⟨x⟩²), at least the protection
/// </code>
/// </summary>
internal sealed class EnvironmentStatistics : IDisposable
{
    private readonly DescriptorSettings _settings;
    private readonly bool[] _removed;
    private readonly EnvironmentMatrix<double>[] _environments;
    private readonly NeighborList _list = new();
    private readonly Sums[] _sums;

    /// <summary>Creates empty statistics.</summary>
    /// <param name="model">A model whose davg is 0 and dstd 1, so that its rows are the raw ones.</param>
    public EnvironmentStatistics(DeepPotModel model)
    {
        var removed = new DescriptorSettings(model);
        // As zeroed pairs they keep their slots, so that they can be counted.
        _settings = new DescriptorSettings(model with
        {
            PairExcludeTypes = [],
            Descriptor = model.Descriptor with { ExcludeTypes = [.. model.Descriptor.ExcludeTypes, .. model.PairExcludeTypes] },
        });
        _removed = [.. from centre in Enumerable.Range(0, removed.TypeCount)
                       from neighbor in Enumerable.Range(0, removed.TypeCount)
                       select removed.IsRemoved(centre, neighbor)];
        _environments = [.. Enumerable.Range(0, _settings.TypeCount).Select(t => new EnvironmentMatrix<double>(_settings, t))];
        _sums = new Sums[_settings.TypeCount];
    }

    /// <summary>Number of slots, sum and sum of squares of the radial and the angular columns of a centre type.</summary>
    public (double Number, double Radial, double RadialSquares, double Angular, double AngularSquares) Of(int type) =>
        (_sums[type].Slots, _sums[type].Radial, _sums[type].RadialSquares, _sums[type].Angular, _sums[type].AngularSquares);

    /// <summary>Adds a frame.</summary>
    public void Add(LabelledFrame frame)
    {
        _list.Build(frame.Positions, frame.Periodic ? new Cell(frame.Box) : Cell.None, _settings.Cutoff);
        var overflow = default(NeighborOverflow);
        for (var i = 0; i < frame.AtomCount; i++)
        {
            var type = frame.Types[i];
            if (type < 0)
                continue;
            var environment = _environments[type];
            environment.Resize(1, _list.Start[i + 1] - _list.Start[i], training: false);
            environment.Fill(0, 0, _list, frame.Types, i, 0, ref overflow);
            AddRows(environment, type, ref _sums[type]);
        }
    }

    /// <summary>davg and dstd, (types, Σ sel, 4).</summary>
    /// <param name="setDavgZero">Whether davg stays zero.</param>
    /// <param name="protection">Smallest standard deviation.</param>
    public (double[] Davg, double[] Dstd) Finish(bool setDavgZero, double protection)
    {
        var slots = _settings.SlotCount;
        var davg = new double[_settings.TypeCount * slots * 4];
        var dstd = new double[davg.Length];
        for (var t = 0; t < _settings.TypeCount; t++)
        {
            var s = _sums[t];
            var mean = s.Slots > 0 ? s.Radial / s.Slots : 0;
            // A type that does not occur gets DeePMD-kit's 0.1, so that a model for it could still be trained later.
            var radial = s.Slots > 0 ? Deviation(s.Radial, s.RadialSquares, s.Slots, protection) : 0.1;
            var angular = s.Slots > 0 ? Deviation(s.Angular, s.AngularSquares, 3 * s.Slots, protection) : 0.1;
            for (var slot = 0; slot < slots; slot++)
            {
                var place = 4 * ((t * slots) + slot);
                davg[place] = setDavgZero ? 0 : mean;
                dstd[place] = radial;
                dstd.AsSpan(place + 1, 3).Fill(angular);
            }
        }

        return (davg, dstd);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var environment in _environments)
            environment.Dispose();
    }

    private static double Deviation(double sum, double squares, double number, double protection)
    {
        var mean = sum / number;
        return Math.Max(Math.Sqrt(Math.Max(0, (squares / number) - (mean * mean))), protection);
    }

    private unsafe void AddRows(EnvironmentMatrix<double> environment, int type, ref Sums sums)
    {
        sums.Slots += _settings.SlotCount;
        for (var t = 0; t < _settings.TypeCount; t++)
            sums.Slots -= _removed[(type * _settings.TypeCount) + t] ? environment.Filled[t] : 0;
        for (var p = environment.Segment[0]; p < environment.Segment[_settings.TypeCount]; p++)
        {
            var radial = environment.Row(0)[p];
            sums.Radial += radial;
            sums.RadialSquares += radial * radial;
            for (var c = 1; c < 4; c++)
            {
                var angular = environment.Row(c)[p];
                sums.Angular += angular;
                sums.AngularSquares += angular * angular;
            }
        }
    }

    private struct Sums
    {
        public double Slots;
        public double Radial;
        public double RadialSquares;
        public double Angular;
        public double AngularSquares;
    }
}
