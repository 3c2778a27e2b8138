namespace Meniscus.Cli;

/// <summary>The job ran but its result is not good enough to keep; one line for the user, exit code <see cref="ExitCode.Failed"/>.</summary>
internal sealed class JobFailedException(string message) : Exception(message);
