using Meniscus.Atoms;

namespace Meniscus.Potentials.Spcfw;

/// <summary>
/// The parameters of the flexible water SPC/Fw (Y. Wu, H. L. Tepper, G. A. Voth, J. Chem. Phys. 124, 024503 (2006)) and of
/// monovalent ions in it (I. S. Joung, T. E. Cheatham III, J. Phys. Chem. B 112, 9020 (2008), the set for SPC/E).
/// </summary>
internal static class SpcfwWater
{
    /// <summary>Type of oxygen.</summary>
    public const int Oxygen = 0;

    /// <summary>Type of hydrogen.</summary>
    public const int Hydrogen = 1;

    /// <summary>Where Lennard-Jones and the real-space part of the Ewald sum are cut off, Å.</summary>
    public const double Cutoff = 9;

    /// <summary>Force constant of a bond, eV/Å²: E = ½ k (r − r₀)².</summary>
    public const double BondConstant = 1059.162 * Units.KilocaloriePerMole;

    /// <summary>r₀, Å.</summary>
    public const double BondLength = 1.012;

    /// <summary>Force constant of the angle, eV/rad²: E = ½ k (θ − θ₀)².</summary>
    public const double AngleConstant = 75.90 * Units.KilocaloriePerMole;

    /// <summary>θ₀, rad.</summary>
    public const double Angle = 113.24 * Math.PI / 180;

    /// <summary>Largest O–H distance taken for a bond when molecules are looked for, Å.</summary>
    public const double LongestBond = 1.6;

    // Half the distance of the minimum (Å) and depth (kcal/mol), as the paper lists them.
    private static readonly (string Name, double Charge, double HalfMinimum, double Depth)[] Ions =
    [
        ("Li", 1, 0.791, 0.3367344),
        ("Na", 1, 1.212, 0.3526418),
        ("K", 1, 1.593, 0.4297054),
        ("Rb", 1, 1.737, 0.4451036),
        ("Cs", 1, 2.021, 0.0898565),
        ("F", -1, 2.257, 0.0074005),
        ("Cl", -1, 2.711, 0.0127850),
        ("Br", -1, 2.751, 0.0269586),
        ("I", -1, 2.919, 0.0427845),
    ];

    /// <summary>The types.</summary>
    public static TypeMap TypeMap { get; } = new(["O", "H", .. Ions.Select(ion => ion.Name)]);

    /// <summary>Charge per type, e.</summary>
    public static double[] Charges { get; } = [-0.82, 0.41, .. Ions.Select(ion => ion.Charge)];

    /// <summary>Lennard-Jones ε per type, eV; 0 for hydrogen, which has none.</summary>
    public static double[] Depths { get; } =
        [0.1554253 * Units.KilocaloriePerMole, 0, .. Ions.Select(ion => ion.Depth * Units.KilocaloriePerMole)];

    /// <summary>Lennard-Jones σ per type, Å.</summary>
    public static double[] Diameters { get; } = [3.165492, 0, .. Ions.Select(ion => 2 * ion.HalfMinimum / Math.Pow(2, 1.0 / 6))];
}
