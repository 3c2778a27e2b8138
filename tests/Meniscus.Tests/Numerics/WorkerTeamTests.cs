using Meniscus.Numerics;

namespace Meniscus.Tests.Numerics;

[Trait("Category", "Kernels")]
public sealed class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_part_runs_once_per_task(int size)
    {
        using var team = new WorkerTeam(size);
        Assert.Equal(size, team.Size);
        var calls = new int[size];
        for (var repeat = 1; repeat <= 500; repeat++)
        {
            team.Run((part, parts) =>
            {
                Assert.Equal(size, parts);
                Interlocked.Increment(ref calls[part]);
            });
            Assert.All(calls, c => Assert.Equal(repeat, c));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Sleeping_threads_wake_up(int size)
    {
        using var team = new WorkerTeam(size);
        var calls = 0;
        for (var repeat = 0; repeat < 3; repeat++)
        {
            team.Run((_, _) => Interlocked.Increment(ref calls));
            Thread.Sleep(30);
        }

        Assert.Equal(3 * size, calls);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(3, 2)]
    public void An_exception_arrives_when_all_parts_are_done_and_the_team_lives_on(int size, int failing)
    {
        using var team = new WorkerTeam(size);
        var finished = 0;
        var error = Assert.Throws<InputException>(() => team.Run((part, _) =>
        {
            if (part == failing)
                throw new InputException("coord: part failed");
            Thread.Sleep(5);
            Interlocked.Increment(ref finished);
        }));
        Assert.Equal("coord: part failed", error.Message);
        Assert.Equal(size - 1, finished);
        var calls = 0;
        team.Run((_, _) => Interlocked.Increment(ref calls));
        Assert.Equal(size, calls);
    }

    [Fact]
    public void A_team_of_none_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(0));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Ending_does_not_hang_and_a_team_that_has_ended_refuses_work(int size)
    {
        var ending = Task.Run(
            () =>
            {
                for (var repeat = 0; repeat < 50; repeat++)
                {
                    var team = new WorkerTeam(size);
                    if (repeat % 2 == 0)
                        team.Run((_, _) => { });
                    team.Dispose();
                    team.Dispose();
                    Assert.Throws<ObjectDisposedException>(() => team.Run((_, _) => { }));
                }
            },
            TestContext.Current.CancellationToken);
#pragma warning disable xUnit1031 // Waiting with a limit is the point: a hang must fail, not hang.
        Assert.True(ending.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
#pragma warning restore xUnit1031
    }
}
