using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>Numbers of a frame that are not finite: what a calculation that failed leaves behind.</summary>
internal static class NonFiniteValues
{
    /// <summary>One text per array that has one, such as <c>force of atom 3 is NaN</c>; the first of each array is named.</summary>
    public static IEnumerable<string> In(LabelledFrame frame)
    {
        if (Describe(DeepmdArrayKind.Coord, frame.Positions, frame) is { } coord)
            yield return coord;
        if (frame.Periodic && Describe(DeepmdArrayKind.Box, frame.Box, frame) is { } box)
            yield return box;
        foreach (var kind in DeepmdArrayKind.Labels)
        {
            if (frame.Labels.HasFlag(kind.Label) && Describe(kind, kind.Buffer is null ? [frame.Energy] : kind.Buffer(frame), frame) is { } label)
                yield return label;
        }
    }

    private static string? Describe(DeepmdArrayKind kind, ReadOnlySpan<double> values, LabelledFrame frame)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsFinite(values[i]))
                continue;
            var place = kind.PerAtom ? FormattableString.Invariant($" of atom {i / (values.Length / frame.AtomCount)}") : "";
            return FormattableString.Invariant($"{kind.Name}{place} is {values[i]}");
        }

        return null;
    }
}
