using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials.Spcfw;

/// <summary>
/// Flexible SPC/Fw water and monovalent ions (<see cref="SpcfwWater"/>) with an Ewald sum over all images: the built-in
/// water model; theory, section 8. Lennard-Jones is cut at 9 Å without shift or tail, the cell is surrounded by a
/// conductor, and a net charge by a uniform background. Without a cell all pairs are summed. Not thread-safe: one call at
/// a time, which itself uses all threads of the team; results do not depend on how many there are.
/// </summary>
public sealed class SpcfwPotential : IPotential
{
    private const int RowsPerChunk = 32;
    private const int AtomsPerChunk = 64;
    private const int MoleculesPerChunk = 64;

    private readonly WorkerTeam _team;
    private readonly bool _ownTeam;
    private readonly double _accuracy;
    private readonly VerletList _verlet = new();
    private readonly PairGroups _groups = new();
    private readonly WaterTopology _molecules = new();
    private readonly ScreenedCoulomb _screen = new();
    private readonly ParticleMesh _mesh;
    private readonly EwaldSum _waves = new();
    private readonly EwaldMethod? _method;
    private readonly NativeBuffer<double> _charges = new(0);
    private readonly Action<int, int> _place;
    private readonly Action<int, int> _spreadAndSumPairs;
    private readonly Action<int, int> _multiplyAndBend;
    private readonly Action<int, int> _findPotential;
    private readonly Action<int, int> _interpolate;
    private EwaldChoice? _choice;
    private int[] _types = [];
    private double[] _rootDepths = [];
    private double[] _radii = [];
    private double[] _openPositions = [];
    private double[] _rowVirials = [];
    private double[] _moleculeVirials = [];
    private double _skin;
    private double _netCharge;
    private double _chargeSquares;
    private int _charged;
    private int _atoms;
    private bool _typesKnown;
    private bool _isOpen;
    private bool _groupsAreOpen;
    private bool _overlaps;
    private bool _broken;
    private Cell _cell;
    private Evaluation _result = new();
    private int _next;
    private int _nextPlane;

    /// <summary>Creates the potential.</summary>
    /// <param name="team">Threads to share; null to make a team of one.</param>
    /// <param name="accuracy">
    /// Error of the forces of the Ewald sum, relative to the force between two elementary charges 1 Å apart (14.4 eV/Å):
    /// what LAMMPS calls the accuracy of a <c>kspace_style</c>.
    /// </param>
    public SpcfwPotential(WorkerTeam? team = null, double accuracy = 1e-6)
        : this(team, accuracy, null)
    {
    }

    /// <summary>Creates the potential with a given method for the reciprocal part; null for the one with less work.</summary>
    internal SpcfwPotential(WorkerTeam? team, double accuracy, EwaldMethod? method)
    {
        if (!(accuracy is >= 1e-12 and <= 1e-2))
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"accuracy of the Ewald sum: {accuracy}; expected a number from 1e-12 to 1e-2, such as 1e-6"));
        (_accuracy, _method) = (accuracy, method);
        _ownTeam = team is null;
        _team = team ?? new WorkerTeam(1);
        _mesh = new ParticleMesh(_team.Size);
        _place = Place;
        _spreadAndSumPairs = SpreadAndSumPairs;
        _multiplyAndBend = MultiplyAndBend;
        _findPotential = FindPotential;
        _interpolate = Interpolate;
    }

    /// <inheritdoc/>
    public TypeMap TypeMap => SpcfwWater.TypeMap;

    /// <inheritdoc/>
    public double Cutoff => SpcfwWater.Cutoff;

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

    /// <summary>Splitting parameter α in use, 1/Å; 0 before the first evaluation.</summary>
    public double Alpha => _choice?.Alpha ?? 0;

    /// <summary>Mesh points along the lattice vectors in use; zeros where waves are summed directly.</summary>
    public (int A, int B, int C) MeshPoints => _choice?.Mesh ?? default;

    /// <summary>Largest multiples of the reciprocal vectors among the waves summed directly; zeros where there is a mesh.</summary>
    public (int A, int B, int C) Waves => _choice?.Waves ?? default;

    /// <summary>Computes energy, forces and virial; energies per atom are explained in theory, section 8.</summary>
    /// <param name="configuration">Types, positions and cell.</param>
    /// <param name="result">Receives the results.</param>
    /// <exception cref="InputException">
    /// The atoms do not form molecules, atoms overlap, a number is not finite, a type is unknown, or atomic virials are asked for.
    /// </exception>
    public void Evaluate(in Configuration configuration, Evaluation result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if ((result.Extras & EvaluationExtras.AtomVirials) != 0)
            throw new InputException("spcfw: atomic virials were asked for; the reciprocal part of the Ewald sum has none, so use the virial of the whole system");
        result.Reset(configuration.Types.Length, 0);
        _result = result;
        (_atoms, _cell, _isOpen) = (configuration.Types.Length, configuration.Cell, !configuration.Cell.IsPeriodic);
        TakeTypes(configuration.Types);
        RequireFinite(configuration.Positions);
        _molecules.Update(configuration);
        FindNeighbors(configuration);
        Choose();
        _groups.Fill(Positions, _charges.Span, _rootDepths, _radii);
        RunSteps();
        AddUp();
    }

    /// <inheritdoc/>
    public void SaveMemory(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _verlet.Save(writer);
        _molecules.Save(writer);
        writer.Write(_choice is not null);
        _choice?.Save(writer);
    }

    /// <inheritdoc/>
    public void RestoreMemory(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _verlet.Restore(reader);
        // The order of the sums is made from where the list was made, not from where the atoms are now.
        _groupsAreOpen = !_verlet.IsValid;
        if (_verlet.IsValid)
            _groups.Build(_verlet.List, _verlet.BuiltCell);
        _molecules.Restore(reader);
        _choice = reader.ReadBoolean() ? EwaldChoice.Restore(reader) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _groups.Dispose();
        _screen.Dispose();
        _mesh.Dispose();
        _waves.Dispose();
        _charges.Dispose();
        if (_ownTeam)
            _team.Dispose();
    }

    private bool HasImages => !_isOpen && _charged > 0;

    private bool HasMesh => HasImages && _choice!.Method == EwaldMethod.Mesh;

    private bool HasWaves => HasImages && _choice!.Method == EwaldMethod.Direct;

    private ReadOnlySpan<double> Positions => _isOpen ? _openPositions.AsSpan(0, 3 * _atoms) : _verlet.List.WrappedPositions;

    private void TakeTypes(ReadOnlySpan<int> types)
    {
        if (_typesKnown && types.SequenceEqual(_types))
            return;
        _typesKnown = false;
        _types = types.ToArray();
        _charges.EnsureLength(types.Length);
        (_rootDepths, _radii) = (new double[types.Length], new double[types.Length]);
        (_netCharge, _chargeSquares, _charged) = (0, 0, 0);
        for (var i = 0; i < types.Length; i++)
        {
            if (types[i] >= TypeMap.Count)
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"type of atom {i} (counted from 0) is {types[i]}; spcfw has the types 0 to {TypeMap.Count - 1} ({TypeMap})"));
            var charge = types[i] < 0 ? 0 : SpcfwWater.Charges[types[i]];
            _charges.Span[i] = charge;
            _rootDepths[i] = types[i] < 0 ? 0 : Math.Sqrt(SpcfwWater.Depths[types[i]]);
            _radii[i] = types[i] < 0 ? 0 : 0.5 * SpcfwWater.Diameters[types[i]];
            _netCharge += charge;
            _chargeSquares += charge * charge;
            _charged += charge == 0 ? 0 : 1;
        }

        _typesKnown = true;
    }

    private static void RequireFinite(ReadOnlySpan<double> positions)
    {
        for (var k = 0; k < positions.Length; k++)
        {
            if (!double.IsFinite(positions[k]))
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"coord: atom {k / 3} (counted from 0) has {"xyz"[k % 3]} = {positions[k]}; expected a finite number in Å"));
        }
    }

    private void FindNeighbors(in Configuration configuration)
    {
        if (_isOpen)
        {
            if (_openPositions.Length < configuration.Positions.Length)
                _openPositions = new double[configuration.Positions.Length];
            configuration.Positions.CopyTo(_openPositions);
            if (!_groupsAreOpen || _groups.Order.Length != _atoms)
                _groups.BuildOpen(_atoms);
            _groupsAreOpen = true;
            _verlet.Invalidate();
            return;
        }

        var isNew = _verlet.Update(configuration.Positions, configuration.Cell, SpcfwWater.Cutoff, Skin);
        if (isNew || _groupsAreOpen)
            _groups.Build(_verlet.List, configuration.Cell);
        _groupsAreOpen = false;
    }

    private void Choose()
    {
        if (!HasImages)
        {
            _screen.Prepare(0, SpcfwWater.Cutoff);
            return;
        }

        if (_choice is null || !_choice.Holds(_cell, _chargeSquares))
            _choice = EwaldChoice.Make(_cell, _charged, _chargeSquares, SpcfwWater.Cutoff, _accuracy, _method);
        _screen.Prepare(_choice.Alpha, SpcfwWater.Cutoff);
        if (HasMesh)
            _mesh.Prepare(_choice, _cell, _atoms);
        else
            _waves.Prepare(_choice, _cell, _atoms);
    }

    private void RunSteps()
    {
        var (chunks, molecules) = (Chunks(_atoms, RowsPerChunk), Chunks(_molecules.Count, MoleculesPerChunk));
        if (_rowVirials.Length < 9 * chunks)
            _rowVirials = new double[9 * chunks];
        if (_moleculeVirials.Length < 9 * molecules)
            _moleculeVirials = new double[9 * molecules];
        Array.Clear(_rowVirials);
        Array.Clear(_moleculeVirials);
        (_overlaps, _broken) = (false, false);
        if (HasMesh)
        {
            Run(_place);
            _mesh.SortByPlane();
        }

        Run(_spreadAndSumPairs);
        Run(_multiplyAndBend);
        if (HasMesh)
            Run(_findPotential);
        if (HasImages)
            Run(_interpolate);
    }

    private static int Chunks(int count, int size) => (count + size - 1) / size;

    private void Run(Action<int, int> step)
    {
        (_next, _nextPlane) = (0, 0);
        _team.Run(step);
    }

    private void Place(int part, int parts)
    {
        var positions = Positions;
        for (int chunk; (chunk = Interlocked.Increment(ref _next) - 1) < Chunks(_atoms, AtomsPerChunk);)
            _mesh.Place(positions, chunk * AtomsPerChunk, Math.Min(_atoms, (chunk + 1) * AtomsPerChunk));
    }

    private unsafe void SpreadAndSumPairs(int part, int parts)
    {
        if (HasMesh)
        {
            for (int plane; (plane = Interlocked.Increment(ref _nextPlane) - 1) < _mesh.Planes;)
                _mesh.SpreadPlane(_charges.Pointer, plane, part);
        }

        if (HasWaves)
        {
            for (int block; (block = Interlocked.Increment(ref _nextPlane) - 1) < _waves.Blocks;)
                _waves.SumBlock(Positions, _charges.Pointer, block);
        }

        for (int chunk; (chunk = Interlocked.Increment(ref _next) - 1) < Chunks(_atoms, RowsPerChunk);)
            SumPairs(chunk);
    }

    private unsafe void SumPairs(int chunk)
    {
        var virial = _rowVirials.AsSpan(9 * chunk, 9);
        var shifts = _isOpen ? [0, 0, 0] : _verlet.List.ShiftVectors;
        var order = _groups.Order;
        var positions = Positions;
        var forces = _result.Forces;
        for (var slot = chunk * RowsPerChunk; slot < Math.Min(_atoms, (chunk + 1) * RowsPerChunk); slot++)
        {
            var i = order[slot];
            if (_charges.Pointer[i] == 0 && _rootDepths[i] == 0)
                continue;
            var sums = PairKernel.Row(_groups, slot, shifts, _screen, _isOpen, SpcfwWater.Cutoff, virial);
            if (sums.Coincident > 1)
                _overlaps = true;
            _result.AtomEnergies[i] = sums.Energy;
            (forces[3 * i], forces[(3 * i) + 1], forces[(3 * i) + 2]) = (sums.X, sums.Y, sums.Z);
            for (var k = 0; k < 3; k++)
            {
                virial[3 * k] += positions[(3 * i) + k] * sums.X;
                virial[(3 * k) + 1] += positions[(3 * i) + k] * sums.Y;
                virial[(3 * k) + 2] += positions[(3 * i) + k] * sums.Z;
            }
        }
    }

    private void MultiplyAndBend(int part, int parts)
    {
        if (HasMesh)
        {
            for (int row; (row = Interlocked.Increment(ref _nextPlane) - 1) < _mesh.ColumnRows;)
                _mesh.MultiplyColumns(row, part);
        }

        if (HasWaves)
        {
            for (int row; (row = Interlocked.Increment(ref _nextPlane) - 1) < _waves.Rows;)
                _waves.MultiplyRow(row);
        }

        for (int chunk; (chunk = Interlocked.Increment(ref _next) - 1) < Chunks(_molecules.Count, MoleculesPerChunk);)
            AddMolecules(chunk);
    }

    private void AddMolecules(int chunk)
    {
        var terms = new MoleculeTerms(Positions, _cell, _result.Forces, _result.AtomEnergies, _moleculeVirials.AsSpan(9 * chunk, 9));
        for (var m = chunk * MoleculesPerChunk; m < Math.Min(_molecules.Count, (chunk + 1) * MoleculesPerChunk); m++)
        {
            if (!terms.Add(_molecules.Atoms.Slice(3 * m, 3), _isOpen ? double.MaxValue : SpcfwWater.Cutoff))
                _broken = true;
        }
    }

    private void FindPotential(int part, int parts)
    {
        for (int plane; (plane = Interlocked.Increment(ref _nextPlane) - 1) < _mesh.Planes;)
            _mesh.PotentialPlane(plane, part);
    }

    private unsafe void Interpolate(int part, int parts)
    {
        if (HasWaves)
        {
            for (int block; (block = Interlocked.Increment(ref _next) - 1) < _waves.Blocks;)
                _waves.AddForces(_charges.Pointer, _result.Forces, _result.AtomEnergies, block);
            return;
        }

        for (int chunk; (chunk = Interlocked.Increment(ref _next) - 1) < Chunks(_atoms, AtomsPerChunk);)
            _mesh.Interpolate(_charges.Pointer, _result.Forces, _result.AtomEnergies, chunk * AtomsPerChunk, Math.Min(_atoms, (chunk + 1) * AtomsPerChunk));
    }

    /// <summary>Adds the shares of the parts, self energy and background, in an order of their own.</summary>
    private void AddUp()
    {
        var virial = _result.Virial;
        AddVirials(_rowVirials, Chunks(_atoms, RowsPerChunk), virial);
        AddVirials(_moleculeVirials, Chunks(_molecules.Count, MoleculesPerChunk), virial);
        if (HasImages)
        {
            if (HasMesh)
                _mesh.AddVirial(virial);
            else
                _waves.AddVirial(virial);
            var alpha = _choice!.Alpha;
            var self = -Units.Coulomb * alpha / Math.Sqrt(Math.PI);
            var background = -Units.Coulomb * Math.PI * _netCharge / (2 * _cell.Volume * alpha * alpha);
            for (var i = 0; i < _atoms; i++)
            {
                var charge = _charges.Span[i];
                _result.AtomEnergies[i] += charge * ((self * charge) + background);
            }

            for (var k = 0; k < 9; k += 4)
                virial[k] += _netCharge * background;
        }

        for (var i = 0; i < _atoms; i++)
            _result.Energy += _result.AtomEnergies[i];
        if (_broken)
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"coord: two atoms of a water molecule are farther than {SpcfwWater.Cutoff} Å from each other; the molecule has come apart, so check positions and cell (or use a smaller time step)"));
        if (_overlaps || !double.IsFinite(_result.Energy + virial[0] + virial[4] + virial[8]))
            throw Overlap();
    }

    private static void AddVirials(double[] parts, int count, double[] virial)
    {
        for (var n = 0; n < 9 * count; n++)
            virial[n % 9] += parts[n];
    }

    private InputException Overlap()
    {
        var frame = new LabelledFrame(_atoms, 0, 0) { Periodic = !_isOpen };
        _types.CopyTo(frame.Types, 0);
        Positions.CopyTo(frame.Positions);
        _cell.ToArray().CopyTo(frame.Box, 0);
        var (distance, i, j) = new ShortestDistance().Find(frame);
        return new InputException(string.Create(CultureInfo.InvariantCulture, $"coord: atoms {i} and {j} (counted from 0) are {distance:g3} Å apart, and the energy is not a finite number; check positions and cell"));
    }
}
