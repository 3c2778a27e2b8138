using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Building;

/// <summary>What box of water is wanted. Either the number of molecules or the box is given, or both.</summary>
public sealed record WaterBoxOptions
{
    /// <summary>Temperature that density and nothing else refers to where none is given, K.</summary>
    public const double RoomTemperature = 298.15;

    /// <summary>Number of water molecules; null to fill <see cref="Edges"/> to the density.</summary>
    public int? WaterCount { get; init; }

    /// <summary>Edges of the box, Å; null for a cube of the density.</summary>
    public (double X, double Y, double Z)? Edges { get; init; }

    /// <summary>Density of everything in the box, solutes included, g/cm³; null for that of water (<see cref="WaterDensity"/>).</summary>
    public double? Density { get; init; }

    /// <summary>Temperature of the velocities, and of the density where none is given, K; null for no velocities.</summary>
    public double? Temperature { get; init; }

    /// <summary>Seed; the same seed gives the same box.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>What is dissolved, and how much of it.</summary>
    public IReadOnlyList<(Molecule Molecule, int Count)> Solutes { get; init; } = [];
}

/// <summary>
/// Builds a periodic box of water, with or without solutes: the molecules of <see cref="MoleculeLibrary"/>, packed by
/// <see cref="Packing"/>. Water comes first, molecule by molecule, O H H; then the solutes in the order given.
/// </summary>
public static class WaterBox
{
    private const int MaximumMolecules = 10_000_000;

    /// <summary>Builds the box.</summary>
    /// <param name="options">What is wanted.</param>
    /// <param name="cancellation">Stops the relaxation.</param>
    /// <exception cref="InputException">The options contradict each other, or the molecules do not fit.</exception>
    public static Frame Build(WaterBoxOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (waters, cell) = Dimensions(options);
        var molecules = new List<Molecule>(Enumerable.Repeat(MoleculeLibrary.Water, waters));
        foreach (var (molecule, count) in options.Solutes)
            molecules.AddRange(Enumerable.Repeat(molecule, count));
        var positions = new Packing(molecules, cell, new RandomStream(options.Seed, "packing")).Run(cancellation);
        var names = molecules.SelectMany(molecule => molecule.Elements).ToArray();
        var map = new TypeMap(((string[])["O", "H", .. names]).Distinct());
        var frame = new Frame(map, Array.ConvertAll(names, map.IndexOf), positions, cell) { Unwrapped = true };
        if (options.Temperature is not { } temperature)
            return frame;
        var velocities = MaxwellBoltzmann.Draw(AtomicMasses.PerAtom(frame), temperature, new RandomStream(options.Seed, "velocities"));
        return new Frame(map, frame.Types, positions, cell) { Unwrapped = true, Velocities = velocities };
    }

    /// <summary>Number of waters and box: mass = density × volume, with the mass of the solutes counted.</summary>
    private static (int Waters, Cell Cell) Dimensions(WaterBoxOptions options)
    {
        if (options.WaterCount is not null && options.Edges is not null && options.Density is not null)
            throw new InputException("number of molecules, box and density together say too much; leave one of them out");
        if (options.WaterCount is null && options.Edges is null)
            throw new InputException("neither the number of molecules nor the box is given; give at least one of them");
        var solutes = options.Solutes.Sum(solute => solute.Count * solute.Molecule.Mass);
        var solutesCount = options.Solutes.Sum(solute => (long)solute.Count);
        var density = new Lazy<double>(() => (options.Density ?? WaterDensity.At(options.Temperature ?? WaterBoxOptions.RoomTemperature)) / Units.AmuPerCubicAngstrom);
        var waters = (double?)options.WaterCount;
        if (options.Edges is { } e)
        {
            var cell = Cell.Orthorhombic(e.X, e.Y, e.Z);
            waters ??= Math.Round(((density.Value * cell.Volume) - solutes) / MoleculeLibrary.Water.Mass);
            Check(waters.Value, solutesCount);
            return ((int)waters, cell);
        }

        Check(waters!.Value, solutesCount);
        var edge = Math.Cbrt(((waters.Value * MoleculeLibrary.Water.Mass) + solutes) / density.Value);
        return ((int)waters, Cell.Orthorhombic(edge, edge, edge));
    }

    private static void Check(double waters, long solutes)
    {
        if (!(waters >= 0 && waters + solutes > 0 && waters + solutes <= MaximumMolecules))
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"a box of {waters} water molecules and {solutes} others; expected 1 to {MaximumMolecules} in all, so check box and density"));
    }
}
