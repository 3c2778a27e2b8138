using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Frames whose numbers stay finite in the program's units. Readers refuse numbers that are not finite, but a damaged file can have one
/// so large that it overflows where it is multiplied by a lattice parameter, a unit or a volume.
/// </summary>
internal static class OverflownNumbers
{
    /// <summary>The frames; the first one that has overflown ends them with an error.</summary>
    /// <param name="path">The file.</param>
    /// <param name="frames">Its frames.</param>
    /// <param name="first">Number of the first of them.</param>
    /// <param name="every">Difference of their numbers.</param>
    public static IEnumerable<Frame> Refused(string path, IEnumerable<Frame> frames, long first = 0, long every = 1)
    {
        var index = first;
        foreach (var frame in frames)
        {
            if (Overflown(frame) is { } what)
                throw new InputException(string.Create(null, $"{path}: frame {index}: {what} too large for a number; the file is damaged, write it again"));
            yield return frame;
            index += every;
        }
    }

    private static string? Overflown(Frame frame) =>
        !AllFinite(frame.Positions) ? "a position is"
        : frame.Energy is { } energy && !double.IsFinite(energy) ? "the energy is"
        : frame.Forces is { } forces && !AllFinite(forces) ? "a force is"
        : frame.Virial is { } virial && !AllFinite(virial) ? "the virial is"
        : frame.Velocities is { } velocities && !AllFinite(velocities) ? "a velocity is"
        : null;

    private static bool AllFinite(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (!double.IsFinite(value))
                return false;
        }

        return true;
    }
}
