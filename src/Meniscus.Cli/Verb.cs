using System.CommandLine;

namespace Meniscus.Cli;

/// <summary>
/// One thing the program does, as typed after <c>meniscus</c>. A verb is thin: its constructor declares arguments and
/// options, <see cref="Run"/> reads them, calls the library and prints. Errors are thrown, never printed here.
/// </summary>
internal abstract class Verb : Command, IHasExamples
{
    /// <summary>Declares the verb.</summary>
    /// <param name="name">The word the user types.</param>
    /// <param name="description">What it does, one sentence.</param>
    /// <param name="examples">Whole command lines for the end of the help, most common first.</param>
    protected Verb(string name, string description, params string[] examples)
        : base(name, description)
    {
        Examples = examples;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Does the work.</summary>
    /// <param name="arguments">What the user typed.</param>
    /// <param name="context">Common options, the console, and whether the user wants to stop.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    /// <exception cref="InputException">Something the user gave cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The user stopped the job and its state is saved.</exception>
    public abstract int Run(ParseResult arguments, VerbContext context);
}

/// <summary>A word with verbs below it, such as <c>data</c> in <c>meniscus data convert</c>.</summary>
internal sealed class VerbGroup : Command, IHasExamples
{
    /// <summary>Declares the group.</summary>
    /// <param name="name">The word the user types.</param>
    /// <param name="description">What its verbs are about, one sentence.</param>
    /// <param name="verbs">The verbs of the group.</param>
    public VerbGroup(string name, string description, params Verb[] verbs)
        : base(name, description)
    {
        foreach (var verb in verbs)
            Add(verb);
        Examples = [.. verbs.SelectMany(verb => verb.Examples.Take(1))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; }
}

/// <summary>A command whose help ends with examples.</summary>
internal interface IHasExamples
{
    /// <summary>Whole command lines.</summary>
    IReadOnlyList<string> Examples { get; }
}
