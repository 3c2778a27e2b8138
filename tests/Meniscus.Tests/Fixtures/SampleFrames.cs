using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Tests.Fixtures;

/// <summary>Small water-like systems with every number known.</summary>
public static class SampleFrames
{
    /// <summary>Frames of O H H … atoms on a jittered grid in a 10 Å box; forces add up to zero.</summary>
    public static FrameListSystem System(int frames = 5, int atoms = 6, FrameLabels labels = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial,
        int fparam = 0, int aparam = 0, bool periodic = true, string name = "sample", int seed = 1) =>
        new(name, new TypeMap(["O", "H"]), List(frames, atoms, labels, fparam, aparam, periodic, seed));

    /// <summary>The frames themselves.</summary>
    public static List<LabelledFrame> List(int frames = 5, int atoms = 6, FrameLabels labels = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial,
        int fparam = 0, int aparam = 0, bool periodic = true, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, frames).Select(_ => Frame(random, atoms, labels, fparam, aparam, periodic))];
    }

    private static LabelledFrame Frame(Random random, int atoms, FrameLabels labels, int fparam, int aparam, bool periodic)
    {
        var frame = new LabelledFrame(atoms, fparam, aparam) { Labels = labels, Periodic = periodic, Energy = -470 + random.NextDouble() };
        for (var i = 0; i < atoms; i++)
        {
            frame.Types[i] = i % 3 == 0 ? 0 : 1;
            frame.Positions[3 * i] = (1.6 * (i % 6)) + (0.3 * random.NextDouble());
            frame.Positions[(3 * i) + 1] = (1.6 * (i / 6)) + (0.3 * random.NextDouble());
            frame.Positions[(3 * i) + 2] = random.NextDouble();
        }

        frame.Box[0] = frame.Box[4] = frame.Box[8] = 10;
        foreach (var array in new[] { frame.Forces, frame.Virial, frame.AtomEnergies, frame.AtomPref, frame.FrameParameters, frame.AtomParameters })
        {
            for (var i = 0; i < array.Length; i++)
                array[i] = random.NextDouble() - 0.5;
        }

        for (var axis = 0; axis < 3; axis++)
        {
            var sum = Enumerable.Range(0, atoms).Sum(i => frame.Forces[(3 * i) + axis]);
            for (var i = 0; i < atoms; i++)
                frame.Forces[(3 * i) + axis] -= sum / atoms;
        }

        return frame;
    }

    /// <summary>Asserts that two frames hold the same numbers, within a relative tolerance for float32 storage.</summary>
    public static void AssertEqual(LabelledFrame expected, LabelledFrame actual, double relative = 0)
    {
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.Periodic, actual.Periodic);
        Assert.Equal(expected.Types, actual.Types);
        AssertClose(expected.Positions, actual.Positions, relative);
        if (expected.Periodic)
            AssertClose(expected.Box, actual.Box, relative);
        if (expected.Labels.HasFlag(FrameLabels.Energy))
            AssertClose([expected.Energy], [actual.Energy], relative);
        if (expected.Labels.HasFlag(FrameLabels.Force))
            AssertClose(expected.Forces, actual.Forces, relative);
        if (expected.Labels.HasFlag(FrameLabels.Virial))
            AssertClose(expected.Virial, actual.Virial, relative);
        if (expected.Labels.HasFlag(FrameLabels.AtomEnergy))
            AssertClose(expected.AtomEnergies, actual.AtomEnergies, relative);
        if (expected.Labels.HasFlag(FrameLabels.AtomPref))
            AssertClose(expected.AtomPref, actual.AtomPref, relative);
        AssertClose(expected.FrameParameters, actual.FrameParameters, relative);
        AssertClose(expected.AtomParameters, actual.AtomParameters, relative);
    }

    private static void AssertClose(double[] expected, double[] actual, double relative)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.InRange(actual[i], expected[i] - (relative * Math.Abs(expected[i])), expected[i] + (relative * Math.Abs(expected[i])));
    }
}
