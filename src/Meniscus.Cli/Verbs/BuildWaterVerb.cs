using System.CommandLine;
using System.Globalization;
using Meniscus.Building;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus build water</c>: a box of water, with or without something dissolved in it.</summary>
internal sealed class BuildWaterVerb : Verb
{
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "File to write; the ending (.xyz, .extxyz, .data, .lmp, .dump) chooses the format.",
        HelpName = "OUT",
        Required = true,
    };

    private readonly Option<int?> _molecules = new("--molecules", "-n")
    {
        Description = "Number of water molecules.",
        HelpName = "N",
        Validators = { OptionBounds.AtLeast(0) },
    };

    private readonly Option<string> _box = new("--box")
    {
        Description = "Edges of the box, Å: one number or three with commas; default: a cube of the density.",
        HelpName = "L[,L,L]",
    };

    private readonly Option<double?> _density = new("--density")
    {
        Description = "Density of everything in the box, g/cm³; default: water's at the temperature (298.15 K where none is given).",
        HelpName = "RHO",
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<double?> _temperature = new("--temperature")
    {
        Description = "Temperature of the velocities, K; default: no velocities.",
        HelpName = "K",
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<long> _seed = new("--seed")
    {
        Description = "Seed; the same one gives the same box.",
        HelpName = "SEED",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<string[]> _solutes = new("--solute")
    {
        Description = "What is dissolved, and how often: Na+:4, CO2:1, molecule.xyz:2.",
        HelpName = "NAME:COUNT",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Declares the verb.</summary>
    public BuildWaterVerb()
        : base(
            "water",
            "Build a box of water, with or without something dissolved in it.",
            "meniscus build water -o water.data --molecules 192 --temperature 300",
            "meniscus build water -o brine.xyz --box 20 --solute Na+:6 Cl-:6")
    {
        Add(_output);
        Add(_molecules);
        Add(_box);
        Add(_density);
        Add(_temperature);
        Add(_seed);
        Add(_solutes);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var options = new WaterBoxOptions
        {
            WaterCount = arguments.GetValue(_molecules),
            Edges = arguments.GetValue(_box) is { } box ? BoxEdges.Parse(box, "--box") : null,
            Density = arguments.GetValue(_density),
            Temperature = arguments.GetValue(_temperature),
            Seed = arguments.GetValue(_seed),
            Solutes = [.. (arguments.GetValue(_solutes) ?? []).Select(ParseSolute)],
        };
        var output = BuiltFrame.RequireOutput(arguments.GetRequiredValue(_output));
        var frame = WaterBox.Build(options, context.Cancellation);
        var charge = options.Solutes.Sum(solute => solute.Count * solute.Molecule.Charge);
        if (charge != 0)
            context.Warn(string.Create(CultureInfo.InvariantCulture, $"the solutes have a net charge of {charge:+0;-0} e; add counter-ions, or let the label's program know"));
        var solutes = options.Solutes.Sum(solute => solute.Count);
        var waters = (frame.AtomCount - options.Solutes.Sum(solute => solute.Count * solute.Molecule.AtomCount)) / 3;
        context.PrintJson(BuiltFrame.Write(frame, output, context).Add("water_molecules", waters).Add("solute_molecules", solutes).Add("charge_e", charge));
        return ExitCode.Done;
    }

    private static (Molecule Molecule, int Count) ParseSolute(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1)
            throw new InputException($"--solute {text}: expected NAME:COUNT with a count above 0, such as Na+:4");
        return (Molecule.Named(text[..colon]), count);
    }
}
