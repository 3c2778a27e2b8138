using System.CommandLine;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Training;
using static System.FormattableString;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus compress</c>: embedding networks become tables, and what that changes is measured.</summary>
internal sealed class CompressVerb : Verb
{
    // Atoms come closer in a simulation than in the data, but not much.
    private const double DistanceMargin = 0.9;

    private readonly Option<string> _input = new("--input", "-i")
    {
        Description = "Model file, checkpoint, or prefix of a run.",
        HelpName = "MODEL",
        DefaultValueFactory = _ => "frozen_model.dp",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Compressed model file to write.",
        HelpName = "MODEL",
        DefaultValueFactory = _ => "frozen_model_compressed.dp",
    };

    private readonly SystemsOption _systems;

    private readonly Option<int> _frames = new("--frames", "-n")
    {
        Description = "Most frames per system to compare, spread over the system.",
        HelpName = "N",
        DefaultValueFactory = _ => 10,
        Validators = { OptionBounds.AtLeast(1) },
    };

    private readonly Option<bool> _noCheck = new("--no-check")
    {
        Description = "Write the compressed model without comparing it.",
    };

    private readonly Option<double> _tolerance = new("--tolerance")
    {
        Description = "Bound on the error of an embedding value, relative to the largest one.",
        HelpName = "ERROR",
        DefaultValueFactory = _ => 1e-10,
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<double?> _minDistance = new("--min-distance")
    {
        Description = "Smallest distance the tables cover, Å; default: 0.9 times the smallest in the training data, else in SYSTEM.",
        HelpName = "R",
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<double?> _maxEnergyError = new("--max-energy-error")
    {
        Description = "Largest error allowed in the energy, eV/atom; default: 1e-6, and 1e-5 for a float32 model.",
        HelpName = "E",
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<double?> _maxForceError = new("--max-force-error")
    {
        Description = "Largest error allowed in a force component, eV/Å; default: 1e-5, and 1e-3 for a float32 model.",
        HelpName = "F",
        Validators = { OptionBounds.GreaterThan(0) },
    };

    /// <summary>Declares the verb.</summary>
    public CompressVerb()
        : base(
            "compress",
            "Tabulate the embedding networks of a model, which makes it several times faster.",
            "meniscus compress -i water.dp -o water-compressed.dp -s data/validation")
    {
        Add(_input);
        Add(_output);
        _systems = new SystemsOption(this);
        Add(_frames);
        Add(_noCheck);
        Add(_tolerance);
        Add(_minDistance);
        Add(_maxEnergyError);
        Add(_maxForceError);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var output = ModelOutput.Name(arguments.GetRequiredValue(_output));
        var names = _systems.Names(arguments);
        var check = !arguments.GetValue(_noCheck);
        if (names.FirstOrDefault(name => double.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out _) && !Path.Exists(name)) is { } step)
            throw new InputException($"-s {step}: -s names data to compare with; the steps of the tables follow from --tolerance");
        if (check && names.Count == 0)
            throw new InputException("no data to compare the compressed model with; add -s SYSTEM (labels are not needed), or --no-check");
        var model = DeepPotModels.Load(arguments.GetRequiredValue(_input));
        using var data = new OpenSystems(names.Count > 0 ? DeepmdSystems.Open(names, model.TypeMap) : []);
        using var team = new WorkerTeam(context.Threads);
        var settings = new EmbeddingTableSettings
        {
            Tolerance = arguments.GetValue(_tolerance),
            MinDistance = arguments.GetValue(_minDistance) ?? (DistanceMargin * SmallestDistance(model, data.Systems, context)),
        };
        using var compression = new ModelCompression(model, settings, team);
        if (check)
            Compare(arguments, context, compression, data.Systems);
        var json = ReportTables(context, compression, output);
        if (check)
        {
            ReportErrors(context, compression, json);
            RequireSmallErrors(arguments, compression, output);
        }

        DeepPotModelFile.Save(compression.Model, output);
        context.Print($"wrote {output}");
        context.PrintJson(json);
        return ExitCode.Done;
    }

    private static double SmallestDistance(DeepPotModel model, IReadOnlyList<ILabelledSystem> systems, VerbContext context)
    {
        var distance = model.MinNeighborDistance ?? systems.Select(system => ModelCompression.ShortestDistanceOf(system, context.Cancellation)).DefaultIfEmpty(0).Min();
        return distance > 0 && double.IsFinite(distance)
            ? distance
            : throw new InputException("the model does not say how close atoms come (min_nbor_dist) and no data does either; add --min-distance R, in Å (about 0.8 for water)");
    }

    private void Compare(ParseResult arguments, VerbContext context, ModelCompression compression, IReadOnlyList<ILabelledSystem> systems)
    {
        var frames = arguments.GetValue(_frames);
        using var progress = context.StartProgress("compare", systems.Sum(s => (long)Math.Min(frames, s.FrameCount)), "frames");
        foreach (var system in systems)
            compression.Compare(system, frames, progress, context.Cancellation);
    }

    private static JsonResult ReportTables(VerbContext context, ModelCompression compression, string output)
    {
        var (size, tables) = (compression.Size, compression.Model.Tables!);
        var bytes = size.Coefficients * (compression.Model.Descriptor.Precision == Precision.Float32 ? sizeof(float) : sizeof(double));
        context.Print(Invariant($"tables: {size.Pieces} pieces, {size.Coefficients} coefficients ({bytes / 1024.0:0.#} KiB), from {tables.MinDistance:0.###} Å, relative error below {tables.Tolerance:0.#e+00}"));
        return new JsonResult()
            .Add("output", output)
            .Add("pieces", size.Pieces)
            .Add("coefficients", size.Coefficients)
            .Add("min_distance_A", tables.MinDistance)
            .Add("tolerance", tables.Tolerance);
    }

    private static void ReportErrors(VerbContext context, ModelCompression compression, JsonResult json)
    {
        json.Add("frames", compression.FrameCount);
        context.Print(Invariant($"errors of the tables on {compression.FrameCount} frames:"));
        var table = new ResultTable("quantity", "unit", "largest", "RMS");
        foreach (var (name, unit, key, errors) in new[]
        {
            ("energy", "eV/atom", "eV_per_atom", compression.EnergyPerAtom),
            ("force", "eV/Å", "eV_per_A", compression.Force),
            ("virial", "eV/atom", "eV_per_atom", compression.VirialPerAtom),
        })
        {
            table.AddRow(name, unit, Invariant($"{errors.Largest:0.0e+00}"), Invariant($"{errors.Rmse:0.0e+00}"));
            json.Add($"{name}_error_max_{key}", errors.Largest).Add($"{name}_error_rms_{key}", errors.Rmse);
        }

        context.Print(table);
        var (direct, compressed) = (1000 * compression.DirectSeconds / compression.FrameCount, 1000 * compression.CompressedSeconds / compression.FrameCount);
        context.Print(Invariant($"speed: {direct:0.##} ms per frame through the networks, {compressed:0.##} ms with tables, {direct / compressed:0.#} times faster"));
        json.Add("ms_per_frame_before", direct).Add("ms_per_frame", compressed);
    }

    private void RequireSmallErrors(ParseResult arguments, ModelCompression compression, string output)
    {
        var single = compression.Model.Fitting.Precision == Precision.Float32 || compression.Model.Descriptor.Precision == Precision.Float32;
        Require("energy", "eV/atom", "--max-energy-error", compression.EnergyPerAtom.Largest, arguments.GetValue(_maxEnergyError) ?? (single ? 1e-5 : 1e-6));
        Require("force", "eV/Å", "--max-force-error", compression.Force.Largest, arguments.GetValue(_maxForceError) ?? (single ? 1e-3 : 1e-5));

        void Require(string quantity, string unit, string option, double found, double allowed)
        {
            if (!(found <= allowed))
                throw new JobFailedException(Invariant($"{output}: not written, because the tables change the {quantity} by up to {found:G2} {unit}, more than the {allowed:G2} {unit} allowed; use a smaller --tolerance, or allow more with {option}"));
        }
    }
}
