using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

/// <summary>From input and data to the model of step 0.</summary>
public sealed class ModelPreparationTests : IDisposable
{
    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Bias_and_statistics_of_water_are_those_of_the_reference()
    {
        var manifest = ReferenceManifest.Require();
        var expected = DeepPotModelFile.Load(manifest.ModelFiles("modelexcl").First());
        var systems = new JsonArray();
        foreach (var name in new[] { "data_0", "data_1", "data_2" })
        {
            using var system = DeepmdSystem.Open(manifest.PathOf($"../data/water-pbe0/{name}"));
            DeepmdNpyWriter.Write(system, _folder.Path(name), frames: [.. Enumerable.Range(0, 10)]);
            systems.Add(_folder.Path(name));
        }

        _folder.Set("training/training_data/systems", systems).Set("training/training_data/batch_size", 1);
        _folder.Set("model/descriptor/rcut", 6).Set("model/descriptor/rcut_smth", 0.5).Set("model/descriptor/sel", new JsonArray(46, 92));
        var model = Prepare();
        Assert.Equal(-93.57432657877607, model.OutBias[0], 1e-9);
        Assert.Equal(-187.14865315755213, model.OutBias[1], 1e-9);
        Assert.Equal(0.8854, model.MinNeighborDistance!.Value, 0.05);

        // The same with exclusions: pairs that are removed are not counted, atoms without an energy carry no bias.
        _folder.Set("model/pair_exclude_types", new JsonArray(new JsonArray(0, 0))).Set("model/atom_exclude_types", new JsonArray(1));
        model = Prepare();
        Assert.Equal(expected.OutBias[0], model.OutBias[0], 1e-9);
        Assert.Equal(0, model.OutBias[1]);
        for (var k = 0; k < model.Descriptor.Davg.Length; k++)
        {
            Assert.Equal(expected.Descriptor.Davg[k], model.Descriptor.Davg[k], 1e-12);
            Assert.Equal(expected.Descriptor.Dstd[k], model.Descriptor.Dstd[k], 1e-12);
        }
    }

    [Fact]
    public void Frame_and_atomic_parameters_are_centred_and_scaled()
    {
        var frames = PairFrames.List(8, fparam: 2, aparam: 1);
        foreach (var frame in frames)
            frame.FrameParameters[1] = 4;
        _folder.AddSystem("parameters", frames);
        _folder.Set("training/training_data/systems", _folder.Path("parameters")).Set("model/fitting_net/numb_fparam", 2).Set("model/fitting_net/numb_aparam", 1);
        var fitting = Prepare().Fitting;
        var (average, deviation) = Moments(frames.Select(f => f.FrameParameters[0]));
        Assert.Equal(average, fitting.FrameParameterAverage![0], 1e-12);
        Assert.Equal(1 / deviation, fitting.FrameParameterInverseStd![0], 1e-9);
        // One value everywhere: the protection instead of a division by zero.
        Assert.Equal((4, 100), (fitting.FrameParameterAverage[1], Math.Round(fitting.FrameParameterInverseStd[1], 6)));
        (average, deviation) = Moments(frames.SelectMany(f => f.AtomParameters));
        Assert.Equal(average, fitting.AtomParameterAverage![0], 1e-12);
        Assert.Equal(1 / deviation, fitting.AtomParameterInverseStd![0], 1e-9);
    }

    [Fact]
    public void Preset_energies_stay_and_the_others_take_the_rest()
    {
        _folder.Set("model/preset_out_bias", new JsonObject { ["energy"] = new JsonArray(-15.0, null) });
        var bias = Prepare().OutBias;
        Assert.Equal(-15, bias[0]);
        // Four O and eight H: what O has too little, H must have more.
        var mean = PairFrames.List(8).Average(f => f.Energy);
        Assert.Equal(mean, (4 * bias[0]) + (8 * bias[1]), 1e-9);
    }

    [Fact]
    public void Slots_follow_the_data_where_the_input_leaves_them_open()
    {
        _folder.Set("model/descriptor/sel", "auto");
        var notices = new List<string>();
        var auto = Prepare(notices).Descriptor.Sel;
        var counts = Counts();
        Assert.Equal(counts.Select(n => ((int)(n * 1.1) + 3) / 4 * 4), auto);
        Assert.Contains(notices, n => n.Contains($"[{counts[0]}, {counts[1]}] of [O H]", StringComparison.Ordinal));

        notices.Clear();
        _folder.Set("model/descriptor/sel", new JsonArray(counts[0] - 1, counts[1]));
        Prepare(notices);
        Assert.Single(notices, n => n.Contains($"{counts[0] - 1} slots for O, but the data have up to {counts[0]} neighbours", StringComparison.Ordinal));
    }

    [Fact]
    public void A_float32_model_begins_with_the_numbers_that_its_checkpoint_holds()
    {
        _folder.Set("model/descriptor/precision", "float32").Set("model/fitting_net/precision", "float32");
        var model = Prepare();
        Assert.All(model.Descriptor.Davg, x => Assert.Equal((float)x, x));
        Assert.All(model.Descriptor.Dstd, x => Assert.Equal((float)x, x));
        Assert.NotEqual((float)model.OutBias[0], model.OutBias[0]);
    }

    private int[] Counts()
    {
        var statistics = new NeighborStatistics(new TypeMap(["O", "H"]), 3.5);
        using var system = DeepmdSystem.Open(_folder.Path("data"), statistics.Types);
        statistics.Add(system, cancellation: TestContext.Current.CancellationToken);
        return statistics.LargestCounts;
    }

    private DeepPotModel Prepare(List<string>? notices = null)
    {
        var input = TrainingInput.Load(_folder.WriteInput());
        using var data = TrainingData.Open(input, input.Training.TrainingData, "training/training_data", input.Model.TypeMap);
        return ModelPreparation.Create(input, data, new TrainerOptions { Notice = notices is null ? null : notices.Add }, TestContext.Current.CancellationToken);
    }

    private static (double Average, double Deviation) Moments(IEnumerable<double> values)
    {
        var list = values.ToList();
        var average = list.Average();
        return (average, Math.Sqrt(list.Average(x => (x - average) * (x - average))));
    }
}
