using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>
/// A frozen TensorFlow model of DeePMD-kit 1.x to 3.x, energy with the descriptor se_e2_a, or with one whose types are
/// embedded and that comes to the same (se_atten without attention layers), as a model. What can be told
/// by the weights and operators is told by them; the training script in the file (from 2.x on) fills in the rest.
/// Layout: <c>docs/model-files.md</c>, "Frozen TensorFlow models".
/// </summary>
internal static class FrozenModelReader
{
    /// <summary>Reads <c>.pb</c> (binary) or <c>.pbtxt</c> (text).</summary>
    public static DeepPotModel Read(string path, bool isText)
    {
        if (new FileInfo(path).Length > Array.MaxLength)
            throw new InputException($"{path}: {new FileInfo(path).Length} bytes; a GraphDef has at most {Array.MaxLength}");
        return Read(path, File.ReadAllBytes(path), isText);
    }

    /// <summary>Reads the content of a file.</summary>
    public static DeepPotModel Read(string name, byte[] content, bool isText) =>
        Read(new FrozenGraph(isText ? GraphDefTextReader.Read(content, name) : GraphDefBinaryReader.Read(content, name)));

    public static DeepPotModel Read(FrozenGraph graph)
    {
        var environment = FrozenModelKind.EnvironmentOf(graph);
        var typeMap = ReadTypeMap(graph);
        var script = FrozenScript.Of(graph, typeMap.Count);
        var typed = FrozenTypeEmbedding.IsIn(graph) || FrozenTypeEmbedding.SharesSlots(environment)
            ? FrozenTypeEmbedding.Read(graph, environment, script, typeMap.Count)
            : null;
        var descriptor = new FrozenDescriptorReader(graph, environment, script, typeMap.Count, typed).Read();
        return new DeepPotModel
        {
            TypeMap = typeMap,
            Descriptor = descriptor,
            Fitting = ReadFitting(graph, script, descriptor, typeMap.Count, typed),
            OutBias = new double[typeMap.Count],
            OutStd = [.. Enumerable.Repeat(1.0, typeMap.Count)],
            MinNeighborDistance = ReadMinDistance(graph),
            // With type embeddings the script describes other networks than the model has here.
            DefinitionScript = typed is null ? script.ModelSection : null,
            TruncatesPerType = descriptor.SharedSlots is null,
        };
    }

    private static TypeMap ReadTypeMap(FrozenGraph graph)
    {
        const string Name = "model_attr/tmap";
        var names = graph.Text(Name).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var count = graph.Integer("descrpt_attr/ntypes", least: 1);
        // A model trained without a type_map has an empty one; DeePMD-kit's data then call the types by number.
        if (names.Length == 0)
            names = [.. Enumerable.Range(0, count).Select(type => FormattableString.Invariant($"Type_{type}"))];
        if (names.Length != count)
            throw graph.Definition.Error(Name, $"names {names.Length} types, expected {count} (descrpt_attr/ntypes)");
        try
        {
            return new TypeMap(names);
        }
        catch (InputException error)
        {
            throw graph.Definition.Error(Name, error.Message);
        }
    }

    private static double? ReadMinDistance(FrozenGraph graph)
    {
        const string Name = "train_attr/min_nbor_dist";
        return graph.Has(Name) && graph.Number(Name) is > 0 and var distance ? distance : null;
    }

    private static EnergyFitting ReadFitting(FrozenGraph graph, FrozenScript script, SeE2aDescriptor descriptor, int typeCount, TypeEmbeddedNetworks? typed)
    {
        var (frame, atom) = (CountOf(graph, "fitting_attr/dfparam"), CountOf(graph, "fitting_attr/daparam"));
        if (atom > 0 && !graph.Has("fitting_attr/t_aparam_avg"))
            throw new InputException($"{graph.Definition.File}: the model uses its atomic parameters as a mask (use_aparam_as_mask), which is not supported");
        var inputs = descriptor.DescriptorWidth + frame + atom;
        var networks = typed is null ? ReadNetworks(graph, script, inputs, typeCount) : ReadTypedNetworks(graph, script, inputs, descriptor, typed);
        var first = FrozenNetworks.FirstMatrixOfFitting(graph, typed is null ? "_type_0" : "");
        var activation = networks[0].Layers.Count > 1 ? networks[0].Layers[0].Activation : script.Activation("fitting_net") ?? default;
        var (preset, presetEnergies) = ReadVacuumEnergies(graph, script, typeCount);
        // A network for all types is counted from its value without neighbours for all of them or for none.
        if (typed is not null && preset is not null)
            preset = Array.ConvertAll(preset, value => (double?)(value ?? 0));
        var bias = graph.Has("fitting_attr/t_bias_atom_e") ? graph.Numbers("fitting_attr/t_bias_atom_e", typeCount) : new double[typeCount];
        return new EnergyFitting
        {
            Neuron = [.. networks[0].Layers.SkipLast(1).Select(layer => layer.OutputCount)],
            ResnetDt = networks.Any(network => network.Layers.Any(layer => layer.TimeStep is not null)),
            Activation = activation,
            ActivationName = script.NameFor("fitting_net", activation),
            Precision = FrozenNetworks.PrecisionOf(graph, first),
            FrameParameterCount = frame,
            AtomParameterCount = atom,
            FrameParameterAverage = frame > 0 ? graph.Numbers("fitting_attr/t_fparam_avg", frame) : null,
            FrameParameterInverseStd = frame > 0 ? graph.Numbers("fitting_attr/t_fparam_istd", frame) : null,
            AtomParameterAverage = atom > 0 ? graph.Numbers("fitting_attr/t_aparam_avg", atom) : null,
            AtomParameterInverseStd = atom > 0 ? graph.Numbers("fitting_attr/t_aparam_istd", atom) : null,
            AtomEner = preset,
            Trainable = [.. Enumerable.Repeat(true, networks[0].Layers.Count)],
            BiasAtomE = [.. bias.Select((value, type) => value + presetEnergies[type])],
            Networks = networks,
        };
    }

    private static NeuralNetwork[] ReadNetworks(FrozenGraph graph, FrozenScript script, int inputs, int typeCount)
    {
        var networks = new NeuralNetwork[typeCount];
        for (var type = 0; type < typeCount; type++)
        {
            networks[type] = FrozenNetworks.Fitting(graph, $"_type_{type}", script.Activation("fitting_net"));
            RequireWidth(graph, networks[type], FrozenNetworks.FirstMatrixOfFitting(graph, $"_type_{type}"), inputs);
            RequireWidths(graph, networks[type], networks[0], type);
        }

        return networks;
    }

    private static NeuralNetwork[] ReadTypedNetworks(FrozenGraph graph, FrozenScript script, int inputs, SeE2aDescriptor descriptor, TypeEmbeddedNetworks typed)
    {
        var name = FrozenNetworks.FirstMatrixOfFitting(graph, "");
        var network = FrozenNetworks.Fitting(graph, "", script.Activation("fitting_net"));
        RequireWidth(graph, network, name, inputs + typed.FittingInputs);
        return typed.Fittings(network, descriptor.DescriptorWidth, FrozenNetworks.PrecisionOf(graph, name));
    }

    /// <summary>
    /// atom_ener. The network's value for a descriptor of zeros is subtracted; the energy given for it is a constant of
    /// its own in the graph of older versions, and part of t_bias_atom_e in that of newer ones.
    /// </summary>
    private static (double?[]? Preset, double[] Energies) ReadVacuumEnergies(FrozenGraph graph, FrozenScript script, int typeCount)
    {
        var (preset, energies) = (script.VacuumEnergies(typeCount), new double[typeCount]);
        for (var type = 0; type < typeCount; type++)
        {
            var name = $"atom_{type}_ener";
            if (!graph.Has(name))
                continue;
            energies[type] = graph.Number(name);
            preset ??= new double?[typeCount];
            preset[type] = energies[type];
        }

        return (preset, energies);
    }

    private static int CountOf(FrozenGraph graph, string name) => graph.Has(name) ? graph.Integer(name) : 0;

    private static void RequireWidth(FrozenGraph graph, NeuralNetwork network, string name, int expected)
    {
        if (network.InputCount != expected)
            throw graph.Definition.Error(name, $"takes {network.InputCount} inputs, expected {expected} as type 0 and the parameters have");
    }

    private static void RequireWidths(FrozenGraph graph, NeuralNetwork network, NeuralNetwork first, int type)
    {
        if (!network.Layers.Select(layer => layer.OutputCount).SequenceEqual(first.Layers.Select(layer => layer.OutputCount)))
            throw graph.Definition.Error($"layer_0_type_{type}/matrix", "begins a network of other widths than that of type 0; one set of widths is supported");
    }
}
