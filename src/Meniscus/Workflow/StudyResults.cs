using System.Globalization;
using System.Text.Json.Nodes;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>
/// All that a study has found so far, read from its folder: the records of its stages and the tables that they left. Of a study that runs or
/// was stopped, what is not there yet is missing here. Folders that the project no longer names, of an earlier version of it, are left out.
/// </summary>
public sealed record StudyResults
{
    /// <summary>Name of the source that the models move; the other is <see cref="Reference"/>.</summary>
    public const string Model = "model";

    /// <summary>Name of the source that the model is compared with.</summary>
    public const string Reference = "reference";

    private const int DepthOfStages = 3;

    /// <summary>Folder of the study.</summary>
    public required string Folder { get; init; }

    /// <summary>The project as it is run.</summary>
    public required ProjectInput Project { get; init; }

    /// <summary>How far it is.</summary>
    public required StudyStatus Status { get; init; }

    /// <summary>The stages that were begun, in the order of their beginning.</summary>
    public IReadOnlyList<StudyStageResult> Stages { get; init; } = [];

    /// <summary>The iterations.</summary>
    public IReadOnlyList<StudyIteration> Iterations { get; init; } = [];

    /// <summary>How far the models differed along the explorations.</summary>
    public IReadOnlyList<ExplorationDeviation> Deviations { get; init; } = [];

    /// <summary>What became of the labels.</summary>
    public IReadOnlyList<LabelCounts> Labels { get; init; } = [];

    /// <summary>The frames of the last training, and those kept apart from it.</summary>
    public IReadOnlyList<DataSetSummary> Data { get; init; } = [];

    /// <summary>The trainings.</summary>
    public IReadOnlyList<ModelTraining> Trainings { get; init; } = [];

    /// <summary>The tests on frames kept apart.</summary>
    public IReadOnlyList<ModelAccuracy> Tests { get; init; } = [];

    /// <summary>The production runs.</summary>
    public IReadOnlyList<StudySimulation> Simulations { get; init; } = [];

    /// <summary>Bulk at constant pressure.</summary>
    public IReadOnlyList<BulkResult> Bulk { get; init; } = [];

    /// <summary>Slabs.</summary>
    public IReadOnlyList<SlabResult> Slabs { get; init; } = [];

    /// <summary>Compressions.</summary>
    public IReadOnlyList<RampResult> Ramps { get; init; } = [];

    /// <summary>Whether the production runs stayed where the model knows its way.</summary>
    public IReadOnlyList<ExtrapolationResult> Extrapolations { get; init; } = [];

    /// <summary>What a reader of the numbers should know, gravest first.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What stages told the user while they ran.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Reads a study.</summary>
    /// <param name="folder">Its folder; see <see cref="StudyFolder.Find"/>.</param>
    /// <exception cref="InputException">It is no study, or its project cannot be read.</exception>
    public static StudyResults Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var results = new Reader(folder).Read();
        return results with { Warnings = StudyWarnings.Of(results), Notices = StudyWarnings.Notices(results) };
    }

    /// <summary>What tells whether a study has changed since it was read: its stages, and in steps of a twentieth how far the running ones are.</summary>
    /// <param name="folder">Folder of the study.</param>
    public static string Signature(string folder)
    {
        var (count, latest) = (0, 0L);
        foreach (var file in StageFiles(folder).Append(Path.Combine(folder, StudyRun.IterationsFile)))
        {
            count++;
            latest = Math.Max(latest, File.GetLastWriteTimeUtc(file).Ticks);
        }

        var status = StudyStatus.Read(folder);
        return string.Create(CultureInfo.InvariantCulture, $"{count}:{latest}:{status.Standing}:{status.Phase}:{string.Join(' ', status.Running.Select(stage => $"{stage.Name} {Math.Floor(20 * stage.Share)}"))}");
    }

    internal static IEnumerable<string> StageFiles(string folder) => Directory.EnumerateFiles(
        folder, StageRecord.FileName, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = DepthOfStages, IgnoreInaccessible = true });

    /// <summary>The records of all stages in a folder, in the order of their beginning; damaged ones are left out.</summary>
    internal static IEnumerable<(string Name, StageRecord Record)> StageRecords(string folder) => StageFiles(folder)
        .Select(file => Path.GetDirectoryName(file)!)
        .Select(stage => (Name: Path.GetRelativePath(folder, stage).Replace('\\', '/'), Record: StageRecord.Load(stage)!))
        .Where(entry => entry.Record is not null)
        .OrderBy(entry => entry.Record.Started)
        .ThenBy(entry => entry.Name, StringComparer.Ordinal);

    internal static StudyStageResult StageOf(string name, StageRecord record) =>
        new(name, record.Kind[..Math.Max(0, record.Kind.LastIndexOf(' '))], record.Done, record.Started, record.Seconds, record.Threads, record.Version, record.Notices);

    private sealed class Reader(string folder)
    {
        private readonly ProjectInput _project = ProjectInput.Load(Path.Combine(folder, StudyRun.ProjectFile));
        private readonly List<(string Name, StageRecord Record)> _records = [.. StageRecords(folder)];

        public StudyResults Read()
        {
            var iterations = Iterations();
            var last = iterations.Count > 0 ? iterations[^1].Number : 0;
            _records.RemoveAll(entry => IterationOf(entry.Name) > last || !IsOfProject(entry.Name));
            return new StudyResults
            {
                Folder = folder,
                Project = _project,
                Status = StudyStatus.Read(folder),
                Stages = [.. _records.Select(e => StageOf(e.Name, e.Record))],
                Iterations = iterations,
                Deviations = [.. Deviations()],
                Labels = [.. Done("labels").Select(ReadLabels).OrderBy(l => l.Iteration)],
                Data = DataSets(),
                Trainings = [.. Trainings()],
                Tests = [.. Done("test").OrderBy(e => e.Name, StringComparer.Ordinal).Select(ReadTest)],
                Simulations = [.. Productions("simulation", "production").Select(ReadSimulation)],
                Bulk = [.. Productions("bulk", "analysis").Select(ReadBulk)],
                Slabs = [.. Productions("slab", "analysis").Select(ReadSlab)],
                Ramps = [.. Productions("ramp", "analysis").Select(ReadRamp)],
                Extrapolations = [.. Done("extrapolation").OrderBy(e => e.Name, StringComparer.Ordinal).Select(ReadExtrapolation)],
            };
        }

        private IEnumerable<(string Name, StageRecord Record)> Done(string kind) =>
            _records.Where(e => e.Record.Done && e.Record.Kind.StartsWith($"{kind} ", StringComparison.Ordinal));

        /// <summary>Stages named <c>top/source/run</c>, the model's before those of the reference, by temperature.</summary>
        private IEnumerable<(string Name, StageRecord Record)> Productions(string kind, string top) => Done(kind)
            .Where(e => e.Name.StartsWith($"{top}/", StringComparison.Ordinal) && e.Name.Split('/').Length == 3)
            .OrderBy(e => SourceOf(e.Name), StringComparer.Ordinal)
            .ThenBy(e => TemperatureOf(e.Name))
            .ThenBy(e => e.Name, StringComparer.Ordinal);

        private bool IsOfProject(string name)
        {
            var parts = name.Split('/');
            if (parts[0] is "production" or "analysis")
            {
                var wanted = _project.Production.Temperatures ?? _project.Temperatures;
                return wanted.Contains(TemperatureOf(name)) && (_project.CompareWith is not null || parts[1] != Reference);
            }

            if (parts[0] is "final")
                return _project.Training.FinalSteps > 0;
            return true;
        }

        private static string SourceOf(string name) => name.Split('/')[1];

        private static string RunOf(string name) => name[(name.LastIndexOf('/') + 1)..];

        private static double TemperatureOf(string name)
        {
            var run = RunOf(name);
            var text = run[(run.IndexOf('-', StringComparison.Ordinal) + 1)..].TrimEnd('K');
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var temperature) ? temperature : double.NaN;
        }

        private static int IterationOf(string name) =>
            name.StartsWith("iter-", StringComparison.Ordinal) && int.TryParse(name.Split('/')[0][5..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

        private string PathOf(string stage, string file) => Path.Combine(folder, stage, file);

        private List<StudyIteration> Iterations() => Table(StudyRun.IterationsFile) is { } table ? StudyIteration.Read(table) : [];

        private IEnumerable<ExplorationDeviation> Deviations()
        {
            foreach (var (name, _) in Done("selection").OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                if (Table(Path.Combine(name, SelectionStage.DeviationFile)) is { RowCount: > 0 } table)
                    yield return new ExplorationDeviation(IterationOf(name), RunOf(name), table.Column("deviation_eV_per_A"));
            }
        }

        private static LabelCounts ReadLabels((string Name, StageRecord Record) entry)
        {
            var r = entry.Record.Result;
            return new(
                IterationOf(entry.Name), RunOf(entry.Name), r.Long("frames"), r.Long("done"), r.Long("not_converged"), r.Long("crashed"), r.Long("timed_out"), r.Long("train"), r.Long("valid"));
        }

        private IEnumerable<ModelTraining> Trainings()
        {
            foreach (var (name, record) in _records.Where(e => e.Record.Kind.StartsWith("training ", StringComparison.Ordinal)).OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                var training = record.Settings["input"]?["training"] as JsonObject ?? [];
                yield return new ModelTraining(
                    name, (int)training.Long("seed"), training.Long("numb_steps"), record.Result.Double("ms_per_step"), record.Seconds, PathOf(name, TrainingStage.LearningCurve));
            }
        }

        /// <summary>The frames that the latest training has, with their ranges.</summary>
        private List<DataSetSummary> DataSets()
        {
            var sets = new List<DataSetSummary>();
            if (_records.LastOrDefault(e => e.Record.Kind.StartsWith("training ", StringComparison.Ordinal)).Record is not { } record)
                return sets;
            foreach (var (key, apart) in (ReadOnlySpan<(string, bool)>)[("training_data", false), ("validation_data", true)])
            {
                foreach (var name in (record.Settings["input"]?["training"]?[key] as JsonObject ?? []).Texts("systems"))
                {
                    if (DataSet(name, apart) is { } set)
                        sets.Add(set);
                }
            }

            return sets;
        }

        private DataSetSummary? DataSet(string name, bool apart)
        {
            try
            {
                using var open = new OpenSystems(DeepmdSystems.Open([Path.Combine(folder, name)]));
                var parts = open.Systems.Select(system => DataSummary.Of(system)).ToList();
                static ValueRange? Join(IEnumerable<ValueRange?> ranges) =>
                    ranges.Aggregate((ValueRange?)ValueRange.Empty, (all, one) => all is { } a && one is { } o ? a.Include(o.Minimum).Include(o.Maximum) : null);
                return new DataSetSummary(
                    name,
                    apart,
                    parts.Sum(p => (long)p.FrameCount),
                    parts.Aggregate(ValueRange.Empty, (range, p) => range.Include(p.AtomCount)),
                    Join(parts.Select(p => p.Density)),
                    Join(parts.Select(p => p.EnergyPerAtom)),
                    parts.Max(p => p.LargestForce),
                    parts.TrueForAll(p => p.Labels.HasFlag(Atoms.FrameLabels.Virial)));
            }
            catch (InputException)
            {
                // Data that was moved since, or is being labelled anew.
                return null;
            }
        }

        private ModelAccuracy ReadTest((string Name, StageRecord Record) entry)
        {
            static AccuracyNumbers Numbers(JsonObject r) => new(
                r.Text("system"), r.Long("frames"), r.Double("energy_rmse_eV_per_atom"), r.Double("force_rmse_eV_per_A"), r.Double("force_largest_eV_per_A"), r.Double("virial_rmse_eV_per_atom"));
            return new(entry.Name, Numbers(entry.Record.Result), [.. entry.Record.Result.Objects("systems").Select(Numbers)], PathOf(entry.Name, TestStage.DetailPrefix));
        }

        private static StudySimulation ReadSimulation((string Name, StageRecord Record) entry)
        {
            var r = entry.Record.Result;
            return new(
                SourceOf(entry.Name), RunOf(entry.Name), TemperatureOf(entry.Name), (int)r.Long("atoms"), r.Double("ms_per_step"), entry.Record.Seconds,
                [.. r.Objects("stages").Select(s => new ConservedQuantity(s.Text("name"), s.Double("conserved_drift_meV_per_atom_per_ps"), s.Double("conserved_largest_deviation_meV_per_atom")))]);
        }

        private RunConditions Conditions((string Name, StageRecord Record) entry)
        {
            var r = entry.Record.Result;
            return new(
                SourceOf(entry.Name), RunOf(entry.Name), TemperatureOf(entry.Name), r.EstimateOf("temperature", "K"), r.Double("sampling_ps"), [.. r.Texts("warnings")], PathOf(entry.Name, ""));
        }

        private BulkResult ReadBulk((string Name, StageRecord Record) entry)
        {
            var r = entry.Record.Result;
            return new(
                Conditions(entry), r.EstimateOf("density", "g_per_cm3"), r.EstimateOf("pressure", "bar"), r.EstimateOrNull("diffusion", "1e-9_m2_per_s"),
                Table(Path.Combine(entry.Name, BulkAnalysis.RdfFile)));
        }

        private SlabResult ReadSlab((string Name, StageRecord Record) entry)
        {
            var r = entry.Record.Result;
            return new(
                Conditions(entry),
                r.EstimateOf("surface_tension", "mN_per_m"),
                r.Flag("plateau_reached"),
                r.Double("correlation_time_ps"),
                r.EstimateOf("first_half", "mN_per_m"),
                r.EstimateOf("second_half", "mN_per_m"),
                r.EstimateOrNull("liquid_density", "g_per_cm3"),
                r.EstimateOrNull("vapour_density", "g_per_cm3"),
                [r.EstimateOf("lower_width", "A"), r.EstimateOf("upper_width", "A")],
                Table(Path.Combine(entry.Name, SlabAnalysis.ProfileFile)),
                Table(Path.Combine(entry.Name, SlabAnalysis.TensionFile)));
        }

        private RampResult ReadRamp((string Name, StageRecord Record) entry)
        {
            var r = entry.Record.Result;
            return new(
                Conditions(entry), r.Double("reference_pressure_bar"), r.EstimateOrNull("density_at_reference", "g_per_cm3"), r.EstimateOrNull("compressibility", "per_bar"),
                Table(Path.Combine(entry.Name, RampAnalysis.StatesFile)));
        }

        private static ExtrapolationResult ReadExtrapolation((string Name, StageRecord Record) entry)
        {
            var r = entry.Record.Result;
            return new(
                RunOf(entry.Name), r.Long("frames"), r.Double("mean_deviation_eV_per_A"), r.Double("max_deviation_eV_per_A"),
                r.Double("share_above_low"), r.Double("share_above_high"), r.Double("share_of_neighbors_closer_than_trained"));
        }

        /// <summary>A table of the study; null where it is not there, or torn.</summary>
        private CsvTable? Table(string relative)
        {
            try
            {
                var path = Path.Combine(folder, relative);
                return File.Exists(path) ? CsvTable.Read(path) : null;
            }
            catch (InputException)
            {
                return null;
            }
        }
    }
}
