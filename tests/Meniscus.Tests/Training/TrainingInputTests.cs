using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

public class TrainingInputTests
{
    /// <summary>The water example of DeePMD-kit's documentation, in values; written with a comment and a trailing comma.</summary>
    private const string Water = """
        {
            "_comment": "water",
            "model": {
                "type_map": ["O", "H"],
                "descriptor": {
                    "type": "se_e2_a", "sel": [46, 92], "rcut_smth": 0.50, "rcut": 6.00, "neuron": [25, 50, 100],
                    "resnet_dt": false, "axis_neuron": 16, "type_one_side": true, "seed": 1, "_comment2": "that's all",
                },
                // 240 three times
                "fitting_net": { "neuron": [240, 240, 240], "resnet_dt": true, "seed": 1 }
            },
            "learning_rate": { "type": "exp", "decay_steps": 5000, "start_lr": 0.001, "stop_lr": 3.51e-8 },
            "loss": { "type": "ener", "start_pref_e": 0.02, "limit_pref_e": 1, "start_pref_f": 1000, "limit_pref_f": 1, "start_pref_v": 0, "limit_pref_v": 0 },
            "training": {
                "training_data": { "systems": ["../data/data_0/", "../data/data_1/"], "batch_size": "auto" },
                "validation_data": { "systems": ["../data/data_3"], "batch_size": 1, "numb_btch": 3 },
                "numb_steps": 1000000, "seed": 10, "disp_file": "lcurve.out", "disp_freq": 100, "save_freq": 1000
            }
        }
        """;

    /// <summary>The shortest input; the parts in capitals are replaced by the tests.</summary>
    private const string Short = """
        {
            "model": { "type_map": ["O", "H"], "descriptor": { "type": "se_a", "sel": [46, 92] DESCRIPTOR }, "fitting_net": { FITTING } MODEL },
            "learning_rate": { "stop_lr": 1e-8 RATE },
            "optimizer": { OPTIMIZER },
            "loss": { LOSS },
            "training": { "training_data": { "systems": "data" DATA }, "numb_steps": 100 TRAINING } ROOT
        }
        """;

    [Fact]
    public void TheWaterExampleIsRead()
    {
        var input = TrainingInput.Parse(Water);
        Assert.Equal(["O", "H"], input.Model.TypeMap.Names);
        Assert.Equal([46, 92], input.Model.Descriptor.Sel.Numbers!);
        Assert.Equal([25, 50, 100], input.Model.Descriptor.Neuron);
        Assert.Equal((16, true, false, 1L), (input.Model.Descriptor.AxisNeuron, input.Model.Descriptor.TypeOneSide, input.Model.Descriptor.ResnetDt, input.Model.Descriptor.Seed));
        Assert.Equal([240, 240, 240], input.Model.Fitting.Neuron);
        Assert.Equal(3.51e-8, input.LearningRate.Stop);
        Assert.Equal(new LossPrefactor(1000, 1), input.Loss.Force);
        Assert.False(input.Loss.Virial.IsOn);
        Assert.Equal(["../data/data_0/", "../data/data_1/"], input.Training.TrainingData.Systems);
        Assert.Equal(BatchSizeRule.Default, input.Training.TrainingData.BatchSize);
        Assert.Equal(3, input.Training.ValidationData!.BatchCount);
        Assert.Equal(1_000_000, input.Training.Steps);
        Assert.Equal((100, 1000, 5), (input.Training.DisplayInterval, input.Training.SaveInterval, input.Training.KeptCheckpoints));
        Assert.Empty(input.Warnings);
    }

    [Fact]
    public void DefaultsAreThoseOfDeepmdKit()
    {
        var input = TrainingInput.Parse(Fill());
        var descriptor = input.Model.Descriptor;
        Assert.Equal((6.0, 0.5, 4), (descriptor.Cutoff, descriptor.SmoothCutoff, descriptor.AxisNeuron));
        Assert.Equal([10, 20, 40], descriptor.Neuron);
        Assert.Equal((false, false, true, Precision.Float64), (descriptor.ResnetDt, descriptor.TypeOneSide, descriptor.Trainable, descriptor.Precision));
        Assert.Equal([120, 120, 120], input.Model.Fitting.Neuron);
        Assert.True(input.Model.Fitting.ResnetDt);
        Assert.Equal([true, true, true, true], input.Model.Fitting.TrainableLayers());
        Assert.Equal((10, 0.01, 10), (input.Model.StatisticsBatches, input.Model.StatisticsProtection, input.Model.BiasSamples));
        Assert.Equal((1e-3, 5000L), (input.LearningRate.Start, input.LearningRate.DecaySteps));
        Assert.Equal((new LossPrefactor(0.02, 1), new LossPrefactor(1000, 1)), (input.Loss.Energy, input.Loss.Force));
        Assert.Equal((OptimizerKind.Adam, 0.9, 0.999, 0.0), (input.Optimizer.Kind, input.Optimizer.Beta1, input.Optimizer.Beta2, input.Optimizer.WeightDecay));
        Assert.Equal(("lcurve.out", 1000, 1000, "model.ckpt"), (input.Training.DisplayFile, input.Training.DisplayInterval, input.Training.SaveInterval, input.Training.CheckpointPrefix));
        Assert.Null(input.Validating.FirstStep(100));
    }

    [Fact]
    public void TheNormalisedInputReadsBackTheSame()
    {
        foreach (var text in new[] { Water, Fill(), Full() })
        {
            var first = TrainingInput.Parse(text).ToJson();
            var again = TrainingInput.Parse(first, "out.json");
            Assert.Equal(first, again.ToJson());
            Assert.Empty(again.Warnings);
        }

        Assert.Contains("\"decay_steps\": 5000", TrainingInput.Parse(Fill()).ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryKeyArrives()
    {
        var input = TrainingInput.Parse(Full());
        Assert.Equal(new NamedActivation("gelu_tf", ActivationFunction.Gelu), input.Model.Descriptor.Activation);
        Assert.Equal([(0, 0), (0, 1)], input.Model.Descriptor.ExcludeTypes);
        Assert.Equal(1.2, input.Model.Descriptor.Sel.Factor);
        Assert.Equal(Precision.Float32, input.Model.Fitting.Precision);
        Assert.Equal([null, 1.5], input.Model.Fitting.AtomEner);
        Assert.Equal([true, false, true], input.Model.Fitting.TrainableLayers());
        Assert.Equal([-93.5, null], input.Model.PresetOutBias!);
        Assert.Equal((OptimizerKind.AdamW, 0.001, 0.8), (input.Optimizer.Kind, input.Optimizer.WeightDecay, input.Optimizer.Beta1));
        Assert.Equal((0.1, 0.2, 0.3), input.Loss.HuberDelta);
        Assert.Equal([2, 3], input.Training.TrainingData.BatchSize.PerSystem);
        Assert.Equal([0.4, 0.6], input.Training.TrainingData.SysProbs!);
        Assert.Equal(2.5, input.Training.Epochs);
        Assert.Equal(Path.Combine("ckpt", "m"), input.Training.CheckpointPrefix);
        Assert.Equal(10, input.Training.CheckpointsToKeep(10_000));
        Assert.Equal(ValidationMetric.ForceRmse, input.Validating.Metric);
        Assert.Equal(250, input.Validating.FirstStep(1000));
    }

    [Theory]
    [InlineData("TRAINING", ", \"stop_batch\": 7", "training: 'numb_steps' and 'stop_batch' are two names of one key")]
    [InlineData("DATA", ", \"system\": \"b\"", "training/training_data/system: unknown key; did you mean 'systems'?")]
    [InlineData("TRAINING", ", \"dsip_freq\": 7", "training/dsip_freq: unknown key; did you mean 'disp_freq'?")]
    [InlineData("DESCRIPTOR", ", \"rcut_smooth\": 7", "model/descriptor/rcut_smooth: unknown key; did you mean 'rcut_smth'?")]
    [InlineData("DATA", ", \"batchsize\": 7", "training/training_data/batchsize: unknown key; did you mean 'batch_size'?")]
    [InlineData("TRAINING", ", \"start_lr\": 7", "training/start_lr: unknown key; it belongs in learning_rate")]
    [InlineData("ROOT", ", \"train\": {}", "train: unknown key; did you mean 'training'?")]
    [InlineData("LOSS", "\"start_perf_e\": 1", "loss/start_perf_e: unknown key; did you mean 'start_pref_e'?")]
    [InlineData("RATE", ", \"warmup\": 1", "learning_rate/warmup: unknown key; did you mean 'warmup_steps'?")]
    public void UnknownKeysNameTheNearest(string place, string text, string message) => AssertError(place, text, message);

    [Theory]
    [InlineData("TRAINING", ", \"disp_freq\": 0", "training/disp_freq: found 0, expected a whole number of at least 1")]
    [InlineData("TRAINING", ", \"disp_freq\": \"often\"", "found \"often\", expected a whole number")]
    [InlineData("TRAINING", ", \"disp_freq\": 1.5", "found 1.5")]
    [InlineData("TRAINING", ", \"disp_training\": \"yes\"", "found \"yes\", expected true or false")]
    [InlineData("TRAINING", ", \"numb_epoch\": 3", "numb_steps and numb_epoch are both given")]
    [InlineData("TRAINING", ", \"validation_data\": []", "training/validation_data: found [], expected a section")]
    [InlineData("TRAINING", ", \"validation_data\": {}", "'systems' is missing")]
    [InlineData("DATA", ", \"batch_size\": \"mixed:4\"", "se_atten")]
    [InlineData("DATA", ", \"batch_size\": \"automatic\"", "found \"automatic\"")]
    [InlineData("DATA", ", \"set_prefix\": \"part\"", "training_data/set_prefix: not supported")]
    [InlineData("DESCRIPTOR", ", \"rcut_smth\": 7", "rcut_smth: 7 Å is not below rcut, 6 Å")]
    [InlineData("DESCRIPTOR", ", \"axis_neuron\": 41", "axis_neuron: 41 is more than the last width of neuron, 40")]
    [InlineData("DESCRIPTOR", ", \"activation_function\": \"silut\"", "found \"silut\", expected tanh, relu")]
    [InlineData("DESCRIPTOR", ", \"precision\": \"bfloat16\"", "expected float64, float32")]
    [InlineData("DESCRIPTOR", ", \"exclude_types\": [[0, 2]]", "there is no type 2; the types are 0 to 1 (O H)")]
    [InlineData("DESCRIPTOR", ", \"exclude_types\": [[0, 1, 1]]", "expected a pair of types")]
    [InlineData("FITTING", "\"type\": \"dipole\"", "fitting_net/type: found \"dipole\", expected ener")]
    [InlineData("FITTING", "\"trainable\": [true, false]", "2 entries for 3 hidden layers")]
    [InlineData("FITTING", "\"atom_ener\": [1.0]", "fitting_net/atom_ener: 1 entries for the 2 types O H")]
    [InlineData("FITTING", "\"default_fparam\": [1]", "default_fparam: not supported")]
    [InlineData("MODEL", ", \"preset_out_bias\": {\"dipole\": [0, 0]}", "preset_out_bias: found")]
    [InlineData("MODEL", ", \"spin\": {\"use_spin\": [true]}", "model/spin: not supported (spin models); remove the key")]
    [InlineData("MODEL", ", \"use_srtab\": \"zbl.txt\"", "model/use_srtab: not supported")]
    [InlineData("MODEL", ", \"type_embedding\": {}", "model/type_embedding: not supported")]
    [InlineData("MODEL", ", \"model_dict\": {}", "model/model_dict: not supported (multi-task training)")]
    [InlineData("MODEL", ", \"type\": \"frozen\"", "model/type: found \"frozen\", expected standard")]
    [InlineData("OPTIMIZER", "\"type\": \"LKF\"", "optimizer/type: found \"LKF\", expected Adam, AdamW or SGD")]
    [InlineData("OPTIMIZER", "\"momentum\": 0.9", "optimizer/momentum: is only for type SGD")]
    [InlineData("LOSS", "\"start_pref_h\": 1", "loss/start_pref_h: not supported (Hessian in the loss)")]
    [InlineData("LOSS", "\"start_pref_gf\": 1", "generalised forces")]
    [InlineData("LOSS", "\"enable_atom_ener_coeff\": true", "loss/enable_atom_ener_coeff: not supported")]
    [InlineData("LOSS", "\"type\": \"tensor\"", "loss/type: found \"tensor\"")]
    [InlineData("LOSS", "\"f_use_norm\": true", "needs loss_func \"mae\" or use_huber")]
    [InlineData("LOSS", "\"use_huber\": true, \"relative_f\": 1.0", "use_huber: cannot go with")]
    [InlineData("LOSS", "\"start_pref_e\": 0, \"limit_pref_f\": 0", "every term is off")]
    [InlineData("LOSS", "\"start_pref_e\": -1", "found -1, expected a number of at least 0")]
    [InlineData("RATE", ", \"stop_lr_ratio\": 0.1", "stop_lr and stop_lr_ratio are both given")]
    [InlineData("RATE", ", \"warmup_steps\": 1, \"warmup_ratio\": 0.1", "warmup_steps and warmup_ratio are both given")]
    [InlineData("RATE", ", \"type\": \"cosine\", \"decay_steps\": 10", "decay_steps: is only for type exp")]
    [InlineData("ROOT", ", \"validating\": {\"full_validation\": true}", "validating/full_validation: needs training/validation_data")]
    [InlineData("ROOT", ", \"training\": {}", "'training' is given twice; remove one")]
    public void WhatCannotBeUsedIsOneLine(string place, string text, string message) => AssertError(place, text, message);

    [Theory]
    [InlineData("{ \"model\": 1 }", "model: found 1, expected a section")]
    [InlineData("{ }", "'model' is missing")]
    [InlineData("[]", "expected a training input in braces")]
    [InlineData("", "not valid JSON")]
    [InlineData("{\n  \"model\": SEED\n}", "input.json: line 2: not valid JSON")]
    [InlineData("{ \"use_smooth\": true, \"sel_a\": [46, 92] }", "DeePMD-kit v0")]
    [InlineData("{ \"model\": { \"type_map\": [\"O\", \"O\"], \"descriptor\": { \"type\": \"se_a\" }, \"fitting_net\": {} } }", "input.json: model/type_map: 'O' occurs twice")]
    [InlineData("{ \"model\": { \"model_dict\": {}, \"shared_dict\": {} }, \"training\": { \"data_dict\": {} } }", "model/model_dict: not supported (multi-task training)")]
    [InlineData("{ \"model\": { \"type_map\": [\"O\"], \"descriptor\": { \"repflow\": {}, \"type\": \"dpa3\" }, \"fitting_net\": {} } }", "model/descriptor/type: found \"dpa3\", expected se_e2_a")]
    [InlineData("{ \"model\": { \"type_map\": [\"O\"], \"descriptor\": { \"type\": \"se_a\", \"sel\": [1, 2] }, \"fitting_net\": {} } }", "descriptor/sel: 2 entries for the 1 types O")]
    [InlineData("{ \"model\": { \"type_map\": [\"O\"], \"descriptor\": { \"type\": \"se_a\", \"sel\": 60 }, \"fitting_net\": {} } }", "sel: found 60, expected one number per type")]
    public void OtherTextsAreOneLine(string text, string message)
    {
        var e = Assert.Throws<InputException>(() => TrainingInput.Parse(text));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("input.json", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void HarmlessValuesOfKeysNotUsedPass()
    {
        // What DeePMD-kit's own normalised input holds.
        var input = TrainingInput.Parse(Fill(
            ("TRAINING", ", \"tensorboard\": false, \"profiling_file\": \"timeline.json\", \"zero_stage\": 0, \"acc_freq\": 1, \"enable_ema\": false, \"time_training\": true, \"disp_training\": true"),
            ("LOSS", "\"start_pref_h\": 0.0, \"limit_pref_h\": 0, \"start_pref_gf\": 0.00, \"enable_atom_ener_coeff\": false, \"relative_f\": null"),
            ("MODEL", ", \"srtab_add_bias\": true, \"model_branch_alias\": [], \"info\": {}, \"preset_out_bias\": null"),
            ("RATE", ", \"scale_by_worker\": \"linear\", \"decay_rate\": null, \"stop_lr_ratio\": null"),
            ("ROOT", ", \"validating\": {\"full_validation\": false, \"tf32_infer\": false}")));
        Assert.Empty(input.Warnings);
    }

    [Fact]
    public void KeysWithoutEffectAreWarnedOf()
    {
        var input = TrainingInput.Parse(Fill(("TRAINING", ", \"tensorboard\": true, \"mixed_precision\": {\"compute_prec\": \"float16\"}, \"numb_test\": 5")));
        Assert.Equal(3, input.Warnings.Count);
        Assert.Contains("input.json: training/tensorboard: has no effect here (there is no tensorboard output; use disp_file)", input.Warnings);
    }

    [Fact]
    public void AStopRateNotGivenIsWarnedOf()
    {
        var input = TrainingInput.Parse(Fill().Replace("\"stop_lr\": 1e-8", "\"start_lr\": 2e-3", StringComparison.Ordinal));
        Assert.Equal(5e-8, input.LearningRate.Stop);
        Assert.Contains(input.Warnings, w => w.Contains("stop_lr is not given", StringComparison.Ordinal));
    }

    [Fact]
    public void ATypeMapNotGivenComesFromTheData()
    {
        var input = TrainingInput.Parse(Fill().Replace("\"type_map\": [\"O\", \"H\"], ", "", StringComparison.Ordinal));
        Assert.Contains(input.Warnings, w => w.StartsWith("input.json: model/type_map is not given", StringComparison.Ordinal));
        Assert.Equal(input.ToJson(), TrainingInput.Parse(input.ToJson()).ToJson());
        Assert.Equal("H", input.Model.WithTypeMap(new TypeMap(["O", "H"])).TypeMap[1]);
        var e = Assert.Throws<InputException>(() => input.Model.WithTypeMap(new TypeMap(["O"])));
        Assert.Contains("model/descriptor/sel: 2 entries for the 1 types O", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AliasesAreOtherNames()
    {
        var input = TrainingInput.Parse(Fill(("DESCRIPTOR", ", \"n_axis_neuron\": 8"), ("FITTING", "\"n_neuron\": [20]"), ("DATA", ", \"sys_weights\": [1.0], \"auto_prob_style\": \"prob_uniform\""))
            .Replace("\"numb_steps\": 100", "\"stop_batch\": 1e2", StringComparison.Ordinal));
        Assert.Equal(8, input.Model.Descriptor.AxisNeuron);
        Assert.Equal([20], input.Model.Fitting.Neuron);
        Assert.Equal([1.0], input.Training.TrainingData.SysProbs!);
        Assert.Equal("prob_uniform", input.Training.TrainingData.AutoProb);
        Assert.Equal(100, input.Training.Steps);
    }

    [Fact]
    public void VersionOneIsConverted()
    {
        var input = TrainingInput.Parse("""
            {
                "model": { "type_map": ["O", "H"], "descriptor": { "type": "se_a", "sel": [46, 92] }, "fitting_net": {} },
                "learning_rate": { "start_lr": 0.001, "decay_steps": 5000, "decay_rate": 0.95 },
                "training": { "systems": ["a", "b"], "set_prefix": "set", "stop_batch": 1000000, "batch_size": [1, 2], "numb_test": 10 }
            }
            """);
        Assert.Equal(["a", "b"], input.Training.TrainingData.Systems);
        Assert.Equal([1, 2], input.Training.TrainingData.BatchSize.PerSystem);
        Assert.Equal(1e-3 * Math.Pow(0.95, 200), input.LearningRate.Stop!.Value, 1e-17);
        Assert.Equal(0.95, new LearningRateSchedule(input.LearningRate, 1_000_000).DecayRate, 1e-12);
        Assert.Contains(input.Warnings, w => w.Contains("DeePMD-kit v1", StringComparison.Ordinal));
    }

    [Fact]
    public void OlderPlacesOfWarmupAndOptimizerAreRead()
    {
        var input = TrainingInput.Parse(Fill(("TRAINING", ", \"warmup_steps\": 20, \"opt_type\": \"AdamW\", \"weight_decay\": 0.1")));
        Assert.Equal(20, input.LearningRate.WarmupSteps);
        Assert.Equal((OptimizerKind.AdamW, 0.1), (input.Optimizer.Kind, input.Optimizer.WeightDecay));
        AssertError("TRAINING", ", \"opt_type\": \"LKF\", \"kf_blocksize\": 5120", "LKF");
    }

    [Fact]
    public void YamlIsTheSameTree()
    {
        var input = TrainingInput.Parse(
            """
            # water
            model:
              type_map: [O, H]
              descriptor: {type: se_e2_a, sel: auto, rcut_smth: .5, rcut: 6, seed: ~}
              fitting_net:
                neuron:
                  - 240
                  - 240
                resnet_dt: true
            learning_rate: {start_lr: 1e-3, stop_lr: 3.51e-8}
            training:
              training_data:
                systems: '1'
              numb_steps: 1000
              _comment: "that's all"
            """,
            "input.yaml",
            yaml: true);
        Assert.Equal(["O", "H"], input.Model.TypeMap.Names);
        Assert.Equal(1.1, input.Model.Descriptor.Sel.Factor);
        Assert.Equal([240, 240], input.Model.Fitting.Neuron);
        Assert.Equal(3.51e-8, input.LearningRate.Stop);
        Assert.Equal(["1"], input.Training.TrainingData.Systems);
        Assert.Equal(input.ToJson(), TrainingInput.Parse(input.ToJson()).ToJson());
    }

    [Theory]
    [InlineData("model: {", "input.yaml: line")]
    [InlineData("model: &m {}\nloss: *m", "anchors")]
    [InlineData("model: 1\nmodel: 2", "'model' is given twice")]
    [InlineData("a: 1\n---\nb: 2", "several YAML documents")]
    [InlineData("", "expected a training input")]
    public void YamlThatCannotBeUsedIsOneLine(string text, string message)
    {
        var e = Assert.Throws<InputException>(() => TrainingInput.Parse(text, "input.yaml", yaml: true));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void DeepNestingIsAnErrorNotACrash()
    {
        var brackets = new string('[', 100_000);
        Assert.Throws<InputException>(() => TrainingInput.Parse(brackets));
        Assert.Throws<InputException>(() => TrainingInput.Parse(brackets, "input.yaml", yaml: true));
    }

    [Fact]
    public void PathsAreFoundBesideTheInput()
    {
        var folder = Directory.CreateTempSubdirectory("meniscus").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "data_of_this_test"));
            File.WriteAllText(Path.Combine(folder, "set_of_this_test.hdf5"), "");
            File.WriteAllText(Path.Combine(folder, "input.json"), Water);
            var input = TrainingInput.Load(Path.Combine(folder, "input.json"));
            Assert.Equal(Path.Combine(folder, "data_of_this_test"), input.ResolvePath("data_of_this_test"));
            Assert.Equal(Path.Combine(folder, "set_of_this_test.hdf5") + "#/water", input.ResolvePath("set_of_this_test.hdf5#/water"));
            Assert.Equal("nowhere_in_this_test", input.ResolvePath("nowhere_in_this_test"));
            Assert.Equal(".", input.ResolvePath("."));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        var e = Assert.Throws<InputException>(() => TrainingInput.Load(Path.Combine(folder, "input.json")));
        Assert.Contains("no such file", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheDocumentationPageIsCurrent() => GeneratedPage.AssertCurrent("train-input.md", TrainingInputDocumentation.Markdown());

    private static string Fill(params (string Place, string Text)[] texts)
    {
        var input = Short;
        foreach (var (place, text) in texts)
            input = input.Replace(place, text, StringComparison.Ordinal);
        foreach (var place in new[] { "DESCRIPTOR", "FITTING", "MODEL", "RATE", "OPTIMIZER", "LOSS", "DATA", "TRAINING", "ROOT" })
            input = input.Replace(place, "", StringComparison.Ordinal);
        return input;
    }

    /// <summary>Nearly every key with a value that is not its default.</summary>
    private static string Full() => """
        {
            "model": {
                "type": "standard", "type_map": ["O", "H"], "data_stat_nbatch": 20, "data_stat_protect": 0.02, "data_bias_nsample": 30,
                "pair_exclude_types": [[1, 1]], "atom_exclude_types": [1], "preset_out_bias": { "energy": [[-93.5], null] },
                "descriptor": {
                    "type": "se_a", "sel": "auto:1.2", "rcut": 5.5, "rcut_smth": 1, "neuron": [8, 16], "axis_neuron": 4, "activation_function": "gelu_tf",
                    "resnet_dt": true, "type_one_side": true, "precision": "float32", "trainable": false, "seed": 4, "exclude_types": [[0, 0], [0, 1]],
                    "env_protection": 0.01, "set_davg_zero": true
                },
                "fitting_net": {
                    "type": "ener", "numb_fparam": 1, "numb_aparam": 2, "neuron": [30, 30], "activation_function": "silu", "precision": "float32",
                    "resnet_dt": false, "trainable": [true, false, true], "rcond": 1e-3, "seed": 5, "atom_ener": [null, 1.5]
                }
            },
            "learning_rate": { "type": "wsd", "start_lr": 2e-3, "stop_lr_ratio": 1e-3, "decay_phase_ratio": 0.3, "decay_type": "linear", "warmup_ratio": 0.1, "warmup_start_factor": 0.2 },
            "optimizer": { "type": "AdamW", "adam_beta1": 0.8, "adam_beta2": 0.99 },
            "loss": {
                "start_pref_e": 1, "limit_pref_e": 2, "start_pref_f": 3, "limit_pref_f": 4, "start_pref_v": 5, "limit_pref_v": 6, "start_pref_ae": 7, "limit_pref_ae": 8,
                "use_default_pf": true, "loss_func": "mae", "f_use_norm": true, "use_huber": true, "huber_delta": [0.1, 0.2, 0.3], "intensive_ener_virial": true
            },
            "training": {
                "training_data": { "systems": ["a", "b"], "rglob_patterns": ["*"], "batch_size": [2, 3], "auto_prob": "prob_uniform", "sys_probs": [0.4, 0.6] },
                "validation_data": { "systems": "c", "batch_size": "max:200", "numb_batch": 2 },
                "num_epochs": 2.5, "seed": 6, "disp_file": "l.out", "disp_freq": 7, "disp_training": false, "disp_avg": true, "save_freq": 100, "save_ckpt": "m",
                "save_dir": "ckpt", "max_ckpt_keep": 8, "ckpt_keep_ratio": 0.1, "change_bias_after_training": true, "stat_file": "stat", "gradient_max_norm": 5
            },
            "validating": { "full_validation": true, "validation_freq": 9, "save_best": false, "save_best_dir": "best", "max_best_ckpt": 2, "validation_metric": "f:rmse", "full_val_file": "v.log", "full_val_start": 0.25 }
        }
        """;

    private static void AssertError(string place, string text, string message)
    {
        var e = Assert.Throws<InputException>(() => TrainingInput.Parse(Fill((place, text))));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("input.json", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }
}
