using Meniscus.Potentials.Reference;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The fitting in a model tree: DeePMD-kit's serialised "Fitting" of type <c>ener</c>, versions 1 to 4. Versions up to
/// 2 have every key a plain energy model needs; 3 adds case embeddings, 4 default frame parameters.
/// </summary>
internal static class EnergyFittingSection
{
    private const int NewestVersion = 4;
    private const int PlainVersion = 2;

    /// <summary>Reads a fitting of one network per type.</summary>
    /// <param name="section">The section.</param>
    /// <param name="typeCount">Number of types.</param>
    /// <param name="descriptorWidth">Length of the descriptor.</param>
    /// <param name="silent">Types that the model gives no energy.</param>
    public static EnergyFitting Read(ModelSection section, int typeCount, int descriptorWidth, int[] silent)
    {
        CheckType(section);
        section.RefuseUnlessOff("mixed_types", "one fitting network for all types");
        return Read(section, typeCount, descriptorWidth, silent, (nets, kind) =>
            [.. NetworkSection.ReadCollection(nets, 1, typeCount, kind).Select((network, type) => network
                ?? throw nets.Place.At("networks").At(type).Error("found null, expected a network"))]);
    }

    /// <summary>Reads a fitting of one network for all types, as what it comes to for each.</summary>
    public static EnergyFitting ReadForAllTypes(ModelSection section, int descriptorWidth, TypeEmbeddedNetworks typed, int[] silent)
    {
        CheckType(section);
        if (!section.Boolean("mixed_types", true))
            throw section.Error("mixed_types", "found false, expected true: one network for all types, which descriptors with type embeddings have");
        var inputs = descriptorWidth + typed.FittingInputs;
        NeuralNetwork? common = null;
        var fitting = Read(section, typed.Types.TypeCount, inputs, silent, (nets, kind) =>
        {
            common = NetworkSection.ReadSingle(nets, typed.Types.TypeCount, kind);
            return typed.Fittings(common, descriptorWidth, kind.Precision);
        });
        // Another layer may have come before the first.
        fitting = fitting with { Neuron = [.. fitting.Networks[0].Layers.SkipLast(1).Select(layer => layer.OutputCount)], Trainable = [] };
        return fitting.AtomEner is null ? fitting : WithoutVacuum(fitting, common!, section);
    }

    /// <summary>
    /// atom_ener of a network for all types: what it gives for zeros, type embedding included, is subtracted for every
    /// type. That is a constant, unless parameters enter.
    /// </summary>
    private static EnergyFitting WithoutVacuum(EnergyFitting fitting, NeuralNetwork common, ModelSection section)
    {
        if (fitting.FrameParameterCount + fitting.AtomParameterCount > 0)
            throw section.Error("atom_ener", "vacuum energies beside frame or atomic parameters are not supported for a network for all types");
        var vacuum = ReferenceNetwork.Outputs(common, new double[common.InputCount])[0];
        return fitting with { AtomEner = null, BiasAtomE = Array.ConvertAll(fitting.BiasAtomE, bias => bias - vacuum) };
    }

    private static EnergyFitting Read(ModelSection section, int typeCount, int descriptorWidth, int[] silent, Func<ModelSection, NetworkSection.Kind, NeuralNetwork[]> readNetworks)
    {
        section.Expect("Fitting", NewestVersion);
        section.Ignore("type_map", "var_name");
        RefuseUnsupported(section, typeCount, descriptorWidth, silent);
        var neuron = section.List("neuron").Count == 0 ? [] : SeE2aDescriptorSection.ReadNeuron(section);
        var frameParameters = ReadCount(section, "numb_fparam");
        var atomParameters = ReadCount(section, "numb_aparam");
        var (activation, activationName) = NetworkSection.ReadActivation(section, "tanh");
        var precision = NetworkSection.ReadPrecision(section);
        var resnetDt = section.Boolean("resnet_dt", true);
        var kind = NetworkSection.Kind.Fitting(descriptorWidth + frameParameters + atomParameters, neuron, precision, activationName, resnetDt);
        var networks = readNetworks(section.Section("nets"), kind);
        var variables = section.Variables();
        var fitting = new EnergyFitting
        {
            Neuron = neuron,
            ResnetDt = resnetDt,
            Activation = activation,
            ActivationName = activationName,
            Precision = precision,
            FrameParameterCount = frameParameters,
            AtomParameterCount = atomParameters,
            FrameParameterAverage = ReadStatistics(variables, "fparam_avg", frameParameters, precision),
            FrameParameterInverseStd = ReadStatistics(variables, "fparam_inv_std", frameParameters, precision),
            AtomParameterAverage = ReadStatistics(variables, "aparam_avg", atomParameters, precision),
            AtomParameterInverseStd = ReadStatistics(variables, "aparam_inv_std", atomParameters, precision),
            DefaultFrameParameters = ReadDefaults(section, frameParameters),
            AtomEner = ReadAtomEner(section, typeCount),
            BiasAtomE = variables.ArrayOrNull("bias_atom_e", typeCount, 1) ?? new double[typeCount],
            Trainable = ReadTrainable(section, neuron.Length + 1),
            Rcond = section.NumberOrNull("rcond"),
            Networks = networks,
        };
        variables.RefuseUnknown();
        section.RefuseUnknown();
        return fitting;
    }

    public static ModelMap Write(EnergyFitting fitting, IReadOnlyList<string> typeMap, int descriptorWidth)
    {
        var typeCount = fitting.Networks.Length;
        var (frameParameters, atomParameters) = (fitting.FrameParameterCount, fitting.AtomParameterCount);
        var kind = NetworkSection.Kind.Fitting(
            descriptorWidth + frameParameters + atomParameters, fitting.Neuron, fitting.Precision, fitting.ActivationName, fitting.ResnetDt);
        var map = new ModelMap
        {
            ["@class"] = new ModelText("Fitting"),
            // The oldest version that says everything is understood by the most programs.
            ["@version"] = new ModelNumber(fitting.DefaultFrameParameters is null ? PlainVersion : NewestVersion),
            ["var_name"] = new ModelText("energy"),
            ["ntypes"] = new ModelNumber(typeCount),
            ["dim_descrpt"] = new ModelNumber(descriptorWidth),
            ["neuron"] = ModelList.Of(fitting.Neuron),
            ["resnet_dt"] = new ModelBoolean(fitting.ResnetDt),
            ["numb_fparam"] = new ModelNumber(frameParameters),
            ["numb_aparam"] = new ModelNumber(atomParameters),
            ["activation_function"] = new ModelText(fitting.ActivationName),
            ["precision"] = new ModelText(fitting.Precision.Name()),
            ["mixed_types"] = new ModelBoolean(false),
            ["nets"] = NetworkSection.WriteCollection(fitting.Networks, 1, typeCount, kind),
            ["rcond"] = fitting.Rcond is { } rcond ? new ModelNumber(rcond) : ModelNull.Instance,
            ["exclude_types"] = new ModelList(),
            ["@variables"] = WriteVariables(fitting, typeCount),
            ["type_map"] = ModelList.Of(typeMap),
            ["tot_ener_zero"] = new ModelBoolean(false),
            ["trainable"] = WriteTrainable(fitting),
            ["layer_name"] = ModelNull.Instance,
            ["use_aparam_as_mask"] = new ModelBoolean(false),
            ["spin"] = ModelNull.Instance,
            ["type"] = new ModelText("ener"),
            ["dim_out"] = new ModelNumber(1),
            ["atom_ener"] = DeepPotModelSection.WritePerType(fitting.AtomEner),
        };
        if (fitting.DefaultFrameParameters is { } defaults)
        {
            map["dim_case_embd"] = new ModelNumber(0);
            map["default_fparam"] = new ModelList(defaults.Select(v => new ModelNumber(v)));
        }
        return map;
    }

    /// <summary>DeePMD-kit's TensorFlow backend writes an empty list where there is none.</summary>
    private static double?[]? ReadAtomEner(ModelSection section, int typeCount) =>
        section.ListOrEmpty("atom_ener").Count == 0 ? null : section.NumbersPerType("atom_ener", typeCount);

    private static void CheckType(ModelSection section)
    {
        var type = section.Text("type", "ener");
        if (type != "ener")
            throw section.Error("type", $"fitting '{type}' is not supported; supported is ener");
    }

    private static void RefuseUnsupported(ModelSection section, int typeCount, int descriptorWidth, int[] silent)
    {
        section.RefuseUnlessOff("spin", "spin");
        section.RefuseUnlessOff("tot_ener_zero", "forcing the total energy to zero");
        section.RefuseUnlessOff("layer_name", "sharing of layers between networks");
        section.RefuseUnlessOff("use_aparam_as_mask", "the use of atomic parameters as a mask");
        // DeePMD-kit repeats here the types that the model gives no energy.
        if (section.Types("exclude_types", typeCount).Except(silent).Any())
            section.RefuseUnlessOff("exclude_types", "the exclusion of types inside the fitting (atom_exclude_types at model level is)");
        section.RefuseUnlessOff("dim_case_embd", "case embedding (multi-task models)");
        CheckNumber(section, "ntypes", typeCount, "the number of types in type_map");
        CheckNumber(section, "dim_descrpt", descriptorWidth, "the length of the descriptor");
        CheckNumber(section, "dim_out", 1, "the energy");
    }

    private static void CheckNumber(ModelSection section, string key, int expected, string what)
    {
        if (section.Integer(key, expected) is var found && found != expected)
            throw section.Error(key, $"found {found}, expected {expected}, {what}");
    }

    private static int ReadCount(ModelSection section, string key) => section.Integer(key, 0) is >= 0 and <= 10_000
        ? section.Integer(key, 0)
        : throw section.Error(key, $"found {section.Integer(key, 0)}, expected 0 to 10000");

    private static double[]? ReadStatistics(ModelSection variables, string key, int count, Precision precision) => count == 0
        ? DropEmpty(variables, key)
        : NetworkSection.Round(variables.Array(key, count), precision);

    private static double[]? DropEmpty(ModelSection variables, string key)
    {
        variables.Ignore(key);
        return null;
    }

    private static double[]? ReadDefaults(ModelSection section, int count)
    {
        if (!section.Has("default_fparam"))
            return null;
        var list = section.List("default_fparam");
        if (list.Count != count)
            throw section.Error("default_fparam", $"found {list.Count} values, expected numb_fparam = {count}");
        return [.. section.Numbers("default_fparam")];
    }

    private static bool[] ReadTrainable(ModelSection section, int layerCount)
    {
        var flags = section.Booleans("trainable", layerCount, absent: true);
        return flags.Length == layerCount
            ? flags
            : throw section.Error("trainable", $"found {flags.Length} entries, expected one per layer: {layerCount}");
    }

    private static ModelList WriteTrainable(EnergyFitting fitting)
    {
        var flags = fitting.Trainable.Length > 0 ? fitting.Trainable : [.. Enumerable.Repeat(true, fitting.Neuron.Length + 1)];
        return new ModelList(flags.Select(flag => new ModelBoolean(flag)));
    }

    private static ModelMap WriteVariables(EnergyFitting fitting, int typeCount) => new()
    {
        ["bias_atom_e"] = new ModelArray(ModelArrayType.Float64, [typeCount, 1], fitting.BiasAtomE),
        ["fparam_avg"] = WriteStatistics(fitting.FrameParameterAverage, fitting.Precision),
        ["fparam_inv_std"] = WriteStatistics(fitting.FrameParameterInverseStd, fitting.Precision),
        ["aparam_avg"] = WriteStatistics(fitting.AtomParameterAverage, fitting.Precision),
        ["aparam_inv_std"] = WriteStatistics(fitting.AtomParameterInverseStd, fitting.Precision),
    };

    private static ModelNode WriteStatistics(double[]? values, Precision precision) =>
        values is null ? ModelNull.Instance : NetworkSection.ToArray(values, precision, values.Length);
}
