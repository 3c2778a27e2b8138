using System.Globalization;
using System.Text;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// VASP's vasprun.xml, every <c>calculation</c> a frame: the free energy <c>e_fr_energy</c>, forces, and the stress in kbar
/// (positive under compression). The file does not say whether the electronic cycle converged; a step that took all NELM
/// electronic steps is left out. Source: the VASP wiki, page vasprun.xml.
/// </summary>
internal sealed class Vasprun
{
    private readonly XmlInput _xml;
    private readonly LabelledFrameOptions _options;
    private readonly TypeNaming _naming = new(null);
    private readonly List<int> _types = [];
    private readonly Stack<string> _within = [];
    private readonly List<double> _rows = [];
    private int _mostSteps;
    private int _steps;
    private double[]? _cell;
    private double[]? _positions;
    private double[]? _forces;
    private double[]? _stress;
    private double? _energy;

    private Vasprun(XmlInput xml, LabelledFrameOptions options) => (_xml, _options) = (xml, options);

    /// <summary>Reads the frames of a file.</summary>
    public static IEnumerable<Frame> Read(string path, LabelledFrameOptions options)
    {
        using var xml = XmlInput.Open(path);
        var reader = new Vasprun(xml, options);
        var (any, root) = (false, true);
        while (reader.NextElement())
        {
            if (root && xml.Name != "modeling")
                throw xml.Error($"<{xml.Name}> at the root; expected <modeling>, the file of VASP");
            root = false;
            if (reader.Take() is { } frame)
            {
                any = true;
                yield return frame;
            }
        }

        if (!any)
            throw new InputException($"{path}: no ionic step with a converged energy{(options.LeftOut?.First is { } first ? $" ({first})" : "")}; expected <calculation> of a finished run of VASP");
    }

    /// <summary>A file that a killed job left has no end; the steps before it may be taken.</summary>
    private bool NextElement()
    {
        try
        {
            return _xml.Next();
        }
        catch (InputException) when (_options.TolerateTornEnd && _mostSteps > 0)
        {
            return false;
        }
    }

    private bool InCalculation => _within.Contains("calculation");

    private Frame? Take()
    {
        if (_xml.IsEnd)
        {
            // <i>, <v> and <c> are the leaves; they were not noted.
            var closed = _xml.Name is not ("i" or "v" or "c") && _within.TryPop(out var name) ? name : "";
            if (_xml.Name == "varray")
                EndArray(closed);
            return _xml.Name == "calculation" ? Finish() : null;
        }

        if (_within.Count > 64)
            throw _xml.Error("elements more than 64 deep; expected the file of VASP");
        if (!_xml.IsEmpty && _xml.Name is not ("i" or "v" or "c"))
            _within.Push(_xml.Name == "varray" || _xml.Name == "array" ? _xml.Attribute("name") ?? "" : _xml.Name);
        switch (_xml.Name)
        {
            case "calculation":
                (_steps, _energy, _forces, _stress, _cell, _positions) = (0, null, null, null, null, null);
                break;
            case "scstep":
                _steps++;
                break;
            case "varray":
                _rows.Clear();
                break;
            case "v" when IsWanted(Top):
                _rows.AddRange(_xml.Numbers(3));
                break;
            case "i":
                TakeValue();
                break;
            case "rc" when _within.Contains("atoms"):
                TakeAtom();
                break;
        }

        return null;
    }

    private string Top => _within.TryPeek(out var name) ? name : "";

    private static bool IsWanted(string array) => array is "basis" or "positions" or "forces" or "stress";

    private void TakeValue()
    {
        if (_xml.IsEmpty)
            return;
        var name = _xml.Attribute("name");
        // The first NELM is that of the ground state; later ones belong to response functions.
        if (name == "NELM" && _mostSteps == 0 && _within.Contains("parameters"))
            _mostSteps = (int)Math.Clamp(_xml.Numbers(1)[0], 1, int.MaxValue);
        else if (name == "e_fr_energy" && InCalculation && !_within.Contains("scstep"))
            _energy = _xml.Numbers(1)[0];
    }

    private void TakeAtom()
    {
        if (!_xml.Next() || _xml.Name != "c")
            throw _xml.Error("<rc> of an atom without <c>; expected the element");
        var label = Encoding.UTF8.GetBytes(_xml.Text().Trim());
        if (_naming.TakeName(SpeciesLabel.Symbol(label), out var type) is not null)
            throw _xml.Error($"'{TextLines.Printable(label)}' where an atom's element stands; expected its symbol");
        _types.Add(type);
    }

    private void EndArray(string name)
    {
        var values = _rows.ToArray();
        if (!InCalculation || values.Length == 0)
            return;
        switch (name)
        {
            case "basis":
                _cell = values;
                break;
            case "positions":
                _positions = values;
                break;
            case "forces":
                _forces = values;
                break;
            case "stress":
                _stress = values;
                break;
        }
    }

    private Frame? Finish()
    {
        if (_steps >= _mostSteps || _energy is null)
        {
            var reason = _energy is null ? "no energy" : _mostSteps == 0 ? "no NELM before it" : "the electronic cycle took all NELM steps, it did not converge";
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
        var count = _types.Count;
        if (count == 0 || _cell is not { Length: 9 } || _positions?.Length != 3 * count || (_forces is not null && _forces.Length != 3 * count) || _stress is not (null or { Length: 9 }))
            throw _xml.Error($"a step whose arrays do not fit together: {count} atoms, {(_positions?.Length ?? 0) / 3} positions, {(_forces?.Length ?? 0) / 3} forces");
        Cell cell;
        try
        {
            cell = new Cell(_cell);
        }
        catch (InputException e)
        {
            throw _xml.Error(e.Message);
        }

        var positions = new double[3 * count];
        for (var i = 0; i < positions.Length; i += 3)
            (positions[i], positions[i + 1], positions[i + 2]) = cell.Cartesian(_positions[i], _positions[i + 1], _positions[i + 2]);
        return new Frame(_naming.Map, [.. _types], positions, cell)
        {
            Energy = _energy,
            Forces = _forces,
            Virial = _stress is null ? null : Array.ConvertAll(_stress, value => value * Units.Kilobar * cell.Volume),
        };
    }
}
