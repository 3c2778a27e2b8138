using System.Diagnostics;
using System.Text.Json.Nodes;
using Meniscus.Numerics;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

/// <summary>Tests that measure the whole process run alone, after all others.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>A run of millions of steps must leave nothing for the garbage collector and not grow.</summary>
[Collection(nameof(AloneCollection))]
public sealed class TrainingAllocationTests
{
    [Theory]
    [InlineData(1, false, false)]
    [InlineData(2, false, false)]
    [InlineData(1, true, false)]
    [InlineData(1, false, true)]
    public void A_step_allocates_nothing(int threads, bool direct, bool overflow)
    {
        using var folder = Folder();
        if (overflow)
            folder.Set("model/descriptor/sel", new JsonArray(2, 3));
        using var run = new Run(folder, threads, direct);
        // Until the compiler has come round to optimise: before that, enumerations are boxed to be compared.
        var watch = Stopwatch.StartNew();
        long allocated;
        do
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            run.Steps(50);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        while (allocated >= 1000 && watch.Elapsed < TimeSpan.FromSeconds(10));
        Assert.True(allocated < 1000, $"50 steps allocated {allocated} bytes");
    }

    [Fact]
    public void Memory_does_not_grow()
    {
        using var folder = Folder();
        using var run = new Run(folder, threads: 2, direct: false);
        run.Steps(2000);
        var (managed, whole) = (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
        run.Steps(6000);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - managed, long.MinValue, 100_000);
        Assert.InRange(Environment.WorkingSet - whole, long.MinValue, 12 << 20);
    }

    private static TrainingFolder Folder()
    {
        var folder = new TrainingFolder();
        folder.AddSystem("mixed", PairFrames.List(5, seed: 3, shuffledTypes: true));
        folder.Set("training/training_data/systems", new JsonArray(folder.Path("data"), folder.Path("mixed")));
        folder.Set("loss/start_pref_v", 1).Set("loss/limit_pref_v", 1).Set("training/gradient_max_norm", 1).Set("training/numb_steps", 1_000_000);
        return folder;
    }

    private sealed class Run : IDisposable
    {
        private static readonly LossPrefactors Prefactors = new(1, 10, 1, 0, 0);

        private readonly TrainingData _data;
        private readonly WorkerTeam _team;
        private readonly TrainingLoop<double> _loop;

        public Run(TrainingFolder folder, int threads, bool direct)
        {
            var input = TrainingInput.Load(folder.WriteInput());
            var options = new TrainerOptions { DirectEmbedding = direct };
            _data = TrainingData.Open(input, input.Training.TrainingData, "", input.Model.TypeMap);
            _team = new WorkerTeam(threads);
            _loop = new TrainingLoop<double>(input, options, _data, null, new RunStart(ModelPreparation.Create(input, _data, options, default), null, null), _team);
        }

        public void Steps(int count)
        {
            for (var step = 0; step < count; step++)
                _loop.Step(1e-4, Prefactors);
        }

        public void Dispose()
        {
            _loop.Dispose();
            _team.Dispose();
            _data.Dispose();
        }
    }
}
