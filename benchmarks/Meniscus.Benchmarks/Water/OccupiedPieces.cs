using System.Numerics;
using Meniscus.Atoms;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Benchmarks.Water;

/// <summary>
/// How many pieces of the embedding tables hold neighbours of one centre, mean over the centres of each type: what the sum
/// over pieces costs in an evaluation (docs/theory.md, 4.7).
/// </summary>
internal static unsafe class OccupiedPieces
{
    /// <summary>Counts in one frame; null for a model without tables.</summary>
    public static double[]? Of<T>(DeepPotModel model, LabelledFrame frame)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (model.Tables is null)
            return null;
        using var kernel = new DeepPotKernel<T>(model);
        using var tables = new ChebyshevEmbedding<T>(kernel.Settings, kernel.Embeddings, training: false);
        tables.Tolerance = Math.Max(tables.Tolerance, model.Tables.Tolerance);
        var types = kernel.Settings.TypeCount;
        var environments = Enumerable.Range(0, types).Select(type => Environment(kernel, frame, type)).ToArray();
        var upper = new double[types * types];
        Array.Fill(upper, double.MinValue);
        for (var type = 0; type < types; type++)
            environments[type].RaiseUpper(0, environments[type].Count, upper.AsSpan(type * types, types));
        if (!tables.Prepare(kernel.Parameters.Values, upper))
            throw new InvalidOperationException("the networks of this model cannot be tabulated, so there is nothing to count");
        var occupied = environments.Select(environment => Mean(environment, tables.GroupOf(environment.CentreType), types)).ToArray();
        foreach (var environment in environments)
            environment.Dispose();
        return occupied;
    }

    private static EnvironmentMatrix<T> Environment<T>(DeepPotKernel<T> kernel, LabelledFrame frame, int type)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var list = new NeighborList();
        list.Build(frame.Positions, new Cell(frame.Box), kernel.Settings.Cutoff);
        var centres = Enumerable.Range(0, frame.AtomCount).Where(i => frame.Types[i] == type).ToArray();
        var environment = new EnvironmentMatrix<T>(kernel.Settings, type);
        environment.Resize(centres.Length, list.PairCount, training: false);
        var (place, overflow) = (0, default(NeighborOverflow));
        for (var i = 0; i < centres.Length; i++)
        {
            environment.Fill(i, place, list, frame.Types, centres[i], 0, ref overflow);
            place += list.Start[centres[i] + 1] - list.Start[centres[i]];
        }

        return environment;
    }

    private static double Mean<T>(EnvironmentMatrix<T> environment, ChebyshevEmbedding<T>.Group group, int types)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = 0;
        var occupied = new HashSet<int>();
        for (var i = 0; i < environment.Count; i++)
        {
            occupied.Clear();
            var segment = environment.Segment + (i * (types + 1));
            for (var t = 0; t < types; t++)
            {
                for (var p = segment[t]; p < segment[t + 1]; p++)
                    occupied.Add(group.Locate(t, environment.Row(0)[p], out _, out _));
            }

            sum += occupied.Count;
        }

        return (double)sum / Math.Max(1, environment.Count);
    }
}
