namespace Meniscus.Cli;

/// <summary>What the program returns to the shell; the same for every verb.</summary>
internal static class ExitCode
{
    /// <summary>The job is done.</summary>
    public const int Done = 0;

    /// <summary>The job failed: disk full, out of memory, a run that blew up, a defect of the program.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or an input that cannot be used; nothing was done.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped by Ctrl-C (128 + SIGINT, as shells count) after the step was finished and a restart written.</summary>
    public const int Interrupted = 130;
}
