using System.CommandLine;
using System.Globalization;
using Meniscus.IO;
using Meniscus.Labelling;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Training;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus select</c>: which frames are worth labelling.</summary>
internal sealed class SelectVerb : Verb
{
    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Frames to choose from: extended XYZ, LAMMPS dump or data, POSCAR, DeePMD systems.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly TrajectoryOptionSet _trajectory;

    private readonly Option<string[]> _models = new("--models", "-m")
    {
        Description = "At least two models; frames on which they differ between the bounds are candidates.",
        HelpName = "MODEL",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<double> _low = new("--low")
    {
        Description = "Smallest deviation of a frame's worst force, eV/Å.",
        HelpName = "DEVIATION",
        DefaultValueFactory = _ => 0.05,
    };

    private readonly Option<double> _high = new("--high")
    {
        Description = "Deviation from which frames are thought unphysical, eV/Å.",
        HelpName = "DEVIATION",
        DefaultValueFactory = _ => 0.3,
    };

    private readonly Option<string?> _farthest = new("--farthest")
    {
        Description = "Choose by farthest point in the descriptors of this Deep Potential instead of at random.",
        HelpName = "MODEL",
    };

    private readonly Option<string[]> _have = new("--have")
    {
        Description = "With --farthest: frames that are labelled already, to stay away from.",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _counts = new("--counts")
    {
        Description = "Table with lines file,count: choose as many frames of each of these files.",
        HelpName = "TABLE",
    };

    private readonly Option<int?> _number = new("--number", "-n")
    {
        Description = "How many frames to choose; without it all candidates.",
        HelpName = "N",
        Validators = { OptionBounds.AtLeast(1) },
    };

    private readonly Option<long> _seed = new("--seed")
    {
        Description = "Seed of random choices.",
        HelpName = "SEED",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "File for the chosen frames, extended XYZ.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "selected.xyz",
    };

    private readonly Option<string> _table = new("--table")
    {
        Description = "Table of all frames with what was measured and why they were chosen or not.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "selected.csv",
    };

    /// <summary>Declares the verb.</summary>
    public SelectVerb()
        : base(
            "select",
            "Choose frames for labelling: by model deviation, by spread, by numbers per file.",
            "meniscus select traj.xyz -m a.dp b.dp c.dp d.dp --low 0.05 --high 0.3 -n 100 --farthest a.dp",
            "meniscus select --counts counts.csv --seed 7")
    {
        Add(_files);
        _trajectory = new TrajectoryOptionSet(this);
        Add(_models);
        Add(_low);
        Add(_high);
        Add(_farthest);
        Add(_have);
        Add(_counts);
        Add(_number);
        Add(_seed);
        Add(_output);
        Add(_table);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var (output, table) = (arguments.GetRequiredValue(_output), arguments.GetRequiredValue(_table));
        AtomicFile.RequireWritable(output, "--output");
        AtomicFile.RequireWritable(table, "--table");
        var counts = arguments.GetValue(_counts) is { } path ? RandomSelection.ReadCounts(path) : null;
        Check(arguments, counts is not null);
        string[] files = [.. (arguments.GetValue(_files) ?? []).Concat(counts?.Select(c => c.File) ?? []).Distinct()];
        if (files.Length == 0)
            throw new InputException("no files to choose from; name trajectories, or give --counts");
        var all = SelectionCandidate.Read(files, _trajectory.Read(arguments));
        using var team = new WorkerTeam(context.Threads);
        var candidates = ByDeviation(arguments, context, team, all);
        if (counts is not null)
            RandomSelection.ChooseByGroup(candidates, counts, arguments.GetValue(_seed));
        else if (arguments.GetValue(_farthest) is { } model)
            ByDescriptor(arguments, context, team, candidates, model);
        else
            RandomSelection.Choose(candidates, arguments.GetValue(_number) ?? candidates.Count, arguments.GetValue(_seed));
        var chosen = all.Where(candidate => candidate.Chosen).ToArray();
        Trajectory.Write(output, chosen.Select(candidate => candidate.Frame), TrajectoryContent.None, TrajectoryFormat.ExtendedXyz);
        WriteTable(table, all);
        Report(output, table, all, candidates, chosen.Length, context);
        return ExitCode.Done;
    }

    private void Check(ParseResult arguments, bool counts)
    {
        if (counts && (arguments.GetValue(_number) is not null || arguments.GetValue(_farthest) is not null))
            throw new InputException("--counts: gives the numbers and chooses at random; leave out --number and --farthest");
        if (arguments.GetValue(_models) is { Length: 1 })
            throw new InputException("--models: one model; a deviation needs at least two");
        if (!(arguments.GetValue(_low) < arguments.GetValue(_high)))
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"--low {arguments.GetValue(_low)} is not below --high {arguments.GetValue(_high)}; give bounds in eV/Å, the lower one first"));
        if (arguments.GetValue(_have) is { Length: > 0 } && arguments.GetValue(_farthest) is null)
            throw new InputException("--have: is for --farthest; give that too, or leave it out");
    }

    private IReadOnlyList<SelectionCandidate> ByDeviation(ParseResult arguments, VerbContext context, WorkerTeam team, IReadOnlyList<SelectionCandidate> all)
    {
        if (arguments.GetValue(_models) is not { Length: > 1 } names)
            return all;
        using var committee = PotentialModels.OpenCommittee(names, team);
        using var progress = context.StartProgress("deviation", all.Count, "frames");
        return DeviationSelection.Filter(all, committee, arguments.GetValue(_low), arguments.GetValue(_high), progress, context.Cancellation);
    }

    private void ByDescriptor(ParseResult arguments, VerbContext context, WorkerTeam team, IReadOnlyList<SelectionCandidate> candidates, string name)
    {
        using var model = PotentialModels.Open(name, team);
        var present = arguments.GetValue(_have) is { Length: > 0 } files ? SelectionCandidate.Read(files, _trajectory.Read(arguments)) : [];
        using var progress = context.StartProgress("descriptors", candidates.Count + present.Count, "frames");
        FarthestPointSelection.Choose(candidates, model, arguments.GetValue(_number) ?? candidates.Count, present, progress, context.Cancellation);
    }

    private static void WriteTable(string path, IReadOnlyList<SelectionCandidate> all) => AtomicFile.WriteText(path, writer =>
    {
        writer.WriteLine("file,frame,chosen,max_devi_f_eV_per_A,distance,reason");
        foreach (var candidate in all)
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\"{candidate.File.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{candidate.Index},{(candidate.Chosen ? 1 : 0)},{Cell(candidate.Deviation)},{Cell(candidate.Distance)},{candidate.Reason}"));
    });

    private static string Cell(double value) => double.IsFinite(value) ? value.ToString("G9", CultureInfo.InvariantCulture) : "";

    private static void Report(string output, string table, IReadOnlyList<SelectionCandidate> all, IReadOnlyList<SelectionCandidate> candidates, int chosen, VerbContext context)
    {
        context.Print(string.Create(CultureInfo.InvariantCulture, $"{chosen} of {candidates.Count} candidates among {all.Count} frames: {output}; all with their reasons: {table}"));
        context.PrintJson(new JsonResult()
            .Add("frames", (long)all.Count)
            .Add("candidates", (long)candidates.Count)
            .Add("selected", (long)chosen)
            .Add("output", output)
            .Add("table", table));
    }
}
