using System.CommandLine;
using System.Globalization;
using Meniscus.Building;
using Meniscus.IO;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus build slab</c>: a film with two surfaces out of a bulk liquid.</summary>
internal sealed class BuildSlabVerb : Verb
{
    private readonly TrajectoryInput _input;

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "File to write; the ending (.xyz, .extxyz, .data, .lmp, .dump) chooses the format.",
        HelpName = "OUT",
        Required = true,
    };

    private readonly Option<string> _axis = new("--axis")
    {
        Description = "Axis normal to the surfaces: x, y or z.",
        HelpName = "AXIS",
        DefaultValueFactory = _ => "z",
    };

    private readonly Option<double> _length = new("--length")
    {
        Description = "Length of the cell along the axis, vacuum included, Å.",
        HelpName = "L",
        DefaultValueFactory = _ => 50,
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<string> _boxFrom = new("--box-from")
    {
        Description = "Cell of the bulk: the mean of the frames, or the last one's.",
        HelpName = "mean|last",
        DefaultValueFactory = _ => "mean",
    };

    private readonly Option<int> _skip = new("--skip")
    {
        Description = "Frames at the beginning that do not count for the mean.",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
        Validators = { OptionBounds.AtLeast(0) },
    };

    /// <summary>Declares the verb.</summary>
    public BuildSlabVerb()
        : base(
            "slab",
            "Cut a slab with two surfaces out of a bulk liquid, as wide as its mean box.",
            "meniscus build slab bulk.xyz -o slab.data --skip 100 --length 50")
    {
        _input = new TrajectoryInput(this, "Frame or trajectory of the bulk");
        _axis.AcceptOnlyFromAmong("x", "y", "z");
        _boxFrom.AcceptOnlyFromAmong("mean", "last");
        Add(_output);
        Add(_axis);
        Add(_length);
        Add(_boxFrom);
        Add(_skip);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var path = _input.Path(arguments);
        var output = BuiltFrame.RequireOutput(arguments.GetRequiredValue(_output));
        var slab = Build(path, arguments);
        if (slab.Vacuum < Slab.SmallVacuum)
            context.Warn(string.Create(CultureInfo.InvariantCulture, $"only {slab.Vacuum:f1} Å of vacuum; the two surfaces feel each other below {Slab.SmallVacuum} Å, so give a larger --length"));
        var result = BuiltFrame.Write(slab.Frame, output, context);
        context.Print(string.Create(CultureInfo.InvariantCulture, $"bulk of {slab.FrameCount} frames: {slab.BulkLength:f4} Å along {arguments.GetValue(_axis)}; {slab.Vacuum:f4} Å of vacuum; {slab.MoleculeCount} molecules"));
        context.PrintJson(result
            .Add("frames", slab.FrameCount)
            .Add("molecules", slab.MoleculeCount)
            .Add("bulk_length_A", slab.BulkLength)
            .Add("vacuum_A", slab.Vacuum));
        return ExitCode.Done;
    }

    private Slab Build(string path, ParseResult arguments)
    {
        var frames = Trajectory.Read(path, _input.Options(arguments));
        try
        {
            return SlabBuilder.Build(frames, new SlabOptions
            {
                Axis = "xyz".IndexOf(arguments.GetValue(_axis)!, StringComparison.Ordinal),
                Length = arguments.GetValue(_length),
                MeanBox = arguments.GetValue(_boxFrom) == "mean",
                Skip = arguments.GetValue(_skip),
            });
        }
        catch (InputException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InputException($"{path}: {e.Message}", e);
        }
    }
}
