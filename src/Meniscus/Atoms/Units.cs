namespace Meniscus.Atoms;

/// <summary>
/// The constants that connect the units of the program: Å, eV, ps, K, bar, amu, e. Source: CODATA 2018 (E. Tiesinga et
/// al., Rev. Mod. Phys. 93, 025010 (2021)). Everything else that converts a unit takes it from here.
/// </summary>
public static class Units
{
    /// <summary>Boltzmann's constant, eV/K.</summary>
    public const double Boltzmann = 8.617333262e-5;

    /// <summary>1 amu·Å²/ps² in eV: kinetic energy is ½ m v² times this; accelerations are F/m divided by it.</summary>
    public const double MassVelocitySquared = 1.0364269656e-4;

    /// <summary>1 eV/Å³ in bar.</summary>
    public const double EvPerCubicAngstrom = 1.602176634e6;

    /// <summary>1 kbar in eV/Å³.</summary>
    public const double Kilobar = 1000 / EvPerCubicAngstrom;

    /// <summary>1 bar·Å in mN/m.</summary>
    public const double BarAngstrom = 0.01;

    /// <summary>e²/(4πε₀), eV·Å.</summary>
    public const double Coulomb = 14.3996454779;

    /// <summary>1 kcal/mol in eV (thermochemical calorie).</summary>
    public const double KilocaloriePerMole = 0.0433641042;

    /// <summary>1 amu/Å³ in g/cm³.</summary>
    public const double AmuPerCubicAngstrom = 1.66053906660;

    /// <summary>1 standard atmosphere in bar.</summary>
    public const double Atmosphere = 1.01325;

    /// <summary>1 rydberg in eV.</summary>
    public const double Rydberg = 13.605693123;

    /// <summary>1 hartree in eV.</summary>
    public const double Hartree = 2 * Rydberg;

    /// <summary>1 bohr in Å.</summary>
    public const double Bohr = 0.529177210903;

    /// <summary>1 femtosecond in ps.</summary>
    public const double Femtosecond = 1e-3;

    /// <summary>1 Å²/ps in cm²/s.</summary>
    public const double SquareAngstromPerPs = 1e-4;
}
