namespace Meniscus.Cli;

/// <summary>Turns whatever ended a verb into one line on standard error and an exit code.</summary>
internal static class Failure
{
    /// <summary>Reports an exception.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="verbName">The verb as typed, or an empty string.</param>
    /// <param name="console">Streams.</param>
    /// <param name="cancellation">Tells a stop the user asked for from one the program made up.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Report(Exception exception, string verbName, CliConsole console, CancellationToken cancellation)
    {
        var cause = Cause(exception);
        var (code, message) = cause is OperationCanceledException && cancellation.IsCancellationRequested
            ? (ExitCode.Interrupted, cause.Message.StartsWith("stopped", StringComparison.Ordinal) ? cause.Message : "interrupted")
            : Describe(cause);
        var program = verbName.Length == 0 || message.StartsWith(InternalError, StringComparison.Ordinal) ? "meniscus" : $"meniscus {verbName}";
        console.Error.WriteLine($"{program}: {message.ReplaceLineEndings(" ")}");
        if (console.Trace)
            console.Error.WriteLine(exception);
        return code;
    }

    private const string InternalError = "internal error: ";

    private static (int Code, string Message) Describe(Exception cause) => cause switch
    {
        InputException => (ExitCode.BadInput, cause.Message),
        JobFailedException or Training.TrainingFailedException or Dynamics.MdFailedException or Workflow.StudyFailedException => (ExitCode.Failed, cause.Message),
        FileNotFoundException { FileName: { } name } => (ExitCode.BadInput, $"{name}: no such file; check the path"),
        DirectoryNotFoundException => (ExitCode.BadInput, $"{Sentence(cause)}; check the path"),
        UnauthorizedAccessException => (ExitCode.Failed, $"{Sentence(cause)}; check the permissions of the file and its folder"),
        IOException => (ExitCode.Failed, Sentence(cause)),
        OutOfMemoryException => (ExitCode.Failed, "out of memory; use a smaller batch or fewer threads, or a machine with more"),
        _ => (ExitCode.Failed, $"{InternalError}{cause.GetType().Name}: {Sentence(cause)}; "
            + "this is a defect of meniscus: please report this line and the command in the project's issue tracker (MENISCUS_TRACE=1 adds the stack trace)"),
    };

    /// <summary>The exception that says what happened, out of those that parallel loops and static constructors wrap around it.</summary>
    private static Exception Cause(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions.Count: > 0 } aggregate => Cause(aggregate.InnerExceptions[0]),
        TypeInitializationException { InnerException: { } inner } => Cause(inner),
        _ => exception,
    };

    private static string Sentence(Exception cause) => cause.Message.TrimEnd('.');
}
