using System.Text;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// The output of CP2K, versions 6 to 2025: single points with coordinates, forces and stress in it, and runs that move the
/// atoms, with positions and forces in <c>PROJECT-pos-1.xyz</c> and <c>PROJECT-frc-1.xyz</c> beside it. A step and its positions
/// belong together where their energies agree. Energies in hartree, forces in hartree/bohr, the stress in GPa or bar with the
/// sign of a pressure. Source: the CP2K manual, sections FORCE_EVAL/PRINT and MOTION/PRINT.
/// </summary>
internal sealed class Cp2kOutput : RunOutputReader
{
    private const double ForceUnit = Units.Hartree / Units.Bohr;

    private readonly string _folder;
    private readonly List<int> _types = [];
    private readonly List<double> _positions = [];
    private readonly double[] _cell = new double[9];
    private Cp2kTrajectory? _moved;
    private Cp2kTrajectory? _pulled;
    private string _project = "";
    private string _runType = "";
    private bool _cellChanges;
    private int _vectors;
    private bool? _converged;
    private double? _hartree;
    private double[]? _forces;
    private double[]? _stress;
    private bool _within;
    private bool _moves;

    private Cp2kOutput(string path, LabelledFrameOptions options)
        : base(TextLines.Open(path), options) => _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <inheritdoc/>
    protected override string Program => "CP2K";

    /// <summary>Reads the frames of an output.</summary>
    public static IEnumerable<Frame> Read(string path, LabelledFrameOptions options) => Frames(() => new Cp2kOutput(path, options));

    /// <inheritdoc/>
    public override void Dispose()
    {
        _moved?.Dispose();
        _pulled?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override Frame? ReadStep()
    {
        while (Lines.TryRead(out var line))
        {
            var text = line.Trim(" \t"u8);
            if (text.StartsWith("SCF WAVEFUNCTION OPTIMIZATION"u8) || text.IndexOf("PROGRAM ENDED AT"u8) >= 0)
            {
                var frame = Finish();
                _within = text[0] == (byte)'S';
                if (frame is not null)
                    return frame;
            }
            else if (!text.IsEmpty)
            {
                Take(text);
            }
        }

        // What a killed run printed of a step may lack forces or stress.
        if (_within)
        {
            _within = false;
            EndWithin("the end of the step, or PROGRAM ENDED");
        }

        return null;
    }

    private void Take(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("GLOBAL| Project name"u8))
            _project = TextLines.Printable(LastWord(text));
        else if (text.StartsWith("GLOBAL| Run type"u8))
            TakeRunType(LastWord(text));
        else if (text.StartsWith("CELL| Vector "u8))
            TakeCellVector(text);
        else if (text.IndexOf("Ensemble Type"u8) >= 0)
            _cellChanges = LastWord(text).StartsWith("NP"u8);
        else if (text.IndexOf("ATOMIC COORDINATES IN "u8) >= 0 || text.IndexOf("Atomic coordinates in "u8) >= 0)
            ReadCoordinates(text);
        else
            TakeResult(text);
    }

    private void TakeRunType(ReadOnlySpan<byte> type)
    {
        _runType = Encoding.ASCII.GetString(type);
        _moves = _runType is not ("ENERGY_FORCE" or "ENERGY");
    }

    private void TakeResult(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("ENERGY| Total FORCE_EVAL"u8))
            _hartree = Numbers(LastWord(text), 1, "the energy")[0];
        else if (text.StartsWith("*** SCF run converged"u8) || text.StartsWith("outer SCF loop converged"u8))
            _converged = true;
        else if (text.StartsWith("*** SCF run NOT converged"u8) || text.StartsWith("outer SCF loop FAILED"u8))
            _converged = false;
        else if (text.StartsWith("ATOMIC FORCES in"u8) || text.StartsWith("FORCES| Atomic forces"u8))
            ReadForces();
        else if (text.StartsWith("STRESS TENSOR ["u8) || IsStressHeading(text))
            ReadStress(text);
        else if (_cellChanges && _hartree is not null && (text.StartsWith("CELL LNTHS["u8) || text.IndexOf("| Cell lengths ["u8) >= 0))
            TakeCellLengths(text);
    }

    // The heading of the eigenvectors ends in the same words.
    private static bool IsStressHeading(ReadOnlySpan<byte> text) =>
        text.StartsWith("STRESS| "u8) && text.IndexOf(" stress tensor ["u8) >= 0 && text.IndexOf("igenv"u8) < 0;

    private static ReadOnlySpan<byte> LastWord(ReadOnlySpan<byte> text) => text[(text.LastIndexOf((byte)' ') + 1)..];

    private void TakeCellVector(ReadOnlySpan<byte> text)
    {
        var row = text.Length > 14 ? text["CELL| Vector "u8.Length] - 'a' : -1;
        if (row is < 0 or > 2 || text.IndexOf("angstrom"u8) < 0)
            throw Lines.Error($"'{TextLines.Printable(text)}': expected a cell vector a, b or c in angstrom");
        Numbers(After(text, ":"u8), 3, "a cell vector").CopyTo(_cell, 3 * row);
        _vectors |= 1 << row;
    }

    /// <summary>A barostat's cell at this step; a cell with other than right angles keeps its shape.</summary>
    private void TakeCellLengths(ReadOnlySpan<byte> text)
    {
        var unit = text.IndexOf("[bohr]"u8) >= 0 ? Units.Bohr : 1;
        var mark = text.IndexOf((byte)'=');
        var lengths = Numbers(mark >= 0 ? text[(mark + 1)..] : After(text, "]"u8), 3, "the lengths of the cell");
        for (var row = 0; row < 3; row++)
        {
            var v = _cell.AsSpan(3 * row, 3);
            var scale = lengths[row] * unit / Math.Sqrt((v[0] * v[0]) + (v[1] * v[1]) + (v[2] * v[2]));
            for (var k = 0; k < 3; k++)
                v[k] *= scale;
        }
    }

    private void ReadCoordinates(ReadOnlySpan<byte> heading)
    {
        var unit = heading.IndexOf("bohr"u8) >= 0 || heading.IndexOf("BOHR"u8) >= 0 ? Units.Bohr : 1;
        _types.Clear();
        _positions.Clear();
        while (Lines.TryRead(out var line))
        {
            var words = new Words(line);
            if (!words.Next(out var index) || !Words.IsInteger(index, out var atom))
            {
                if (_types.Count > 0)
                    return;
                continue;
            }

            // Atom, kind, element, atomic number, position.
            if (atom != _types.Count + 1 || !words.Next(out _) || !words.Next(out var element) || !words.Next(out _))
                throw Lines.Error($"expected atom {_types.Count + 1}: number, kind, element, atomic number and position");
            _types.Add(TypeOf(element));
            foreach (var value in Numbers(words.Rest, 3, "a position"))
                _positions.Add(value * unit);
        }
    }

    private void ReadForces()
    {
        var forces = new List<double>();
        while (Lines.TryRead(out var line))
        {
            var text = line.TrimStart((byte)' ');
            var prefixed = text.StartsWith("FORCES|"u8);
            var words = new Words(prefixed ? text["FORCES|"u8.Length..] : text);
            if (!words.Next(out var index) || !Words.IsInteger(index, out var atom))
            {
                if (forces.Count > 0)
                    break;
                continue;
            }

            if (atom != (forces.Count / 3) + 1 || (!prefixed && (!words.Next(out _) || !words.Next(out _))))
                throw Lines.Error($"expected the force on atom {(forces.Count / 3) + 1}");
            foreach (var value in Numbers(words.Rest, 3, "a force"))
                forces.Add(value * ForceUnit);
        }

        _forces = [.. forces];
    }

    private void ReadStress(ReadOnlySpan<byte> heading)
    {
        var unit = heading.IndexOf("[GPa]"u8) >= 0 ? 10 * Units.Kilobar
            : heading.IndexOf("[bar]"u8) >= 0 ? 1e-3 * Units.Kilobar
            : heading.IndexOf("[kbar]"u8) >= 0 ? Units.Kilobar
            : throw Lines.Error($"'{TextLines.Printable(heading)}': expected a stress in GPa, bar or kbar");
        var stress = new double[9];
        for (var (row, passed) = (0, 0); row < 3;)
        {
            var text = Lines.Require("the stress tensor").TrimStart((byte)' ');
            var words = new Words(text.StartsWith("STRESS|"u8) ? text["STRESS|"u8.Length..] : text);
            if (words.Next(out var name) && name.Length == 1 && (name[0] | 0x20) == 'x' + row && words.NextNumber(out stress[3 * row]))
            {
                stress[3 * row] *= unit;
                Array.ConvertAll(Numbers(words.Rest, 2, "a row of the stress"), value => value * unit).CopyTo(stress, (3 * row++) + 1);
            }
            else if (++passed > 5)
            {
                throw Lines.Error("expected the rows x, y and z of the stress tensor");
            }
        }

        _stress = stress;
    }

    /// <summary>Ends the step before; null where there is none or it is left out.</summary>
    private Frame? Finish()
    {
        var (hartree, converged, forces, stress) = (_hartree, _converged, _forces, _stress);
        (_hartree, _converged, _forces, _stress, _within) = (null, null, null, null, false);
        if (hartree is not { } energy)
        {
            if (converged == false)
                LeaveOut("the self-consistent cycle did not converge");
            return null;
        }

        if (converged != true)
        {
            LeaveOut(converged == false ? "the self-consistent cycle did not converge" : "the self-consistent cycle has no end");
            return null;
        }

        var cell = _vectors == 7 ? LammpsBox.Guard(Lines, _cell) : throw Lines.Error("no cell (CELL| Vector a, b, c) before; the beginning of the output is missing");
        var positions = _moves ? Moved(energy) : [.. _positions];
        if (positions is null)
        {
            LeaveOut($"no positions of this step in {_project}-pos-1.xyz");
            return null;
        }

        if (_moves && forces is null)
            forces = Pulled(energy);
        return Make(energy, cell, positions, forces, stress);
    }

    private Frame Make(double energy, in Cell cell, double[] positions, double[]? forces, double[]? stress)
    {
        if (_types.Count == 0)
            throw Lines.Error("no ATOMIC COORDINATES before, which name the elements; print them (PRINT_LEVEL MEDIUM)");
        if (positions.Length != 3 * _types.Count || (forces is not null && forces.Length != positions.Length))
            throw Lines.Error($"{positions.Length / 3} positions and {(forces?.Length ?? 0) / 3} forces for {_types.Count} atoms; the files do not belong together");
        return new Frame(Naming.Map, [.. _types], positions, cell)
        {
            Energy = energy * Units.Hartree,
            Forces = forces,
            Virial = stress is null ? null : Virial(stress, cell),
        };
    }

    private double[]? Moved(double energy)
    {
        _moved ??= Cp2kTrajectory.Open(Path.Combine(_folder, $"{_project}-pos-1.xyz"), $"a run of type {_runType} has its positions there; put it beside the output");
        return _moved!.At(energy);
    }

    private double[]? Pulled(double energy)
    {
        var file = Path.Combine(_folder, $"{_project}-frc-1.xyz");
        if (_pulled is null && !File.Exists(file))
            return null;
        _pulled ??= Cp2kTrajectory.Open(file, "");
        return _pulled.At(energy) is { } values ? Array.ConvertAll(values, value => value * ForceUnit) : null;
    }
}
