namespace Meniscus.Training;

/// <summary>The two files of a learning curve, written together: DeePMD-kit's columns, and the averages beside them.</summary>
internal sealed class LearningCurveFiles : IDisposable
{
    private readonly LearningCurveFile? _curve;
    private readonly LearningCurveAveragesFile? _averages;

    /// <summary>Starts the files, or goes on with those of the run restarted.</summary>
    public LearningCurveFiles(TrainingInput input, IReadOnlyList<string> names, bool validation, long step)
    {
        if (!input.Training.Display)
            return;
        var path = input.Training.DisplayFile;
        var averages = LearningCurveAveragesFile.PathBeside(path);
        if (step > 0)
        {
            LearningCurveFile.RequireColumns(path, names, validation);
            LearningCurveAveragesFile.RequireColumns(averages, names, validation);
            _curve = LearningCurveFile.Continue(path, names, validation, step);
            _averages = LearningCurveAveragesFile.Continue(averages, names, validation, step);
        }
        else
        {
            _curve = LearningCurveFile.Create(path, names, validation);
            _averages = LearningCurveAveragesFile.Create(averages, names, validation);
        }
    }

    /// <summary>Appends a row to both.</summary>
    public void Append(
        long step, double[] drawnValidation, double[] training, double[] mean, double[] wholeValidation, double rate, double millisecondsPerStep, double seconds)
    {
        _curve?.Append(step, drawnValidation, training, rate);
        _averages?.Append(step, mean, wholeValidation, rate, millisecondsPerStep, seconds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _curve?.Dispose();
        _averages?.Dispose();
    }
}
