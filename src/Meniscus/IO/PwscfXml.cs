using System.Globalization;
using System.Xml;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>What the XML file of a run of pw.x says of its last configuration.</summary>
public sealed record PwscfXmlResult
{
    /// <summary>title of the input.</summary>
    public string Title { get; init; } = "";

    /// <summary>Whether the last scf converged; null where the file does not say (versions before 6.4 do not).</summary>
    public bool? Converged { get; init; }

    /// <summary>Number of atoms, or 0 where the output has none.</summary>
    public int AtomCount => Names.Count;

    /// <summary>Name of each atom, as its species is called.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Å, x y z per atom.</summary>
    public double[] Positions { get; init; } = [];

    /// <summary>Lattice vectors in rows, Å; empty where the output has none.</summary>
    public double[] Cell { get; init; } = [];

    /// <summary>Total energy (with smearing the free energy that forces belong to), eV.</summary>
    public double? Energy { get; init; }

    /// <summary>Forces, eV/Å, x y z per atom.</summary>
    public double[]? Forces { get; init; }

    /// <summary>Stress times volume, eV, row-major 3 × 3, positive when compressed.</summary>
    public double[]? Virial { get; init; }
}

/// <summary>
/// The file <c>data-file-schema.xml</c> of Quantum ESPRESSO's pw.x (6.0 to 7.x), in hartree atomic units. Source:
/// www.quantum-espresso.org/ns/qes. The stress has pw.x's sign, positive when compressed. The file is read as a stream; only
/// its section <c>output</c> and the title count.
/// </summary>
public static class PwscfXml
{

    private const int MostAtoms = 10_000_000;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is no such file, or it is cut short.</exception>
    public static PwscfXmlResult Read(string path)
    {
        using var stream = InputFile.OpenRead(path);
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreWhitespace = true };
            using var reader = XmlReader.Create(stream, settings);
            return Read(reader, path);
        }
        catch (XmlException e)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{path}: line {e.LineNumber}: not the XML of a finished pw.x run (it may have been stopped while writing); run it again"), e);
        }
    }

    private static PwscfXmlResult Read(XmlReader reader, string path)
    {
        if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != "espresso")
            throw new InputException($"{path}: begins with <{reader.Name}>; expected <qes:espresso>, the data-file-schema.xml of pw.x");
        var result = new PwscfXmlResult();
        var inOutput = false;
        var names = new List<string>();
        var positions = new List<double>();
        var cell = new List<double>();
        double[]? stress = null;
        reader.Read();
        while (!reader.EOF)
        {
            if (reader.NodeType == XmlNodeType.EndElement && reader.LocalName == "output")
                inOutput = false;
            if (reader.NodeType != XmlNodeType.Element)
            {
                reader.Read();
                continue;
            }

            if (!inOutput && reader.LocalName is not ("title" or "output" or "input" or "control_variables"))
            {
                reader.Skip();
                continue;
            }

            switch (reader.LocalName)
            {
                case "output":
                    inOutput = true;
                    reader.Read();
                    break;
                case "title":
                    result = result with { Title = reader.ReadElementContentAsString().Trim() };
                    break;
                case "scf_conv":
                    result = result with { Converged = ReadConverged(reader) ?? result.Converged };
                    break;
                case "atom":
                    names.Add(reader.GetAttribute("name") ?? "");
                    if (names.Count > MostAtoms)
                        throw new InputException($"{path}: more than {MostAtoms} atoms; this is no file of pw.x");
                    positions.AddRange(Numbers(reader, 3, path));
                    break;
                case "a1" or "a2" or "a3":
                    cell.AddRange(Numbers(reader, 3, path));
                    break;
                case "etot":
                    result = result with { Energy = Units.Hartree * Numbers(reader, 1, path)[0] };
                    break;
                case "forces":
                    result = result with { Forces = Scaled(Numbers(reader, 3 * names.Count, path), Units.Hartree / Units.Bohr) };
                    break;
                case "stress":
                    stress = Numbers(reader, 9, path);
                    break;
                case "band_structure":
                    reader.Skip();
                    break;
                default:
                    reader.Read();
                    break;
            }
        }

        if (cell.Count is not (0 or 9))
            throw new InputException($"{path}: {cell.Count / 3} lattice vectors in the output; expected 3");
        return result with
        {
            Names = names,
            Positions = Scaled([.. positions], Units.Bohr),
            Cell = Scaled([.. cell], Units.Bohr),
            Virial = stress is null || cell.Count == 0 ? null : Scaled(stress, Units.Hartree * new Cell(cell.ToArray()).Volume),
        };
    }

    private static bool? ReadConverged(XmlReader reader)
    {
        using var part = reader.ReadSubtree();
        bool? converged = null;
        while (part.Read())
        {
            if (part.NodeType == XmlNodeType.Element && part.LocalName == "convergence_achieved")
                converged = part.ReadElementContentAsString().Trim() is "true" or "1";
        }

        reader.Read();
        return converged;
    }

    private static double[] Scaled(double[] values, double factor) => Array.ConvertAll(values, x => factor * x);

    private static double[] Numbers(XmlReader reader, int count, string path)
    {
        var name = reader.LocalName;
        var words = reader.ReadElementContentAsString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != count)
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{path}: <{name}> holds {words.Length} numbers; expected {count}"));
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            if (!double.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) || !double.IsFinite(values[i]))
                throw new InputException($"{path}: <{name}> holds '{words[i]}'; expected a finite number");
        }

        return values;
    }
}
