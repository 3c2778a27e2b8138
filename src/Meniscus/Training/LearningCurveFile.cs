using System.Globalization;
using System.Text;

namespace Meniscus.Training;

/// <summary>
/// The learning curve <c>lcurve.out</c> in the columns and number formats of DeePMD-kit's PyTorch backend, so that
/// scripts written for it go on working: <c>#  step</c>, then per error a validation and a training column
/// (<c>rmse_val rmse_trn rmse_e_val …</c>; training only where there is no validation set), then <c>lr</c>. The numbers
/// are those of single batches; means over the interval and the whole validation set are in
/// <see cref="LearningCurveAveragesFile"/>.
/// </summary>
public sealed class LearningCurveFile : IDisposable
{
    private readonly AppendedTable _table;
    private readonly int _errorCount;
    private readonly bool _validation;

    private LearningCurveFile(AppendedTable table, int errorCount, bool validation)
    {
        _table = table;
        _errorCount = errorCount;
        _validation = validation;
    }

    /// <summary>Starts the file anew.</summary>
    /// <param name="path">The file (<c>disp_file</c>).</param>
    /// <param name="errorNames">Names of the errors, <see cref="LossInput.ErrorNames"/>.</param>
    /// <param name="validation">Whether there is a validation set.</param>
    public static LearningCurveFile Create(string path, IReadOnlyList<string> errorNames, bool validation) =>
        new(AppendedTable.Create(path, Header(errorNames, validation)), errorNames.Count, validation);

    /// <summary>Goes on with the file of a run that restarts; rows after the restart step are dropped.</summary>
    /// <param name="path">The file; it is started where it does not exist.</param>
    /// <param name="errorNames">Names of the errors.</param>
    /// <param name="validation">Whether there is a validation set.</param>
    /// <param name="restartStep">Number of steps done at the restart.</param>
    /// <exception cref="InputException">The file has other columns.</exception>
    public static LearningCurveFile Continue(string path, IReadOnlyList<string> errorNames, bool validation, long restartStep) =>
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
    /// <param name="validation">Errors of the validation batches, in the order of the names; empty where there is no validation set.</param>
    /// <param name="training">Errors of the training batch.</param>
    /// <param name="learningRate">Learning rate of the step.</param>
    public void Append(long step, ReadOnlySpan<double> validation, ReadOnlySpan<double> training, double learningRate)
    {
        if (training.Length != _errorCount || validation.Length != (_validation ? _errorCount : 0))
            throw new ArgumentException($"{training.Length} training and {validation.Length} validation errors for a table of {_errorCount}");
        var row = new StringBuilder();
        row.Append(step.ToString(CultureInfo.InvariantCulture).PadLeft(7));
        for (var i = 0; i < training.Length; i++)
        {
            row.Append("   ");
            if (_validation)
                row.Append(Scientific(validation[i], 2).PadLeft(11)).Append(' ');
            row.Append(Scientific(training[i], 2).PadLeft(11));
        }

        row.Append("   ").Append(Scientific(learningRate, 1).PadLeft(8));
        _table.Append(row.ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => _table.Dispose();

    private static string Header(IReadOnlyList<string> errorNames, bool validation)
    {
        var header = new StringBuilder("#  step");
        foreach (var name in errorNames)
        {
            header.Append("   ");
            if (validation)
                header.Append((name + "_val").PadLeft(11)).Append(' ');
            header.Append((name + "_trn").PadLeft(11));
        }

        header.Append("         lr\n");
        header.Append("# An error reads nan where the data has nothing to compare with\n");
        return header.ToString();
    }

    private static long? StepOf(string line)
    {
        var first = line.AsSpan().TrimStart();
        var end = first.IndexOfAny(' ', '\t');
        return long.TryParse(end < 0 ? first : first[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;
    }

    /// <summary>C's <c>%.Ne</c>: at least two digits in the exponent, where .NET writes three.</summary>
    private static string Scientific(double value, int digits)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        var text = value.ToString(digits == 1 ? "e1" : "e2", CultureInfo.InvariantCulture);
        return text[^3] == '0' ? text.Remove(text.Length - 3, 1) : text;
    }
}
