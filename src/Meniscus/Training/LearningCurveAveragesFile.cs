using System.Globalization;
using System.Text;

namespace Meniscus.Training;

/// <summary>
/// The learning curve one wants to judge a run by, beside <c>lcurve.out</c>: comma-separated, one row per report, with
/// the training errors as root mean squares over all batches since the last report, the errors on the whole
/// validation set, the learning rate, and the time taken.
/// </summary>
public sealed class LearningCurveAveragesFile : IDisposable
{
    private readonly AppendedTable _table;
    private readonly int _errorCount;
    private readonly bool _validation;

    private LearningCurveAveragesFile(AppendedTable table, int errorCount, bool validation)
    {
        _table = table;
        _errorCount = errorCount;
        _validation = validation;
    }

    /// <summary>The file's name beside a learning curve: <c>lcurve.out</c> gives <c>lcurve.full.csv</c>.</summary>
    public static string PathBeside(string learningCurvePath) => Path.ChangeExtension(learningCurvePath, ".full.csv");

    /// <summary>Starts the file anew.</summary>
    /// <param name="path">The file.</param>
    /// <param name="errorNames">Names of the errors, <see cref="LossInput.ErrorNames"/>.</param>
    /// <param name="validation">Whether there is a validation set.</param>
    public static LearningCurveAveragesFile Create(string path, IReadOnlyList<string> errorNames, bool validation) =>
        new(AppendedTable.Create(path, Header(errorNames, validation)), errorNames.Count, validation);

    /// <summary>Goes on with the file of a run that restarts; rows after the restart step are dropped.</summary>
    /// <param name="path">The file; it is started where it does not exist.</param>
    /// <param name="errorNames">Names of the errors.</param>
    /// <param name="validation">Whether there is a validation set.</param>
    /// <param name="restartStep">Number of steps done at the restart.</param>
    /// <exception cref="InputException">The file has other columns.</exception>
    public static LearningCurveAveragesFile Continue(string path, IReadOnlyList<string> errorNames, bool validation, long restartStep) =>
        new(AppendedTable.Continue(path, Header(errorNames, validation), restartStep, StepOf), errorNames.Count, validation);

    /// <summary>Makes sure that a file can be continued, before anything is changed.</summary>
    /// <param name="path">The file; it need not exist.</param>
    /// <param name="errorNames">Names of the errors.</param>
    /// <param name="validation">Whether there is a validation set.</param>
    /// <exception cref="InputException">The file has other columns.</exception>
    public static void RequireColumns(string path, IReadOnlyList<string> errorNames, bool validation) =>
        AppendedTable.RequireColumns(path, Header(errorNames, validation));

    /// <summary>Appends a row.</summary>
    /// <param name="step">Number of steps done.</param>
    /// <param name="training">Training errors over the interval, in the order of the names.</param>
    /// <param name="validation">Errors on the whole validation set; empty where there is none, NaN where it was not evaluated.</param>
    /// <param name="learningRate">Learning rate of the step.</param>
    /// <param name="millisecondsPerStep">Mean time per step over the interval, ms.</param>
    /// <param name="wallSeconds">Time since the start of the run, s.</param>
    public void Append(long step, ReadOnlySpan<double> training, ReadOnlySpan<double> validation, double learningRate, double millisecondsPerStep, double wallSeconds)
    {
        if (training.Length != _errorCount || validation.Length != (_validation ? _errorCount : 0))
            throw new ArgumentException($"{training.Length} training and {validation.Length} validation errors for a table of {_errorCount}");
        var row = new StringBuilder(step.ToString(CultureInfo.InvariantCulture));
        foreach (var error in training)
            AppendNumber(row, error, "G6");
        foreach (var error in validation)
            AppendNumber(row, error, "G6");
        AppendNumber(row, learningRate, "R");
        AppendNumber(row, millisecondsPerStep, "F3");
        AppendNumber(row, wallSeconds, "F1");
        _table.Append(row.ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => _table.Dispose();

    private static string Header(IReadOnlyList<string> errorNames, bool validation)
    {
        var validationNames = validation ? errorNames.Select(name => $",{name}_val") : [];
        return $"step{string.Concat(errorNames.Select(name => $",{name}_trn"))}{string.Concat(validationNames)},lr,ms_per_step,wall_time_s\n";
    }

    private static void AppendNumber(StringBuilder row, double value, string format)
    {
        row.Append(',');
        if (!double.IsNaN(value))
            row.Append(value.ToString(format, CultureInfo.InvariantCulture));
    }

    private static long? StepOf(string line) =>
        long.TryParse(line.AsSpan(0, Math.Max(0, line.IndexOf(',', StringComparison.Ordinal))), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;
}
