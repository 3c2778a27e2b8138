using System.Globalization;

namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>The descriptor of a frozen graph: cutoffs and slots from its operator, the rest from constants and shapes.</summary>
internal sealed class FrozenDescriptorReader(FrozenGraph graph, GraphNode environment, FrozenScript script, int typeCount, TypeEmbeddedNetworks? typed)
{
    private readonly GraphDefinition _definition = graph.Definition;

    public SeE2aDescriptor Read()
    {
        if (typed is not null)
            return ReadTyped(typed);
        var (cutoff, smoothCutoff) = ReadCutoffs();
        var slots = ReadSlots(typeCount);
        var tabulated = FrozenTables.Any(graph);
        var oneSided = tabulated ? FrozenTables.OneSided(graph) : graph.Has("filter_type_all/matrix_1_0") || OneSidedSomewhere();
        var stated = script.Activation("descriptor");
        var networks = tabulated ? new NeuralNetwork?[oneSided ? typeCount : typeCount * typeCount] : ReadNetworks(slots, oneSided);
        var first = Array.Find(networks, network => network is not null);
        var neuron = first is null ? TableNeuron() : [.. first.Layers.Select(layer => layer.OutputCount)];
        var excluded = oneSided ? script.ExcludeTypes(typeCount) : MissingPairs(slots, networks, tabulated ? FrozenTables.Read(graph, slots, neuron[^1], oneSided) : null);
        var precision = first is null ? FrozenTables.PrecisionOf(graph) : FrozenNetworks.PrecisionOf(graph, FirstMatrix(networks, oneSided));
        var activation = first?.Layers[0].Activation ?? stated ?? default;
        var descriptor = new SeE2aDescriptor
        {
            Cutoff = cutoff,
            SmoothCutoff = smoothCutoff,
            Sel = ReadSel(slots),
            Neuron = neuron,
            AxisNeuron = ReadAxis(neuron[^1]),
            TypeOneSide = oneSided,
            ResnetDt = networks.Any(network => network?.Layers.Any(layer => layer.TimeStep is not null) ?? false),
            SetDavgZero = script.SetDavgZero,
            Activation = activation,
            ActivationName = script.NameFor("descriptor", activation),
            Precision = precision,
            ExcludeTypes = excluded,
            Davg = [],
            Dstd = [],
            Embeddings = networks,
            EmbeddingTables = tabulated ? FrozenTables.Read(graph, slots, neuron[^1], oneSided) : null,
        };
        descriptor.Davg = NetworkSection.Round(Statistics("descrpt_attr/t_avg", slots, descriptor.Sel), precision);
        descriptor.Dstd = NetworkSection.Round(Statistics("descrpt_attr/t_std", slots, descriptor.Sel), precision);
        RequireStatistics(descriptor, slots, descriptor.Sel);
        RequireEmbeddings(descriptor);
        return descriptor;
    }

    /// <summary>A descriptor with type embeddings, for each type or pair what its networks come to.</summary>
    private SeE2aDescriptor ReadTyped(TypeEmbeddedNetworks networks)
    {
        var (cutoff, smoothCutoff) = ReadCutoffs();
        var shared = FrozenTypeEmbedding.SharesSlots(environment);
        var slots = ReadSlots(shared ? 1 : typeCount);
        var sel = ReadSel(slots);
        var embeddings = networks.All();
        var activation = networks.Radial.Layers[0].Activation;
        var descriptor = new SeE2aDescriptor
        {
            Cutoff = cutoff,
            SmoothCutoff = smoothCutoff,
            Sel = shared ? [.. Enumerable.Repeat(sel[0], typeCount)] : sel,
            SharedSlots = shared ? sel[0] : null,
            Neuron = [.. embeddings[0].Layers.Select(layer => layer.OutputCount)],
            AxisNeuron = ReadAxis(networks.Radial.OutputCount),
            TypeOneSide = networks.OneSided,
            ResnetDt = networks.Radial.Layers.Any(layer => layer.TimeStep is not null),
            SetDavgZero = script.SetDavgZero,
            Activation = activation,
            ActivationName = script.NameFor("descriptor", activation),
            Precision = networks.Precision,
            ExcludeTypes = script.ExcludeTypes(typeCount),
            Davg = NetworkSection.Round(Statistics("descrpt_attr/t_avg", slots, sel), networks.Precision),
            Dstd = NetworkSection.Round(Statistics("descrpt_attr/t_std", slots, sel), networks.Precision),
            Embeddings = embeddings,
            Fading = networks.Fading(),
            Origin = networks.Origin(FrozenTypeEmbedding.DescriptorName(environment, script)),
        };
        RequireStatistics(descriptor, slots, sel);
        // With strip, slots of a type have that of no atom while they are empty; with concat they keep their own.
        return shared || networks.OfTypes is not null
            ? descriptor with { EmptySlotEmbedding = EmptySlots(networks, descriptor) }
            : descriptor;
    }

    private double[][]? EmptySlots(TypeEmbeddedNetworks networks, SeE2aDescriptor descriptor)
    {
        var row = 4 * descriptor.SlotCount;
        for (var k = 0; k < descriptor.Davg.Length; k++)
        {
            var first = (k / row * row) + (k % 4);
            if (descriptor.Davg[k] != descriptor.Davg[first] || descriptor.Dstd[k] != descriptor.Dstd[first])
                throw _definition.Error("descrpt_attr/t_avg", $"or t_std has several values for centre type {k / row}, expected one for all slots (DeePMD-kit writes no other)");
        }

        return networks.EmptySlots(descriptor.Davg, descriptor.Dstd);
    }

    /// <summary>
    /// The operator keeps its cutoffs as float32. The shortest decimals that give these are taken, which is what the input
    /// file had (1.8, not 1.79999995), and what DeePMD-kit's other backends compute with.
    /// </summary>
    private (double Cutoff, double SmoothCutoff) ReadCutoffs()
    {
        var (cutoff, smoothCutoff) = (Decimal("rcut_r"), Decimal("rcut_r_smth"));
        if (!(cutoff > 0 && smoothCutoff >= 0 && smoothCutoff < cutoff))
            throw _definition.Error(environment.Name, $"has rcut {cutoff} and rcut_smth {smoothCutoff} Å, expected 0 ≤ rcut_smth < rcut");
        if (graph.Has("descrpt_attr/rcut") && (float)graph.Number("descrpt_attr/rcut") != (float)cutoff)
            throw _definition.Error("descrpt_attr/rcut", $"holds {graph.Number("descrpt_attr/rcut")} Å, expected {cutoff} as the operator has");
        return (cutoff, smoothCutoff);
    }

    private double Decimal(string name) => environment.Attributes.GetValueOrDefault(name)?.Number is { } number
        ? double.Parse(((float)number).ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
        : throw _definition.Error(environment.Name, $"has no attribute '{name}'; the file is damaged");

    private int[] ReadSlots(int groups)
    {
        var slots = environment.Attributes.GetValueOrDefault("sel_a")?.Integers ?? [];
        return slots.Count == groups && slots.All(count => count is >= 0 and <= 100_000) && slots.Sum() > 0
            ? [.. slots.Select(count => (int)count)]
            : throw _definition.Error(environment.Name, $"has sel_a [{string.Join(", ", slots.Take(8))}], expected {(groups == 1 ? "one number of slots" : $"the slots of {groups} types")}");
    }

    /// <summary>
    /// Where the slots were changed after training (original_sel), sums are still divided by the original number. With
    /// davg = 0 an empty slot adds nothing, so a model with the original slots is the same.
    /// </summary>
    private int[] ReadSel(int[] slots)
    {
        const string Name = "descrpt_attr/original_sel";
        if (!graph.Has(Name))
            return slots;
        var original = slots.Length == 1 ? [.. graph.Finite(Name, graph.Tensor(Name)).Take(1)] : graph.Numbers(Name, slots.Length);
        for (var type = 0; type < original.Length; type++)
        {
            if (!(original[type] >= slots[type] && original[type] <= 100_000 && original[type] == Math.Floor(original[type])))
                throw _definition.Error(Name, $"holds {original[type]} slots for type {type}, expected {slots[type]} or more as the operator has; models whose sel was raised after training are not supported");
        }

        return Array.ConvertAll(original, count => (int)count);
    }

    /// <summary>davg or dstd; where slots were taken away, with those of the type that are left.</summary>
    private double[] Statistics(string name, int[] slots, int[] sel)
    {
        var stored = graph.Numbers(name, typeCount, 4 * slots.Sum());
        if (slots.SequenceEqual(sel))
            return stored;
        var result = new double[typeCount * 4 * sel.Sum()];
        var fill = name.EndsWith("avg", StringComparison.Ordinal) ? 0.0 : 1.0;
        Array.Fill(result, fill);
        var target = 0;
        for (var (centre, source) = (0, 0); centre < typeCount; centre++)
        {
            for (var neighbor = 0; neighbor < slots.Length; source += 4 * slots[neighbor], neighbor++)
            {
                for (var slot = 0; slot < sel[neighbor]; slot++, target += 4)
                {
                    if (slots[neighbor] > 0)
                        stored.AsSpan(source + (4 * Math.Min(slot, slots[neighbor] - 1)), 4).CopyTo(result.AsSpan(target));
                }
            }
        }

        return result;
    }

    private void RequireStatistics(SeE2aDescriptor descriptor, int[] slots, int[] sel)
    {
        if (Array.IndexOf(descriptor.Dstd, 0) is var zero and >= 0)
            throw _definition.Error("descrpt_attr/t_std", $"value {zero} is 0; expected standard deviations, which are divided by");
        if (!slots.SequenceEqual(sel) && descriptor.Davg.Any(value => value != 0))
            throw _definition.Error("descrpt_attr/original_sel", "differs from sel while davg is not zero, which DeePMD-kit does not make either");
    }

    private bool OneSidedSomewhere() => Enumerable.Range(0, typeCount).Any(type => graph.Has($"filter_type_all/matrix_1_{type}"));

    private static string Scope(int centre, bool oneSided) => oneSided ? "filter_type_all" : $"filter_type_{centre}";

    private NeuralNetwork?[] ReadNetworks(int[] slots, bool oneSided)
    {
        var stated = script.Activation("descriptor");
        var networks = new NeuralNetwork?[oneSided ? typeCount : typeCount * typeCount];
        for (var index = 0; index < networks.Length; index++)
        {
            var (centre, neighbor) = (index % typeCount, oneSided ? index : index / typeCount);
            var matrix = $"{Scope(centre, oneSided)}/matrix_1_{neighbor}";
            if (graph.Has(matrix) || MustBeThere(centre, neighbor, slots, oneSided))
                networks[index] = FrozenNetworks.Embedding(graph, Scope(centre, oneSided), $"_{neighbor}", 1, stated);
        }

        return networks;
    }

    /// <summary>
    /// A network may be missing where there are no slots, or where the script says that the pair is excluded. Without a
    /// script an excluded pair cannot be told from damage.
    /// </summary>
    private bool MustBeThere(int centre, int neighbor, int[] slots, bool oneSided)
    {
        if (slots[neighbor] == 0)
            return false;
        if (oneSided)
            return !Enumerable.Range(0, typeCount).All(type => Excludes(script.ExcludeTypes(typeCount), type, neighbor));
        return !Excludes(script.ExcludeTypes(typeCount), centre, neighbor);
    }

    private static bool Excludes(IReadOnlyList<(int Centre, int Neighbor)> pairs, int a, int b) => pairs.Contains((a, b)) || pairs.Contains((b, a));

    private List<(int Centre, int Neighbor)> MissingPairs(int[] slots, NeuralNetwork?[] networks, EmbeddingTable?[]? tables)
    {
        var pairs = new List<(int, int)>();
        for (var index = 0; index < networks.Length; index++)
        {
            var (centre, neighbor) = (index % typeCount, index / typeCount);
            if (slots[neighbor] > 0 && networks[index] is null && tables?[index] is null && !pairs.Contains((neighbor, centre)))
                pairs.Add((centre, neighbor));
        }

        return pairs;
    }

    private static string FirstMatrix(NeuralNetwork?[] networks, bool oneSided)
    {
        var index = Array.FindIndex(networks, network => network is not null);
        var types = oneSided ? networks.Length : (int)Math.Sqrt(networks.Length);
        return $"{Scope(index % types, oneSided)}/matrix_1_{(oneSided ? index : index / types)}";
    }

    /// <summary>Widths of a network that the file no longer holds: the script's, if its last one is the table's.</summary>
    private int[] TableNeuron()
    {
        var width = FrozenTables.WidthOf(graph);
        var stated = script.Neuron("descriptor");
        return stated.Length > 0 && stated[^1] == width ? stated : [width];
    }

    /// <summary>The descriptor has M · axis_neuron numbers, and the fitting takes them beside t_i and its parameters.</summary>
    private int ReadAxis(int width)
    {
        var name = FrozenNetworks.FirstMatrixOfFitting(graph, typed is null ? "_type_0" : "");
        graph.Numbers(name, FrozenGraph.AnySize, FrozenGraph.AnySize);
        var inputs = graph.Tensor(name).Shape[0] - (typed?.FittingInputs ?? 0);
        foreach (var count in (ReadOnlySpan<string>)["fitting_attr/dfparam", "fitting_attr/daparam"])
            inputs -= graph.Has(count) ? graph.Integer(count) : 0;
        return inputs >= width && inputs % width == 0 && inputs / width <= width
            ? (int)(inputs / width)
            : throw _definition.Error(name, $"takes {inputs} numbers of the descriptor, expected {width} times axis_neuron");
    }

    private void RequireEmbeddings(SeE2aDescriptor descriptor)
    {
        for (var index = 0; index < descriptor.Embeddings.Length; index++)
        {
            if (descriptor.Embeddings[index] is { } network && !network.Layers.Select(layer => layer.OutputCount).SequenceEqual(descriptor.Neuron))
                throw _definition.Error($"{Scope(index % typeCount, descriptor.TypeOneSide)}/matrix_1_{(descriptor.TypeOneSide ? index : index / typeCount)}", "begins a network of other widths than the first; one set of widths is supported");
        }

        if (descriptor.EmbeddingTables is { } tables)
            RequireTables(tables, descriptor);
    }

    private void RequireTables(EmbeddingTable?[] tables, SeE2aDescriptor descriptor)
    {
        for (var index = 0; index < tables.Length; index++)
        {
            var (centre, neighbor) = (index % typeCount, descriptor.TypeOneSide ? index : index / typeCount);
            if (tables[index] is null && MustBeThere(centre, neighbor, descriptor.Sel, descriptor.TypeOneSide))
                throw new InputException($"{_definition.File}: the operator TabulateFusionSeA of {Scope(centre, descriptor.TypeOneSide)} for neighbours of type {neighbor} is missing; the file is cut off or damaged");
        }
    }
}
