using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Tests.Fixtures;

/// <summary>
/// Twelve atoms, O and H, under a smooth pair potential that a network can learn: E = Σ a exp(−(r/σ)²) over all pairs and
/// images, plus an energy per atom. All labels are exact, so that training on any of them must make its error small.
/// </summary>
internal static class PairFrames
{
    public const int AtomCount = 12;

    private const double Sigma = 1.1;

    private static readonly double[] Box = [6.2, 0, 0, 0.4, 5.9, 0, -0.3, 0.2, 6.4];

    /// <summary>Frames with energy, forces, virial, atomic energies and weights.</summary>
    public static List<LabelledFrame> List(int frames, int seed = 1, int fparam = 0, int aparam = 0, bool shuffledTypes = false, int atoms = AtomCount)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, frames).Select(_ => Frame(random, fparam, aparam, shuffledTypes, atoms))];
    }

    private static LabelledFrame Frame(Random random, int fparam, int aparam, bool shuffledTypes, int atoms)
    {
        var frame = new LabelledFrame(atoms, fparam, aparam)
        {
            Labels = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial | FrameLabels.AtomEnergy | FrameLabels.AtomPref
                | (fparam > 0 ? FrameLabels.FrameParameters : 0) | (aparam > 0 ? FrameLabels.AtomParameters : 0),
        };
        Box.CopyTo(frame.Box, 0);
        for (var i = 0; i < atoms; i++)
        {
            frame.Types[i] = i % 3 == 0 ? 0 : 1;
            frame.Positions[3 * i] = (2 * (i % 3)) + (0.6 * random.NextDouble());
            frame.Positions[(3 * i) + 1] = (2.8 * (i / 3 % 2)) + (0.6 * random.NextDouble());
            frame.Positions[(3 * i) + 2] = (3.1 * (i / 6)) + (0.6 * random.NextDouble());
            frame.AtomPref[i] = 0.5 + random.NextDouble();
        }

        if (shuffledTypes)
            random.Shuffle(frame.Types);
        for (var k = 0; k < fparam; k++)
            frame.FrameParameters[k] = 3 + random.NextDouble();
        for (var k = 0; k < frame.AtomParameters.Length; k++)
            frame.AtomParameters[k] = random.NextDouble() - 7;
        Label(frame);
        return frame;
    }

    private static void Label(LabelledFrame frame)
    {
        var strength = 1 + frame.FrameParameters.Sum() - (3 * frame.FrameParameters.Length);
        for (var i = 0; i < frame.AtomCount; i++)
        {
            frame.AtomEnergies[i] += frame.Types[i] == 0 ? -20 : -3;
            for (var j = 0; j < frame.AtomCount; j++)
            {
                for (var image = 0; image < 27; image++)
                {
                    if (i != j || image != 13)
                        AddPair(frame, i, j, image, strength);
                }
            }
        }

        frame.Energy = frame.AtomEnergies.Sum();
    }

    /// <summary>Half of a pair: its other half comes with i and j exchanged.</summary>
    private static void AddPair(LabelledFrame frame, int i, int j, int image, double strength)
    {
        Span<double> r = stackalloc double[3];
        var square = 0.0;
        for (var c = 0; c < 3; c++)
        {
            r[c] = frame.Positions[(3 * i) + c] - frame.Positions[(3 * j) + c];
            foreach (var (axis, n) in new[] { (0, image / 9), (1, image / 3 % 3), (2, image % 3) })
                r[c] -= (n - 1) * Box[(3 * axis) + c];
            square += r[c] * r[c];
        }

        var energy = strength * (2 + frame.Types[i] + frame.Types[j]) * Math.Exp(-square / (Sigma * Sigma));
        frame.AtomEnergies[i] += energy / 2;
        for (var c = 0; c < 3; c++)
        {
            var force = 2 * energy * r[c] / (Sigma * Sigma);
            frame.Forces[(3 * i) + c] += force;
            for (var d = 0; d < 3; d++)
                frame.Virial[(3 * c) + d] += force * r[d] / 2;
        }
    }

    /// <summary>Writes frames as a system folder.</summary>
    public static void Write(string folder, IReadOnlyList<LabelledFrame> frames, DeepmdNpyOptions? options = null) =>
        DeepmdNpyWriter.Write(new FrameListSystem(folder, new TypeMap(["O", "H"]), frames), folder, options);
}
