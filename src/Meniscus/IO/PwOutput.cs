using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// The text that pw.x of Quantum ESPRESSO prints, versions 5.1 to 7: scf, relax, vc-relax and md, every ionic step a frame.
/// Energies are in Ry, forces in Ry/bohr, the total stress in kbar with the sign of a pressure, so that Ξ = +stress · V.
/// JOB DONE is printed by runs that did not converge as well; only "convergence has been achieved" counts. With a hybrid
/// functional that is said of every cycle at a fixed exchange operator (the first without any), so that there only
/// "EXX self-consistency reached" counts, and the energy is the last one, marked !!. With scf_must_converge = .false. pw.x says that
/// convergence has been achieved when it gives up, so that the accuracy it estimates is held against the threshold.
/// Source: Quantum ESPRESSO, pages INPUT_PW and the user's guide of PWscf.
/// </summary>
internal sealed class PwOutput(TextLines lines, LabelledFrameOptions options) : RunOutputReader(lines, options)
{
    private const double ForceUnit = Units.Rydberg / Units.Bohr;

    private long _atomCount;
    private double _alat = double.NaN;
    private double[]? _cell;
    private int[]? _types;
    private double[]? _positions;
    private double? _energy;
    private bool? _converged;
    private double[]? _forces;
    private double[]? _stress;
    private bool _running;
    private bool _hybrid;
    private double _threshold = double.NaN;
    private double _accuracy = double.NaN;

    /// <inheritdoc/>
    protected override string Program => "pw.x";

    /// <summary>Reads the frames of an output.</summary>
    public static IEnumerable<Frame> Read(string path, LabelledFrameOptions options) => Frames(() => new PwOutput(TextLines.Open(path), options));

    /// <inheritdoc/>
    protected override Frame? ReadStep()
    {
        while (Lines.TryRead(out var line))
        {
            if (HasResult && BeginsStructure(line))
            {
                Lines.PutBack();
                if (Finish() is { } frame)
                    return frame;
                continue;
            }

            Take(line);
            if (!_running && HasResult && Finish() is { } last)
                return last;
        }

        if (_running)
            EndWithin("JOB DONE");
        return null;
    }

    /// <summary>The accuracy is printed to 1e-8 Ry, the threshold to two digits.</summary>
    private bool IsAccurate => !(_accuracy > (1.1 * _threshold) + 5e-9);

    private bool HasResult => _energy is not null || _converged is not null;

    private static bool BeginsStructure(ReadOnlySpan<byte> line) =>
        line.StartsWith("ATOMIC_POSITIONS"u8) || line.StartsWith("CELL_PARAMETERS"u8) || line.IndexOf("crystal axes: (cart. coord."u8) >= 0
        || line.IndexOf("Program PWSCF"u8) >= 0;

    private void Take(ReadOnlySpan<byte> line)
    {
        var text = line.TrimStart((byte)' ');
        if (text.IsEmpty)
            return;
        if (text[0] == (byte)'!')
            _energy = Numbers(After(text, "="u8), 1, "the total energy")[0] * Units.Rydberg;
        else if (text.StartsWith("Program PWSCF"u8))
            Begin();
        else if (text.StartsWith("JOB DONE"u8))
            _running = false;
        else if (text.StartsWith("number of atoms/cell"u8))
            _atomCount = TakeAtomCount(text);
        else if (text.StartsWith("lattice parameter (alat)"u8) || text.StartsWith("celldm(1)="u8))
            _alat = Numbers(After(text, "="u8), 1, "the lattice parameter")[0] * Units.Bohr;
        else if (text.StartsWith("crystal axes: (cart. coord."u8))
            _cell = ReadAxes();
        else if (text.StartsWith("site n."u8) && (text.IndexOf("alat units"u8) >= 0 || text.IndexOf("a_0 units"u8) >= 0))
            ReadSites();
        else if (line.StartsWith("CELL_PARAMETERS"u8))
            _cell = ReadCell(text);
        else if (line.StartsWith("ATOMIC_POSITIONS"u8))
            ReadPositions(text);
        else
            TakeResult(text);
    }

    private void TakeResult(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("convergence has been achieved"u8))
            _converged = !IsAccurate ? false : _hybrid ? null : true;
        else if (text.StartsWith("EXX self-consistency reached"u8))
            _converged = true;
        else if (text.StartsWith("convergence NOT achieved"u8) || text.StartsWith("EXX convergence NOT achieved"u8))
            _converged = false;
        else if (text.StartsWith("EXX: now go back to refine"u8))
            (_hybrid, _converged) = (true, null);
        else if (text.StartsWith("estimated scf accuracy"u8))
            _accuracy = Numbers(After(text, "<"u8), 1, "the accuracy of the self-consistent cycle")[0];
        else if (text.StartsWith("scf convergence threshold"u8) || text.StartsWith("convergence threshold"u8))
            _threshold = Numbers(After(text, "="u8), 1, "the convergence threshold")[0];
        else if (text.StartsWith("Forces acting on atoms"u8))
            _forces ??= ReadForces();
        else if (text.StartsWith("total   stress"u8))
            _stress = ReadStress();
    }

    private void Begin()
    {
        if (_running)
            throw Lines.Error("a run begins before the one before it ended; the output of two runs is mixed, or one was killed: give each run its own file");
        _running = true;
        (_cell, _types, _positions, _alat, _atomCount, _hybrid, _threshold, _accuracy) = (null, null, null, double.NaN, 0, false, double.NaN, double.NaN);
    }

    private long TakeAtomCount(ReadOnlySpan<byte> text)
    {
        var words = new Words(After(text, "="u8));
        return words.Next(out var word) && Words.IsInteger(word, out var count) && count is > 0 and <= MaximumAtoms
            ? count
            : throw Lines.Error($"'{TextLines.Printable(text)}': expected the number of atoms, 1 to {MaximumAtoms}");
    }

    private double[] ReadAxes()
    {
        var rows = new double[9];
        for (var row = 0; row < 3; row++)
        {
            var line = Lines.Require("a crystal axis");
            Array.ConvertAll(Numbers(After(line, "= ("u8), 3, "a crystal axis"), value => value * Alat).CopyTo(rows, 3 * row);
        }

        return rows;
    }

    private double Alat => double.IsNaN(_alat) ? throw Lines.Error("lengths in units of alat, but no lattice parameter before; the beginning of the output is missing") : _alat;

    private long AtomCount => _atomCount > 0 ? _atomCount : throw Lines.Error("no number of atoms before; the beginning of the output is missing");

    private void ReadSites()
    {
        var (types, positions) = (new List<int>(), new List<double>());
        for (var i = 0L; i < AtomCount; i++)
        {
            var line = Lines.Require("the sites of all atoms");
            var words = new Words(line);
            if (!words.Next(out _) || !words.Next(out var label))
                throw Lines.Error($"expected the site of atom {i + 1} of {AtomCount}");
            types.Add(TypeOf(label));
            foreach (var value in Numbers(After(line, "= ("u8), 3, "a position"))
                positions.Add(value * Alat);
        }

        (_types, _positions) = ([.. types], [.. positions]);
    }

    /// <summary>The card that a changing cell is printed as; with alat in units of the value that stands beside it.</summary>
    private double[] ReadCell(ReadOnlySpan<byte> heading)
    {
        var unit = heading.IndexOf("angstrom"u8) >= 0 ? 1 : heading.IndexOf("bohr"u8) >= 0 ? Units.Bohr : double.NaN;
        if (double.IsNaN(unit))
        {
            var alat = After(heading, "alat="u8);
            if (!alat.IsEmpty)
                _alat = Numbers(alat.TrimEnd(") }"u8), 1, "the lattice parameter")[0] * Units.Bohr;
            unit = Alat;
        }

        var rows = new double[9];
        for (var row = 0; row < 3; row++)
            Array.ConvertAll(Numbers(Lines.Require("a cell vector"), 3, "a cell vector"), value => value * unit).CopyTo(rows, 3 * row);
        return rows;
    }

    private void ReadPositions(ReadOnlySpan<byte> heading)
    {
        var crystal = heading.IndexOf("crystal"u8) >= 0;
        var unit = crystal || heading.IndexOf("angstrom"u8) >= 0 ? 1 : heading.IndexOf("bohr"u8) >= 0 ? Units.Bohr : Alat;
        var cell = CurrentCell();
        var (types, positions) = (new List<int>(), new List<double>());
        for (var i = 0L; i < AtomCount; i++)
        {
            var words = new Words(Lines.Require("the positions of all atoms"));
            if (!words.Next(out var label))
                throw Lines.Error($"expected atom {i + 1} of {AtomCount}");
            types.Add(TypeOf(label));
            var p = Numbers(words.Rest, 3, "a position");
            var (x, y, z) = crystal ? cell.Cartesian(p[0], p[1], p[2]) : (p[0] * unit, p[1] * unit, p[2] * unit);
            positions.AddRange([x, y, z]);
        }

        (_types, _positions) = ([.. types], [.. positions]);
    }

    private double[] ReadForces()
    {
        Lines.Skip(1, "the forces");
        var forces = new List<double>();
        for (var i = 0L; i < AtomCount; i++)
        {
            var line = Lines.Require("the forces on all atoms");
            foreach (var value in Numbers(After(line, "force ="u8), 3, $"the force on atom {i + 1} of {AtomCount}"))
                forces.Add(value * ForceUnit);
        }

        return [.. forces];
    }

    private double[] ReadStress()
    {
        var stress = new double[9];
        for (var row = 0; row < 3; row++)
            Array.ConvertAll(Numbers(Lines.Require("the stress"), 6, "a row of the stress in Ry/bohr³ and kbar")[3..], value => value * Units.Kilobar).CopyTo(stress, 3 * row);
        return stress;
    }

    private Cell CurrentCell() =>
        _cell is null ? throw Lines.Error("no cell before; the beginning of the output is missing") : LammpsBox.Guard(Lines, _cell);

    /// <summary>Ends the step; null where it is left out.</summary>
    private Frame? Finish()
    {
        var (energy, converged, forces, stress) = (_energy, _converged, _forces, _stress);
        (_energy, _converged, _forces, _stress) = (null, null, null, null);
        if (converged != true || energy is null)
        {
            LeaveOut(converged == false ? "the self-consistent cycle did not converge" : "the self-consistent cycle has no end");
            return null;
        }

        if (_types is null || _positions is null)
            throw Lines.Error("an energy without positions before it; the beginning of the output is missing");
        var cell = CurrentCell();
        return new Frame(Naming.Map, _types, _positions, cell)
        {
            Energy = energy,
            Forces = forces,
            Virial = stress is null ? null : Virial(stress, cell),
        };
    }
}
