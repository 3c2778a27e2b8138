using System.Globalization;
using System.Text;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Gives the atoms of a file their types by name. Names keep their integer through all frames of a file, in the order in
/// which they came up, so that frames can be compared. D and T are hydrogen with a mass of its own.
/// </summary>
internal sealed class TypeNaming
{
    private readonly IReadOnlyList<string> _given;
    private readonly List<string> _names = [];
    private readonly List<double> _masses = [];
    private readonly List<bool> _isotopes = [];
    private TypeMap? _map;
    private bool _ownMasses;

    /// <summary>Begins with the names that the user gave.</summary>
    /// <param name="given">Names of integer types as the user gave them; these come first, and need not be elements.</param>
    public TypeNaming(IReadOnlyList<string>? given)
    {
        _given = given ?? [];
        foreach (var name in _given)
            Add(name);
    }

    /// <summary>Why an integer type has no name, where the file has neither elements nor masses.</summary>
    public string Lack => _given.Count == 0 ? "the file has neither elements nor masses" : $"only {_given.Count} names were given";

    /// <summary>The names so far.</summary>
    public TypeMap Map => _map ??= new TypeMap(_names);

    /// <summary>Mass per type where the file has its own; types without one have the standard weight.</summary>
    public double[]? Masses => _ownMasses
        ? [.. _names.Select((name, type) => !double.IsNaN(_masses[type]) ? _masses[type] : Element.TryGetMass(name, out var mass) ? mass : double.NaN)]
        : null;

    /// <summary>The type of a name that stands in the file.</summary>
    /// <param name="word">The name.</param>
    /// <param name="type">The type.</param>
    /// <returns>What is wrong with the name, or null.</returns>
    public string? TakeName(ReadOnlySpan<byte> word, out int type)
    {
        for (type = 0; type < _names.Count; type++)
        {
            if (Ascii.Equals(word, _names[type]) && !_isotopes[type])
                return null;
        }

        var text = TextLines.Printable(word);
        if (ElementName(text, out var mass) is not { } name)
            return $"'{text}' is not the symbol of an element; correct the name";
        var known = _names.Contains(name);
        type = Add(name);
        var isIsotope = !double.IsNaN(mass);
        if (known && isIsotope != _isotopes[type])
            return $"'{text}' in a file that has {name} of another mass too; an element can have one mass only, so use one of the two";
        _isotopes[type] = isIsotope;
        return isIsotope ? TakeMass(type, mass) : null;
    }

    /// <summary>The type of an atomic number, or −1.</summary>
    public int OfAtomicNumber(long number) => number > 0 && number <= Element.Count ? Add(Element.Symbol((int)number)) : -1;

    /// <summary>The type of an integer type of LAMMPS, from 1, by the names that the user gave, or −1.</summary>
    public int OfInteger(long integer) => integer > 0 && integer <= _given.Count ? Add(_given[(int)integer - 1]) : -1;

    /// <summary>The type of a mass, amu, or −1 where no element is near.</summary>
    public int OfMass(double mass)
    {
        var symbol = SymbolOfMass(mass);
        return symbol is null ? -1 : Add(symbol);
    }

    /// <summary>Notes the mass that the file gives a type.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? TakeMass(int type, double mass)
    {
        if (!(mass > 0))
            return string.Create(CultureInfo.InvariantCulture, $"a mass of {mass}; expected a number above 0 in amu");
        if (!double.IsNaN(_masses[type]) && Math.Abs(_masses[type] - mass) > 1e-6 * mass)
            return string.Create(CultureInfo.InvariantCulture, $"{_names[type]} has the masses {_masses[type]} and {mass}; one mass per element is possible, so give them different names");
        _masses[type] = mass;
        _ownMasses = true;
        return null;
    }

    /// <summary>Whether a name is exactly the symbol of an element, D and T included.</summary>
    public static bool IsElement(string name) => Element.AtomicNumber(name) > 0 || name is "D" or "T";

    /// <summary>The element nearest in mass: within 0.3 amu of the standard weight, 1.9 to 3.1 for the heavy hydrogens.</summary>
    public static string? SymbolOfMass(double mass)
    {
        if (mass is > 1.9 and < 3.1)
            return "H";
        var nearest = Enumerable.Range(1, Element.Count).MinBy(z => Math.Abs(Element.Mass(z) - mass));
        return Math.Abs(Element.Mass(nearest) - mass) <= 0.3 ? Element.Symbol(nearest) : null;
    }

    /// <summary>The element that a name means, as ASE takes it: any case, D and T for the heavy hydrogens.</summary>
    /// <param name="text">The name.</param>
    /// <param name="mass">The isotope's mass, amu, or NaN.</param>
    private string? ElementName(string text, out double mass)
    {
        mass = double.NaN;
        if (text.Length == 0)
            return null;
        if (Element.AtomicNumber(text) > 0 || _given.Contains(text))
            return text;
        var capitalised = char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();
        mass = capitalised switch { "D" => 2.01410177812, "T" => 3.0160492779, _ => double.NaN };
        if (!double.IsNaN(mass))
            return "H";
        return Element.AtomicNumber(capitalised) > 0 ? capitalised : null;
    }

    private int Add(string name)
    {
        var index = _names.IndexOf(name);
        if (index >= 0)
            return index;
        _names.Add(name);
        _masses.Add(double.NaN);
        _isotopes.Add(false);
        _map = null;
        return _names.Count - 1;
    }
}
