using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>What is changed in frames on their way from one format to another: reference energies and names of elements.</summary>
public sealed record FrameChanges
{
    /// <summary>Energy of a free atom, or any other reference, per element, eV; subtracted once for every atom.</summary>
    public IReadOnlyDictionary<string, double> References { get; init; } = new Dictionary<string, double>();

    /// <summary>New names by old names.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();

    /// <summary>The changed frame; the same where there is nothing to change. References go by the old names.</summary>
    public Frame Apply(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (References.Count == 0 && Names.Count == 0)
            return frame;
        var names = frame.TypeMap.Names.Select(name => Names.GetValueOrDefault(name, name)).ToArray();
        var map = new TypeMap(names.Distinct());
        var indices = Array.ConvertAll(names, map.IndexOf);
        var merged = map.Count < names.Length;
        return new Frame(map, Array.ConvertAll(frame.Types, type => indices[type]), frame.Positions, frame.Cell)
        {
            Unwrapped = frame.Unwrapped,
            Velocities = frame.Velocities,
            Forces = frame.Forces,
            Energy = frame.Energy - frame.Types.Sum(type => References.GetValueOrDefault(frame.TypeMap[type])),
            Virial = frame.Virial,
            AtomEnergies = frame.AtomEnergies is { } energies
                ? [.. energies.Select((energy, atom) => energy - References.GetValueOrDefault(frame.NameOf(atom)))]
                : null,
            AtomPref = frame.AtomPref,
            FrameParameters = frame.FrameParameters,
            AtomParameters = frame.AtomParameters,
            Masses = merged ? null : frame.Masses,
            Step = frame.Step,
            Time = frame.Time,
        };
    }
}
