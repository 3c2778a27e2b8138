using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.Building;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>What a simulation begins with.</summary>
internal abstract record StartStructure
{
    /// <summary>Files it is made of.</summary>
    public abstract IReadOnlyList<string> Inputs { get; }

    /// <summary>Everything else it depends on.</summary>
    public abstract JsonObject Settings { get; }

    /// <summary>Whether atoms may be closer than in a liquid, so that forces are relaxed first.</summary>
    public virtual bool NeedsRelaxation => false;

    /// <summary>Makes it.</summary>
    public abstract Frame Make(StageRun run);
}

/// <summary>A box of water with what is dissolved in it, built by <see cref="WaterBox"/>.</summary>
/// <param name="Substance">What.</param>
/// <param name="Temperature">K, for the density.</param>
/// <param name="Seed">Seed of the packing.</param>
internal sealed record BuiltBox(SystemInput Substance, double Temperature, long Seed) : StartStructure
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Inputs => [];

    /// <inheritdoc/>
    public override JsonObject Settings => new()
    {
        ["water_molecules"] = Substance.Water,
        ["solutes"] = new JsonObject(Substance.Solutes.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))),
        ["density_g_per_cm3"] = Substance.Density,
        ["temperature_K"] = Temperature,
        ["seed"] = Seed,
    };

    /// <inheritdoc/>
    public override bool NeedsRelaxation => true;

    /// <inheritdoc/>
    public override Frame Make(StageRun run) => WaterBox.Build(
        new WaterBoxOptions
        {
            WaterCount = Substance.Water,
            Solutes = [.. Substance.Solutes.Select(s => (Molecule.Named(s.Key), s.Value))],
            Density = Substance.Density ?? WaterDensity.At(Temperature),
            Seed = Seed,
        },
        run.Cancellation);
}

/// <summary>The last frame of a file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Foreign">Whether it is the user's, which may want relaxing.</param>
internal sealed record LastFrame(string Path, bool Foreign) : StartStructure
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Inputs => [Path];

    /// <inheritdoc/>
    public override JsonObject Settings => new() { ["last_frame_of"] = Path };

    /// <inheritdoc/>
    public override bool NeedsRelaxation => Foreign;

    /// <inheritdoc/>
    public override Frame Make(StageRun run) => Trajectory.ReadLast(run.Input(Path));
}

/// <summary>A slab cut from a bulk, as wide as the mean of its trajectory.</summary>
/// <param name="Bulk">Trajectory of the bulk.</param>
/// <param name="SkipPs">Start of it that the mean leaves out, ps.</param>
/// <param name="Length">Length of the slab's box, Å.</param>
internal sealed record SlabOfBulk(string Bulk, double SkipPs, double Length) : StartStructure
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Inputs => [Bulk];

    /// <inheritdoc/>
    public override JsonObject Settings => new() { ["slab_of"] = Bulk, ["skip_ps"] = SkipPs, ["length_A"] = Length };

    /// <inheritdoc/>
    public override Frame Make(StageRun run)
    {
        var path = run.Input(Bulk);
        try
        {
            return SlabBuilder.Build(SampledFrames.Read(path, SkipPs), new SlabOptions { Length = Length }).Frame;
        }
        catch (InputException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InputException($"{path}: {e.Message}", e);
        }
    }
}
