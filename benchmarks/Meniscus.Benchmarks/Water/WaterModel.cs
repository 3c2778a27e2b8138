using Meniscus.Potentials.DeepPot;
using Meniscus.Training;

namespace Meniscus.Benchmarks.Water;

/// <summary>
/// The model that is timed: the network of DeePMD-kit's water example (25-50-100, axis 16, 240-240-240, cutoff 6 Å) with
/// random weights from a fixed seed and statistics from the example frames, in the state of training step 0.
/// </summary>
internal static class WaterModel
{
    /// <summary>Error bound of the tables of a compressed model, relative; float32 has its own, larger floor.</summary>
    private const double TableTolerance = 1e-12;

    /// <summary>Where the tables begin, Å: below every O-H bond of the frames.</summary>
    private const double TableMinDistance = 0.8;

    /// <summary>Folder of the input file and the frames, beside the program.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Water");

    /// <summary>Reads the input and makes the model, in float64 and without tables.</summary>
    /// <param name="notice">Receives what the preparation has to say, such as more neighbours than slots.</param>
    public static DeepPotModel Create(Action<string> notice)
    {
        var input = TrainingInput.Load(Path.Combine(Folder, "input.json"));
        using var data = TrainingData.Open(input, input.Training.TrainingData, "training_data", input.Model.TypeMap);
        return ModelPreparation.Create(input, data, new TrainerOptions { Notice = notice }, CancellationToken.None);
    }

    /// <summary>The same model in a number format, compressed or not.</summary>
    public static DeepPotModel As(DeepPotModel model, Precision precision, bool tables) => model with
    {
        Descriptor = model.Descriptor with { Precision = precision },
        Fitting = model.Fitting with { Precision = precision },
        Tables = tables ? new EmbeddingTableSettings { Tolerance = TableTolerance, MinDistance = TableMinDistance } : null,
    };
}
