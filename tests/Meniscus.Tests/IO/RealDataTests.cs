using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

/// <summary>The data sets that lie beside the repository, with numbers read from them by other means.</summary>
public sealed class RealDataTests
{
    [Theory]
    [InlineData("water-pbe0/data_1", 160, 192, "O H")]
    [InlineData("water-spcfw/slab-450", 80, 192, "O H")]
    [InlineData("nacl-water/r2scan-nacl8-w48", 40, 160, null)]
    [InlineData("tio2-water-film/rutile-2-w64-ti60", 16, 372, null)]
    [InlineData("tis2-water/Interface_AC_MD", 80, 177, "S Ti O H")]
    [InlineData("water-dplr", null, 384, "O H")]
    [InlineData("water-scan-qe/active-learning-1", 80, 864, "O H")]
    public void Frames_and_atoms_are_counted(string name, int? frames, int atoms, string? map)
    {
        using var system = DeepmdSystem.Open(SharedData.Path("data", name));
        Assert.Equal(atoms, system.AtomCount);
        if (frames is not null)
            Assert.Equal(frames, system.FrameCount);
        if (map is not null)
            Assert.Equal(map, system.TypeMap.ToString());
        Assert.True(system.Labels.HasFlag(FrameLabels.Energy | FrameLabels.Force));
        Assert.False(system.MixedTypes);
    }

    [Fact]
    public void Single_precision_values_are_widened_exactly()
    {
        using var system = DeepmdSystem.Open(SharedData.Path("data", "water-pbe0", "data_1"));
        var frame = DeepmdSystemTests.ReadFrame(system, 80);
        Assert.Equal(-29944.060546875, frame.Energy);
        Assert.Equal(12.444661140441895, frame.Box[0]);
        Assert.Equal([7.303147315979004, 1.4327753782272339, 4.484760284423828], frame.Positions[..3]);
        Assert.Equal(0.32436448335647583, frame.Forces[0]);
        Assert.Equal(-29942.724609375, DeepmdSystemTests.ReadFrame(system, 83).Energy);
        Assert.EndsWith("set.001 frame 3", system.Describe(83), StringComparison.Ordinal);
    }

    [Fact]
    public void Double_precision_values_and_virials_are_read_and_types_go_by_name()
    {
        using var system = DeepmdSystem.Open(SharedData.Path("data", "water-spcfw", "slab-450"), new TypeMap(["H", "O"]));
        var frame = DeepmdSystemTests.ReadFrame(system, 0);
        Assert.Equal(-18.573411737105996, frame.Energy);
        Assert.Equal([-28.618937909685112, -4.741744722844995, -1.9836994283173275, -4.741744722844995], frame.Virial[..4]);
        Assert.Equal(50.0, frame.Box[8]);
        Assert.Equal([1, 0, 0], frame.Types[..3]);
    }

    [Fact]
    public void Every_labelled_set_opens_and_its_first_frame_passes_the_check()
    {
        var systems = DeepmdSystems.Open([SharedData.Path("data")]);
        Assert.Equal(84, systems.Count);
        foreach (var system in systems)
        {
            var frame = DeepmdSystemTests.ReadFrame(system, 0);
            Assert.True(new ShortestDistance().Find(frame).Distance > 0.6, system.Name);
            system.Dispose();
        }
    }

    [Fact]
    public void The_smallest_distance_of_water_pbe0_is_the_one_DeePMD_kit_prints()
    {
        var smallest = double.PositiveInfinity;
        foreach (var name in new[] { "data_0", "data_1", "data_2" })
        {
            using var system = DeepmdSystem.Open(SharedData.Path("data", "water-pbe0", name));
            var frame = ((ILabelledSystem)system).CreateFrame();
            for (var i = 0; i < system.FrameCount; i++)
            {
                system.Read(i, frame);
                smallest = Math.Min(smallest, new ShortestDistance().Find(frame).Distance);
            }
        }

        Assert.Equal(0.885439, smallest, 6);
    }

    [Fact]
    public void The_built_in_water_has_the_density_its_description_says()
    {
        using var system = DeepmdSystem.Open(SharedData.Path("data", "water-spcfw", "bulk-300"));
        var summary = DataSummary.Of(system, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(0.999, summary.Density!.Value.Maximum, 3);
        Assert.Equal(12.42 * 12.42 * 12.42, summary.Volume!.Value.Minimum, 9);
        Assert.Equal([new TypeCount("O", 64, 64), new TypeCount("H", 128, 128)], summary.Composition);
    }

    [Fact]
    public void Published_water_data_gives_no_errors()
    {
        var map = new TypeMap(["O", "H"]);
        var systems = DeepmdSystems.Open([SharedData.Path("data", "water-pbe0"), SharedData.Path("data", "water-spcfw")], map);
        var findings = DataCheck.Run(systems, new DataCheckOptions { RequiredLabels = FrameLabels.Energy | FrameLabels.Force }, cancellation: TestContext.Current.CancellationToken);
        Assert.DoesNotContain(findings, finding => finding.Severity == DataSeverity.Error);
        foreach (var system in systems)
            system.Dispose();
    }
}
