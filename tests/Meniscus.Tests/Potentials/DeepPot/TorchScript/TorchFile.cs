using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Tests.Potentials.DeepPot.TorchScript;

/// <summary>Writes models as DeePMD-kit's PyTorch backend freezes them, as far as a reader of the parameters sees, and its checkpoints.</summary>
internal sealed class TorchFile
{
    private readonly List<byte> _pickle = [];
    private readonly List<byte[]> _storages = [];

    public static void Write(DeepPotModel model, string path, string descriptor = "DescrptSeA")
    {
        var file = new TorchFile();
        file.Raw(0x80, 2);
        file.Model(model, descriptor);
        file.Raw((byte)'.');
        file.Save(path);
    }

    /// <summary>A checkpoint.</summary>
    /// <param name="model">Its parameters.</param>
    /// <param name="settings">The model section of the input.</param>
    /// <param name="path">The file.</param>
    /// <param name="beside">A key beside the model.</param>
    /// <param name="parameter">Name of a parameter more.</param>
    /// <param name="leftOut">Names of parameters to leave out contain it.</param>
    public static void WriteCheckpoint(DeepPotModel model, JsonNode settings, string path, string? beside = null, string? parameter = null, string? leftOut = null)
    {
        var file = new TorchFile();
        file.Raw(0x80, 2);
        file.Map([
            ("model", () => file.Map([
                .. file.Parameters(model).Where(p => leftOut is null || !p.Name.Contains(leftOut, StringComparison.Ordinal)),
                .. parameter is null ? Array.Empty<(string, Action)>() : [(parameter, () => file.Tensor(Precision.Float64, [1, 2], 2))],
                ("_extra_state", () => file.Map([
                    ("model_params", () => file.Json(settings)),
                    ("train_infos", () => file.Map([("lr", () => file.Value(0.001)), ("step", () => file.Value(1))]))])),
            ])),
            .. beside is null ? Array.Empty<(string, Action)>() : [(beside, () => file.Value(1))],
        ]);
        file.Raw((byte)'.');
        file.Save(path);
    }

    private IEnumerable<(string Name, Action Write)> Parameters(DeepPotModel model)
    {
        var (d, f, count) = (model.Descriptor, model.Fitting, model.TypeMap.Count);
        const string atomic = "model.Default.atomic_model.";
        yield return ("model.Default.min_nbor_dist", () => Tensor(Precision.Float64, [model.MinNeighborDistance ?? -1]));
        yield return (atomic + "out_bias", () => Tensor(Precision.Float64, model.OutBias, 1, count, 1));
        yield return (atomic + "out_std", () => Tensor(Precision.Float64, model.OutStd, 1, count, 1));
        yield return (atomic + "descriptor.sea.mean", () => Tensor(d.Precision, d.Davg, count, d.SlotCount, 4));
        yield return (atomic + "descriptor.sea.stddev", () => Tensor(d.Precision, d.Dstd, count, d.SlotCount, 4));
        yield return (atomic + "fitting_net.bias_atom_e", () => Tensor(Precision.Float64, f.BiasAtomE, count, 1));
        if (f.FrameParameterAverage is { } average)
        {
            yield return (atomic + "fitting_net.fparam_avg", () => Tensor(f.Precision, average, average.Length));
            yield return (atomic + "fitting_net.fparam_inv_std", () => Tensor(f.Precision, f.FrameParameterInverseStd!, average.Length));
        }

        foreach (var (owner, networks, precision) in new[] { ("descriptor.sea", d.Embeddings!, d.Precision), ("fitting_net", f.Networks, f.Precision) })
        {
            foreach (var (n, network) in networks.Index())
            {
                foreach (var (l, layer) in network!.Layers.Index())
                {
                    var name = $"{atomic}{owner}.filter_layers.networks.{n}.layers.{l}.";
                    yield return (name + "matrix", () => Tensor(precision, layer.Weights, layer.InputCount, layer.OutputCount));
                    yield return (name + "bias", () => Tensor(precision, layer.Bias!, layer.OutputCount));
                    if (layer.TimeStep is { } step)
                        yield return (name + "idt", () => Tensor(precision, step, layer.OutputCount));
                }
            }
        }
    }

    private void Json(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                Map([.. map.Select(pair => (pair.Key, (Action)(() => Json(pair.Value))))]);
                break;
            case JsonArray list:
                Raw((byte)']', (byte)'(');
                foreach (var item in list)
                    Json(item);
                Raw((byte)'e');
                break;
            case JsonValue value when value.GetValueKind() is System.Text.Json.JsonValueKind.String:
                Value(value.GetValue<string>());
                break;
            case JsonValue value when value.GetValueKind() is System.Text.Json.JsonValueKind.Number:
                Value(value.ToJsonString() is var text && text.All(c => char.IsAsciiDigit(c) || c == '-') ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : (object)value.GetValue<double>());
                break;
            default:
                Value(node?.GetValue<bool>());
                break;
        }
    }

    private void Map((string Key, Action Value)[] entries)
    {
        Raw((byte)'}', (byte)'(');
        foreach (var (key, value) in entries)
        {
            Value(key);
            value();
        }

        Raw((byte)'u');
    }

    /// <summary>
    /// Writes a model with type embeddings, given as the model section of an interchange file: every key becomes an
    /// attribute under the name that the PyTorch backend has for it.
    /// </summary>
    public static void WriteTyped(ModelMap model, string path)
    {
        var file = new TorchFile();
        file.Raw(0x80, 2);
        var (descriptor, fitting) = ((ModelMap)model.Entries["descriptor"], (ModelMap)model.Entries["fitting"]);
        var types = (ModelMap)descriptor.Entries["type_embedding"];
        file.Module(
            "model.EnergyModel",
            ("atomic_model", () => file.Module(
                "atomic_model.DPEnergyAtomicModel",
                ("type_map", () => file.Node(model.Entries["type_map"])),
                ("out_bias", () => file.Node(Variable(model, "out_bias"))),
                ("out_std", () => file.Node(Variable(model, "out_std"))),
                ("descriptor", () => file.Module(
                    ((ModelText)descriptor.Entries["type"]).Value == "se_atten_v2" ? "descriptor.DescrptSeAttenV2" : "descriptor.DescrptDPA1",
                    ("concat_output_tebd", () => file.Node(descriptor.Entries["concat_output_tebd"])),
                    ("use_econf_tebd", () => file.Value(false)),
                    ("se_atten", () => file.Module(
                        "descriptor.DescrptBlockSeAtten",
                        [
                            .. Attributes(descriptor, "rcut", "rcut_smth", "sel", "ntypes", "neuron", "axis_neuron", "tebd_dim", "attn_layer", "resnet_dt", "set_davg_zero", "activation_function", "env_protection", "type_one_side"),
                            ("tebd_input_mode", () => file.Value(descriptor.Entries.ContainsKey("embeddings_strip") ? "strip" : "concat")),
                            ("smooth", () => file.Value(!descriptor.Entries.TryGetValue("smooth_type_embedding", out var smooth) || ((ModelBoolean)smooth).Value)),
                            ("emask", () => file.Mask("PairExcludeMask", PairMask(descriptor, types))),
                            ("mean", () => file.Node(Variable(descriptor, "davg"))),
                            ("stddev", () => file.Node(Variable(descriptor, "dstd"))),
                            ("filter_layers", () => Collection(descriptor.Entries["embeddings"])),
                            ("filter_layers_strip", () => Collection(descriptor.Entries.GetValueOrDefault("embeddings_strip"))),
                        ])),
                    ("type_embedding", () => file.Module("network.TypeEmbedNet", ("embedding", () => file.Module(
                        "network.TypeEmbedNetConsistent",
                        [.. Attributes(types, "ntypes", "neuron", "resnet_dt", "activation_function", "use_econf_tebd"), ("embedding_net", () => Network((ModelMap)types.Entries["embedding"]))])))))),
                ("fitting_net", () => file.Module(
                    "task.EnergyFittingNet",
                    [
                        .. Attributes(fitting, "ntypes", "dim_descrpt", "neuron", "resnet_dt", "numb_fparam", "numb_aparam", "activation_function", "mixed_types", "exclude_types"),
                        ("dim_out", () => file.Value(1)),
                        ("bias_atom_e", () => file.Node(Variable(fitting, "bias_atom_e"))),
                        ("filter_layers", () => Collection(fitting.Entries["nets"])),
                    ])))));
        file.Raw((byte)'.');
        file.Save(path);

        IEnumerable<(string, Action)> Attributes(ModelMap map, params string[] names) => names.Select(name => (name, (Action)(() => file.Node(map.Entries[name]))));

        static ModelNode Variable(ModelMap map, string name) => ((ModelMap)map.Entries["@variables"]).Entries[name];

        void Collection(ModelNode? collection)
        {
            if (collection is not ModelMap map)
            {
                file.Value(null);
                return;
            }

            file.Module(
                "mlp.NetworkCollection",
                ("ndim", () => file.Node(map.Entries["ndim"])),
                ("ntypes", () => file.Node(map.Entries["ntypes"])),
                ("networks", () => file.Module("container.ModuleList", [.. ((ModelList)map.Entries["networks"]).Items.Select((network, k) => ($"{k}", (Action)(() => Network((ModelMap)network))))])));
        }

        void Network(ModelMap network) => file.Module("network.EN", ("layers", () => file.Module(
            "container.ModuleList",
            [.. ((ModelList)network.Entries["layers"]).Items.Cast<ModelMap>().Select((layer, l) => ($"{l}", (Action)(() => file.Module(
                "mlp.MLPLayer",
                ("matrix", () => file.Node(Variable(layer, "w"))),
                ("bias", () => file.Node(Variable(layer, "b"))),
                ("idt", () => file.Node(Variable(layer, "idt"))),
                ("activate_name", () => file.Node(layer.Entries["activation_function"])),
                ("resnet", () => file.Node(layer.Entries["resnet"]))))))])));
    }

    private static int[] PairMask(ModelMap descriptor, ModelMap types)
    {
        var width = (int)((ModelNumber)types.Entries["ntypes"]).Value + 1;
        var mask = Enumerable.Repeat(1, width * width).ToArray();
        foreach (var pair in ((ModelList)descriptor.Entries["exclude_types"]).Items.Cast<ModelList>())
        {
            var (a, b) = ((int)((ModelNumber)pair.Items[0]).Value, (int)((ModelNumber)pair.Items[1]).Value);
            mask[(a * width) + b] = mask[(b * width) + a] = 0;
        }

        return mask;
    }

    private void Node(ModelNode node)
    {
        switch (node)
        {
            case ModelArray array:
                Tensor(array.Type == ModelArrayType.Float32 ? Precision.Float32 : Precision.Float64, array.Values, array.Shape);
                break;
            case ModelList list:
                Raw((byte)']', (byte)'(');
                list.Items.ForEach(Node);
                Raw((byte)'e');
                break;
            default:
                Value(node switch
                {
                    ModelBoolean flag => flag.Value,
                    ModelText text => text.Value,
                    ModelNumber { Integer: { } whole } => (int)whole,
                    ModelNumber number => number.Value,
                    _ => null,
                });
                break;
        }
    }

    public static void Write(byte[] pickle, string path)
    {
        var file = new TorchFile();
        file.Raw(pickle);
        file.Save(path);
    }

    private void Save(string path)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var (bytes, k) in _storages.Select((bytes, k) => (bytes, k)))
            Add($"m/data/{k}", bytes);
        Add("m/data.pkl", [.. _pickle]);
        Add("m/byteorder", [.. "little"u8]);

        void Add(string name, byte[] bytes)
        {
            using var stream = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
            stream.Write(bytes);
        }
    }

    private void Model(DeepPotModel model, string descriptor) => Module(
        "model.EnergyModel",
        ("training", () => Raw(0x88)),
        ("min_nbor_dist", () => Value(model.MinNeighborDistance)),
        ("model_def_script", () => Value("{\"type_map\": []}")),
        ("atomic_model", () => Module(
            "atomic_model.DPEnergyAtomicModel",
            ("type_map", () => Values(model.TypeMap.Names)),
            ("rcond", () => Value(model.Rcond)),
            ("out_bias", () => Tensor(Precision.Float64, model.OutBias, 1, model.TypeMap.Count, 1)),
            ("out_std", () => Tensor(Precision.Float64, model.OutStd, 1, model.TypeMap.Count, 1)),
            ("atom_excl", () => Mask("AtomExcludeMask", [.. model.TypeMap.Names.Select((_, type) => model.AtomExcludeTypes.Contains(type) ? 0 : 1)])),
            ("pair_excl", () => Value(null)),
            ("descriptor", () => Module($"descriptor.{descriptor}", ("sea", () => Descriptor(model)))),
            ("fitting_net", () => Fitting(model)))));

    private void Descriptor(DeepPotModel model)
    {
        var (d, count) = (model.Descriptor, model.TypeMap.Count);
        var mask = new int[(count + 1) * (count + 1)];
        for (var k = 0; k < mask.Length; k++)
            mask[k] = d.ExcludeTypes.Contains((Math.Min(k / (count + 1), k % (count + 1)), Math.Max(k / (count + 1), k % (count + 1)))) ? 0 : 1;
        Module(
            "descriptor.DescrptBlockSeA",
            ("mean", () => Tensor(d.Precision, d.Davg, count, d.SlotCount, 4)),
            ("stddev", () => Tensor(d.Precision, d.Dstd, count, d.SlotCount, 4)),
            ("rcut", () => Value(d.Cutoff)),
            ("rcut_smth", () => Value(d.SmoothCutoff)),
            ("sel", () => Values(d.Sel)),
            ("neuron", () => Values(d.Neuron)),
            ("axis_neuron", () => Value(d.AxisNeuron)),
            ("resnet_dt", () => Value(d.ResnetDt)),
            ("set_davg_zero", () => Value(d.SetDavgZero)),
            ("activation_function", () => Value(d.ActivationName)),
            ("env_protection", () => Value(d.EnvProtection)),
            ("type_one_side", () => Value(d.TypeOneSide)),
            ("seed", () => Value(null)),
            ("emask", () => Mask("PairExcludeMask", mask)),
            ("filter_layers", () => Networks(d.Embeddings!, d.TypeOneSide ? 1 : 2, count, d.Precision)));
    }

    private void Fitting(DeepPotModel model)
    {
        var (f, count) = (model.Fitting, model.TypeMap.Count);
        Module(
            "task.EnergyFittingNet",
            ("bias_atom_e", () => Tensor(Precision.Float64, f.BiasAtomE, count, 1)),
            ("fparam_avg", () => Statistics(f.FrameParameterAverage)),
            ("fparam_inv_std", () => Statistics(f.FrameParameterInverseStd)),
            ("aparam_avg", () => Statistics(f.AtomParameterAverage)),
            ("aparam_inv_std", () => Statistics(f.AtomParameterInverseStd)),
            ("ntypes", () => Value(count)),
            ("dim_descrpt", () => Value(model.Descriptor.DescriptorWidth)),
            ("dim_out", () => Value(1)),
            ("neuron", () => Values(f.Neuron)),
            ("resnet_dt", () => Value(f.ResnetDt)),
            ("numb_fparam", () => Value(f.FrameParameterCount)),
            ("numb_aparam", () => Value(f.AtomParameterCount)),
            ("default_fparam", () => Values(f.DefaultFrameParameters ?? [])),
            ("activation_function", () => Value(f.ActivationName)),
            ("mixed_types", () => Value(false)),
            ("rcond", () => Value(f.Rcond)),
            ("exclude_types", () => Values(model.AtomExcludeTypes)),
            ("trainable", () => Value(true)),
            ("filter_layers", () => Networks(f.Networks, 1, count, f.Precision)));

        void Statistics(double[]? values)
        {
            if (values is null)
                Value(null);
            else
                Tensor(f.Precision, values, values.Length);
        }
    }

    private void Networks(IEnumerable<NeuralNetwork?> networks, int dimensions, int typeCount, Precision precision) => Module(
        "mlp.NetworkCollection",
        ("ndim", () => Value(dimensions)),
        ("ntypes", () => Value(typeCount)),
        ("networks", () => Module("container.ModuleList", [.. networks.Select((network, k) => ($"{k}", (Action)(() => Module(
            "network.EN",
            ("layers", () => Module("container.ModuleList", [.. network!.Layers.Select((layer, l) => ($"{l}", (Action)(() => Layer(layer, precision))))]))))))])));

    private void Layer(NetworkLayer layer, Precision precision) => Module(
        "mlp.MLPLayer",
        ("matrix", () => Tensor(precision, layer.Weights, layer.InputCount, layer.OutputCount)),
        ("bias", () => Tensor(precision, layer.Bias!, layer.OutputCount)),
        ("idt", () =>
        {
            if (layer.TimeStep is null)
                Value(null);
            else
                Tensor(precision, layer.TimeStep, layer.OutputCount);
        }),
        ("activate_name", () => Value(layer.Activation == ActivationFunction.Linear ? "none" : "tanh")),
        ("resnet", () => Value(layer.Resnet)));

    private void Mask(string name, int[] mask) => Module($"exclude_mask.{name}", ("type_mask", () => Storage("IntStorage", [.. MemoryMarshal.AsBytes(mask.AsSpan())], mask.Length)));

    private void Module(string name, params (string Key, Action Value)[] attributes)
    {
        var dot = name.LastIndexOf('.');
        Global("__torch__.deepmd.pt." + name[..dot], name[(dot + 1)..]);
        Raw((byte)')', 0x81, (byte)'}', (byte)'(');
        foreach (var (key, value) in attributes)
        {
            Value(key);
            value();
        }

        Raw((byte)'u', (byte)'b');
    }

    private void Tensor(Precision precision, double[] values, params int[] shape)
    {
        if (precision == Precision.Float64)
            Storage("DoubleStorage", [.. MemoryMarshal.AsBytes(values.AsSpan())], shape);
        else
            Storage("FloatStorage", [.. MemoryMarshal.AsBytes(values.Select(v => (float)v).ToArray().AsSpan())], shape);
    }

    private void Storage(string type, byte[] bytes, params int[] shape)
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        Raw((byte)'(', (byte)'(');
        Value("storage");
        Global("torch", type);
        Value($"{_storages.Count}");
        Value("cpu");
        Value(bytes.Length);
        Raw((byte)'t', (byte)'Q', (byte)'K', 0, (byte)'(');
        foreach (var n in shape)
            Value(n);
        Raw((byte)'t', (byte)'(');
        for (var k = 0; k < shape.Length; k++)
            Value(shape[(k + 1)..].Aggregate(1, (product, n) => product * n));
        Raw((byte)'t', 0x89);
        Global("collections", "OrderedDict");
        Raw((byte)')', (byte)'R', (byte)'t', (byte)'R');
        _storages.Add(bytes);
    }

    private void Values<T>(IEnumerable<T> values)
    {
        Raw((byte)']', (byte)'(');
        foreach (var value in values)
            Value(value);
        Raw((byte)'e');
    }

    private void Value(object? value)
    {
        switch (value)
        {
            case null:
                Raw((byte)'N');
                break;
            case bool yes:
                Raw(yes ? (byte)0x88 : (byte)0x89);
                break;
            case int number:
                Raw((byte)'J');
                Raw(BitConverter.GetBytes(number));
                break;
            case double number:
                var bytes = new byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(bytes, number);
                Raw((byte)'G');
                Raw(bytes);
                break;
            default:
                var text = Encoding.UTF8.GetBytes((string)value);
                Raw((byte)'X');
                Raw(BitConverter.GetBytes(text.Length));
                Raw(text);
                break;
        }
    }

    private void Global(string module, string name) => Raw(Encoding.UTF8.GetBytes($"c{module}\n{name}\n"));

    private void Raw(params byte[] bytes) => _pickle.AddRange(bytes);
}
