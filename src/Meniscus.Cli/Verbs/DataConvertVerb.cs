using System.CommandLine;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus data convert</c>: labelled frames from one format into another.</summary>
internal sealed class DataConvertVerb : Verb
{
    private readonly FrameInputs _inputs = new();

    private readonly Option<string> _output = new("--output", "-o") { Description = "File, or folder of DeePMD systems, to write.", HelpName = "OUT", Required = true };

    private readonly Option<string?> _to = new("--to") { Description = "Format of the output, such as deepmd/npy; by default its name tells.", HelpName = "FMT" };

    private readonly Option<long> _every = new("--every") { Description = "Take every n-th frame.", HelpName = "N", DefaultValueFactory = _ => 1, Validators = { OptionBounds.AtLeast(1) } };

    private readonly Option<string?> _range = new("--range") { Description = "Take the frames from A on, before B; either may be absent.", HelpName = "A:B" };

    private readonly Option<int?> _random = new("--random") { Description = "Take so many of what is left, at random.", HelpName = "N", Validators = { OptionBounds.AtLeast(1) } };

    private readonly Option<int> _seed = new("--seed") { Description = "Seed of the random choice.", HelpName = "N" };

    private readonly Option<double?> _force = new("--max-force") { Description = "Leave out frames with a force above this, eV/Å.", HelpName = "F", Validators = { OptionBounds.GreaterThan(0) } };

    private readonly Option<string?> _energy = new("--energy-range") { Description = "Leave out frames with an energy outside, eV per atom.", HelpName = "A:B" };

    private readonly Option<string[]> _shift = new("--shift-energy") { Description = "Subtract an energy for every atom of an element, eV.", HelpName = "NAME=E", AllowMultipleArgumentsPerToken = true };

    private readonly Option<string[]> _map = new("--map") { Description = "Give a type another name.", HelpName = "OLD=NEW", AllowMultipleArgumentsPerToken = true };

    /// <summary>Declares the verb.</summary>
    public DataConvertVerb()
        : base(
            "convert",
            "Write labelled frames in another format, all of them or a selection.",
            "meniscus data convert OUTCAR -o data/dimer",
            "meniscus data convert run1/scf.out run2/scf.out -o labels.xyz --max-force 20",
            "meniscus data convert data -o sample.xyz --random 100 --seed 7")
    {
        _inputs.AddTo(this);
        foreach (var option in new Option[] { _output, _to, _every, _range, _random, _seed, _force, _energy, _shift, _map })
            Add(option);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var output = arguments.GetRequiredValue(_output);
        var format = arguments.GetValue(_to) is { } name ? DataFormats.Named(name, "--to") : (DataFormat?)null;
        var selection = Selection(arguments);
        var changes = new FrameChanges
        {
            References = Pairs(arguments.GetValue(_shift), "--shift-energy", "O=-432.1").ToDictionary(p => p.Name, p => Number(p.Value, "--shift-energy")),
            Names = Pairs(arguments.GetValue(_map), "--map", "OW=O").ToDictionary(p => p.Name, p => p.Value),
        };
        var chosen = format ?? LabelledFrames.OutputFormatOf(output);
        var lost = new SortedSet<string>(StringComparer.Ordinal);
        var frames = selection.Choose(() => _inputs.Read(arguments, context)).Select(changes.Apply);
        if (!DataFormats.IsDeepmd(chosen))
            frames = frames.Select(frame => NoteDeepmdArrays(frame, lost));
        var count = LabelledFrames.Write(output, frames, chosen, _inputs.TypeMap(arguments));
        if (lost.Count > 0)
            context.Warn($"{output}: {DataFormats.NameOf(chosen)} has no place for {string.Join(", ", lost)}; left out, a DeePMD format keeps them");
        var result = new JsonResult().Add("output", output).Add("frames", count);
        _inputs.Report(context, result);
        context.Print(string.Create(CultureInfo.InvariantCulture, $"wrote {count} frames to {output}"));
        context.PrintJson(result);
        return ExitCode.Done;
    }

    private static Frame NoteDeepmdArrays(Frame frame, SortedSet<string> names)
    {
        foreach (var (name, values) in new[] { ("atom_ener", frame.AtomEnergies), ("atom_pref", frame.AtomPref), ("fparam", frame.FrameParameters), ("aparam", frame.AtomParameters) })
        {
            if (values is not null)
                names.Add(name);
        }

        return frame;
    }

    private FrameSelection Selection(ParseResult arguments)
    {
        var (first, end) = Bounds(arguments.GetValue(_range), "--range", "10:20");
        var (low, high) = Bounds(arguments.GetValue(_energy), "--energy-range", "-160:-150");
        if (first is < 0 || end is < 0)
            throw new InputException("--range: frames are counted from 0; give A:B with numbers of 0 or more");
        return new FrameSelection
        {
            First = (long)(first ?? 0),
            End = (long?)end,
            Every = arguments.GetValue(_every),
            MaximumForce = arguments.GetValue(_force),
            MinimumEnergy = low,
            MaximumEnergy = high,
            Random = arguments.GetValue(_random),
            Seed = arguments.GetValue(_seed),
        };
    }

    private static (double? Low, double? High) Bounds(string? text, string option, string example)
    {
        if (text is null)
            return (null, null);
        var parts = text.Split(':');
        if (parts.Length != 2)
            throw new InputException($"{option} {text}: expected two numbers with a colon between, such as {example}");
        return (parts[0].Length == 0 ? null : Number(parts[0], option), parts[1].Length == 0 ? null : Number(parts[1], option));
    }

    private static double Number(string text, string option) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw new InputException($"{option}: '{text}' is no finite number");

    private static IEnumerable<(string Name, string Value)> Pairs(string[]? texts, string option, string example)
    {
        var seen = new HashSet<string>();
        foreach (var text in texts ?? [])
        {
            var mark = text.IndexOf('=', StringComparison.Ordinal);
            if (mark < 1 || mark == text.Length - 1 || !seen.Add(text[..mark]))
                throw new InputException($"{option} {text}: expected each name once, such as {example}");
            yield return (text[..mark], text[(mark + 1)..]);
        }
    }
}
