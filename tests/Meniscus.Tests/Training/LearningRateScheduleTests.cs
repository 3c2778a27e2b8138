using System.Text.Json;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

public class LearningRateScheduleTests
{
    [Fact]
    public void ExponentialTablesAreThoseOfDeepmdKit()
    {
        using var stats = JsonDocument.Parse(File.ReadAllText(SharedData.Path("reference", "stats", "stats.json")));
        var compared = 0;
        foreach (var table in stats.RootElement.GetProperty("learning_rate").EnumerateArray())
        {
            var config = table.GetProperty("config");
            var schedule = new LearningRateSchedule(
                new LearningRateInput
                {
                    Start = config.GetProperty("start_lr").GetDouble(),
                    Stop = config.GetProperty("stop_lr").GetDouble(),
                    DecaySteps = config.GetProperty("decay_steps").GetInt64(),
                    DecayRate = config.TryGetProperty("decay_rate", out var rate) ? rate.GetDouble() : null,
                },
                config.GetProperty("stop_steps").GetInt64());
            Assert.Equal(table.GetProperty("effective_decay_steps").GetInt64(), schedule.DecaySteps);
            AssertClose(table.GetProperty("decay_rate").GetDouble(), schedule.DecayRate);
            foreach (var row in table.GetProperty("values").EnumerateArray())
            {
                AssertClose(row[1].GetDouble(), schedule.At(row[0].GetInt64()));
                compared++;
            }
        }

        Assert.True(compared >= 100, $"only {compared} values in the tables");
    }

    [Fact]
    public void SmoothDecayMeetsTheSteppedOneWhereItSteps()
    {
        var input = new LearningRateInput { Start = 1e-3, Stop = 1e-7, DecaySteps = 250 };
        var stepped = new LearningRateSchedule(input, 10_000);
        var smooth = new LearningRateSchedule(input with { Smooth = true }, 10_000);
        AssertClose(stepped.At(2500), smooth.At(2500));
        AssertClose(Math.Sqrt(stepped.At(2500) * stepped.At(2750)), smooth.At(2625), 1e-12);
        AssertClose(1e-7, smooth.At(10_000), 1e-12);
    }

    [Fact]
    public void CosineRunsFromStartToStop()
    {
        var schedule = new LearningRateSchedule(new LearningRateInput { Decay = LearningRateDecay.Cosine, Start = 2e-3, StopRatio = 0.01 }, 1000);
        AssertClose(2e-3, schedule.At(0));
        AssertClose((2e-3 + 2e-5) / 2, schedule.At(500), 1e-13);
        AssertClose(2e-5 + (2e-3 - 2e-5) * (1 + Math.Sqrt(0.5)) / 2, schedule.At(250), 1e-13);
        AssertClose(2e-5, schedule.At(1000));
        AssertClose(2e-5, schedule.At(5000));
    }

    [Theory]
    [InlineData(StableDecayShape.Linear, 0.505e-3)]
    [InlineData(StableDecayShape.Cosine, 0.505e-3)]
    [InlineData(StableDecayShape.InverseLinear, 2 / (1 / 1e-3 + 1 / 1e-5))]
    public void StableThenDecayHoldsAndThenFalls(StableDecayShape shape, double halfway)
    {
        var input = new LearningRateInput { Decay = LearningRateDecay.StableThenDecay, Start = 1e-3, Stop = 1e-5, DecayPhaseRatio = 0.2, StableDecayShape = shape };
        var schedule = new LearningRateSchedule(input, 1000);
        AssertClose(1e-3, schedule.At(799));
        AssertClose(halfway, schedule.At(900), 1e-13);
        AssertClose(1e-5, schedule.At(1000));
    }

    [Fact]
    public void WarmupRisesLinearlyAndDelaysTheDecay()
    {
        var input = new LearningRateInput { Start = 1e-3, Stop = 1e-6, DecaySteps = 100, WarmupSteps = 200, WarmupStartFactor = 0.1 };
        var schedule = new LearningRateSchedule(input, 1200);
        AssertClose(1e-4, schedule.At(0));
        AssertClose(5.5e-4, schedule.At(100), 1e-13);
        AssertClose(1e-3, schedule.At(200));
        var late = new LearningRateSchedule(input with { WarmupSteps = 0 }, 1000);
        AssertClose(late.At(450), schedule.At(650));
        var byRatio = new LearningRateSchedule(input with { WarmupSteps = 0, WarmupRatio = 200 / 1200.0 }, 1200);
        Assert.Equal(200, byRatio.WarmupSteps);
        Assert.Throws<InputException>(() => new LearningRateSchedule(input, 200));
    }

    [Fact]
    public void PrefactorsFollowTheRate()
    {
        var loss = new LossInput { Virial = new(0, 1) };
        var half = loss.PrefactorsAt(0.5e-3, 1e-3);
        AssertClose((0.02 + 1) / 2, half.Energy);
        AssertClose((1000 + 1) / 2.0, half.Force);
        Assert.Equal(0, half.Virial);
        AssertClose(1000, loss.PrefactorsAt(1e-3, 1e-3).Force);
        Assert.Equal(["rmse", "rmse_e", "rmse_f"], loss.ErrorNames);
        Assert.Equal(
            ["mae_ae", "mae_e", "mae_f", "mae_pf", "mae_v", "rmse"],
            new LossInput { Function = LossFunction.MeanAbsolute, Virial = new(1, 1), AtomEnergy = new(1, 1), AtomPref = new(1, 1) }.ErrorNames);
    }

    private static void AssertClose(double expected, double found, double relative = 1e-14) =>
        Assert.True(Math.Abs(found - expected) <= relative * Math.Abs(expected), $"{found:R} is not {expected:R}");
}
