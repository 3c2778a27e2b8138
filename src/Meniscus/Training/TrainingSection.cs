namespace Meniscus.Training;

/// <summary>The <c>training</c> section of the training input.</summary>
public sealed record TrainingSection
{
    /// <summary>What is trained on (<c>training_data</c>).</summary>
    public DataInput TrainingData { get; init; } = new();

    /// <summary>What the model is tested on on the way (<c>validation_data</c>), or null.</summary>
    public ValidationDataInput? ValidationData { get; init; }

    /// <summary>Number of steps (<c>numb_steps</c>), or null where <see cref="Epochs"/> says it.</summary>
    public long? Steps { get; init; }

    /// <summary>Number of epochs (<c>numb_epoch</c>), or null.</summary>
    public double? Epochs { get; init; }

    /// <summary>Seed of the order in which batches are drawn (<c>seed</c>), or null.</summary>
    public long? Seed { get; init; }

    /// <summary>The learning curve's file (<c>disp_file</c>).</summary>
    public string DisplayFile { get; init; } = "lcurve.out";

    /// <summary>Steps between its rows (<c>disp_freq</c>).</summary>
    public int DisplayInterval { get; init; } = 1000;

    /// <summary>Whether the learning curve is written at all (<c>disp_training</c>).</summary>
    public bool Display { get; init; } = true;

    /// <summary>Whether its training columns are means over the interval instead of one batch (<c>disp_avg</c>).</summary>
    public bool DisplayAverages { get; init; }

    /// <summary>Steps between checkpoints (<c>save_freq</c>).</summary>
    public int SaveInterval { get; init; } = 1000;

    /// <summary>First part of a checkpoint's path (<c>save_ckpt</c>).</summary>
    public string CheckpointName { get; init; } = "model.ckpt";

    /// <summary>Folder of the checkpoints (<c>save_dir</c>), or null for the one that <see cref="CheckpointName"/> gives.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Number of checkpoints kept (<c>max_ckpt_keep</c>).</summary>
    public int KeptCheckpoints { get; init; } = 5;

    /// <summary>Number of checkpoints kept as a part of all those of the run (<c>ckpt_keep_ratio</c>), or null.</summary>
    public double? KeptCheckpointRatio { get; init; }

    /// <summary>Whether the energy bias is fitted again after the last step (<c>change_bias_after_training</c>).</summary>
    public bool ChangeBiasAfterTraining { get; init; }

    /// <summary>Where the data statistics are kept for the next run (<c>stat_file</c>), or null.</summary>
    public string? StatisticsFile { get; init; }

    /// <summary>Largest length of the gradient (<c>gradient_max_norm</c>); 0 for no limit.</summary>
    public double GradientMaxNorm { get; init; }

    /// <summary>First part of a checkpoint's path, folder included.</summary>
    public string CheckpointPrefix => CheckpointFolder is null ? CheckpointName : Path.Combine(CheckpointFolder, CheckpointName);

    /// <summary>Number of checkpoints to keep in a run.</summary>
    /// <param name="stepCount">Number of steps of the run.</param>
    public int CheckpointsToKeep(long stepCount) => KeptCheckpointRatio is { } ratio
        ? Math.Max(1, (int)Math.Ceiling(ratio * Math.Ceiling((double)stepCount / SaveInterval)))
        : KeptCheckpoints;
}
