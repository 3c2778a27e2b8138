using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// How the numbers of a system are distributed: energy per atom, force components, density, virial pressure and the
/// shortest distance of every pair of elements, frame by frame. Frames are read one by one; a number per frame stays.
/// </summary>
public sealed class DataDistributions
{
    /// <summary>Width of the bins that force components are counted in, eV/Å.</summary>
    public const double ForceBin = 0.05;

    // Å; pairs further apart than this are in nobody's way.
    private const double LongestDistance = 3.2;

    private readonly List<double> _energies = [];
    private readonly List<double> _densities = [];
    private readonly List<double> _pressures = [];
    private readonly SortedDictionary<int, long> _forces = [];
    private readonly SortedDictionary<string, List<double>> _distances = new(StringComparer.Ordinal);
    private readonly NeighborList _list = new();
    private readonly double[] _masses;
    private readonly double[] _shortest;
    private readonly TypeMap _map;

    private DataDistributions(ILabelledSystem system)
    {
        System = system.Name;
        _map = system.TypeMap;
        _masses = [.. _map.Names.Select(name => Element.TryGetMass(name, out var mass) ? mass : double.NaN)];
        _shortest = new double[_map.Count * _map.Count];
    }

    /// <summary>Name of the system.</summary>
    public string System { get; }

    /// <summary>Energy per atom of every frame, eV; empty without energies.</summary>
    public IReadOnlyList<double> EnergiesPerAtom => _energies;

    /// <summary>Density of the whole cell in every frame, g/cm³; empty where there is no cell or a type is no element.</summary>
    public IReadOnlyList<double> Densities => _densities;

    /// <summary>Virial pressure tr Ξ/3V of every frame, bar, without the kinetic part; empty without virials.</summary>
    public IReadOnlyList<double> VirialPressures => _pressures;

    /// <summary>Number of force components by bin: bin b holds those from (b − ½) to (b + ½) times <see cref="ForceBin"/>.</summary>
    public IReadOnlyDictionary<int, long> ForceComponents => _forces;

    /// <summary>For every pair of elements (<c>H-O</c>, in the order of the alphabet) the shortest distance of each frame that has one below 3.2 Å.</summary>
    public IReadOnlyDictionary<string, List<double>> ShortestDistances => _distances;

    /// <summary>Reads all frames.</summary>
    /// <param name="system">The system.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="InputException">A position or cell cannot be used.</exception>
    public static DataDistributions Of(ILabelledSystem system, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        var result = new DataDistributions(system);
        var frame = system.CreateFrame();
        for (var index = 0; index < system.FrameCount; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            system.Read(index, frame);
            try
            {
                result.Add(frame);
            }
            catch (InputException e)
            {
                throw new InputException($"{system.Describe(index)}: {e.Message}", e);
            }
        }

        return result;
    }

    private void Add(LabelledFrame frame)
    {
        var cell = frame.Periodic ? new Cell(frame.Box) : Cell.None;
        var atoms = frame.Types.Count(type => type >= 0);
        if (frame.Labels.HasFlag(FrameLabels.Energy))
            _energies.Add(frame.Energy / Math.Max(atoms, 1));
        if (cell.IsPeriodic)
        {
            var mass = frame.Types.Sum(type => type < 0 ? 0 : _masses[type]);
            if (double.IsFinite(mass))
                _densities.Add(Units.AmuPerCubicAngstrom * mass / cell.Volume);
            if (frame.Labels.HasFlag(FrameLabels.Virial))
                _pressures.Add(Units.EvPerCubicAngstrom * (frame.Virial[0] + frame.Virial[4] + frame.Virial[8]) / (3 * cell.Volume));
        }

        if (frame.Labels.HasFlag(FrameLabels.Force))
            AddForces(frame);
        AddDistances(frame, cell);
    }

    private void AddForces(LabelledFrame frame)
    {
        for (var i = 0; i < frame.Forces.Length; i++)
        {
            if (frame.Types[i / 3] < 0)
                continue;
            var bin = (int)Math.Round(Math.Clamp(frame.Forces[i] / ForceBin, -1e9, 1e9));
            _forces[bin] = _forces.GetValueOrDefault(bin) + 1;
        }
    }

    private void AddDistances(LabelledFrame frame, in Cell cell)
    {
        _list.Build(frame.Positions, cell, LongestDistance);
        Array.Fill(_shortest, double.PositiveInfinity);
        var x = _list.WrappedPositions;
        var shifts = _list.ShiftVectors;
        for (var i = 0; i < frame.AtomCount; i++)
        {
            for (var p = _list.Start[i]; p < _list.Start[i + 1]; p++)
            {
                var (j, s) = (_list.Neighbors[p], 3 * _list.Shifts[p]);
                var (a, b) = (frame.Types[i], frame.Types[j]);
                if (j < i || a < 0 || b < 0)
                    continue;
                var (dx, dy, dz) = (
                    x[3 * j] + shifts[s] - x[3 * i],
                    x[(3 * j) + 1] + shifts[s + 1] - x[(3 * i) + 1],
                    x[(3 * j) + 2] + shifts[s + 2] - x[(3 * i) + 2]);
                ref var shortest = ref _shortest[(Math.Min(a, b) * _map.Count) + Math.Max(a, b)];
                shortest = Math.Min(shortest, (dx * dx) + (dy * dy) + (dz * dz));
            }
        }

        for (var pair = 0; pair < _shortest.Length; pair++)
        {
            if (double.IsFinite(_shortest[pair]))
                Distances(_map[pair / _map.Count], _map[pair % _map.Count]).Add(Math.Sqrt(_shortest[pair]));
        }
    }

    private List<double> Distances(string a, string b)
    {
        var name = string.CompareOrdinal(a, b) <= 0 ? $"{a}-{b}" : $"{b}-{a}";
        if (!_distances.TryGetValue(name, out var list))
            _distances.Add(name, list = []);
        return list;
    }
}
