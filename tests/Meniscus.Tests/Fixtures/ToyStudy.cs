namespace Meniscus.Tests.Fixtures;

/// <summary>A whole study of a few seconds: 16 molecules, a network of a few neurons, one iteration.</summary>
internal static class ToyStudy
{
    /// <summary>Its project.</summary>
    /// <param name="change">A part to replace.</param>
    /// <param name="to">What it becomes.</param>
    public static string Text(string change = "", string to = "") => """
        {
          "system": { "water_molecules": 16 }, "temperatures_K": [300, 350],
          "dynamics": { "timestep_fs": 0.5, "thermostat_fs": 50, "barostat_fs": 500 },
          "first_exploration": { "temperatures_K": [350], "equilibration_ps": 0.1, "bulk_ps": 0.4, "slab_ps": 0.3, "slab_length_A": 25, "frame_every_fs": 10, "bulk_frames": 20, "ramp_frames": 0, "slab_frames": 15 },
          "exploration": { "temperatures_K": [300], "equilibration_ps": 0.02, "bulk_ps": 0.05, "slab_ps": 0, "frame_every_fs": 5, "bulk_frames": 6, "seed": 2 },
          "selection": { "low_eV_per_A": 0.001, "high_eV_per_A": 50, "seed": 3 },
          "stop": { "candidate_share": 0, "max_iterations": 1 },
          "labels": { "calculator": "spcfw", "validation_share": 0.2, "seed": 4 },
          "training": { "seeds": [1, 2], "steps": 600, "retrain_steps": 300, "final_steps": 0, "input": {
            "model": { "type_map": ["O", "H"], "descriptor": { "type": "se_e2_a", "sel": "auto", "rcut": 4.0, "rcut_smth": 0.5, "neuron": [4, 8], "axis_neuron": 4, "type_one_side": true, "precision": "float32" }, "fitting_net": { "neuron": [12, 12], "precision": "float32" } },
            "learning_rate": { "type": "exp", "start_lr": 1e-2, "stop_lr": 1e-4, "decay_steps": 50 },
            "loss": { "start_pref_e": 0.02, "limit_pref_e": 1, "start_pref_f": 1000, "limit_pref_f": 10 },
            "training": { "batch_size": 1, "disp_freq": 100, "save_freq": 100 } } },
          "production": { "equilibration_ps": 0.02, "bulk_ps": 0.3, "ramp_ps": 0.1, "ramp_bar": [1, 500], "slab_ps": 0, "frame_every_fs": 10, "seed": 5 },
          "compare_with": "spcfw",
          "analysis": { "rdf_max_A": 4, "ramp_bins": 4 }
        }
        """.Replace(change.Length > 0 ? change : "\0", to, StringComparison.Ordinal);

    /// <summary>The files of a study that hold its numbers, relative to its folder; those that also hold times of the clock are left out.</summary>
    public static IReadOnlyList<string> Numbers(string study) =>
    [
        .. Directory.GetFiles(study, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) is not ("status.csv" or "lcurve.full.csv") && !file.Contains($"{Path.DirectorySeparatorChar}report{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => Path.GetExtension(file) is ".csv" or ".xyz" or ".thermo" or ".npy" || Path.GetFileName(file) is "summary.json" or "lcurve.out")
            .Select(file => Path.GetRelativePath(study, file))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Asserts that two studies came to the same files, byte for byte.</summary>
    public static void AssertSameNumbers(string expected, string actual)
    {
        var names = Numbers(expected);
        Assert.NotEmpty(names);
        Assert.Equal(names, Numbers(actual));
        Assert.All(names, name => Assert.True(File.ReadAllBytes(Path.Combine(expected, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, name))), name));
    }
}
