using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class TrajectoryWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("t.xyz")]
    [InlineData("t.dump")]
    public void ARestartGoesOnWhereItWasRecorded(string name)
    {
        var frames = Enumerable.Range(0, 5).Select(step => TrajectoryFormatTests.Sample(false, step: step)).ToList();
        Trajectory.Write(_folder.File("whole" + name), frames);
        var path = _folder.File(name);
        long length;
        using (var writer = TrajectoryWriter.Open(path))
        {
            writer.Write(frames[0]);
            writer.Write(frames[1]);
            length = writer.Flush();
            Assert.Equal(length, new FileInfo(path).Length);
            writer.Write(frames[4]);
        }

        using (var writer = TrajectoryWriter.Open(path, resumeAt: length))
        {
            Assert.Equal(length, writer.Position);
            foreach (var frame in frames[2..])
                writer.Write(frame);
        }

        Assert.Equal(File.ReadAllBytes(_folder.File("whole" + name)), File.ReadAllBytes(path));
    }

    [Fact]
    public void AFileShorterThanRecordedIsRefused()
    {
        var path = _folder.File("t.xyz");
        Assert.Contains("has 0 bytes", Assert.Throws<InputException>(() => TrajectoryWriter.Open(path, resumeAt: 10)).Message, StringComparison.Ordinal);
        File.WriteAllText(path, "12345");
        var error = Assert.Throws<InputException>(() => TrajectoryWriter.Open(path, resumeAt: 10));
        Assert.StartsWith($"{path}: has 5 bytes, but had 10 when the restart was written", error.Message, StringComparison.Ordinal);
        Assert.Equal("12345", File.ReadAllText(path));
        Assert.Throws<InputException>(() => TrajectoryWriter.Open(_folder.File("t.foo")));
        Assert.Throws<InputException>(() => TrajectoryWriter.Open(_folder.File("t.data")));
        using var writer = TrajectoryWriter.Open(_folder.File("new.xyz"), resumeAt: 0);
        Assert.Equal(0, writer.Position);
    }

    [Theory]
    [InlineData("t.xyz")]
    [InlineData("t.dump")]
    public void AFrameCostsNoMemory(string name)
    {
        var frame = TrajectoryFormatTests.Sample(false);
        using var writer = TrajectoryWriter.Open(_folder.File(name));
        for (var i = 0; i < 50; i++)
            writer.Write(frame);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            writer.Write(frame);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 600);
    }
}
