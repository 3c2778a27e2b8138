using System.Text;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// VASP's OUTCAR, every ionic step a frame. The energy is the free energy TOTEN, which the forces belong to; the stress is
/// the line "in kB" (XX YY ZZ XY YZ ZX, positive under compression), so that Ξ = +stress · V. A step counts where the
/// electronic cycle ended "because EDIFF is reached". Source: the VASP wiki, page OUTCAR.
/// </summary>
internal sealed class VaspOutcar(TextLines lines, LabelledFrameOptions options) : RunOutputReader(lines, options)
{
    private readonly List<int> _species = [];
    private readonly List<int> _counts = [];
    private readonly List<double> _box = [];
    private int[]? _types;
    private double[]? _cell;
    private double[]? _positions;
    private double[]? _forces;
    private double[]? _stress;
    private bool _converged;
    private bool _within;

    /// <inheritdoc/>
    protected override string Program => "VASP";

    /// <summary>Reads the frames of an OUTCAR.</summary>
    public static IEnumerable<Frame> Read(string path, LabelledFrameOptions options) => Frames(() => new VaspOutcar(TextLines.Open(path), options));

    /// <inheritdoc/>
    protected override Frame? ReadStep()
    {
        while (Lines.TryRead(out var line))
        {
            var text = line.TrimStart((byte)' ');
            // Two blanks: the energy of the ionic step; one blank: those of the electronic steps.
            if (text.StartsWith("free  energy   TOTEN"u8))
            {
                if (Finish(Numbers(After(text, "="u8), 1, "the free energy")[0]) is { } frame)
                    return frame;
            }
            else if (!text.IsEmpty)
            {
                Take(text);
            }
        }

        if (_within)
            EndWithin("the end of the ionic step");
        return null;
    }

    private void Take(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("TITEL"u8))
            TakeSpecies(text);
        else if (text.StartsWith("ions per type"u8))
            TakeCounts(text);
        else if (text.StartsWith("direct lattice vectors"u8))
            _cell = ReadCell();
        else if (text.StartsWith("POSITION"u8) && text.IndexOf("TOTAL-FORCE"u8) >= 0)
            ReadForces();
        else if (text.StartsWith("in kB"u8))
            TakeStress(text);
        else if (text[0] == (byte)'-' && text.IndexOf(" Iteration "u8) >= 0)
            _within = true;
        else if (text.IndexOf("aborting loop"u8) >= 0)
            _converged = text.IndexOf("because EDIFF is reached"u8) >= 0;
    }

    private void TakeSpecies(ReadOnlySpan<byte> text)
    {
        // TITEL  = PAW_PBE O_h 06Feb2004; old files have the element alone.
        var words = new Words(After(text, "="u8));
        if (!words.Next(out var first))
            throw Lines.Error("TITEL without the name of a potential");
        _species.Add(TypeOf(words.Next(out var second) && char.IsAsciiLetter((char)second[0]) ? second : first));
    }

    private void TakeCounts(ReadOnlySpan<byte> text)
    {
        _counts.Clear();
        var words = new Words(After(text, "="u8));
        while (words.Next(out var word))
        {
            if (!Words.IsInteger(word, out var count) || count is < 0 or > MaximumAtoms || _counts.Count >= _species.Count)
                throw Lines.Error($"'{TextLines.Printable(text)}': expected a number of ions for each of the {_species.Count} potentials (TITEL)");
            _counts.Add((int)count);
        }

        if (_counts.Count == 0 || _counts.Count != _species.Count)
            throw Lines.Error($"{_counts.Count} numbers of ions for {_species.Count} potentials (TITEL); expected one for each");
    }

    private double[] ReadCell()
    {
        _box.Clear();
        for (var row = 0; row < 3; row++)
            _box.AddRange(Vector(Lines.Require("a lattice vector")));
        return [.. _box];
    }

    /// <summary>Three numbers of 13 columns after three blanks; wide ones touch.</summary>
    private double[] Vector(ReadOnlySpan<byte> line)
    {
        const int indent = 3;
        const int width = 13;
        if (line.Length < indent + (3 * width))
            throw Lines.Error($"'{TextLines.Printable(line)}': expected a lattice vector, three numbers");
        var text = new StringBuilder();
        for (var k = 0; k < 3; k++)
            text.Append(Encoding.ASCII.GetString(line.Slice(indent + (k * width), width))).Append(' ');
        return Numbers(Encoding.ASCII.GetBytes(text.ToString()), 3, "a lattice vector");
    }

    private void ReadForces()
    {
        if (_counts.Count == 0)
            throw Lines.Error("forces without 'ions per type' before; the beginning of the file is missing");
        Lines.Skip(1, "the positions and forces");
        var (types, positions, forces) = (new List<int>(), new List<double>(), new List<double>());
        for (var species = 0; species < _counts.Count; species++)
        {
            for (var i = 0; i < _counts[species]; i++)
            {
                var row = Numbers(Lines.Require("the positions and forces of all ions"), 6, $"position and force of ion {types.Count + 1}");
                types.Add(_species[species]);
                positions.AddRange(row.AsSpan(0, 3));
                forces.AddRange(row.AsSpan(3, 3));
            }
        }

        (_types, _positions, _forces) = ([.. types], [.. positions], [.. forces]);
    }

    private void TakeStress(ReadOnlySpan<byte> text)
    {
        var s = Array.ConvertAll(Numbers(text["in kB"u8.Length..], 6, "the stress"), value => value * Units.Kilobar);
        _stress = [s[0], s[3], s[5], s[3], s[1], s[4], s[5], s[4], s[2]];
    }

    private Frame? Finish(double energy)
    {
        var (positions, forces, stress, converged) = (_positions, _forces, _stress, _converged);
        (_positions, _forces, _stress, _converged, _within) = (null, null, null, false, false);
        if (!converged)
        {
            LeaveOut("the electronic cycle did not converge (EDIFF not reached)");
            return null;
        }

        if (_types is null || positions is null || _cell is null)
            throw Lines.Error("an energy without cell, positions or 'ions per type' before; the beginning of the file is missing");
        var cell = LammpsBox.Guard(Lines, _cell);
        return new Frame(Naming.Map, _types, positions, cell)
        {
            Energy = energy,
            Forces = forces,
            Virial = stress is null ? null : Virial(stress, cell),
        };
    }
}
