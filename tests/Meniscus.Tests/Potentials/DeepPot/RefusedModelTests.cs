using System.Text.Json.Nodes;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot;

/// <summary>Models that are well-formed files but not what this program computes, and older and newer versions of the format.</summary>
public sealed class RefusedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // place of the change | new value as JSON ("-" removes the key) | where the message points | what it names
    [Theory]
    [InlineData("model/type", "\"linear\"", "model/type", "'linear'")]
    [InlineData("model/type", "\"zbl\"", "model/type", "'zbl'")]
    [InlineData("model/model_dict", "{\"water\": 1}", "model/model_dict", "multi-task")]
    [InlineData("model/@version", "3", "model/@version", "version 3")]
    [InlineData("model/@class", "\"Modell\"", "model/@class", "'Modell'")]
    [InlineData("model/type_map", "[]", "model/type_map", "empty")]
    [InlineData("model/type_map", "[\"O\",\"O\"]", "model", "'O' occurs twice")]
    [InlineData("model/type_map", "[\"O\",\"H\",\"X\"]", "model/descriptor/sel", "3")]
    [InlineData("model/type_map", "[\"O\",false]", "model/type_map[1]", "quotes")]
    [InlineData("model/descriptor", "-", "model", "'descriptor' is missing")]
    [InlineData("model/descriptor/type", "\"dpa2\"", "model/descriptor/type", "se_atten_v2")]
    [InlineData("model/descriptor/type", "\"hybrid\"", "model/descriptor/type", "'hybrid'")]
    [InlineData("model/descriptor/@version", "4", "model/descriptor/@version", "version 4")]
    [InlineData("model/descriptor/spin", "{\"use_spin\": [true, false]}", "model/descriptor/spin", "spin")]
    [InlineData("model/descriptor/precision", "\"bfloat16\"", "model/descriptor/precision", "'bfloat16'")]
    [InlineData("model/descriptor/precision", "\"float16\"", "model/descriptor/precision", "'float16'")]
    [InlineData("model/descriptor/activation_function", "\"silut:3\"", "model/descriptor/activation_function", "'silut:3'")]
    [InlineData("model/descriptor/axis_neuron", "5", "model/descriptor/axis_neuron", "1 to 4")]
    [InlineData("model/descriptor/rcut_smth", "6.0", "model/descriptor/rcut_smth", "below rcut")]
    [InlineData("model/descriptor/rcut", "\"six\"", "model/descriptor/rcut", "'six'")]
    [InlineData("model/descriptor/sel", "[-3, 9]", "model/descriptor/sel", "-3")]
    [InlineData("model/descriptor/sel", "[2000000000, 2000000000]", "model/descriptor/sel", "2000000000")]
    [InlineData("model/descriptor/sel", "[3, 4]", "model/descriptor/@variables/davg", "(2 × 7 × 4)")]
    [InlineData("model/descriptor/neuron", "[2, 5]", "model/descriptor/embeddings/networks[0]/neuron", "[2, 5]")]
    [InlineData("model/descriptor/exclude_types", "[[0, 2]]", "model/descriptor/exclude_types[0][1]", "0 to 1")]
    [InlineData("model/descriptor/env_mat/use_exp_switch", "true", "model/descriptor/env_mat/use_exp_switch", "exponential")]
    [InlineData("model/descriptor/env_mat/rcut", "5.0", "model/descriptor/env_mat/rcut", "agree")]
    [InlineData("model/descriptor/tebd_dim", "8", "model/descriptor/tebd_dim", "unknown key")]
    [InlineData("model/descriptor/type_one_side", "false", "model/descriptor/embeddings/ndim", "expected 2")]
    [InlineData("model/descriptor/embeddings/networks/1", "null", "model/descriptor/embeddings/networks[1]", "found null")]
    [InlineData("model/descriptor/embeddings/networks/1/layers/0/activation_function", "\"mish\"", "model/descriptor/embeddings/networks[1]/layers[0]/activation_function", "'mish'")]
    [InlineData("model/descriptor/embeddings/networks/1/layers/0/@variables/w/value", "[[1.0, 2.0, 3.0]]", "model/descriptor/embeddings/networks[1]/layers[0]/@variables/w", "(1 × 2)")]
    [InlineData("model/descriptor/embeddings/networks/1/layers/0/@variables/w/value", "[[1.0], 2.0]", "model/descriptor/embeddings/networks[1]/layers[0]/@variables/w", "length or depth")]
    [InlineData("model/descriptor/embeddings/networks/1/layers/0/@variables/w/dtype", "\"complex128\"", "model/descriptor/embeddings/networks[1]/layers[0]/@variables/w", "'complex128'")]
    [InlineData("model/descriptor/embeddings/networks/1/layers/0/@variables/w", "-", "model/descriptor/embeddings/networks[1]/layers[0]/@variables", "'w' is missing")]
    [InlineData("model/descriptor/embeddings/networks/1/layers/0/@variables/b/value", "[1.0, 1e999]", "model/descriptor/embeddings/networks[1]/layers[0]/@variables/b", "finite")]
    [InlineData("model/descriptor/@variables/dstd", "-", "model/descriptor/@variables/dstd", "missing")]
    [InlineData("model/fitting/type", "\"dipole\"", "model/fitting/type", "'dipole'")]
    [InlineData("model/fitting/@version", "5", "model/fitting/@version", "version 5")]
    [InlineData("model/fitting/mixed_types", "true", "model/fitting/mixed_types", "one fitting network")]
    [InlineData("model/fitting/tot_ener_zero", "true", "model/fitting/tot_ener_zero", "not supported")]
    [InlineData("model/fitting/layer_name", "[\"a\", null, \"b\"]", "model/fitting/layer_name", "sharing")]
    [InlineData("model/fitting/use_aparam_as_mask", "true", "model/fitting/use_aparam_as_mask", "mask")]
    [InlineData("model/fitting/exclude_types", "[1]", "model/fitting/exclude_types", "atom_exclude_types")]
    [InlineData("model/fitting/dim_case_embd", "3", "model/fitting/dim_case_embd", "case embedding")]
    [InlineData("model/fitting/dim_descrpt", "9", "model/fitting/dim_descrpt", "expected 8")]
    [InlineData("model/fitting/numb_fparam", "1", "model/fitting/nets/networks[0]/in_dim", "expected 9")]
    [InlineData("model/fitting/default_fparam", "[1.0]", "model/fitting/default_fparam", "numb_fparam = 0")]
    [InlineData("model/fitting/atom_ener", "[1.0]", "model/fitting/atom_ener", "one per type")]
    [InlineData("model/fitting/trainable", "[true]", "model/fitting/trainable", "one per layer")]
    [InlineData("model/fitting/nets/networks/0/layers/2/activation_function", "\"tanh\"", "model/fitting/nets/networks[0]/layers[2]/activation_function", "linear")]
    [InlineData("model/fitting/nets/networks/1", "null", "model/fitting/nets/networks[1]", "found null")]
    [InlineData("model/@variables/out_bias/value", "[[[1.0]]]", "model/@variables/out_bias", "(1 × 2 × 1)")]
    [InlineData("model/pair_exclude_types", "[[0]]", "model/pair_exclude_types[0]", "pair of types")]
    [InlineData("model/atom_exclude_types", "[0.5]", "model/atom_exclude_types[0]", "whole number")]
    [InlineData("model/rcond", "\"small\"", "model/rcond", "'small'")]
    [InlineData("meniscus", "{\"tables\": {\"tolerance\": 0.0, \"min_distance\": 0.8}}", "meniscus/tables/tolerance", "positive")]
    [InlineData("model_def_script", "-", "", "'model_def_script' is missing")]
    public void WhatIsNotSupportedOrWrongIsRefusedByPlaceAndName(string change, string value, string place, string named)
    {
        var path = Changed((change, value));
        var error = Assert.Throws<InputException>(() => DeepPotModelFile.Load(path));
        Assert.StartsWith(place.Length == 0 ? $"{path}: " : $"{path}: {place}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelsOfTheFirstVersionsRead()
    {
        // 3.0.0a0: no out_bias, no type maps below the model, no env_protection, no bias key in embedding networks.
        var path = Changed(
            ("model/@version", "1"), ("model/@variables", "-"), ("model/rcond", "-"), ("model/preset_out_bias", "-"),
            ("model/descriptor/@version", "1"), ("model/descriptor/env_protection", "-"), ("model/descriptor/type_map", "-"),
            ("model/descriptor/embeddings/networks/0/@version", "1"), ("model/descriptor/embeddings/networks/0/bias", "-"),
            ("model/fitting/@version", "1"), ("model/fitting/type_map", "-"));
        var expected = SmallModel.Create();
        var model = DeepPotModelFile.Load(path);
        Assert.Equal([0.0, 0.0], model.OutBias);
        Assert.Equal([1.0, 1.0], model.OutStd);
        Assert.Equal(expected.Descriptor.Davg, model.Descriptor.Davg);
        Assert.Equal(expected.Fitting.Networks[1].Layers[0].Weights, model.Fitting.Networks[1].Layers[0].Weights);
    }

    [Fact]
    public void ModelsOfTheNewestVersionsRead()
    {
        // 3.2: repeated protection and switch in env_mat, trainable layers, tables of a compressed model beside the nets.
        var path = Changed(
            ("model/descriptor/@version", "3"), ("model/descriptor/env_mat/protection", "0.0"), ("model/descriptor/env_mat/use_exp_switch", "false"),
            ("model/descriptor/compress", "{\"@variables\": {\"compress_data\": [], \"compress_info\": []}}"),
            ("model/descriptor/embeddings/networks/0/layers/0/@version", "2"), ("model/descriptor/embeddings/networks/0/layers/0/trainable", "true"),
            ("model/fitting/@version", "4"), ("model/fitting/dim_case_embd", "0"), ("model/fitting/default_fparam", "null"),
            ("model/fitting/@variables/case_embd", "null"), ("@variables", "{\"min_nbor_dist\": 0.91}"));
        var model = DeepPotModelFile.Load(path);
        Assert.Equal(0.91, model.MinNeighborDistance);
        ModelComparison.AssertSame(SmallModel.Create().WithDistance(0.91), model, compareScript: false);
    }

    [Fact]
    public void ExcludedAtomsThatTheFittingRepeatsAreRead()
    {
        // DeePMD-kit's fitting takes over the model's list.
        var model = DeepPotModelFile.Load(Changed(("model/atom_exclude_types", "[1]"), ("model/fitting/exclude_types", "[1]")));
        ModelComparison.AssertSame(SmallModel.Create() with { AtomExcludeTypes = [1] }, model, compareScript: false);
    }

    [Fact]
    public void AMissingNetworkOfAnExcludedPairIsAcceptedAndWrittenAsZeros()
    {
        var model = SmallModel.Create(oneSided: false);
        var path = _folder.File("model.json");
        DeepPotModelFile.Save(model, path);
        Change(path, ("model/descriptor/exclude_types", "[[0, 1]]"), ("model/descriptor/embeddings/networks/1", "null"));
        var read = DeepPotModelFile.Load(path);
        Assert.Null(read.Descriptor.Embeddings[1]);
        DeepPotModelFile.Save(read, _folder.File("again.dp"));
        Assert.All(DeepPotModelFile.Load(_folder.File("again.dp")).Descriptor.Embeddings[1]!.Layers[0].Weights, w => Assert.Equal(0, w));
    }

    [Theory]
    [InlineData("GELU_tf", ActivationFunction.Gelu)]
    [InlineData("Linear", ActivationFunction.Linear)]
    [InlineData("none", ActivationFunction.Linear)]
    [InlineData("SiLU", ActivationFunction.Silu)]
    public void ActivationNamesIgnoreCase(string name, ActivationFunction expected)
    {
        Assert.True(ActivationNames.TryParse(name, out var function));
        Assert.Equal(expected, function);
    }

    [Fact]
    public void EveryActivationHasANameThatReadsBack()
    {
        foreach (var function in Enum.GetValues<ActivationFunction>())
        {
            Assert.True(ActivationNames.TryParse(function.Name(), out var back));
            Assert.Equal(function, back);
        }
    }

    [Fact]
    public void AModelWithNumbersThatAreNotFiniteIsNotWritten()
    {
        var model = SmallModel.Create();
        var path = _folder.File("model.dp");
        DeepPotModelFile.Save(model, path);
        var before = File.ReadAllBytes(path);
        model.Fitting.Networks[0].Layers[0].Weights[3] = double.NaN;
        var error = Assert.Throws<InputException>(() => DeepPotModelFile.Save(model, path));
        Assert.Contains("model/fitting/nets/networks[0]/layers[0]/@variables/w: value 3 is NaN", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void WhatOnlyOurModelsCarrySurvivesEveryFormat()
    {
        var model = SmallModel.Create(frameParameters: 2).WithDistance(0.75, new EmbeddingTableSettings { Tolerance = 1e-10, MinDistance = 0.5 });
        foreach (var ending in DeepPotModelFile.Endings)
        {
            var path = _folder.File("ours" + ending);
            DeepPotModelFile.Save(model, path);
            ModelComparison.AssertSame(model, DeepPotModelFile.Load(path), compareScript: false);
        }
    }

    private string Changed(params (string Place, string Value)[] changes)
    {
        var path = _folder.File("model.json");
        DeepPotModelFile.Save(SmallModel.Create(), path);
        Change(path, changes);
        return path;
    }

    private static void Change(string path, params (string Place, string Value)[] changes)
    {
        var root = JsonNode.Parse(File.ReadAllText(path))!;
        foreach (var (place, value) in changes)
        {
            var keys = place.Split('/');
            var node = keys[..^1].Aggregate(root, (at, key) => (at is JsonArray array ? array[int.Parse(key, System.Globalization.CultureInfo.InvariantCulture)] : at[key])!);
            if (node is JsonArray list)
                list[int.Parse(keys[^1], System.Globalization.CultureInfo.InvariantCulture)] = JsonNode.Parse(value);
            else if (value == "-")
                node.AsObject().Remove(keys[^1]);
            else
                node[keys[^1]] = JsonNode.Parse(value);
        }
        File.WriteAllText(path, root.ToJsonString());
    }
}
