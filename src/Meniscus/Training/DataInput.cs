namespace Meniscus.Training;

/// <summary>Systems and how batches are drawn from them: <c>training_data</c>, and <c>validation_data</c> but for one key.</summary>
public sealed record DataInput
{
    /// <summary>
    /// Systems as the file names them (<c>systems</c>): a folder with <c>type.raw</c>, a folder to search for such
    /// folders, an HDF5 file, or <c>file.hdf5#/group</c>.
    /// </summary>
    public IReadOnlyList<string> Systems { get; init; } = [];

    /// <summary>Patterns that systems below the folders must match (<c>rglob_patterns</c>), or null for all.</summary>
    public IReadOnlyList<string>? RglobPatterns { get; init; }

    /// <summary>Frames per batch (<c>batch_size</c>).</summary>
    public BatchSizeRule BatchSize { get; init; } = BatchSizeRule.Default;

    /// <summary>How the probability of a system is found (<c>auto_prob</c>).</summary>
    public string AutoProb { get; init; } = "prob_sys_size";

    /// <summary>Probability of each system (<c>sys_probs</c>), or null.</summary>
    public IReadOnlyList<double>? SysProbs { get; init; }
}

/// <summary>The <c>validation_data</c> section.</summary>
public sealed record ValidationDataInput
{
    /// <summary>The systems.</summary>
    public DataInput Data { get; init; } = new();

    /// <summary>Number of batches evaluated for each row of <c>lcurve.out</c> (<c>numb_btch</c>).</summary>
    public int BatchCount { get; init; } = 1;
}
