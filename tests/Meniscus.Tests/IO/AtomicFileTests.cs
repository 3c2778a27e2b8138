using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_else()
    {
        File.WriteAllText(_folder.File("a.csv"), "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.WriteText(_folder.File("a.csv"), writer =>
        {
            writer.Write("half");
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(Assert.Single(Directory.GetFileSystemEntries(_folder.Path))));
    }

    [Fact]
    public void What_a_killed_writer_left_is_removed_and_nothing_else()
    {
        // No process has this number: the kernel of Linux stops at 2^22, and numbers of Windows are multiples of 4.
        string[] stay = [$".a.{Environment.ProcessId}.tmp.csv", "a.csv", ".a.tmp.csv", ".hidden", "b.1073741823.tmp.csv"];
        string[] go = [".a.1073741823.tmp.csv", ".status.1073741823.tmp.json", ".README.1073741823.tmp"];
        Directory.CreateDirectory(_folder.File("deep/er"));
        foreach (var name in stay.Concat(go))
            File.WriteAllText(_folder.File("deep/er/" + name), "");
        AtomicFile.RemoveLeftovers(_folder.Path);
        Assert.Equal(stay.Order(StringComparer.Ordinal), Directory.GetFiles(_folder.File("deep/er")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }
}
