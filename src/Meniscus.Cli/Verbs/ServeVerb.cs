using System.CommandLine;
using System.Globalization;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Serving;
using Meniscus.Training;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus serve</c>: forces for i-PI, ASE and others that speak the i-PI protocol.</summary>
internal sealed class ServeVerb : Verb
{
    private readonly Option<string[]> _models = new("--models", "-m")
    {
        Description = "Model file, checkpoint, prefix of a run, or spcfw; with several, how far they differ is sent along.",
        HelpName = "MODEL",
        AllowMultipleArgumentsPerToken = true,
        Required = true,
    };

    private readonly Option<string?> _structure = new("--structure", "-s")
    {
        Description = "File that says which elements the atoms are, in the server's order; its positions are not used.",
        HelpName = "FILE",
    };

    private readonly TrajectoryOptionSet _trajectory;

    private readonly Option<string?> _unix = new("--unix", "-u")
    {
        Description = "Connect to the unix socket /tmp/ipi_NAME; with a slash, to that path.",
        HelpName = "NAME",
    };

    private readonly Option<string> _host = new("--host", "-a")
    {
        Description = "Machine on which the server runs.",
        HelpName = "HOST",
        DefaultValueFactory = _ => "localhost",
    };

    private readonly Option<int> _port = new("--port", "-p")
    {
        Description = "Port at which it listens.",
        HelpName = "PORT",
        DefaultValueFactory = _ => IpiAddress.UsualPort,
        Validators = { OptionBounds.AtLeast(1) },
    };

    private readonly Option<double> _wait = new("--wait")
    {
        Description = "How long to wait for the server to listen, s.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 10,
        Validators = { OptionBounds.AtLeast(0) },
    };

    private readonly Option<bool> _mean = new("--mean") { Description = "Send the mean of the models; without it, the first one drives." };

    private readonly Option<string> _extra = new("--extra")
    {
        Description = "What several models send besides forces: deviation, models (each model's results, for i-PI's ffcommittee) or none (for ASE).",
        HelpName = "WHAT",
        DefaultValueFactory = _ => "deviation",
    };

    private readonly Option<bool> _noCell = new("--no-cell") { Description = "Atoms stand free, whatever cell the server sends." };

    private readonly Option<double> _skin = new("--skin")
    {
        Description = "How far beyond the cutoff neighbours are listed, Å.",
        HelpName = "A",
        DefaultValueFactory = _ => 1,
        Validators = { OptionBounds.AtLeast(0) },
    };

    private readonly Option<bool> _direct = new("--direct")
    {
        Description = "Evaluate embedding networks for every neighbour instead of tabulating them to rounding, as 'tables: false' of md.",
    };

    /// <summary>Declares the verb.</summary>
    public ServeVerb()
        : base(
            "serve",
            "Compute forces for i-PI, ASE or another program that speaks the i-PI protocol.",
            "meniscus serve -m water.dp --structure water.xyz --unix water",
            "meniscus serve -m a.dp b.dp c.dp d.dp --mean --structure water.xyz --host node1 --port 31415")
    {
        Add(_models);
        Add(_structure);
        _trajectory = new TrajectoryOptionSet(this);
        Add(_unix);
        Add(_host);
        Add(_port);
        Add(_wait);
        Add(_mean);
        _extra.AcceptOnlyFromAmong("deviation", "models", "none");
        Add(_extra);
        Add(_noCell);
        Add(_skin);
        Add(_direct);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var address = Address(arguments);
        var structure = arguments.GetValue(_structure) is { } file ? Trajectory.ReadFrame(file, 0, _trajectory.Read(arguments)) : null;
        using var team = new WorkerTeam(context.Threads);
        using var potential = Open(arguments, team);
        potential.Skin = arguments.GetValue(_skin);
        var driver = new IpiDriver(potential, new IpiDriverOptions
        {
            Structure = structure,
            IgnoreCell = arguments.GetValue(_noCell),
            Extra = arguments.GetValue(_extra) switch
            {
                "models" => IpiExtraText.EveryModel,
                "none" => IpiExtraText.None,
                _ => IpiExtraText.Deviation,
            },
        });
        using var connection = address.Connect(TimeSpan.FromSeconds(arguments.GetValue(_wait)), context.Cancellation);
        context.Print($"connected to {address}");
        Report(Serve(driver, connection, context), address, potential, context);
        return ExitCode.Done;
    }

    private static IpiSummary Serve(IpiDriver driver, Stream connection, VerbContext context)
    {
        using var progress = context.StartProgress("serve", 0, "evaluations");
        return driver.Serve(connection, progress, context.Cancellation);
    }

    private IpiAddress Address(ParseResult arguments)
    {
        if (arguments.GetValue(_unix) is not { } name)
            return IpiAddress.Tcp(arguments.GetRequiredValue(_host), arguments.GetValue(_port));
        if (arguments.GetResult(_host) is { Implicit: false } || arguments.GetResult(_port) is { Implicit: false })
            throw new InputException("--unix and --host or --port: give the name of a unix socket, or host and port, not both");
        return IpiAddress.Unix(name);
    }

    private IPotential Open(ParseResult arguments, WorkerTeam team)
    {
        var names = arguments.GetRequiredValue(_models);
        var tabulate = !arguments.GetValue(_direct);
        return names is [var only]
            ? PotentialModels.Open(only, team, tabulate)
            : PotentialModels.OpenCommittee(names, team, tabulate, arguments.GetValue(_mean) ? CommitteeForces.Mean : CommitteeForces.First);
    }

    private static void Report(IpiSummary summary, IpiAddress address, IPotential potential, VerbContext context)
    {
        var each = summary.Evaluations > 0 ? summary.EvaluationTime.TotalMilliseconds / summary.Evaluations : 0;
        var end = summary.ByExit ? "the server said EXIT" : "the server closed the connection";
        context.Print(string.Create(CultureInfo.InvariantCulture, $"{summary.Evaluations} evaluations of {summary.AtomCount} atoms, {each:f3} ms each, {summary.TotalTime.TotalSeconds:f1} s in all; {end}"));
        var json = new JsonResult()
            .Add("address", address.ToString())
            .Add("evaluations", summary.Evaluations)
            .Add("atoms", (long)summary.AtomCount)
            .Add("ms_per_evaluation", each)
            .Add("total_s", summary.TotalTime.TotalSeconds)
            .Add("neighbor_list_builds", potential.NeighborListBuilds)
            .Add("ended_by", summary.ByExit ? "exit" : "closed");
        if (potential is Committee committee)
            json.Add("models", (long)committee.Models.Count).Add("max_devi_f_eV_per_A", summary.MaxForceDeviation);
        context.PrintJson(json);
    }
}
