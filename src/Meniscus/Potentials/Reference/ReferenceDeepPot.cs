using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Potentials.Reference;

/// <summary>
/// A Deep Potential by plain loops over atoms, slots and neurons, to be read beside the paper (L. Zhang et al.,
/// arXiv:1805.09003) and docs/theory.md, and to test every fast path against. All arithmetic is float64; the weights of
/// a float32 model are used as stored. Nothing is approximated and nothing is fast.
/// </summary>
public sealed class ReferenceDeepPot : IPotential
{
    private readonly DeepPotModel _model;
    private readonly ReferenceEnvironment _environment;

    /// <summary>Prepares a model.</summary>
    public ReferenceDeepPot(DeepPotModel model)
    {
        _model = model;
        _environment = new ReferenceEnvironment(model);
    }

    /// <inheritdoc/>
    public TypeMap TypeMap => _model.TypeMap;

    /// <inheritdoc/>
    public double Cutoff => _model.Descriptor.Cutoff;

    /// <inheritdoc/>
    public void Evaluate(in Configuration configuration, Evaluation result)
    {
        RequireSense(configuration);
        NeighborListBuilds++;
        result.Reset(configuration.Types.Length, _model.Descriptor.DescriptorWidth);
        for (var i = 0; i < configuration.Types.Length; i++)
        {
            if (configuration.Types[i] >= 0)
                AddAtom(i, configuration, result);
        }
    }

    /// <summary>Has no effect: every call looks at all pairs.</summary>
    public double Skin { get; set; }

    /// <inheritdoc/>
    public long NeighborListBuilds { get; private set; }

    /// <inheritdoc/>
    public void SaveMemory(BinaryWriter writer)
    {
        // Nothing is remembered.
    }

    /// <inheritdoc/>
    public void RestoreMemory(BinaryReader reader)
    {
        // Nothing is remembered.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }

    /// <summary>Adds the energy of one atom, and its derivatives by all its neighbours.</summary>
    private void AddAtom(int i, in Configuration configuration, Evaluation result)
    {
        var type = configuration.Types[i];
        var neighbors = ReferenceNeighbors.Of(i, configuration, Cutoff);
        CountOverflow(neighbors, configuration.Types, result);
        var slots = _environment.Slots(type, neighbors, configuration.Types);
        var descriptor = new ReferenceDescriptor(_model.Descriptor, type, slots);
        if (result.Extras.HasFlag(EvaluationExtras.Descriptors))
            descriptor.Values.CopyTo(result.Descriptors.AsSpan(i * result.DescriptorWidth));
        if (_model.AtomExcludeTypes.Contains(type))
            return;

        var inputs = FittingInputs(descriptor.Values, i, configuration);
        var energy = AtomEnergy(type, inputs);
        result.AtomEnergies[i] = energy;
        result.Energy += energy;
        var byInputs = ReferenceNetwork.GradientOfOutput(_model.Fitting.Networks[type], inputs);
        var gradients = descriptor.SlotGradients(byInputs.AsSpan(0, descriptor.Values.Length));
        for (var k = 0; k < slots.Count; k++)
        {
            if (slots[k].Neighbor is { } neighbor)
                AddPair(i, neighbor, gradients[k], result);
        }
    }

    /// <summary>D, then the frame parameters, then the atom's, both normalised.</summary>
    private double[] FittingInputs(double[] descriptor, int i, in Configuration configuration)
    {
        var fitting = _model.Fitting;
        var frame = FrameParameters(configuration);
        var inputs = new List<double>(descriptor);
        for (var k = 0; k < fitting.FrameParameterCount; k++)
            inputs.Add((frame[k] - fitting.FrameParameterAverage![k]) * fitting.FrameParameterInverseStd![k]);
        for (var k = 0; k < fitting.AtomParameterCount; k++)
        {
            var value = configuration.AtomParameters[(i * fitting.AtomParameterCount) + k];
            inputs.Add((value - fitting.AtomParameterAverage![k]) * fitting.AtomParameterInverseStd![k]);
        }

        return [.. inputs];
    }

    /// <summary>
    /// Network plus both biases (docs/theory.md, 1.4); where atom_ener names the type, less what the network gives for
    /// a descriptor of zeros.
    /// </summary>
    private double AtomEnergy(int type, double[] inputs)
    {
        var network = _model.Fitting.Networks[type];
        var energy = ReferenceNetwork.Outputs(network, inputs)[0] + _model.Fitting.BiasAtomE[type] + _model.OutBias[type];
        if (_model.Fitting.AtomEner is not { } preset || preset[type] is null)
            return energy;
        double[] vacuum = [.. new double[_model.Descriptor.DescriptorWidth], .. inputs[_model.Descriptor.DescriptorWidth..]];
        return energy - ReferenceNetwork.Outputs(network, vacuum)[0];
    }

    /// <summary>Forces and virials from g = ∂e_i/∂x of one neighbour (docs/theory.md, 2.3 to 2.5).</summary>
    private static void AddPair(int i, in ReferenceNeighbor neighbor, double[] g, Evaluation result)
    {
        for (var a = 0; a < 3; a++)
        {
            result.Forces[(3 * neighbor.Atom) + a] -= g[a];
            result.Forces[(3 * i) + a] += g[a];
            for (var b = 0; b < 3; b++)
            {
                result.Virial[(3 * a) + b] -= g[a] * neighbor.Vector[b];
                if (result.Extras.HasFlag(EvaluationExtras.AtomVirials))
                    result.AtomVirials[(9 * neighbor.Atom) + (3 * a) + b] -= g[a] * neighbor.Vector[b];
            }
        }
    }

    private void CountOverflow(List<ReferenceNeighbor> neighbors, ReadOnlySpan<int> types, Evaluation result)
    {
        var counts = new int[_model.Descriptor.TypeCount];
        foreach (var neighbor in neighbors)
            counts[types[neighbor.Atom]]++;
        var overflow = result.Overflow;
        overflow.Add(counts, _model.Descriptor.Sel, _model.Descriptor.SlotCount);
        result.Overflow = overflow;
    }

    private ReadOnlySpan<double> FrameParameters(in Configuration configuration) =>
        configuration.FrameParameters.IsEmpty && _model.Fitting.DefaultFrameParameters is { } standard ? standard : configuration.FrameParameters;

    private void RequireSense(in Configuration configuration)
    {
        var atoms = configuration.Types.Length;
        foreach (var type in configuration.Types)
        {
            if (type >= _model.TypeMap.Count)
                throw new InputException($"type {type} is not known; the model has the types 0 to {_model.TypeMap.Count - 1} ({_model.TypeMap})");
        }

        foreach (var x in configuration.Positions)
        {
            if (!double.IsFinite(x))
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"coord: found {x}; expected finite numbers in Å"));
        }

        var (frame, atom) = (_model.Fitting.FrameParameterCount, _model.Fitting.AtomParameterCount * atoms);
        if (FrameParameters(configuration).Length != frame || configuration.AtomParameters.Length != atom)
            throw new InputException($"fparam/aparam: found {configuration.FrameParameters.Length} frame and {configuration.AtomParameters.Length} atomic parameters; the model takes {frame} and {atom} for {atoms} atoms");
    }
}
