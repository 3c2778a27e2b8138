using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// n2p2's <c>input.data</c>: blocks from <c>begin</c> to <c>end</c> with <c>lattice</c>, <c>atom</c> (x y z element charge
/// energy fx fy fz), <c>energy</c> and <c>charge</c>, in bohr and hartree. Source: n2p2's documentation, page "Configuration
/// file format". It has no virial.
/// </summary>
public static class N2p2Data
{
    /// <summary>Reads the frames of a file.</summary>
    /// <param name="path">The file, may end in .gz.</param>
    /// <exception cref="InputException">While reading: a line is not what it should be.</exception>
    public static IEnumerable<Frame> Read(string path)
    {
        using var lines = TextLines.Open(path);
        var naming = new TypeNaming(null);
        lines.Frame = 0;
        while (ReadFrame(lines, naming) is { } frame)
        {
            lines.Frame++;
            yield return frame;
        }

        if (lines.Frame == 0)
            throw new InputException($"{path}: has no frame; expected blocks from begin to end");
    }

    /// <summary>Writes frames as a file.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="frames">The frames.</param>
    /// <exception cref="InputException">A frame has no energy or no forces, which the format cannot leave out.</exception>
    public static void Write(string path, IEnumerable<Frame> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        AtomicFile.Write(path, stream =>
        {
            var text = new Utf8Text();
            var index = 0;
            foreach (var frame in frames)
            {
                text.Clear();
                Format(text, frame, path, index++);
                stream.Write(text.Written);
            }
        });
    }

    private static void Format(Utf8Text text, Frame frame, string path, int index)
    {
        if (frame.Energy is not { } energy || frame.Forces is not { } forces)
            throw new InputException($"{path}: frame {index} has no energy or no forces, which input.data needs; write another format");
        text.Append("begin\n"u8);
        for (var row = 0; row < 3 && frame.Cell.IsPeriodic; row++)
        {
            text.Append("lattice"u8);
            for (var k = 0; k < 3; k++)
                text.Append(' ').Append(frame.Cell[row, k] / Units.Bohr);
            text.Append('\n');
        }

        for (var i = 0; i < frame.AtomCount; i++)
        {
            text.Append("atom"u8);
            for (var k = 0; k < 3; k++)
                text.Append(' ').Append(frame.Positions[(3 * i) + k] / Units.Bohr);
            text.Append(' ').Append(frame.NameOf(i)).Append(" 0 0"u8);
            for (var k = 0; k < 3; k++)
                text.Append(' ').Append(forces[(3 * i) + k] / (Units.Hartree / Units.Bohr));
            text.Append('\n');
        }

        text.Append("energy "u8).Append(energy / Units.Hartree).Append("\ncharge 0\nend\n"u8);
    }

    private static Frame? ReadFrame(TextLines lines, TypeNaming naming)
    {
        if (!FindBegin(lines))
            return null;
        var (types, positions, forces, lattice) = (new List<int>(), new List<double>(), new List<double>(), new List<double>());
        double? energy = null;
        while (true)
        {
            var words = new Words(lines.Require("end"));
            if (!words.Next(out var key))
                continue;
            if (key.SequenceEqual("end"u8))
                return Make(lines, naming, [.. types], [.. positions], [.. forces], [.. lattice], energy);
            if (key.SequenceEqual("lattice"u8))
                Take(lines, ref words, lattice, Units.Bohr, "a lattice vector");
            else if (key.SequenceEqual("atom"u8))
                TakeAtom(lines, ref words, naming, types, positions, forces);
            else if (key.SequenceEqual("energy"u8))
                energy = words.NextNumber(out var value) ? value * Units.Hartree : throw lines.Error("expected the energy, a finite number");
            else if (!key.SequenceEqual("comment"u8) && !key.SequenceEqual("charge"u8))
                throw lines.Error($"'{TextLines.Printable(key)}' within a block; expected lattice, atom, energy, charge, comment or end");
        }
    }

    private static bool FindBegin(TextLines lines)
    {
        while (lines.TryRead(out var line))
        {
            if (line.Trim(" \t"u8).SequenceEqual("begin"u8))
                return true;
            if (!line.Trim(" \t"u8).IsEmpty)
                throw lines.Error($"'{TextLines.Printable(line)}' where a block begins; expected begin");
        }

        return false;
    }

    private static void TakeAtom(TextLines lines, ref Words words, TypeNaming naming, List<int> types, List<double> positions, List<double> forces)
    {
        Take(lines, ref words, positions, Units.Bohr, "the position of an atom");
        if (!words.Next(out var name) || naming.TakeName(name, out var type) is not null)
            throw lines.Error("expected atom x y z element charge energy fx fy fz");
        types.Add(type);
        if (!words.NextNumber(out _) || !words.NextNumber(out _))
            throw lines.Error("expected atom x y z element charge energy fx fy fz");
        Take(lines, ref words, forces, Units.Hartree / Units.Bohr, "the force on an atom");
    }

    private static void Take(TextLines lines, ref Words words, List<double> values, double unit, string expected)
    {
        for (var k = 0; k < 3; k++)
            values.Add(words.NextNumber(out var value) ? value * unit : throw lines.Error($"expected {expected}, three finite numbers"));
    }

    private static Frame Make(TextLines lines, TypeNaming naming, int[] types, double[] positions, double[] forces, double[] lattice, double? energy)
    {
        if (types.Length == 0 || lattice.Length is not (0 or 9))
            throw lines.Error($"a block with {types.Length} atoms and {lattice.Length / 3} lattice lines; expected atoms, and three lattice lines or none");
        var cell = lattice.Length == 9 ? LammpsBox.Guard(lines, lattice) : Cell.None;
        return new Frame(naming.Map, types, positions, cell) { Energy = energy, Forces = forces };
    }
}
