using Meniscus.IO;

namespace Meniscus.Training;

/// <summary>The files a run writes: learning curve, checkpoints, results and best models of the validation.</summary>
internal static class RunOutputs
{
    /// <summary>Makes sure before a run that its files can be written after hours.</summary>
    /// <exception cref="InputException">One of them cannot; named by its key.</exception>
    public static void RequireWritable(TrainingInput input)
    {
        var training = input.Training;
        AtomicFile.RequireWritable(Checkpoint.PathOf(training.CheckpointPrefix, 0), training.CheckpointFolder is null ? "training/save_ckpt" : "training/save_dir");
        if (training.Display)
            AtomicFile.RequireWritable(training.DisplayFile, "training/disp_file");
        if (!input.Validating.FullValidation || training.ValidationData is null)
            return;
        AtomicFile.RequireWritable(input.Validating.File, "validating/full_val_file");
        if (input.Validating is { SaveBest: true, BestFolder: { } folder })
            AtomicFile.RequireWritable(Path.Combine(folder, "best.ckpt.dp"), "validating/save_best_dir");
    }
}
