namespace Meniscus.Atoms;

/// <summary>
/// Covalent radii, Å, hydrogen to curium, and which elements take part in bonds at all as this program counts them.
/// Source: B. Cordero et al., Dalton Trans. 2832 (2008), low spin for Mn, Fe and Co, sp³ for C.
/// </summary>
public static class CovalentRadius
{
    private static readonly double[] Table =
    [
        0.31, 0.28, 1.28, 0.96, 0.84, 0.76, 0.71, 0.66, 0.57, 0.58, 1.66, 1.41, 1.21, 1.11, 1.07, 1.05, 1.02, 1.06, 2.03, 1.76,
        1.70, 1.60, 1.53, 1.39, 1.39, 1.32, 1.26, 1.24, 1.32, 1.22, 1.22, 1.20, 1.19, 1.20, 1.20, 1.16, 2.20, 1.95, 1.90, 1.75,
        1.64, 1.54, 1.47, 1.46, 1.42, 1.39, 1.45, 1.44, 1.42, 1.39, 1.39, 1.38, 1.39, 1.40, 2.44, 2.15, 2.07, 2.04, 2.03, 2.01,
        1.99, 1.98, 1.98, 1.96, 1.94, 1.92, 1.92, 1.89, 1.90, 1.87, 1.87, 1.75, 1.70, 1.62, 1.51, 1.44, 1.41, 1.36, 1.36, 1.32,
        1.45, 1.46, 1.48, 1.40, 1.50, 1.50, 2.60, 2.21, 2.15, 2.06, 2.00, 1.96, 1.90, 1.87, 1.80, 1.69,
    ];

    /// <summary>The radius of an element, Å; 0 for what is none, and beyond curium.</summary>
    public static double Of(string symbol)
    {
        var number = Element.AtomicNumber(symbol);
        return number > 0 && number <= Table.Length ? Table[number - 1] : 0;
    }

    /// <summary>
    /// Whether atoms of an element are looked at for bonds. Alkali and alkaline earth metals are ions in water, where their
    /// radii would bind the whole hydration shell, and noble gases are atoms.
    /// </summary>
    public static bool Bonds(string symbol) => Of(symbol) > 0 && symbol is not
        ("Li" or "Na" or "K" or "Rb" or "Cs" or "Fr" or "Be" or "Mg" or "Ca" or "Sr" or "Ba" or "Ra" or "He" or "Ne" or "Ar" or "Kr" or "Xe" or "Rn");
}
