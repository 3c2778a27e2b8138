using System.Globalization;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Labelling;

/// <summary>
/// Farthest point sampling (T. F. Gonzalez, Theor. Comput. Sci. 38, 293 (1985)) of frames by the descriptors of a Deep Potential: each frame is
/// the mean descriptor of its atoms, type by type; the next one chosen is the one farthest from all chosen before. Of equally far ones the
/// first is taken, so the choice is the same every time.
/// </summary>
public static class FarthestPointSelection
{
    /// <summary>Mean descriptor of the atoms of each type, one type after the other; zeros for a type the frame has not.</summary>
    /// <param name="model">A Deep Potential.</param>
    /// <param name="candidate">The frame.</param>
    /// <exception cref="InputException">The model has no descriptors, or cannot evaluate the frame.</exception>
    public static double[] Descriptor(IPotential model, SelectionCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidate);
        if (model is not DeepPotential)
            throw new InputException("the model of descriptors is no Deep Potential, and has none; name a model file or a checkpoint");
        var evaluation = new Evaluation { Extras = EvaluationExtras.Descriptors };
        CandidateEvaluation.Evaluate(model, candidate, evaluation);
        var width = evaluation.DescriptorWidth;
        var types = CandidateEvaluation.Configuration(model, candidate).Types;
        var counts = new int[model.TypeMap.Count];
        var mean = new double[width * counts.Length];
        foreach (var type in types)
            counts[type]++;
        for (var i = 0; i < types.Length; i++)
        {
            for (var k = 0; k < width; k++)
                mean[(types[i] * width) + k] += evaluation.Descriptors[(i * width) + k] / counts[types[i]];
        }

        return mean;
    }

    /// <summary>Chooses points.</summary>
    /// <param name="points">The points, all of one length.</param>
    /// <param name="count">How many; all where there are fewer.</param>
    /// <param name="present">Points that are there already, to stay away from; without them the first is the one nearest to the mean of all.</param>
    /// <returns>Index of each chosen point and its distance to the nearest one before it (NaN for a first one), in the order of choice.</returns>
    public static IReadOnlyList<(int Index, double Distance)> Choose(IReadOnlyList<double[]> points, int count, IReadOnlyList<double[]>? present = null)
    {
        ArgumentNullException.ThrowIfNull(points);
        var chosen = new List<(int, double)>();
        if (points.Count == 0 || count <= 0)
            return chosen;
        var nearest = new double[points.Count];
        Array.Fill(nearest, double.PositiveInfinity);
        foreach (var point in present ?? [])
            Approach(points, point, nearest);
        if (present is not { Count: > 0 })
            Take(NearestToMean(points), double.NaN);
        while (chosen.Count < Math.Min(count, points.Count))
        {
            var farthest = 0;
            for (var i = 1; i < nearest.Length; i++)
                farthest = nearest[i] > nearest[farthest] ? i : farthest;
            Take(farthest, Math.Sqrt(nearest[farthest]));
        }

        return chosen;

        void Take(int index, double distance)
        {
            chosen.Add((index, distance));
            Approach(points, points[index], nearest);
            nearest[index] = -1;
        }
    }

    /// <summary>Chooses among candidates, and writes reason and distance into those chosen.</summary>
    /// <param name="candidates">The frames.</param>
    /// <param name="model">A Deep Potential.</param>
    /// <param name="count">How many.</param>
    /// <param name="present">Frames that are labelled already.</param>
    /// <param name="progress">Told after each frame.</param>
    /// <param name="cancellation">Stops it.</param>
    public static void Choose(IReadOnlyList<SelectionCandidate> candidates, IPotential model, int count, IReadOnlyList<SelectionCandidate> present, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(present);
        var descriptors = new List<double[]>();
        foreach (var candidate in candidates.Concat(present))
        {
            cancellation.ThrowIfCancellationRequested();
            descriptors.Add(Descriptor(model, candidate));
            progress?.Report(new ProgressReport(descriptors.Count, candidates.Count + present.Count, ""));
        }

        var order = 0;
        foreach (var (index, distance) in Choose(descriptors[..candidates.Count], count, descriptors[candidates.Count..]))
        {
            var candidate = candidates[index];
            candidate.Chosen = true;
            candidate.Distance = distance;
            candidate.Reason += $"{(candidate.Reason.Length > 0 ? "; " : "")}farthest point {(++order).ToString(CultureInfo.InvariantCulture)}";
        }
    }

    private static int NearestToMean(IReadOnlyList<double[]> points)
    {
        var mean = new double[points[0].Length];
        foreach (var point in points)
        {
            for (var k = 0; k < mean.Length; k++)
                mean[k] += point[k] / points.Count;
        }

        var best = 0;
        for (var i = 1; i < points.Count; i++)
            best = Squared(points[i], mean) < Squared(points[best], mean) ? i : best;
        return best;
    }

    private static void Approach(IReadOnlyList<double[]> points, double[] to, double[] nearest)
    {
        for (var i = 0; i < nearest.Length; i++)
            nearest[i] = Math.Min(nearest[i], Squared(points[i], to));
    }

    private static double Squared(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var k = 0; k < a.Length; k++)
            sum += (a[k] - b[k]) * (a[k] - b[k]);
        return sum;
    }
}
