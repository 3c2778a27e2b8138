using System.Globalization;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Potentials.Reference;

/// <summary>One slot of an atom's environment.</summary>
internal sealed class ReferenceSlot
{
    /// <summary>The type of an empty slot that has the embedding of none.</summary>
    public const int NoType = -1;

    /// <summary>The neighbour, or null in an empty slot and in one of an excluded pair.</summary>
    public ReferenceNeighbor? Neighbor { get; init; }

    /// <summary>Neighbour type the slot belongs to.</summary>
    public required int Type { get; init; }

    /// <summary>R̃, four numbers.</summary>
    public required double[] Row { get; init; }

    /// <summary>f, with which the type part of the embedding fades.</summary>
    public double Fade { get; init; }

    /// <summary>df/ds̃.</summary>
    public double FadeSlope { get; init; }

    /// <summary>∂R̃_c/∂x_a at [c, a].</summary>
    public double[,] Derivative { get; init; } = new double[4, 3];
}

/// <summary>
/// The environment matrix R̃ with every slot written out (docs/theory.md, 1.1): first all slots of type 0, then of
/// type 1, and so on, sel[t] of each. An empty slot holds −davg/dstd.
/// </summary>
internal sealed class ReferenceEnvironment
{
    private readonly DeepPotModel _model;
    private readonly SeE2aDescriptor _descriptor;

    /// <summary>Creates the environment of a model.</summary>
    public ReferenceEnvironment(DeepPotModel model)
    {
        _model = model;
        _descriptor = model.Descriptor;
    }

    /// <summary>All slots of an atom.</summary>
    /// <param name="centreType">Type of the atom.</param>
    /// <param name="neighbors">All its neighbours within the cutoff, the nearest first.</param>
    /// <param name="types">Types of all atoms.</param>
    public List<ReferenceSlot> Slots(int centreType, List<ReferenceNeighbor> neighbors, ReadOnlySpan<int> types)
    {
        if (_descriptor.SharedSlots is { } count)
            return SharedSlots(count, centreType, neighbors, types);
        var slots = new List<ReferenceSlot>();
        for (var type = 0; type < _descriptor.TypeCount; type++)
        {
            var seen = Kept(neighbors, type, types);
            if (Contains(_model.PairExcludeTypes, centreType, type))
                seen.Clear();
            var zeroed = Contains(_descriptor.ExcludeTypes, centreType, type);
            for (var k = 0; k < _descriptor.Sel[type]; k++)
            {
                var place = (centreType * _descriptor.SlotCount) + slots.Count;
                if (k >= seen.Count)
                    slots.Add(EmptySlot(_descriptor.EmptySlotEmbedding is null ? type : ReferenceSlot.NoType, place));
                else if (zeroed)
                    slots.Add(new ReferenceSlot { Type = type, Row = new double[4] });
                else
                    slots.Add(FilledSlot(type, place, seen[k]));
            }
        }

        return slots;
    }

    /// <summary>Slots that belong to no type: those of the nearest neighbours of all types, then empty ones (docs/theory.md, section 1).</summary>
    private List<ReferenceSlot> SharedSlots(int count, int centreType, List<ReferenceNeighbor> neighbors, ReadOnlySpan<int> types)
    {
        var slots = new List<ReferenceSlot>();
        var place = centreType * count;
        foreach (var neighbor in neighbors.Take(count))
        {
            var type = types[neighbor.Atom];
            if (Contains(_model.PairExcludeTypes, centreType, type))
                continue;
            slots.Add(Contains(_descriptor.ExcludeTypes, centreType, type)
                ? new ReferenceSlot { Type = type, Row = new double[4] }
                : FilledSlot(type, place, neighbor));
        }

        while (slots.Count < count)
            slots.Add(EmptySlot(ReferenceSlot.NoType, place));
        return slots;
    }

    /// <summary>Of all neighbours the nearest Σ sel are kept, and of these the nearest sel[t] of each type; or only the latter.</summary>
    private List<ReferenceNeighbor> Kept(List<ReferenceNeighbor> neighbors, int type, ReadOnlySpan<int> types)
    {
        var kept = new List<ReferenceNeighbor>();
        var seen = _model.TruncatesPerType ? neighbors.Count : Math.Min(neighbors.Count, _descriptor.SlotCount);
        for (var k = 0; k < seen; k++)
        {
            if (types[neighbors[k].Atom] == type && kept.Count < _descriptor.Sel[type])
                kept.Add(neighbors[k]);
        }

        return kept;
    }

    private static bool Contains(IReadOnlyList<(int First, int Second)> pairs, int a, int b) => pairs.Contains((a, b)) || pairs.Contains((b, a));

    private ReferenceSlot EmptySlot(int type, int place)
    {
        var row = new double[4];
        for (var c = 0; c < 4; c++)
            row[c] = -_descriptor.Davg[(4 * place) + c] / _descriptor.Dstd[(4 * place) + c];
        return new ReferenceSlot { Type = type, Row = row };
    }

    private ReferenceSlot FilledSlot(int type, int place, in ReferenceNeighbor neighbor)
    {
        if (neighbor.Distance < 1e-4)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"coord: atom {neighbor.Atom} (counted from 0) lies {neighbor.Distance:g3} Å from another atom or from its own image; atoms must not overlap"));
        }

        var (x, r) = (neighbor.Vector, neighbor.Distance);
        var (w, wSlope) = Switch(r);
        var q = r + _descriptor.EnvProtection;
        var row = new double[4];
        var derivative = new double[4, 3];
        row[0] = w / q;
        for (var a = 0; a < 3; a++)
            derivative[0, a] = ((wSlope / q) - (w / (q * q))) * x[a] / r;
        for (var c = 1; c < 4; c++)
        {
            row[c] = w * x[c - 1] / (q * q);
            for (var a = 0; a < 3; a++)
            {
                var radial = ((wSlope / (q * q)) - (2 * w / (q * q * q))) * x[c - 1];
                derivative[c, a] = (radial * x[a] / r) + (c - 1 == a ? w / (q * q) : 0);
            }
        }

        for (var c = 0; c < 4; c++)
        {
            var (mean, deviation) = (_descriptor.Davg[(4 * place) + c], _descriptor.Dstd[(4 * place) + c]);
            row[c] = (row[c] - mean) / deviation;
            for (var a = 0; a < 3; a++)
                derivative[c, a] /= deviation;
        }

        var (fade, fadeSlope) = Fade(w, wSlope, q, _descriptor.Dstd[4 * place]);
        return new ReferenceSlot { Neighbor = neighbor, Type = type, Row = row, Derivative = derivative, Fade = fade, FadeSlope = fadeSlope };
    }

    /// <summary>f and df/ds̃ = f′(r)/s̃′(r) (docs/theory.md, 1.7).</summary>
    private (double Value, double Slope) Fade(double w, double wSlope, double q, double deviation)
    {
        var s = w / q;
        var sSlope = (wSlope / q) - (w / (q * q));
        if (sSlope == 0)
            return (0, 0);
        if (_descriptor.Fading?.Fade != TypeFade.Radial)
            return (w, wSlope * deviation / sSlope);
        var rs = _descriptor.SmoothCutoff;
        return rs * s >= 1 ? (1, 0) : (1 - Math.Pow(1 - (rs * s), 3), 3 * rs * Math.Pow(1 - (rs * s), 2) * deviation);
    }

    /// <summary>w(r) and dw/dr: 1 below r_s, 0 above r_c, a polynomial of fifth degree between.</summary>
    private (double Value, double Slope) Switch(double r)
    {
        var (rs, rc) = (_descriptor.SmoothCutoff, _descriptor.Cutoff);
        if (r <= rs)
            return (1, 0);
        if (r >= rc)
            return (0, 0);
        var u = (r - rs) / (rc - rs);
        var value = (Math.Pow(u, 3) * ((-6 * u * u) + (15 * u) - 10)) + 1;
        var slope = ((-30 * Math.Pow(u, 4)) + (60 * Math.Pow(u, 3)) - (30 * u * u)) / (rc - rs);
        return (value, slope);
    }
}
