using System.CommandLine;
using Meniscus.Building;
using Meniscus.IO;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus build replicate</c>: a frame repeated along its lattice vectors.</summary>
internal sealed class BuildReplicateVerb : Verb
{
    private readonly TrajectoryInput _input;

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "File to write; the ending (.xyz, .extxyz, .data, .lmp, .dump) chooses the format.",
        HelpName = "OUT",
        Required = true,
    };

    private readonly Option<string> _times = new("--times", "-n")
    {
        Description = "How often along each lattice vector: one integer or three with commas.",
        HelpName = "N[,N,N]",
        Required = true,
    };

    private readonly Option<int> _frame = new("--frame")
    {
        Description = "Frame of a trajectory, from 0; below 0 from the end.",
        HelpName = "I",
        DefaultValueFactory = _ => -1,
    };

    /// <summary>Declares the verb.</summary>
    public BuildReplicateVerb()
        : base(
            "replicate",
            "Repeat a frame along its lattice vectors.",
            "meniscus build replicate water.data -n 2,2,2 -o large.data")
    {
        _input = new TrajectoryInput(this, "Frame to repeat");
        Add(_output);
        Add(_times);
        Add(_frame);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var (a, b, c) = BoxEdges.ParseCounts(arguments.GetRequiredValue(_times), "--times");
        var output = BuiltFrame.RequireOutput(arguments.GetRequiredValue(_output));
        var frame = Trajectory.ReadFrame(_input.Path(arguments), arguments.GetValue(_frame), _input.Options(arguments));
        context.PrintJson(BuiltFrame.Write(Replication.Repeat(frame, a, b, c), output, context));
        return ExitCode.Done;
    }
}
