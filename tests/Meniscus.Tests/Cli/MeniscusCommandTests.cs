using System.CommandLine;
using Meniscus.Cli;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

public class MeniscusCommandTests
{
    [Fact]
    public void HelpOfEveryVerbEndsWithAnExample()
    {
        var verbs = VerbsListedInHelp(ProgramRun.Of("--help").Output);
        Assert.Contains("plot", verbs);
        foreach (var verb in verbs)
        {
            var run = ProgramRun.Of(verb, "--help");
            Assert.Equal(0, run.ExitCode);
            var examples = run.Output[run.Output.IndexOf("Examples:", StringComparison.Ordinal)..];
            Assert.Contains($"meniscus {verb}", examples, StringComparison.Ordinal);
            Assert.Contains("--threads", run.Output, StringComparison.Ordinal);
            Assert.Contains("--json", run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void HelpWinsOverAWrongCommandLine()
    {
        Assert.Equal(0, ProgramRun.Of("plot", "--help").ExitCode);
        Assert.Equal(0, ProgramRun.Of("plot", "--nonsense", "--help").ExitCode);
    }

    [Fact]
    public void NoVerbShowsTheHelpAsAnError()
    {
        var run = ProgramRun.Of();
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("Usage:", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("plot", "--version")]
    public void VersionIsOneLine(params string[] args)
    {
        var run = ProgramRun.Of(args);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("meniscus 0.", run.Output, StringComparison.Ordinal);
        Assert.Single(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("unknown verb 'plt'; did you mean 'plot'?", "plt")]
    [InlineData("unknown verb 'zzzzzz' (see", "zzzzzz")]
    [InlineData("unknown option '--ouput'; did you mean '--output'?", "plot", "--ouput", "x.png", "lcurve.out")]
    [InlineData("unknown option '--output-file' (see", "plot", "lcurve.out", "--output-file")]
    [InlineData("unknown option '--jsn'; did you mean '--json'?", "--jsn")]
    [InlineData("unexpected argument 'second'", "plot", "first", "second")]
    [InlineData("'INPUT' missing", "plot")]
    [InlineData("--threads 0: give at least 1", "plot", "lcurve.out", "--threads", "0")]
    [InlineData("as a whole number", "plot", "lcurve.out", "--threads", "many")]
    public void WrongUsageIsOneLineAndExitCode2(string expected, params string[] args)
    {
        var run = ProgramRun.Of(args);
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains(expected, run.ErrorLine, StringComparison.Ordinal);
        Assert.EndsWith("--help')", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void NegativeNumbersAndWordsAfterTwoDashesAreArguments()
    {
        Assert.Contains("-1.5e3: no such file", ProgramRun.Of("plot", "-1.5e3").ErrorLine, StringComparison.Ordinal);
        Assert.Contains("--odd: no such file", ProgramRun.Of("plot", "--", "--odd").ErrorLine, StringComparison.Ordinal);
        Assert.Contains("@list: no such file", ProgramRun.Of("plot", "@list").ErrorLine, StringComparison.Ordinal);
    }

    public static TheoryData<Exception, int, string> Failures() => new()
    {
        { new InputException("data/type.raw: what is wrong"), 2, "meniscus probe: data/type.raw: what is wrong" },
        { new AggregateException(new InputException("from a parallel loop")), 2, "meniscus probe: from a parallel loop" },
        { new FileNotFoundException("Could not find file", "gone.json"), 2, "meniscus probe: gone.json: no such file; check the path" },
        { new DirectoryNotFoundException("Could not find a part of the path 'a/b'."), 2, "meniscus probe: Could not find a part of the path 'a/b'; check the path" },
        { new UnauthorizedAccessException("Access to the path 'x' is denied."), 1, "meniscus probe: Access to the path 'x' is denied; check the permissions of the file and its folder" },
        { new IOException("No space left on device : 'out.dp'"), 1, "meniscus probe: No space left on device : 'out.dp'" },
        { new OutOfMemoryException(), 1, "meniscus probe: out of memory; use a smaller batch or fewer threads, or a machine with more" },
        { new OperationCanceledException("not by the user"), 1, "meniscus: internal error: OperationCanceledException: not by the user; " },
        { new InvalidOperationException("line one\nline two"), 1, "meniscus: internal error: InvalidOperationException: line one line two; " },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void EveryFailureIsOneLineWithoutStackTrace(Exception thrown, int exitCode, string line)
    {
        var run = ProgramRun.Of(["probe"], [new ProbeVerb(_ => throw thrown)], CancellationToken.None);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.StartsWith(line, run.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void TraceAddsTheStack()
    {
        var run = ProgramRun.Of(["probe"], [new ProbeVerb(_ => throw new InputException("bad"))], CancellationToken.None, trace: true);
        Assert.Contains("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void CancellationIsExitCode130()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var probe = new ProbeVerb(context =>
        {
            context.Cancellation.ThrowIfCancellationRequested();
            return 0;
        });
        var run = ProgramRun.Of(["probe"], [probe], source.Token);
        Assert.Equal(130, run.ExitCode);
        Assert.Equal("meniscus probe: interrupted", run.ErrorLine);
    }

    [Fact]
    public void CommonOptionsReachTheVerbWhereverTheyStand()
    {
        (int Threads, bool Json) seen = default;
        ProbeVerb Probe() => new(context =>
        {
            seen = (context.Threads, context.Json);
            return 0;
        });
        ProgramRun.Of(["probe"], [Probe()], CancellationToken.None);
        Assert.Equal((Environment.ProcessorCount, false), seen);
        ProgramRun.Of(["--threads", "3", "probe", "--json"], [Probe()], CancellationToken.None);
        Assert.Equal((3, true), seen);
    }

    [Fact]
    public void WithJsonOnlyTheResultIsOnStandardOutput()
    {
        var probe = new ProbeVerb(context =>
        {
            context.Print("for a person");
            context.Warn("careful");
            context.PrintJson(new JsonResult().Add("steps", 3));
            return 0;
        });
        var run = ProgramRun.Of(["probe", "--json"], [probe], CancellationToken.None);
        Assert.Equal("{\n  \"steps\": 3\n}\n", run.Output.ReplaceLineEndings("\n"));
        Assert.Equal("for a person\nmeniscus probe: warning: careful\n", run.Error.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void GroupsNameTheirVerbsInMessagesAndHelp()
    {
        Command[] Verbs() => [new VerbGroup("group", "A group.", new ProbeVerb(_ => throw new InputException("bad")))];
        Assert.Equal("meniscus group probe: bad", ProgramRun.Of(["group", "probe"], Verbs(), CancellationToken.None).ErrorLine);
        Assert.Contains("meniscus group: unknown verb 'prob'; did you mean 'probe'?", ProgramRun.Of(["group", "prob"], Verbs(), CancellationToken.None).ErrorLine, StringComparison.Ordinal);
        Assert.Contains("Examples:\n  meniscus probe", ProgramRun.Of(["group", "--help"], Verbs(), CancellationToken.None).Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal(2, ProgramRun.Of(["group"], Verbs(), CancellationToken.None).ExitCode);
    }

    private static List<string> VerbsListedInHelp(string help) =>
        [.. help[help.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n')
            .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ')
            .Select(line => line.Trim().Split(' ')[0])];

    private sealed class ProbeVerb(Func<VerbContext, int> run) : Verb("probe", "Does what the test wants.", "meniscus probe")
    {
        public override int Run(ParseResult arguments, VerbContext context) => run(context);
    }
}
