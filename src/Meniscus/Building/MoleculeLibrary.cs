namespace Meniscus.Building;

/// <summary>
/// Small molecules and ions with their geometries in the gas phase. Sources: equilibrium or average structures of the CRC
/// Handbook of Chemistry and Physics, section 9, "Structure of free molecules in the gas phase"; for ions typical lengths
/// in crystals and solution. They are starting points: dynamics moves the atoms on.
/// </summary>
public static class MoleculeLibrary
{
    private static readonly Molecule[] All =
    [
        Water,
        Bent("H2S", "S", "H", 1.336, 92.1),
        Bent("SO2", "S", "O", 1.431, 119.3),
        Linear("H2", ["H", "H"], 0.741),
        Linear("N2", ["N", "N"], 1.098),
        Linear("O2", ["O", "O"], 1.208),
        Linear("CO", ["C", "O"], 1.128),
        Linear("HF", ["H", "F"], 0.917),
        Linear("HCl", ["H", "Cl"], 1.275),
        Linear("OH-", ["O", "H"], 0.964, -1),
        Linear("CO2", ["O", "C", "O"], 1.160),
        Pyramid("NH3", "N", "H", 1.012, 106.7),
        Pyramid("H3O+", "O", "H", 0.976, 111.3, 1),
        Tetrahedron("CH4", "C", "H", 1.087),
        Tetrahedron("NH4+", "N", "H", 1.021, 1),
        Tetrahedron("SO4-2", "S", "O", 1.49, -2),
        Tetrahedron("ClO4-", "Cl", "O", 1.44, -1),
        Pyramid("NO3-", "N", "O", 1.25, 120, -1),
        Pyramid("CO3-2", "C", "O", 1.29, 120, -2),
        Methanol,
    ];

    /// <summary>A water molecule: 0.9572 Å and 104.52°, oxygen first (W. S. Benedict et al., J. Chem. Phys. 24, 1139 (1956)).</summary>
    public static Molecule Water => Bent("H2O", "O", "H", 0.9572, 104.52);

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(molecule => molecule.Name)];

    /// <summary>C–O 1.421, O–H 0.963, C–H 1.094 Å; C–O–H 108.0°, O–C–H 110.3°, staggered.</summary>
    private static Molecule Methanol
    {
        get
        {
            var positions = new List<double> { 0, 0, 0, 0, 0, 1.421 };
            var tilt = Radians(108.0);
            positions.AddRange([0.963 * Math.Sin(tilt), 0, 1.421 - (0.963 * Math.Cos(tilt))]);
            foreach (var turn in (double[])[60, 180, 300])
                positions.AddRange(Spherical(1.094, 110.3, turn));
            return new Molecule("methanol", ["C", "O", "H", "H", "H", "H"], positions);
        }
    }

    /// <summary>A molecule by name, whatever the case of the letters; CH3OH is methanol. Null where there is none.</summary>
    public static Molecule? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var wanted = string.Equals(name, "CH3OH", StringComparison.OrdinalIgnoreCase) ? "methanol" : string.Equals(name, "water", StringComparison.OrdinalIgnoreCase) ? "H2O" : name;
        // CO and Co, HF and Hf differ by case alone, so the exact name goes first and elements before other cases.
        return Array.Find(All, molecule => molecule.Name == wanted || molecule.Name == wanted.Replace("2-", "-2", StringComparison.Ordinal))
            ?? (Atoms.Element.AtomicNumber(wanted) > 0 ? null : Array.Find(All, molecule => string.Equals(molecule.Name, wanted, StringComparison.OrdinalIgnoreCase)));
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;

    private static double[] Spherical(double length, double fromAxis, double turn) =>
        [length * Math.Sin(Radians(fromAxis)) * Math.Cos(Radians(turn)), length * Math.Sin(Radians(fromAxis)) * Math.Sin(Radians(turn)), length * Math.Cos(Radians(fromAxis))];

    private static Molecule Linear(string name, string[] elements, double bond, int charge = 0) =>
        new(name, elements, [.. elements.SelectMany((_, i) => (double[])[0, 0, i * bond])], charge);

    private static Molecule Bent(string name, string centre, string end, double bond, double angle)
    {
        var (s, c) = Math.SinCos(Radians(angle / 2));
        return new Molecule(name, [centre, end, end], [0, 0, 0, bond * s, 0, bond * c, -bond * s, 0, bond * c]);
    }

    /// <summary>Three equal bonds with equal angles between them.</summary>
    private static Molecule Pyramid(string name, string centre, string end, double bond, double angle, int charge = 0)
    {
        // Two directions at the polar angle β, 120° apart about the axis, enclose the angle θ: sin β = 2 sin(θ/2)/√3.
        var polar = Math.Asin(Math.Min(1, 2 * Math.Sin(Radians(angle / 2)) / Math.Sqrt(3))) * 180 / Math.PI;
        return new Molecule(name, [centre, end, end, end], [0, 0, 0, .. Spherical(bond, polar, 0), .. Spherical(bond, polar, 120), .. Spherical(bond, polar, 240)], charge);
    }

    private static Molecule Tetrahedron(string name, string centre, string end, double bond, int charge = 0)
    {
        var a = bond / Math.Sqrt(3);
        return new Molecule(name, [centre, end, end, end, end], [0, 0, 0, a, a, a, a, -a, -a, -a, a, -a, -a, -a, a], charge);
    }
}
