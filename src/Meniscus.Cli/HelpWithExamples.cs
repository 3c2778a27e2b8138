using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Meniscus.Cli;

/// <summary>The usual help text, with whole command lines to copy at its end.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is IHasExamples { Examples.Count: > 0 } command)
        {
            output.WriteLine("Examples:");
            foreach (var example in command.Examples)
                output.WriteLine($"  {example}");
        }
        else
        {
            output.WriteLine("'meniscus VERB --help' explains a verb and shows examples.");
        }
        return ExitCode.Done;
    }
}
