using System.Globalization;
using Meniscus.Atoms;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// A whole model as a tree: the root keys of DeePMD-kit's interchange file (<c>model</c>, <c>model_def_script</c>,
/// <c>@variables</c>) and the serialised "Model" of type <c>standard</c>, versions 1 (no out_bias) and 2.
/// </summary>
internal static class DeepPotModelSection
{
    private const int NewestVersion = 2;
    private const string TruncationOfAll = "all";
    private const string TruncationPerType = "per_type";

    public static DeepPotModel Read(ModelMap tree, string file)
    {
        var root = new ModelSection(new ModelPlace(file, ""), tree);
        var model = root.Section("model");
        CheckType(model);
        model.Expect("Model", NewestVersion);
        var typeMap = ReadTypeMap(model);
        var descriptorSection = model.Section("descriptor");
        var silent = model.Types("atom_exclude_types", typeMap.Count);
        var (descriptor, fitting) = ReadParts(descriptorSection, model.Section("fitting"), typeMap.Count, silent);
        var variables = model.Variables();
        var result = new DeepPotModel
        {
            TypeMap = typeMap,
            Descriptor = descriptor,
            Fitting = fitting,
            OutBias = variables.ArrayOrNull("out_bias", 1, typeMap.Count, 1) ?? new double[typeMap.Count],
            OutStd = variables.ArrayOrNull("out_std", 1, typeMap.Count, 1) ?? [.. Enumerable.Repeat(1.0, typeMap.Count)],
            AtomExcludeTypes = silent,
            PairExcludeTypes = model.TypePairs("pair_exclude_types", typeMap.Count),
            PresetOutBias = ReadPresetOutBias(model, typeMap.Count),
            Rcond = model.NumberOrNull("rcond"),
            MinNeighborDistance = root.Variables().NumberOrNull("min_nbor_dist") ?? root.NumberOrNull("min_nbor_dist"),
            // With type embeddings the script describes other networks than the model has here.
            DefinitionScript = ReadDefinition(root, tree) is { } script && descriptor.Origin is null ? script : null,
            Tables = ReadTables(root),
            TruncatesPerType = ReadTruncation(root),
        };
        variables.RefuseUnknown();
        model.RefuseUnknown();
        return result;
    }

    public static ModelMap Write(DeepPotModel model)
    {
        var root = new ModelMap
        {
            ["software"] = new ModelText("meniscus"),
            ["version"] = new ModelText(typeof(DeepPotModel).Assembly.GetName().Version!.ToString(3)),
            ["time"] = new ModelText(DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture) + "+00:00"),
            ["backend"] = new ModelText("Meniscus"),
            ["model"] = WriteModel(model),
            // Converting to .pth or .pb fails without it.
            ["model_def_script"] = model.DefinitionScript is { } script
                ? ModelJson.Parse(script, "model_def_script")
                : ModelDefinition.Of(model),
            ["@variables"] = WriteRootVariables(model),
        };
        if (WriteOwn(model) is { Entries.Count: > 0 } own)
            root["meniscus"] = own;
        return root;
    }

    /// <summary>One number or null per type, or null.</summary>
    public static ModelNode WritePerType(double?[]? values) => values is null
        ? ModelNull.Instance
        : new ModelList(values.Select(v => v is { } value ? new ModelNumber(value) : (ModelNode)ModelNull.Instance));

    private static void CheckType(ModelSection model)
    {
        if (model.Has("model_dict"))
            throw model.Error("model_dict", "multi-task models are not supported; save one branch as its own model (dp change-bias or dp freeze --head)");
        var type = model.Text("type", "standard");
        if (type != "standard")
            throw model.Error("type", $"model '{type}' is not supported; supported is standard (one descriptor, one fitting)");
    }

    private static (SeE2aDescriptor Descriptor, EnergyFitting Fitting) ReadParts(ModelSection descriptorSection, ModelSection fittingSection, int typeCount, int[] silent)
    {
        if (!SeAttenDescriptorSection.Is(descriptorSection))
        {
            var plain = SeE2aDescriptorSection.Read(descriptorSection, typeCount);
            return (plain, EnergyFittingSection.Read(fittingSection, typeCount, plain.DescriptorWidth, silent));
        }

        var (descriptor, networks) = SeAttenDescriptorSection.Read(descriptorSection, typeCount);
        return (descriptor, EnergyFittingSection.ReadForAllTypes(fittingSection, descriptor.DescriptorWidth, networks, silent));
    }

    private static TypeMap ReadTypeMap(ModelSection model)
    {
        var names = model.Texts("type_map");
        if (names.Length == 0)
            throw model.Error("type_map", "is empty; expected the names of the atom types");
        try
        {
            return new TypeMap(names);
        }
        catch (InputException error)
        {
            throw model.Place.Error(error.Message);
        }
    }

    private static double?[]? ReadPresetOutBias(ModelSection model, int typeCount)
    {
        if (!model.Has("preset_out_bias"))
            return null;
        var preset = model.Section("preset_out_bias");
        var values = preset.NumbersPerType("energy", typeCount);
        preset.RefuseUnknown();
        return values;
    }

    private static string? ReadDefinition(ModelSection root, ModelMap tree)
    {
        // Every writer puts it after the model, so its absence shows a text file that was cut off at a line's end.
        if (!tree.Entries.TryGetValue("model_def_script", out var script))
            throw root.Place.Error("key 'model_def_script' is missing; the file is cut off or not a DeePMD-kit model");
        return script switch
        {
            ModelNull => null,
            ModelMap { Entries.Count: 0 } => null,
            ModelMap map => ModelJson.Format(map),
            ModelText text => ModelJson.Format(ModelJson.Parse(text.Value, root.Place.At("model_def_script").File)),
            var other => throw root.Error("model_def_script", $"found {other.Describe()}, expected the model section of the training input"),
        };
    }

    private static EmbeddingTableSettings? ReadTables(ModelSection root)
    {
        if (!root.Has("meniscus"))
            return null;
        var section = root.Section("meniscus");
        if (!section.Has("tables"))
            return null;
        var tables = section.Section("tables");
        var settings = new EmbeddingTableSettings
        {
            Tolerance = tables.Number("tolerance"),
            MinDistance = tables.Number("min_distance"),
        };
        if (settings.Tolerance <= 0)
            throw tables.Error("tolerance", $"found {settings.Tolerance}, expected a positive error bound");
        if (settings.MinDistance < 0)
            throw tables.Error("min_distance", $"found {settings.MinDistance} Å, expected 0 or more");
        return settings;
    }

    private static bool ReadTruncation(ModelSection root)
    {
        if (!root.Has("meniscus"))
            return false;
        var section = root.Section("meniscus");
        return section.Text("truncation", TruncationOfAll) switch
        {
            TruncationOfAll => false,
            TruncationPerType => true,
            var other => throw section.Error("truncation", $"found '{other}', expected {TruncationOfAll} or {TruncationPerType}"),
        };
    }

    /// <summary>What only this program knows about.</summary>
    private static ModelMap WriteOwn(DeepPotModel model)
    {
        var own = new ModelMap();
        if (model.Tables is { } tables)
        {
            own["tables"] = new ModelMap
            {
                ["tolerance"] = new ModelNumber(tables.Tolerance),
                ["min_distance"] = new ModelNumber(tables.MinDistance),
            };
        }

        if (model.TruncatesPerType)
            own["truncation"] = new ModelText(TruncationPerType);
        return own;
    }

    private static ModelMap WriteModel(DeepPotModel model)
    {
        var typeCount = model.TypeMap.Count;
        return new ModelMap
        {
            ["type_map"] = ModelList.Of(model.TypeMap.Names),
            ["atom_exclude_types"] = ModelList.Of(model.AtomExcludeTypes),
            ["pair_exclude_types"] = SeE2aDescriptorSection.WritePairs(model.PairExcludeTypes),
            ["rcond"] = model.Rcond is { } rcond ? new ModelNumber(rcond) : ModelNull.Instance,
            ["preset_out_bias"] = model.PresetOutBias is null
                ? ModelNull.Instance
                : new ModelMap { ["energy"] = WritePerType(model.PresetOutBias) },
            ["@variables"] = new ModelMap
            {
                ["out_bias"] = new ModelArray(ModelArrayType.Float64, [1, typeCount, 1], model.OutBias),
                ["out_std"] = new ModelArray(ModelArrayType.Float64, [1, typeCount, 1], model.OutStd),
            },
            ["@class"] = new ModelText("Model"),
            ["@version"] = new ModelNumber(NewestVersion),
            ["type"] = new ModelText("standard"),
            ["descriptor"] = SeE2aDescriptorSection.Write(model.Descriptor, model.TypeMap.Names),
            ["fitting"] = EnergyFittingSection.Write(model.Fitting, model.TypeMap.Names, model.Descriptor.DescriptorWidth),
        };
    }

    private static ModelMap WriteRootVariables(DeepPotModel model)
    {
        var variables = new ModelMap();
        if (model.MinNeighborDistance is { } distance)
            variables["min_nbor_dist"] = new ModelArray(ModelArrayType.Float64, [], [distance]);
        return variables;
    }
}
