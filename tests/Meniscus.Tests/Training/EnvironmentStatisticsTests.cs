using System.Text.Json;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

/// <summary>davg and dstd against DeePMD-kit's own sums, and against what its models hold.</summary>
public sealed class EnvironmentStatisticsTests
{
    [Fact]
    public void The_sums_are_those_of_the_reference()
    {
        var manifest = ReferenceManifest.Require();
        var cases = JsonDocument.Parse(File.ReadAllText(manifest.PathOf("stats/stats.json"))).RootElement.GetProperty("env_mat").EnumerateArray().ToList();
        Assert.True(cases.Count >= 5);
        foreach (var expected in cases)
        {
            var name = expected.GetProperty("like_model").GetString()!;
            using var statistics = Measure(manifest, LoadNeutral(manifest, name));
            for (var type = 0; type < 2; type++)
            {
                var found = statistics.Of(type);
                var (radial, angular) = (expected.GetProperty("items").GetProperty($"r_{type}"), expected.GetProperty("items").GetProperty($"a_{type}"));
                Assert.Equal(radial.GetProperty("number").GetDouble(), found.Number);
                Assert.Equal(angular.GetProperty("number").GetDouble(), 3 * found.Number);
                Near(radial.GetProperty("sum").GetDouble(), found.Radial, 1e-10, name);
                Near(radial.GetProperty("squared_sum").GetDouble(), found.RadialSquares, 1e-10, name);
                // A sum of numbers of both signs: relative to the root of what its squares sum to.
                Near(angular.GetProperty("sum").GetDouble(), found.Angular, 1e-10, name, Math.Sqrt(found.AngularSquares * found.Number));
                Near(angular.GetProperty("squared_sum").GetDouble(), found.AngularSquares, 1e-10, name);
            }

            var (davg, dstd) = statistics.Finish(setDavgZero: false, 1e-2);
            AssertStatistics(expected, davg, dstd, name, 1e-10);
        }
    }

    [Theory]
    [InlineData("thesis_s55")]
    [InlineData("twoside")]
    [InlineData("exclude")]
    [InlineData("overflow")]
    [InlineData("typemap3")]
    [InlineData("modelexcl")]
    [InlineData("float32", 1e-7)]
    public void Davg_and_dstd_are_those_in_the_models_of_the_reference(string name, double tolerance = 1e-10)
    {
        var manifest = ReferenceManifest.Require();
        var model = DeepPotModelFile.Load(manifest.ModelFiles(name).First());
        using var statistics = Measure(manifest, LoadNeutral(manifest, name));
        var (davg, dstd) = statistics.Finish(model.Descriptor.SetDavgZero, 1e-2);
        Assert.Equal(model.Descriptor.Davg.Length, davg.Length);
        for (var k = 0; k < davg.Length; k++)
        {
            Near(model.Descriptor.Davg[k], davg[k], tolerance, $"{name} davg[{k}]", 1);
            Near(model.Descriptor.Dstd[k], dstd[k], tolerance, $"{name} dstd[{k}]", 1);
        }
    }

    [Fact]
    public void A_small_deviation_is_raised_to_the_protection_and_an_absent_type_gets_a_tenth()
    {
        // One pair beyond the cutoff: every row is zero.
        var frame = new LabelledFrame(2) { Periodic = false };
        frame.Positions[0] = 10;
        using var statistics = new EnvironmentStatistics(Neutral(SmallModel.Create()));
        statistics.Add(frame);
        var (davg, dstd) = statistics.Finish(setDavgZero: false, 0.05);
        Assert.All(davg, x => Assert.Equal(0, x));
        Assert.All(dstd[..(dstd.Length / 2)], x => Assert.Equal(0.05, x));
        Assert.All(dstd[(dstd.Length / 2)..], x => Assert.Equal(0.1, x));
    }

    private static DeepPotModel LoadNeutral(ReferenceManifest manifest, string name) => Neutral(DeepPotModelFile.Load(manifest.ModelFiles(name).First()));

    private static DeepPotModel Neutral(DeepPotModel model) => model with
    {
        Descriptor = model.Descriptor with
        {
            Davg = new double[model.Descriptor.Davg.Length],
            Dstd = [.. Enumerable.Repeat(1.0, model.Descriptor.Dstd.Length)],
        },
    };

    /// <summary>Statistics over the frames the reference took: 0 to 9 of set.000 of three systems.</summary>
    private static EnvironmentStatistics Measure(ReferenceManifest manifest, DeepPotModel model)
    {
        var statistics = new EnvironmentStatistics(model);
        foreach (var name in new[] { "data_0", "data_1", "data_2" })
        {
            using var system = DeepmdSystem.Open(manifest.PathOf($"../data/water-pbe0/{name}"), model.TypeMap);
            var frame = ((ILabelledSystem)system).CreateFrame();
            for (var f = 0; f < 10; f++)
            {
                system.Read(f, frame);
                statistics.Add(frame);
            }
        }

        return statistics;
    }

    private static void AssertStatistics(JsonElement expected, double[] davg, double[] dstd, string name, double tolerance)
    {
        for (var type = 0; type < 2; type++)
        {
            var first = type * davg.Length / 2;
            Near(expected.GetProperty("davg_r")[type].GetDouble(), davg[first], tolerance, name);
            Near(expected.GetProperty("dstd_r")[type].GetDouble(), dstd[first], tolerance, name);
            Near(expected.GetProperty("dstd_a")[type].GetDouble(), dstd[first + 1], tolerance, name);
        }
    }

    private static void Near(double expected, double actual, double tolerance, string what, double? scale = null) =>
        Assert.True(Math.Abs(actual - expected) <= tolerance * (scale ?? Math.Abs(expected)), $"{what}: {actual:r}, expected {expected:r}");
}
