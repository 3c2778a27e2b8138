using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Benchmarks.Water;

/// <summary>
/// Configurations of liquid water of any size: frames of examples/water-spcfw (192 atoms, 12.42 Å) repeated along the
/// lattice vectors. Labels are repeated with them: the energy times the number of copies, the forces unchanged.
/// </summary>
internal static class WaterFrames
{
    /// <summary>Reads frames spread evenly over the example and repeats each of them.</summary>
    /// <param name="types">Type map of the model.</param>
    /// <param name="count">Number of frames.</param>
    /// <param name="a">Copies along the first lattice vector.</param>
    /// <param name="b">Along the second.</param>
    /// <param name="c">Along the third.</param>
    public static IReadOnlyList<LabelledFrame> Read(TypeMap types, int count, int a = 1, int b = 1, int c = 1)
    {
        var systems = DeepmdSystems.Open([Path.Combine(WaterModel.Folder, "bulk-300")], types);
        using var system = systems.Single();
        ILabelledSystem source = system;
        var unit = source.CreateFrame();
        var frames = new List<LabelledFrame>();
        for (var k = 0; k < count; k++)
        {
            source.Read(k * source.FrameCount / count, unit);
            frames.Add(Repeat(unit, [a, b, c]));
        }

        return frames;
    }

    private static LabelledFrame Repeat(LabelledFrame unit, ReadOnlySpan<int> copies)
    {
        var number = copies[0] * copies[1] * copies[2];
        var frame = new LabelledFrame(number * unit.AtomCount)
        {
            Periodic = true,
            Labels = FrameLabels.Energy | FrameLabels.Force,
            Energy = number * unit.Energy,
        };
        for (var k = 0; k < 9; k++)
            frame.Box[k] = copies[k / 3] * unit.Box[k];
        for (var n = 0; n < number; n++)
        {
            ReadOnlySpan<int> place = [n / (copies[1] * copies[2]), n / copies[2] % copies[1], n % copies[2]];
            unit.Types.CopyTo(frame.Types, n * unit.AtomCount);
            unit.Forces.CopyTo(frame.Forces, 3 * n * unit.AtomCount);
            for (var i = 0; i < 3 * unit.AtomCount; i++)
            {
                var x = unit.Positions[i];
                for (var v = 0; v < 3; v++)
                    x += place[v] * unit.Box[(3 * v) + (i % 3)];
                frame.Positions[(3 * n * unit.AtomCount) + i] = x;
            }
        }

        return frame;
    }
}
