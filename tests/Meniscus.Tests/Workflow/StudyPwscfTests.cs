using System.Text.Json.Nodes;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;
using Meniscus.Workflow;

namespace Meniscus.Tests.Workflow;

/// <summary>A study whose labels come from a real pw.x: two molecules, a small cutoff, a few steps of everything.</summary>
public sealed class StudyPwscfTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AStudyWithQuantumEspressoRunsFromStartToEndAndGoesOnWithTheLabelsItHas()
    {
        DftPrograms.RequirePwscf();
        File.WriteAllText(_folder.File("project.json"), Project());
        var project = ProjectInput.Load(_folder.Path);
        StudyRun.Run(project, new StudyOptions { Cores = 2 }, null, TestContext.Current.CancellationToken);
        var label = Path.Combine(project.WorkFolder, "iter-000", "label", "bulk-300K");
        using var system = DeepmdSystem.Open(Path.Combine(label, "train", "O2H4"));
        Assert.Equal(3, system.FrameCount);
        Assert.Contains("convergence", File.ReadAllText(Path.Combine(label, "work", "frame-000000", "pw.out")), StringComparison.Ordinal);
        var errors = JsonNode.Parse(File.ReadAllText(Path.Combine(project.WorkFolder, "test", "model-0", StageRecord.FileName)))!["result"]!;
        Assert.True(errors["force_rmse_eV_per_A"]!.GetValue<double>() > 0);

        // One more frame is wanted: those that have labels keep them, and pw.x runs for the others.
        var before = File.GetLastWriteTimeUtc(Path.Combine(label, "work", "frame-000000", "pw.out"));
        File.WriteAllText(_folder.File("project.json"), Project().Replace("\"validation_share\": 0.2", "\"validation_share\": 0.4", StringComparison.Ordinal));
        StudyRun.Run(ProjectInput.Load(_folder.Path), new StudyOptions { Cores = 2 }, null, TestContext.Current.CancellationToken);
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(label, "work", "frame-000000", "pw.out")));
        using var fewer = DeepmdSystem.Open(Path.Combine(label, "train", "O2H4"));
        Assert.Equal(2, fewer.FrameCount);
    }

    private static string Project() => """
        {
          "system": { "water_molecules": 2, "density_g_per_cm3": 0.5 }, "temperatures_K": [300],
          "dynamics": { "timestep_fs": 0.5, "thermostat_fs": 50, "barostat_fs": 500 },
          "first_exploration": { "equilibration_ps": 0.05, "bulk_ps": 0.2, "slab_ps": 0, "frame_every_fs": 10, "bulk_frames": 4, "ramp_frames": 0 },
          "stop": { "max_iterations": 0 },
          "labels": { "calculator": "pwscf", "validation_share": 0.2, "pwscf": 
        """ + LabelFolder.Pwscf("\"electron_maxstep\": 80") + """
           },
          "training": { "seeds": [1], "steps": 100, "final_steps": 0, "input": {
            "model": { "type_map": ["O", "H"], "descriptor": { "type": "se_e2_a", "sel": "auto", "rcut": 4.0, "rcut_smth": 0.5, "neuron": [4, 8], "axis_neuron": 4 }, "fitting_net": { "neuron": [8, 8] } },
            "learning_rate": { "type": "exp", "start_lr": 1e-3, "stop_lr": 1e-4, "decay_steps": 50 }, "training": { "batch_size": 1, "disp_freq": 50, "save_freq": 50 } } },
          "production": { "equilibration_ps": 0.005, "bulk_ps": 0.02, "slab_ps": 0, "frame_every_fs": 1 },
          "analysis": { "rdf_max_A": 4 }
        }
        """;
}
