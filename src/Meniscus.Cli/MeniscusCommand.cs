using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Reflection;
using Meniscus.Cli.Verbs;

namespace Meniscus.Cli;

/// <summary>The command <c>meniscus</c>: its verbs, the options all of them share, and how a run ends.</summary>
internal static class MeniscusCommand
{
    private static readonly Option<int> Threads = new("--threads")
    {
        Description = "Number of threads.",
        HelpName = "N",
        Recursive = true,
        DefaultValueFactory = _ => Environment.ProcessorCount,
        Validators = { OptionBounds.AtLeast(1) },
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the result as JSON on standard output; everything else goes to standard error.",
        Recursive = true,
    };

    /// <summary>Version of the program, without the commit.</summary>
    public static string Version { get; } =
        typeof(MeniscusCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Runs one command line with the verbs of the program.</summary>
    public static int Run(IReadOnlyList<string> args, CliConsole console, CancellationToken cancellation) =>
        Run(
            args,
            [
                new InitVerb(),
                new RunVerb(),
                new StatusVerb(),
                new ReportVerb(),
                new TrainVerb(),
                new TestVerb(),
                new ModelDeviationVerb(),
                new FreezeVerb(),
                new ConvertVerb(),
                new CompressVerb(),
                new ChangeBiasVerb(),
                new ShowVerb(),
                new NeighborStatVerb(),
                new VerbGroup("data", "Look at data sets, check, convert and split them.", new DataInfoVerb(), new DataCheckVerb(), new DataConvertVerb(), new DataSplitVerb(), new DataMergeVerb()),
                new MdVerb(),
                new VerbGroup("export", "Write a run for another program.", new ExportLammpsVerb()),
                new ServeVerb(),
                new LabelVerb(),
                new SelectVerb(),
                new VerbGroup("check", "Check forces, conservation and sampling against what physics demands.", new CheckForcesVerb(), new CheckConservationVerb(), new CheckEnsembleVerb()),
                new VerbGroup("build", "Build starting structures.", new BuildWaterVerb(), new BuildSlabVerb(), new BuildReplicateVerb()),
                new VerbGroup("analyze", "Measure surface tension, structure and diffusion in what a run wrote.", new SurfaceTensionVerb(), new DensityVerb(), new RadialDistributionVerb(), new DisplacementVerb(), new OrientationVerb(), new EquationOfStateVerb(), new BlockAverageVerb(), new ThermoVerb()),
                new PlotVerb(),
            ],
            console,
            cancellation);

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The words after <c>meniscus</c>.</param>
    /// <param name="verbs">The verbs (and groups) to offer.</param>
    /// <param name="console">Streams.</param>
    /// <param name="cancellation">Cancelled when the user wants to stop.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> args, IEnumerable<Command> verbs, CliConsole console, CancellationToken cancellation)
    {
        var root = CreateRoot(verbs);
        // "@name" is a file's content for the library; here it is a name like any other.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var verbName = VerbName(parsed);
        try
        {
            var output = new InvocationConfiguration
            {
                Output = console.Out,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            if (parsed.Action is HelpWithExamples or VersionAction)
                return parsed.Invoke(output);
            if (args.Count == 0)
                return ShowHelpInsteadOfWork(root, output);
            if (UsageError.Find(parsed, verbName) is { } usage)
            {
                console.Error.WriteLine(usage);
                return ExitCode.BadInput;
            }
            if (parsed.CommandResult.Command is not Verb verb)
                return parsed.Invoke(output);
            return verb.Run(parsed, new VerbContext
            {
                VerbName = verbName,
                Console = console,
                Threads = parsed.GetValue(Threads),
                Json = parsed.GetValue(Json),
                Cancellation = cancellation,
            });
        }
#pragma warning disable CA1031 // The one place where every error becomes a line for the user and an exit code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Failure.Report(exception, verbName, console, cancellation);
        }
    }

    private static RootCommand CreateRoot(IEnumerable<Command> verbs)
    {
        var root = new RootCommand("Deep Potential models of aqueous interfaces: train, test, simulate, measure.");
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        root.Options.Remove(root.Options.OfType<VersionOption>().Single());
        root.Add(new Option<bool>("--version") { Description = "Print the version.", Recursive = true, Action = new VersionAction() });
        root.Add(Threads);
        root.Add(Json);
        foreach (var verb in verbs)
            root.Add(verb);
        return root;
    }

    private static int ShowHelpInsteadOfWork(RootCommand root, InvocationConfiguration output)
    {
        root.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = output.Error, Error = output.Error });
        return ExitCode.BadInput;
    }

    private static string VerbName(ParseResult parsed)
    {
        var words = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
        {
            if (command.Command is not RootCommand)
                words.Insert(0, command.Command.Name);
        }
        return string.Join(' ', words);
    }
}
