using System.Globalization;
using System.Text;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>What the <c>output</c> of a run of pw.x that moves no atoms says.</summary>
/// <param name="Title">title of the input.</param>
/// <param name="Converged">Whether the scf converged; null where the file does not say (versions before 6.4 do not).</param>
/// <param name="Frame">The structure with its labels; null without an energy.</param>
internal readonly record struct PwXmlOutput(string Title, bool? Converged, Frame? Frame);

/// <summary>
/// data-file-schema.xml of pw.x (Quantum ESPRESSO 6.1 and later), in hartree and bohr; the stress has the sign of a pressure.
/// Runs that move atoms have a <c>step</c> per ionic step with energy and forces, whose stress is not in the file, and an
/// <c>output</c> whose structure is the one after the last move while its energy is of the one before: it is taken only
/// where there are no steps. With scf_must_converge = .false. pw.x calls a cycle converged when it gives up, so that its error is
/// held against conv_thr. Source: the schema qes.xsd of Quantum ESPRESSO.
/// </summary>
internal sealed class PwXml
{
    private const double ForceUnit = Units.Hartree / Units.Bohr;
    private const double StressUnit = Units.Hartree / (Units.Bohr * Units.Bohr * Units.Bohr);

    private readonly XmlInput _xml;
    private readonly LabelledFrameOptions _options;
    private readonly TypeNaming _naming = new(null);
    private readonly List<int> _types = [];
    private readonly List<double> _positions = [];
    private readonly double[] _cell = new double[9];
    private int _vectors;
    private bool? _converged;
    private double? _energy;
    private double[]? _forces;
    private double[]? _stress;
    private bool _inConvergence;
    private bool _inOutput;
    private double _threshold = double.NaN;
    private string _title = "";

    private PwXml(XmlInput xml, LabelledFrameOptions options) => (_xml, _options) = (xml, options);

    /// <summary>Reads the frames of a file.</summary>
    public static IEnumerable<Frame> Read(string path, LabelledFrameOptions options)
    {
        using var xml = XmlInput.Open(path);
        var reader = new PwXml(xml, options);
        var any = false;
        foreach (var _ in reader.Steps())
        {
            if (reader.Converged() is { } frame)
            {
                any = true;
                yield return frame;
            }
        }

        if (!any)
            throw new InputException($"{path}: no step with a converged energy{(options.LeftOut?.First is { } first ? $" ({first})" : "")}; expected <step> or <output> of a finished run of pw.x");
    }

    /// <summary>Reads the file of a single point, converged or not.</summary>
    public static PwXmlOutput ReadOutput(string path)
    {
        using var xml = XmlInput.Open(path);
        var reader = new PwXml(xml, new());
        return reader.Steps().LastOrDefault() is null
            ? throw new InputException($"{path}: no <output>; expected the file of a finished run of pw.x")
            : new(reader._title, reader._converged, reader._energy is null ? null : reader.Make());
    }

    /// <summary>Stops after every step, and at the output where there are none.</summary>
    private IEnumerable<string> Steps()
    {
        var (root, hasSteps) = (true, false);
        while (_xml.Next())
        {
            if (root && _xml.Name != "espresso")
                throw _xml.Error($"<{_xml.Name}> at the root; expected <espresso>, the file of pw.x");
            root = false;
            if (_xml.IsEnd)
                continue;
            if (_xml.Name == "title")
                _title = _xml.Text().Trim();
            else if (_xml.Name == "conv_thr")
                _threshold = _xml.Numbers(1)[0];
            if (_xml.Name is not ("step" or "output"))
                continue;
            hasSteps |= _xml.Name == "step";
            if (_xml.Name == "output" && hasSteps)
                yield break;
            var name = _xml.Name;
            ReadStep(name);
            yield return name;
        }
    }

    private void ReadStep(string element)
    {
        Clear();
        _inOutput = element == "output";
        while (_xml.Next() && !(_xml.IsEnd && _xml.Name == element))
            Take();
    }

    private void Clear()
    {
        _types.Clear();
        _positions.Clear();
        _vectors = 0;
        (_converged, _energy, _forces, _stress) = (null, null, null, null);
    }

    private void Take()
    {
        if (_xml.Name == "scf_conv")
            _inConvergence = !_xml.IsEnd;
        if (_xml.IsEnd)
            return;
        switch (_xml.Name)
        {
            case "convergence_achieved" when _inConvergence:
                _converged = _xml.Text().Trim() is "true" or "1";
                break;
            case "scf_error" when _inConvergence:
                TakeError(_xml.Numbers(1)[0]);
                break;
            case "atom":
                TakeAtom();
                break;
            case "a1" or "a2" or "a3":
                TakeVector(_xml.Name[1] - '1');
                break;
            case "etot":
                _energy = _xml.Numbers(1)[0] * Units.Hartree;
                break;
            case "forces" when !_xml.IsEmpty:
                _forces = Array.ConvertAll(_xml.Numbers(-1), value => value * ForceUnit);
                break;
            case "stress" when !_xml.IsEmpty:
                _stress = Array.ConvertAll(_xml.Numbers(9), value => value * StressUnit);
                break;
        }
    }

    /// <summary>conv_thr and the error in the output are in hartree, that in a step is in rydberg.</summary>
    private void TakeError(double error)
    {
        if (error > (_inOutput ? 1.1 : 2.2) * _threshold)
            _converged = false;
    }

    private void TakeAtom()
    {
        var label = Encoding.UTF8.GetBytes(_xml.Attribute("name") ?? "");
        if (_naming.TakeName(SpeciesLabel.Symbol(label), out var type) is not null)
            throw _xml.Error($"<atom name=\"{TextLines.Printable(label)}\"> begins with no symbol of an element");
        _types.Add(type);
        foreach (var value in _xml.Numbers(3))
            _positions.Add(value * Units.Bohr);
    }

    private void TakeVector(int row)
    {
        var values = _xml.Numbers(3);
        for (var k = 0; k < 3; k++)
            _cell[(3 * row) + k] = values[k] * Units.Bohr;
        _vectors++;
    }

    private Frame? Converged()
    {
        if (_converged != true || _energy is null)
        {
            var reason = _converged == false ? "the self-consistent cycle did not converge" : "no energy, or nothing on convergence";
            var place = string.Create(CultureInfo.InvariantCulture, $"{_xml.Path} line {_xml.Line}");
            if (_options.LeftOut is null)
                throw new InputException($"{place}: {reason}; run the calculation again, or let such steps be left out");
            _options.LeftOut.Add(place, reason);
            return null;
        }

        return Make();
    }

    private Frame Make()
    {
        if (_types.Count == 0 || _vectors != 3)
            throw _xml.Error($"a step with {_types.Count} atoms and {_vectors} cell vectors; expected atoms and three vectors");
        if (_forces is { } forces && forces.Length != 3 * _types.Count)
            throw _xml.Error($"{forces.Length} numbers in <forces> for {_types.Count} atoms; expected three for each");
        Cell cell;
        try
        {
            cell = new Cell(_cell);
        }
        catch (InputException e)
        {
            throw _xml.Error(e.Message);
        }

        return new Frame(_naming.Map, [.. _types], [.. _positions], cell)
        {
            Energy = _energy,
            Forces = _forces,
            Virial = _stress is null ? null : Array.ConvertAll(_stress, value => value * cell.Volume),
        };
    }
}
