using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>Smallest and largest value of something.</summary>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
public readonly record struct ValueRange(double Minimum, double Maximum)
{
    /// <summary>The range of nothing.</summary>
    public static ValueRange Empty { get; } = new(double.PositiveInfinity, double.NegativeInfinity);

    /// <summary>The range with one more value.</summary>
    public ValueRange Include(double value) => new(Math.Min(Minimum, value), Math.Max(Maximum, value));
}

/// <summary>How many atoms of a type the frames of a system have.</summary>
/// <param name="Name">Name of the type.</param>
/// <param name="Minimum">Fewest in any frame.</param>
/// <param name="Maximum">Most in any frame; equal to the fewest unless types are mixed.</param>
public readonly record struct TypeCount(string Name, int Minimum, int Maximum);

/// <summary>What a system holds, in the numbers one looks at first.</summary>
public sealed record DataSummary
{
    /// <summary>Name of the system.</summary>
    public required string System { get; init; }

    /// <summary>Number of frames.</summary>
    public required int FrameCount { get; init; }

    /// <summary>Number of atoms per frame (with padding, in mixed-type data).</summary>
    public required int AtomCount { get; init; }

    /// <summary>Atoms of each type that occurs.</summary>
    public required IReadOnlyList<TypeCount> Composition { get; init; }

    /// <summary>Whether the frames are periodic.</summary>
    public required bool Periodic { get; init; }

    /// <summary>Whether each frame has its own types.</summary>
    public required bool MixedTypes { get; init; }

    /// <summary>Labels every frame has.</summary>
    public required FrameLabels Labels { get; init; }

    /// <summary>Cell volume, Å³; null where not periodic.</summary>
    public ValueRange? Volume { get; init; }

    /// <summary>Density of the whole cell, vacuum included, g/cm³; null where not periodic or where a type is no element.</summary>
    public ValueRange? Density { get; init; }

    /// <summary>Energy per atom, eV; null without energies.</summary>
    public ValueRange? EnergyPerAtom { get; init; }

    /// <summary>Largest force on any atom, |F|, eV/Å; null without forces.</summary>
    public double? LargestForce { get; init; }

    /// <summary>Shortest distance between two atoms, Å; null where it was not asked for.</summary>
    public double? ShortestDistance { get; init; }

    /// <summary>Reads all frames, one by one, and sums them up.</summary>
    /// <param name="system">The system.</param>
    /// <param name="withShortestDistance">Whether to look for the shortest distance, too, which takes longer than all the rest.</param>
    /// <param name="cancellation">Stops reading.</param>
    public static DataSummary Of(ILabelledSystem system, bool withShortestDistance = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        var sums = new Accumulator(system.TypeMap);
        var frame = system.CreateFrame();
        var search = new ShortestDistance();
        var shortest = double.PositiveInfinity;
        for (var index = 0; index < system.FrameCount; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            system.Read(index, frame);
            sums.Add(frame);
            if (withShortestDistance)
                shortest = Math.Min(shortest, Shortest(search, system, index, frame));
        }

        return new DataSummary
        {
            System = system.Name,
            FrameCount = system.FrameCount,
            AtomCount = system.AtomCount,
            Composition = sums.Composition(),
            Periodic = system.Periodic,
            MixedTypes = system.MixedTypes,
            Labels = system.Labels,
            Volume = system.Periodic ? sums.Volume : null,
            Density = system.Periodic && sums.MassesAreKnown ? sums.Density : null,
            EnergyPerAtom = system.Labels.HasFlag(FrameLabels.Energy) ? sums.EnergyPerAtom : null,
            LargestForce = system.Labels.HasFlag(FrameLabels.Force) ? sums.LargestForce : null,
            ShortestDistance = withShortestDistance && double.IsFinite(shortest) ? shortest : null,
        };
    }

    private static double Shortest(ShortestDistance search, ILabelledSystem system, int index, LabelledFrame frame)
    {
        try
        {
            return search.Find(frame).Distance;
        }
        catch (InputException e)
        {
            throw new InputException($"{system.Describe(index)}: {e.Message}", e);
        }
    }

    private sealed class Accumulator(TypeMap map)
    {
        private readonly double[] _masses = [.. map.Names.Select(name => Element.TryGetMass(name, out var mass) ? mass : double.NaN)];
        private readonly int[] _counts = new int[map.Count];
        private readonly int[] _most = new int[map.Count];
        private readonly int[] _fewest = [.. Enumerable.Repeat(int.MaxValue, map.Count)];

        public ValueRange Volume { get; private set; } = ValueRange.Empty;

        public ValueRange Density { get; private set; } = ValueRange.Empty;

        public ValueRange EnergyPerAtom { get; private set; } = ValueRange.Empty;

        public double LargestForce { get; private set; }

        public bool MassesAreKnown { get; private set; } = true;

        public void Add(LabelledFrame frame)
        {
            var (atoms, mass) = CountTypes(frame);
            if (frame.Periodic)
            {
                var volume = Math.Abs(BoxGeometry.Volume(frame.Box));
                Volume = Volume.Include(volume);
                MassesAreKnown &= double.IsFinite(mass);
                Density = Density.Include(Units.AmuPerCubicAngstrom * mass / volume);
            }

            if (frame.Labels.HasFlag(FrameLabels.Energy))
                EnergyPerAtom = EnergyPerAtom.Include(frame.Energy / Math.Max(atoms, 1));
            if (frame.Labels.HasFlag(FrameLabels.Force))
                LargestForce = Math.Max(LargestForce, LargestNorm(frame.Forces));
        }

        public List<TypeCount> Composition() =>
            [.. map.Names.Select((name, type) => new TypeCount(name, _fewest[type], _most[type])).Where(count => count.Maximum > 0)];

        private (int Atoms, double Mass) CountTypes(LabelledFrame frame)
        {
            var (atoms, mass) = (0, 0.0);
            Array.Clear(_counts);
            foreach (var type in frame.Types)
            {
                if (type < 0)
                    continue;
                atoms++;
                mass += _masses[type];
                _counts[type]++;
            }

            for (var type = 0; type < _counts.Length; type++)
            {
                _most[type] = Math.Max(_most[type], _counts[type]);
                _fewest[type] = Math.Min(_fewest[type], _counts[type]);
            }

            return (atoms, mass);
        }

        private static double LargestNorm(ReadOnlySpan<double> vectors)
        {
            var largest = 0.0;
            for (var i = 0; i < vectors.Length; i += 3)
                largest = Math.Max(largest, (vectors[i] * vectors[i]) + (vectors[i + 1] * vectors[i + 1]) + (vectors[i + 2] * vectors[i + 2]));
            return Math.Sqrt(largest);
        }
    }
}
