using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Building;

/// <summary>A molecule or ion to be put into a box: elements and positions, rigid while boxes are packed.</summary>
/// <param name="Name">How the user named it.</param>
/// <param name="Elements">Element of each atom.</param>
/// <param name="Positions">Å, x y z per atom.</param>
/// <param name="Charge">Net charge, e, as far as the name says.</param>
public sealed record Molecule(string Name, IReadOnlyList<string> Elements, IReadOnlyList<double> Positions, int Charge = 0)
{
    /// <summary>Number of atoms.</summary>
    public int AtomCount => Elements.Count;

    /// <summary>Mass by standard atomic weights, amu.</summary>
    public double Mass => Elements.Sum(element => Element.Mass(Element.AtomicNumber(element)));

    /// <summary>Finds a molecule by name, or reads the first frame of a file.</summary>
    /// <param name="name">A name of <see cref="MoleculeLibrary"/>, an element with or without a charge (Na, Na+, Ca2+), or a file.</param>
    /// <exception cref="InputException">The name is not known and there is no such file.</exception>
    public static Molecule Named(string name)
    {
        if (MoleculeLibrary.Find(name) is { } known)
            return known;
        if (Ion(name) is { } ion)
            return ion;
        if (File.Exists(name))
            return FromFile(name);
        var probable = NearestName.Probable(name, MoleculeLibrary.Names);
        throw new InputException($"solute '{name}': {(probable is null ? "" : $"did you mean {probable}? ")}expected an element or ion (Na+, Cl-), a file with a molecule, or one of {string.Join(' ', MoleculeLibrary.Names)}");
    }

    private static Molecule? Ion(string name)
    {
        var letters = name.TakeWhile(char.IsAsciiLetter).Count();
        var element = name[..letters];
        if (Element.AtomicNumber(element) == 0)
            return null;
        var charge = name[letters..] switch
        {
            "" => 0,
            "+" => 1,
            "-" => -1,
            [var digit and >= '1' and <= '9', '+' or '-'] sign => (sign[1] == '+' ? 1 : -1) * (digit - '0'),
            ['+' or '-', var digit and >= '1' and <= '9'] sign => (sign[0] == '+' ? 1 : -1) * (digit - '0'),
            _ => int.MinValue,
        };
        return charge == int.MinValue ? null : new Molecule(name, [element], [0, 0, 0], charge);
    }

    private static Molecule FromFile(string path)
    {
        var frame = Trajectory.ReadFrame(path, 0);
        var unknown = frame.TypeMap.Names.FirstOrDefault(name => Element.AtomicNumber(name) == 0);
        if (unknown is not null)
            throw new InputException($"{path}: '{unknown}' is no element; a solute is made of elements");
        var whole = Molecules.Find(frame).WholePositions;
        return new Molecule(Path.GetFileNameWithoutExtension(path), [.. Enumerable.Range(0, frame.AtomCount).Select(frame.NameOf)], whole);
    }
}
