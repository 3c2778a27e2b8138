using System.Numerics;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Native;

/// <summary>Several models of the same atoms, one after the other on the same threads.</summary>
internal sealed unsafe class NativeCommittee : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly NativeModel[] _models;
    private readonly TypeTranslation[] _types;
    private readonly Lock _lock = new();

    public NativeCommittee(IReadOnlyList<DeepPotModel> models, int threads)
    {
        var first = models[0].TypeMap;
        _types = [.. models.Select((model, m) => new TypeTranslation(first, model.TypeMap, FormattableString.Invariant($"model {m + 1} of {models.Count}")))];
        _team = new WorkerTeam(threads);
        _models = [.. models.Select(model => new NativeModel(model, _team))];
    }

    public IReadOnlyList<NativeModel> Models => _models;

    /// <summary>Has the embedding networks of all models tabulated to rounding.</summary>
    public void Tabulate()
    {
        foreach (var model in _models)
            model.Tabulate();
    }

    /// <summary>Evaluates all models.</summary>
    /// <param name="input">The configuration, its types as the first model numbers them.</param>
    /// <param name="output">Where the results of the first model go; those of the others follow.</param>
    /// <param name="compute">Has a model compute.</param>
    public void Compute<T>(in FrameInput<T> input, in FrameOutput<T> output, ComputeModel<T> compute)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        input.Require();
        lock (_lock)
        {
            for (var m = 0; m < _models.Length; m++)
            {
                var types = _types[m].Translate(new ReadOnlySpan<int>(input.Types, input.Atoms));
                fixed (int* translated = types)
                {
                    var own = input;
                    own.Types = translated;
                    compute(_models[m], own, Part(output, m, input.Atoms));
                }
            }
        }
    }

    /// <summary>Evaluates all models and compares them.</summary>
    public ModelDeviation Deviation<T>(in FrameInput<T> input, in FrameOutput<T> output, double* perAtom)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (input.Ghosts > 0)
            throw new ArgumentException($"{input.Ghosts} ghost atoms: forces on ghosts belong to other atoms, so deviations have no meaning before they are added there; take the results of each model, and compare them after that");
        lock (_lock)
        {
            var evaluations = new List<Evaluation>();
            Compute(input, output, (NativeModel model, in FrameInput<T> own, in FrameOutput<T> part) => evaluations.Add(model.Compute(own, part)));
            var deviations = perAtom == null ? [] : new Span<double>(perAtom, input.Atoms);
            return ModelDeviation.Of(evaluations, new ReadOnlySpan<int>(input.Types, input.Atoms), null, deviations);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var model in _models)
                model.Dispose();
            _team.Dispose();
        }
    }

    private static FrameOutput<T> Part<T>(in FrameOutput<T> output, int model, int atoms)
        where T : unmanaged, IFloatingPointIeee754<T> => new()
        {
            Energy = output.Energy == null ? null : output.Energy + model,
            Forces = output.Forces == null ? null : output.Forces + (3L * model * atoms),
            Virial = output.Virial == null ? null : output.Virial + (9 * model),
            AtomEnergies = output.AtomEnergies == null ? null : output.AtomEnergies + ((long)model * atoms),
            AtomVirials = output.AtomVirials == null ? null : output.AtomVirials + (9L * model * atoms),
        };
}

/// <summary>Has a model of a committee compute.</summary>
internal delegate void ComputeModel<T>(NativeModel model, in FrameInput<T> input, in FrameOutput<T> output)
    where T : unmanaged, IFloatingPointIeee754<T>;
