using System.Globalization;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Writes frames for viewers as Protein Data Bank text: a MODEL per frame, CRYST1 with the cell, positions to 0.001 Å. The cell is
/// turned so that a is along x and b in the xy plane, as the format takes it. Source: PDB file format, version 3.3.
/// </summary>
public static class ProteinDataBank
{
    /// <summary>Writes frames as a file.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="frames">The frames.</param>
    /// <exception cref="InputException">A position does not fit into the columns of the format.</exception>
    public static void Write(string path, IEnumerable<Frame> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        AtomicFile.WriteText(path, writer =>
        {
            var model = 0;
            foreach (var frame in frames)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"MODEL     {++model % 10000,4}"));
                WriteFrame(writer, frame, path, model - 1);
                writer.WriteLine("ENDMDL");
            }

            writer.WriteLine("END");
        });
    }

    private static void WriteFrame(TextWriter writer, Frame frame, string path, int index)
    {
        var box = frame.Cell.IsPeriodic ? new LammpsBox(frame.Cell, limitTilt: false) : default;
        if (frame.Cell.IsPeriodic)
        {
            var ((a, b, c), (alpha, beta, gamma)) = Shape(box.Cell);
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CRYST1{a,9:f3}{b,9:f3}{c,9:f3}{alpha,7:f2}{beta,7:f2}{gamma,7:f2} P 1           1"));
        }

        for (var i = 0; i < frame.AtomCount; i++)
        {
            var (x, y, z) = box.Turned(frame.Positions.AsSpan(3 * i, 3));
            if (Math.Min(x, Math.Min(y, z)) < -999.999 || Math.Max(x, Math.Max(y, z)) > 9999.999)
                throw new InputException($"{path}: frame {index} atom {i} is outside -999.999 to 9999.999 Å, which PDB can hold; write extended XYZ");
            var name = frame.NameOf(i);
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"HETATM{(i + 1) % 100000,5} {name,-4} MOL     1    {x,8:f3}{y,8:f3}{z,8:f3}  1.00  0.00          {name,2}"));
        }
    }

    private static ((double A, double B, double C), (double Alpha, double Beta, double Gamma)) Shape(in Cell cell)
    {
        var h = cell;
        double Dot(int i, int j) => (h[i, 0] * h[j, 0]) + (h[i, 1] * h[j, 1]) + (h[i, 2] * h[j, 2]);
        var (a, b, c) = (Math.Sqrt(Dot(0, 0)), Math.Sqrt(Dot(1, 1)), Math.Sqrt(Dot(2, 2)));
        double Angle(int i, int j, double product) => Math.Acos(Math.Clamp(Dot(i, j) / product, -1, 1)) * 180 / Math.PI;
        return ((a, b, c), (Angle(1, 2, b * c), Angle(0, 2, a * c), Angle(0, 1, a * b)));
    }
}
