using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Potentials.DeepPot.TorchScript;

/// <summary>Checkpoints of DeePMD-kit's PyTorch backend. Those in Fixtures/torch-checkpoints were made by tests/peers/make_torch_checkpoints.py.</summary>
public sealed class TorchCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("one-sided", 1e-10)]
    [InlineData("two-sided", 1e-10)]
    [InlineData("excluded", 1e-10)]
    [InlineData("defaults", 1e-10)]
    [InlineData("float32", 3e-6)]
    public void Energies_forces_and_virial_are_those_that_DeePMD_kit_computes_from_the_checkpoint(string name, double tolerance)
    {
        var expected = JsonNode.Parse(File.ReadAllText(Fixture("expected.json")))![name]!;
        double[] Numbers(string key) => [.. expected[key]!.AsArray().Select(value => value!.GetValue<double>())];
        using var potential = new DeepPotential(DeepPotModels.Load(Fixture(name + ".pt")));
        var atoms = new RandomConfiguration([.. expected["types"]!.AsArray().Select(value => value!.GetValue<int>())], Numbers("positions"), Numbers("cell"))
        {
            FrameParameters = Numbers("fparam"),
            AtomParameters = Numbers("aparam"),
        };
        var result = potential.Evaluate(atoms);
        AssertClose(Numbers("energy"), [result.Energy], tolerance);
        AssertClose(Numbers("atom_energy"), result.AtomEnergies, tolerance);
        AssertClose(Numbers("force"), result.Forces, tolerance);
        AssertClose(Numbers("virial"), result.Virial, tolerance);
        Assert.Contains(result.Forces, force => Math.Abs(force) > 1e-3);
    }

    [Fact]
    public void Settings_are_those_of_the_input()
    {
        var model = DeepPotModels.Load(Fixture("excluded.pt"));
        Assert.Equal([1], model.AtomExcludeTypes);
        Assert.Equal([(1, 1)], model.PairExcludeTypes);
        Assert.Equal([null, 2.0], model.PresetOutBias!);
        Assert.Equal([-1.5, null], model.Fitting.AtomEner!);
        Assert.Equal((0.01, true, 0.875), (model.Descriptor.EnvProtection, model.Descriptor.SetDavgZero, model.MinNeighborDistance));
        Assert.Equal(0.001, model.Fitting.Rcond);
        Assert.Contains("\"data_stat_nbatch\"", model.DefinitionScript, StringComparison.Ordinal);
        Assert.Equal([0.25, -1.5], DeepPotModels.Load(Fixture("float32.pt")).Fitting.DefaultFrameParameters!);
        var plain = DeepPotModels.Load(Fixture("defaults.pt"));
        Assert.Equal((16, true, "tanh", 0.0), (plain.Descriptor.AxisNeuron, plain.Descriptor.TypeOneSide, plain.Descriptor.ActivationName, plain.Descriptor.EnvProtection));
    }

    [Theory]
    [InlineData("one-sided")]
    [InlineData("two-sided")]
    [InlineData("excluded")]
    [InlineData("defaults")]
    [InlineData("float32")]
    public void A_file_made_from_a_checkpoint_holds_the_same_model(string name)
    {
        var model = DeepPotModels.Load(Fixture(name + ".pt"));
        foreach (var ending in DeepPotModelFile.Endings)
        {
            DeepPotModelFile.Save(model, _folder.File("model" + ending));
            ModelComparison.AssertSame(model, DeepPotModelFile.Load(_folder.File("model" + ending)));
        }

        ModelComparison.AssertSame(model, DeepPotModelFile.Load("memory.pt", File.ReadAllBytes(Fixture(name + ".pt"))));
    }

    [Theory]
    [InlineData(2, true, Precision.Float64, 0)]
    [InlineData(3, false, Precision.Float64, 0)]
    [InlineData(2, true, Precision.Float32, 2)]
    public void Parameters_and_settings_are_those_of_the_model(int types, bool oneSided, Precision precision, int frameParameters)
    {
        var model = SmallModel.Create(types, oneSided, precision, frameParameters: frameParameters) with { MinNeighborDistance = 0.875 };
        TorchFile.WriteCheckpoint(model, SettingsOf(model), _folder.File("model.pt"));
        ModelComparison.AssertSame(model, DeepPotModelFile.Load(_folder.File("model.pt")), compareScript: false);
        // The number of networks tells where the settings do not.
        var settings = SettingsOf(model);
        settings["descriptor"]!.AsObject().Remove("type_one_side");
        TorchFile.WriteCheckpoint(model with { MinNeighborDistance = null }, settings, _folder.File("model.pt"));
        ModelComparison.AssertSame(model with { MinNeighborDistance = null }, DeepPotModelFile.Load(_folder.File("model.pt")), compareScript: false);
    }

    // key of the settings | its value | what is said
    [Theory]
    [InlineData("descriptor/type", "\"dpa2\"", "model_params/descriptor/type: descriptor 'dpa2' is not supported")]
    [InlineData("descriptor/type", "\"se_atten\"", "descriptor 'se_atten' is not supported")]
    [InlineData("descriptor/type", "\"dpa3\"", "descriptor 'dpa3' is not supported")]
    [InlineData("descriptor/type", "\"se_e2_r\"", "descriptor 'se_e2_r' is not supported")]
    [InlineData("descriptor/type", "\"hybrid\"", "descriptor 'hybrid' is not supported")]
    [InlineData("descriptor/tebd_dim", "8", "model_params/descriptor/tebd_dim: unknown key")]
    [InlineData("descriptor/sel", "\"auto\"", "sel: found 'auto', expected a list")]
    [InlineData("descriptor/sel", "[3, 4]", "davg: has the shape")]
    [InlineData("descriptor/axis_neuron", "3", "expected (12 × 5)")]
    [InlineData("descriptor/rcut", "null", "'rcut' is missing")]
    [InlineData("descriptor/type_one_side", "false", "found 2 networks, expected 4")]
    [InlineData("fitting_net/type", "\"dipole\"", "model_params/fitting_net/type: fitting 'dipole' is not supported")]
    [InlineData("fitting_net/layer_name", "[\"a\", null, null]", "sharing of layers")]
    [InlineData("fitting_net/dim_case_embd", "2", "case embedding")]
    [InlineData("fitting_net/use_aparam_as_mask", "true", "as a mask")]
    [InlineData("fitting_net/numb_fparam", "1", "expected")]
    [InlineData("type", "\"linear_ener\"", "model 'linear_ener' is not supported")]
    [InlineData("model_dict", "{\"water\": {}, \"ice\": {}}", "--head NAME")]
    [InlineData("spin", "{\"use_spin\": [true, false]}", "model_params/spin")]
    [InlineData("use_srtab", "\"table.txt\"", "a table for short distances is not supported")]
    [InlineData("modifier", "{\"type\": \"dipole_charge\"}", "a modifier of the data is not supported")]
    [InlineData("lora", "{\"rank\": 4}", "(LoRA) is not supported")]
    [InlineData("bridging_method", "\"zbl\"", "model_params/bridging_method: unknown key")]
    [InlineData("type_map", "null", "'type_map' is missing")]
    [InlineData("descriptor", "null", "'descriptor' is missing")]
    public void Models_that_are_computed_in_another_way_are_refused_by_name(string key, string value, string expected)
    {
        var model = SmallModel.Create();
        var settings = SettingsOf(model);
        var path = key.Split('/');
        (path.Length == 1 ? settings : settings[path[0]]!)[path[^1]] = JsonNode.Parse(value);
        TorchFile.WriteCheckpoint(model, settings, _folder.File("model.pt"));
        Refused(expected);
    }

    [Fact]
    public void Parameters_and_parts_that_are_not_known_are_refused_by_name()
    {
        var model = SmallModel.Create();
        TorchFile.WriteCheckpoint(model, SettingsOf(model), _folder.File("model.pt"), beside: "ema");
        Refused("holds 'ema' beside the model");
        foreach (var (parameter, expected) in new[]
        {
            ("model.ice.atomic_model.out_bias", "has the parameter 'model.ice.atomic_model.out_bias'; expected those of one model"),
            ("model.Default.atomic_model.descriptor.sea.compress_data.0", "is compressed"),
            ("model.Default.atomic_model.fitting_net.scale", "the parameter 'atomic_model.fitting_net.scale' is not known"),
            ("model.Default.atomic_model.descriptor.sea.filter_layers.networks.0.layers.0.lora", "layers.0.lora' is not known"),
            ("model.Default.atomic_model.descriptor.sea.filter_layers.networks.4.layers.0.matrix", "networks.4.layers.0.matrix' is not known"),
            ("model.Default." + string.Join('.', Enumerable.Repeat("a", 5000)), "which is not known"),
        })
        {
            TorchFile.WriteCheckpoint(model, SettingsOf(model), _folder.File("model.pt"), parameter: parameter);
            Refused(expected);
        }

        foreach (var (name, expected) in new[] { ("sea.mean", "davg"), ("networks.1.layers.0.matrix", "'w' is missing"), ("filter_layers", "found 0 networks"), ("out_bias", "") })
        {
            TorchFile.WriteCheckpoint(model, SettingsOf(model), _folder.File("model.pt"), leftOut: name);
            if (expected.Length > 0)
                Refused(expected);
        }
    }

    [Fact]
    public void Files_of_torch_save_from_before_archives_are_refused_by_what_they_are()
    {
        File.WriteAllBytes(_folder.File("model.pt"), [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]);
        Refused("from before PyTorch 1.6");
        Rewrite(Fixture("float32.pt"), entry => entry.Key.EndsWith("byteorder", StringComparison.Ordinal) ? "big"u8.ToArray() : entry.Value, added: "byteorder");
        Refused("big-endian; expected little");
    }

    [Theory]
    [InlineData("cos\nsystem\n(X\u0004\0\0\0trueotR.", "asks for 'os.system'")]
    [InlineData("cposix\nsystem\nX\u0004\0\0\0true\u0085R.", "asks for 'posix.system'")]
    [InlineData("ctorch.hub\nload\n)R.", "asks for 'torch.hub.load'")]
    [InlineData("ctorch.storage\n_load_from_bytes\n)R.", "asks for 'torch.storage._load_from_bytes'")]
    [InlineData("cbuiltins\ngetattr\n)R.", "asks for 'builtins.getattr'")]
    [InlineData("}X\u0005\0\0\0modelcos\nsystem\ns.", "asks for 'os.system'")]
    // A map that holds itself, as settings.
    [InlineData("}q\0X\u0005\0\0\0model}X\u000c\0\0\0_extra_state}X\u000c\0\0\0model_params}q\u0001X\u0001\0\0\0ah\u0001ssss.", "deeper than")]
    public void A_pickle_that_asks_for_more_than_data_is_refused_and_not_run(string pickle, string expected)
    {
        TorchFile.Write(Encoding.Latin1.GetBytes(pickle), _folder.File("model.pt"));
        Refused(expected);
    }

    [Fact]
    public void Lists_that_hold_one_list_many_times_take_no_memory()
    {
        // Ten lists, each with the one before 100 times.
        var levels = new StringBuilder("X\u0001\0\0\00]q\0s");
        for (var level = 1; level < 10; level++)
            levels.Append(CultureInfo.InvariantCulture, $"X\u0001\0\0\0{level}](").Append(string.Concat(Enumerable.Repeat("h" + (char)(level - 1), 100))).Append("eq").Append((char)level).Append('s');
        TorchFile.Write(Encoding.Latin1.GetBytes("}X\u0005\0\0\0model}X\u000c\0\0\0_extra_state}X\u000c\0\0\0model_params}" + levels + "sss."), _folder.File("model.pt"));
        Refused("settings of more than 1");
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        var model = SmallModel.Create(neuron: [2], fittingNeuron: [2]);
        model = model with { Descriptor = model.Descriptor with { AxisNeuron = 2 } };
        TorchFile.WriteCheckpoint(model, SettingsOf(model), _folder.File("whole.pt"));
        var whole = File.ReadAllBytes(_folder.File("whole.pt"));
        for (var length = 0; length < whole.Length; length += 3)
            Assert.Throws<InputException>(() => DeepPotModelFile.Load("model.pt", whole[..length]));
        DeepPotModelFile.Load("model.pt", whole);
    }

    [Fact]
    public void Damage_ends_in_a_model_or_in_one_line_and_takes_little_memory()
    {
        var random = new Random(3);
        var whole = File.ReadAllBytes(Fixture("float32.pt"));
        var refused = 0;
        for (var n = 0; n < 1500; n++)
        {
            byte[] bytes;
            if (n % 3 == 0)
            {
                bytes = [.. whole];
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }
            else
            {
                // Damage to the pickle under a checksum that is right.
                Rewrite(Fixture("float32.pt"), entry => entry.Key.EndsWith("data.pkl", StringComparison.Ordinal) ? Damaged(entry.Value, random) : entry.Value);
                bytes = File.ReadAllBytes(_folder.File("model.pt"));
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                DeepPotModelFile.Load("model.pt", bytes);
            }
            catch (InputException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * bytes.Length);
        }

        Assert.InRange(refused, 500, 1490);
    }

    [Fact]
    public void An_entry_that_announces_more_than_the_file_is_refused()
    {
        // 40 MB of nothing in some 40 kB.
        using (var zip = new ZipArchive(File.Create(_folder.File("model.pt")), ZipArchiveMode.Create))
        using (var stream = zip.CreateEntry("m/data.pkl", CompressionLevel.Optimal).Open())
            stream.Write(new byte[40_000_000]);
        Refused("bytes are announced in a file of");
    }

    [Fact]
    public void A_checkpoint_of_a_run_here_comes_before_an_absent_file_of_DeePMD_kit()
    {
        using var run = new SampleRun();
        run.SaveCheckpoint(4);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(run.Path("x"))!, "model.ckpt*"))
            File.Move(file, Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileName(file).Replace("model.ckpt", "model.pt", StringComparison.Ordinal)));
        Assert.True(DeepPotModels.IsCheckpoint(run.Path("model.pt")));
        File.Copy(Fixture("one-sided.pt"), run.Path("model.pt"));
        Assert.False(DeepPotModels.IsCheckpoint(run.Path("model.pt")));
    }

    [Fact]
    public void Freeze_makes_a_model_file_of_it_and_writing_one_is_refused()
    {
        File.Copy(Fixture("one-sided.pt"), _folder.File("model.ckpt-4.pt"));
        SampleRun.Succeeds("freeze", "-c", _folder.File("model.ckpt-4.pt"), "-o", _folder.File("model.dp"));
        ModelComparison.AssertSame(DeepPotModels.Load(Fixture("one-sided.pt")), DeepPotModels.Load(_folder.File("model.dp")));
        // The folder of a run there names its newest checkpoint as one here does.
        File.WriteAllText(_folder.File("checkpoint"), "model.ckpt-4.pt");
        SampleRun.Succeeds("freeze", "-c", Path.GetDirectoryName(_folder.File("checkpoint"))!, "-o", _folder.File("again.dp"));
        ModelComparison.AssertSame(DeepPotModels.Load(_folder.File("model.dp")), DeepPotModels.Load(_folder.File("again.dp")));
        var error = Assert.Throws<InputException>(() => DeepPotModelFile.Save(SmallModel.Create(), _folder.File("new.pt")));
        Assert.Contains("is read but not written", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The model section of an input that would build a model, as its interchange file carries it.</summary>
    private JsonObject SettingsOf(DeepPotModel model)
    {
        DeepPotModelFile.Save(model, _folder.File("settings.json"));
        return JsonNode.Parse(File.ReadAllText(_folder.File("settings.json")))!["model_def_script"]!.DeepClone().AsObject();
    }

    /// <summary>The archive with other entries, under right checksums.</summary>
    private void Rewrite(string source, Func<KeyValuePair<string, byte[]>, byte[]> change, string? added = null)
    {
        using var from = ZipFile.OpenRead(source);
        using var to = new ZipArchive(File.Create(_folder.File("model.pt")), ZipArchiveMode.Create);
        var folder = from.Entries[0].FullName.Split('/')[0];
        foreach (var name in from.Entries.Select(entry => entry.FullName).Concat(added is null ? [] : [$"{folder}/{added}"]))
        {
            var bytes = new MemoryStream();
            using (var stream = from.GetEntry(name)?.Open())
                stream?.CopyTo(bytes);
            using var target = to.CreateEntry(name, CompressionLevel.NoCompression).Open();
            target.Write(change(new(name, bytes.ToArray())));
        }
    }

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        byte[] result = [.. bytes];
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var at = random.Next(result.Length);
            result = random.Next(4) switch
            {
                0 => result[..Math.Max(1, at)],
                1 => [.. result[..at], .. result[random.Next(result.Length)..]],
                2 => [.. result[..at], (byte)random.Next(256), .. result[at..]],
                _ => [.. result[..at], (byte)(result[at] ^ (1 << random.Next(8))), .. result[(at + 1)..]],
            };
        }

        return result;
    }

    private static string Fixture(string name) => Repository.Path("tests", "Meniscus.Tests", "Fixtures", "torch-checkpoints", name);

    private static void AssertClose(double[] expected, ReadOnlySpan<double> found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var k = 0; k < expected.Length; k++)
            Assert.Equal(expected[k], found[k], tolerance);
    }

    private void Refused(string expected)
    {
        var error = Assert.Throws<InputException>(() => DeepPotModelFile.Load(_folder.File("model.pt")));
        Assert.True(error.Message.Contains(expected, StringComparison.Ordinal), $"expected '{expected}', found: {error.Message}");
        Assert.DoesNotContain('\n', error.Message);
    }
}
