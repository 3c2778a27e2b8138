namespace Meniscus.Cli;

/// <summary>What every verb gets besides its own arguments: the common options, the console, and the wish to stop.</summary>
internal sealed class VerbContext
{
    /// <summary>The verb as typed, groups included (<c>data convert</c>); messages start with it.</summary>
    public required string VerbName { get; init; }

    /// <summary>The streams.</summary>
    public required CliConsole Console { get; init; }

    /// <summary>Number of threads the user grants (<c>--threads</c>).</summary>
    public required int Threads { get; init; }

    /// <summary>Whether standard output is for a machine (<c>--json</c>).</summary>
    public required bool Json { get; init; }

    /// <summary>Cancelled by Ctrl-C: finish the step, write the restart, throw <see cref="OperationCanceledException"/>.</summary>
    public required CancellationToken Cancellation { get; init; }

    /// <summary>Where text for a person goes: standard output, or standard error when that belongs to a machine.</summary>
    public TextWriter Text => Json ? Console.Error : Console.Out;

    private bool TextIsTerminal => Json ? Console.ErrorIsTerminal : Console.OutIsTerminal;

    /// <summary>Prints the machine-readable result where the user asked for one; otherwise does nothing.</summary>
    public void PrintJson(JsonResult result)
    {
        if (Json)
            result.Write(Console.Out);
    }

    /// <summary>Prints a table for a person.</summary>
    public void Print(ResultTable table) => table.Write(Text, TextIsTerminal, Console.Width());

    /// <summary>Prints a line for a person.</summary>
    public void Print(string line) => Text.WriteLine(line);

    /// <summary>Tells the user something that does not stop the work.</summary>
    public void Warn(string message) => Console.Error.WriteLine($"meniscus {VerbName}: warning: {message}");

    /// <summary>Starts showing the progress of a long job on standard error.</summary>
    /// <param name="label">What is being done, a word or two.</param>
    /// <param name="total">Units of the whole job; 0 where it is not known.</param>
    /// <param name="unit">Name of a unit, plural.</param>
    /// <param name="alreadyDone">Units that an earlier run did, so that they do not count for the speed.</param>
    public ConsoleProgress StartProgress(string label, long total, string unit = "steps", long alreadyDone = 0) =>
        new(Console, label, total, unit, alreadyDone);
}
