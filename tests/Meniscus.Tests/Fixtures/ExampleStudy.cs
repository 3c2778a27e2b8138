using System.Globalization;
using System.Text.Json.Nodes;
using Meniscus.IO;
using Meniscus.Workflow;

namespace Meniscus.Tests.Fixtures;

/// <summary>
/// The folder of a study as a run leaves it, with made-up numbers: two temperatures, model and reference. Nothing is computed, so that tests of
/// what reads it are fast and know what they have to find.
/// </summary>
internal sealed class ExampleStudy : IDisposable
{
    public const double ModelTension = 68.25;
    public const double ReferenceTension = 71.5;
    private static readonly double[] Temperatures = [300, 350];
    private readonly TemporaryFolder _folder = new();

    public ExampleStudy(bool finished = true)
    {
        var project = ProjectTemplates.Get("quick") with { Name = "Water <& friends>", Temperatures = Temperatures, CompareWith = "spcfw" };
        Folder = _folder.File("study");
        Directory.CreateDirectory(Folder);
        Project = project with { Production = project.Production with { Temperatures = Temperatures } };
        File.WriteAllText(_folder.File("project.json"), Project.ToJson());
        File.WriteAllText(Path.Combine(Folder, StudyRun.ProjectFile), Project.ToJson());
        AddIterations();
        AddTraining("iter-000/train/model-0", done: true);
        if (!finished)
            return;
        AddTraining("final/model-0", done: true);
        AddTest();
        foreach (var temperature in Temperatures)
        {
            AddProduction(StudyResults.Model, temperature, ModelTension, 0.99);
            AddProduction(StudyResults.Reference, temperature, ReferenceTension, 1.0);
            Save($"analysis/extrapolation/slab-{temperature}K", "extrapolation 1", new JsonObject
            {
                ["frames"] = 100, ["mean_deviation_eV_per_A"] = 0.1, ["max_deviation_eV_per_A"] = 0.3, ["share_above_low"] = 0.02, ["share_above_high"] = 0.0, ["share_of_neighbors_closer_than_trained"] = 2e-5,
            });
        }

        WriteStatus("done");
    }

    public string Folder { get; }

    public ProjectInput Project { get; }

    public string ProjectFolder => _folder.Path;

    public void Dispose() => _folder.Dispose();

    public string PathOf(string name) => Path.Combine(Folder, name);

    public void WriteStatus(string phase, string running = "") =>
        File.WriteAllText(PathOf("status.json"), $$"""{ "phase": "{{phase}}", "process": 1234, "updated": "2026-01-02T03:04:05Z", "running": [{{running}}] }""");

    public void Save(string name, string kind, JsonObject result, JsonObject? settings = null, bool done = true, params string[] notices) => new StageRecord
    {
        Kind = kind,
        Done = done,
        Settings = settings ?? [],
        Inputs = new Dictionary<string, string>(),
        Result = result,
        Notices = notices,
        Seconds = 12.5,
        Threads = 2,
        Started = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        Version = "9.8.7",
    }.Save(Directory.CreateDirectory(PathOf(name)).FullName);

    private void AddIterations()
    {
        CsvFile.Write(
            PathOf(StudyRun.IterationsFile),
            [
                ("iteration", [0, 1]), ("frames", [500, 200]), ("accurate", [0, 120]), ("candidates", [0, 75]), ("failed", [0, 5]), ("chosen", [300, 40]),
                ("mean_deviation_eV_per_A", [0, 0.11]), ("max_deviation_eV_per_A", [0, 0.7]),
            ]);
        Save("iter-000/label/bulk-300K", "labels 1", new JsonObject { ["frames"] = 160, ["done"] = 157, ["not_converged"] = 2, ["crashed"] = 1, ["timed_out"] = 0, ["train"] = 141, ["valid"] = 16 });
        Save("iter-001/explore/slab-350K", "simulation 1", new JsonObject { ["came_apart"] = "step 5" }, notices: "came apart: step 5");
        Save("iter-001/select/bulk-300K", "selection 1", new JsonObject { ["frames"] = 200 });
        CsvFile.Write(PathOf("iter-001/select/bulk-300K/deviation.csv"), [("time_ps", Range(50)), ("deviation_eV_per_A", [.. Range(50).Select(k => 0.05 + (0.01 * k))]), ("chosen", new double[50])]);
        // Of an earlier version of the project, which had more iterations and other temperatures.
        Save("iter-007/train/model-0", "training 1", []);
        Save("analysis/model/bulk-999K", "bulk analysis 1", []);
    }

    private void AddTraining(string name, bool done)
    {
        var training = new JsonObject { ["seed"] = 41, ["numb_steps"] = 4000, ["training_data"] = new JsonObject { ["systems"] = new JsonArray("nowhere/train") } };
        Save(name, "training 1", new JsonObject { ["ms_per_step"] = 3.5 }, new JsonObject { ["input"] = new JsonObject { ["training"] = training } }, done);
        var rows = Enumerable.Range(1, 40).Select(k => string.Create(CultureInfo.InvariantCulture, $"{100 * k} {3.0 / k} {3.1 / k} {0.3 / k} {0.31 / k} {1.0 / k} {0.9 / k} {0.2 / k} {0.1 / k} {0.01 / k}"));
        File.WriteAllText(PathOf($"{name}/lcurve.out"), "#  step rmse_val rmse_trn rmse_e_val rmse_e_trn rmse_f_val rmse_f_trn rmse_v_val rmse_v_trn lr\n" + string.Join('\n', rows) + "\n");
    }

    private void AddTest()
    {
        JsonObject Numbers() => new()
        {
            ["frames"] = 76, ["energy_rmse_eV_per_atom"] = 0.00125, ["force_rmse_eV_per_A"] = 0.0385, ["force_largest_eV_per_A"] = 1.4, ["virial_rmse_eV_per_atom"] = 0.0021,
        };
        var result = Numbers();
        var system = Numbers();
        system["system"] = "iter-000/label/bulk-300K/valid/O64H128";
        result["systems"] = new JsonArray(system);
        Save("test/model-0", "test 1", result);
        foreach (var (name, pairs) in ((string, int)[])[("e_peratom", 1), ("f", 3), ("v_peratom", 9)])
        {
            var rows = Enumerable.Range(0, 60).Select(k => string.Join(' ', Enumerable.Range(0, 2 * pairs).Select(c => (Math.Sin(k + (c % pairs)) + (c < pairs ? 0 : 0.01)).ToString(CultureInfo.InvariantCulture))));
            File.WriteAllText(PathOf($"test/model-0/detail.{name}.out"), "# water: data pred\n" + string.Join('\n', rows) + "\n");
        }
    }

    private void AddProduction(string source, double temperature, double tension, double density)
    {
        JsonObject Conditions() => new JsonObject { ["temperature_target_K"] = temperature, ["sampling_ps"] = 23.0, ["warnings"] = new JsonArray() }
            .Estimate("temperature", "K", new(temperature + 0.5, 1.5, 30));
        Save($"production/{source}/slab-{temperature}K", "simulation 1", new JsonObject
        {
            ["atoms"] = 192, ["ms_per_step"] = 1.5,
            ["stages"] = new JsonArray(new JsonObject { ["name"] = "slab", ["conserved_drift_meV_per_atom_per_ps"] = 0.001, ["conserved_largest_deviation_meV_per_atom"] = temperature == 350 && source == StudyResults.Model ? 500 : 0.2 }),
        });
        var r = Range(160).Select(k => 0.05 * (k + 0.5)).ToArray();
        Save($"analysis/{source}/bulk-{temperature}K", "bulk analysis 1", Conditions().Estimate("density", "g_per_cm3", new(density, 0.001, 40)).Estimate("pressure", "bar", new(1, 20, 40)));
        CsvFile.Write(
            PathOf($"analysis/{source}/bulk-{temperature}K/rdf.csv"),
            [("r_A", r), .. ((string[])["OO", "OH", "HH"]).SelectMany(pair => EstimateColumns($"g_{pair}", r, x => x < 1 ? 0 : 1 + (Math.Sin(5 * x) / (x * x)), 0.02))]);
        Save($"analysis/{source}/slab-{temperature}K", "slab analysis 1", Slab(Conditions(), tension));
        var z = Range(160).Select(k => -20 + (0.25 * k)).ToArray();
        CsvFile.Write(PathOf($"analysis/{source}/slab-{temperature}K/profile.csv"), [("z_A", z), ("density_g_per_cm3", [.. z.Select(x => Math.Abs(x) < 8 ? 1.0 : 0)]), ("density_error_g_per_cm3", [.. z.Select(_ => 0.02)])]);
        CsvFile.Write(PathOf($"analysis/{source}/slab-{temperature}K/tension.csv"), [("time_ps", Range(50)), ("running_mean_mN_per_m", [.. Range(50).Select(k => tension + (20 / (1 + k)))]), ("running_error_mN_per_m", [.. Range(50).Select(k => 10 / (1 + k))])]);
        Save($"analysis/{source}/ramp-{temperature}K", "ramp analysis 1", Conditions().Estimate("compressibility", "per_bar", new(4.5e-5, 2e-6, 30)));
        CsvFile.Write(
            PathOf($"analysis/{source}/ramp-{temperature}K/states.csv"),
            [("pressure_bar", [.. Range(10).Select(k => 1000 * k)]), ("pressure_error_bar", new double[10]), ("density_g_per_cm3", [.. Range(10).Select(k => density + (0.02 * k))]), ("density_error_g_per_cm3", [.. Range(10).Select(_ => 0.002)])]);
    }

    private static JsonObject Slab(JsonObject conditions, double tension)
    {
        conditions["plateau_reached"] = true;
        conditions["warnings"] = new JsonArray("the slab is \"thin\"");
        return conditions.Estimate("surface_tension", "mN_per_m", new(tension, 2.5, 200))
            .Estimate("first_half", "mN_per_m", new(tension + 1, 3.5, 100))
            .Estimate("second_half", "mN_per_m", new(tension - 1, 3.5, 100))
            .Estimate("liquid_density", "g_per_cm3", new(0.985, 0.004, 50))
            .Estimate("vapour_density", "g_per_cm3", new(0.0003, 0.0002, 50))
            .Estimate("lower_width", "A", new(2.9, 0.1, 50))
            .Estimate("upper_width", "A", new(3.1, 0.1, 50));
    }

    private static IEnumerable<(string Name, double[] Values)> EstimateColumns(string name, double[] x, Func<double, double> value, double error) =>
        [(name, Array.ConvertAll(x, v => value(v))), ($"{name}_error", Array.ConvertAll(x, _ => error))];

    private static double[] Range(int count) => [.. Enumerable.Range(0, count).Select(k => (double)k)];
}
