using Meniscus.Atoms;

namespace Meniscus.Building;

/// <summary>
/// How close atoms of different molecules may be in a packed box: below the first peaks of the radial distribution
/// functions of solutions, so that a liquid fits, and far enough from where a potential breaks down. O–O 2.4, O–H and H–H 1.5 Å.
/// </summary>
public static class ContactDistance
{
    // Ions of groups 1 and 2 touch the oxygen of water at about 1.2 Å more than this.
    private static readonly Dictionary<string, double> Ions = new()
    {
        ["Li"] = 0.65, ["Na"] = 1.0, ["K"] = 1.4, ["Rb"] = 1.5, ["Cs"] = 1.65, ["Be"] = 0.4, ["Mg"] = 0.8, ["Ca"] = 1.1, ["Sr"] = 1.25, ["Ba"] = 1.4,
    };

    /// <summary>The smallest distance of two atoms of different molecules, Å.</summary>
    public static double Between(string a, string b)
    {
        if (a == "H" && IsAcceptor(b))
            return HydrogenBond(b);
        if (b == "H" && IsAcceptor(a))
            return HydrogenBond(a);
        return Radius(a) + Radius(b);
    }

    /// <summary>Radius of an atom towards those it forms no hydrogen bond with, Å.</summary>
    public static double Radius(string element) => element switch
    {
        "H" => 0.75,
        _ when Ions.TryGetValue(element, out var radius) => radius,
        // O: 1.2 Å.
        _ => CovalentRadius.Of(element) + 0.54,
    };

    private static bool IsAcceptor(string element) => element is "N" or "O" or "F" or "S" or "Cl" or "Br" or "I";

    private static double HydrogenBond(string acceptor) => Radius(acceptor) + 0.3;
}
