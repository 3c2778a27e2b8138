using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class DeepmdSystemsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_gives_itself_or_all_systems_below_in_order()
    {
        MakeFolders("bulk/b", "bulk/a/deep", "slab/c");
        Assert.Equal(["slab/c"], Found([_folder.File("slab/c")]));
        Assert.Equal(["bulk/a/deep", "bulk/b"], Found([_folder.File("bulk")]));
        Assert.Equal(["slab/c", "bulk/a/deep", "bulk/b"], Found([_folder.File("slab"), _folder.File("bulk") + "/"]));
    }

    [Theory]
    [InlineData("b*", "bulk/b,slab/b2")]
    [InlineData("bulk/**", "bulk/a/deep,bulk/b")]
    [InlineData("slab/*", "slab/b2,slab/c")]
    [InlineData("?", "bulk/b,slab/c")]
    public void Patterns_match_the_end_of_the_path(string pattern, string expected)
    {
        MakeFolders("bulk/b", "bulk/a/deep", "slab/c", "slab/b2");
        Assert.Equal(expected.Split(','), Found([_folder.Path], [pattern]));
    }

    [Fact]
    public void An_Hdf5_file_gives_all_its_systems_or_the_group_named()
    {
        var group = DeepmdHdf5Tests.Group(SampleFrames.System(2, 3), false, 2);
        DeepmdHdf5Tests.Write(_folder.File("d.h5"), ("bulk/b", group), ("bulk/a", group), ("slab", group));
        Assert.Equal(["d.h5#/bulk/a", "d.h5#/bulk/b", "d.h5#/slab"], Found([_folder.File("d.h5")]));
        Assert.Equal(["d.h5#/bulk/b"], Found([_folder.File("d.h5#/bulk/b")]));
        Assert.Equal(["d.h5#/bulk/a", "d.h5#/bulk/b"], Found([_folder.File("d.h5#bulk")]));
        Assert.Equal(["d.h5#/slab"], Found([_folder.File("d.h5")], ["sl*"]));
    }

    [Fact]
    public void Systems_of_one_Hdf5_file_can_be_closed_in_any_order()
    {
        var source = SampleFrames.System(2, 3);
        var group = DeepmdHdf5Tests.Group(source, false, 2);
        DeepmdHdf5Tests.Write(_folder.File("d.h5"), ("a", group), ("b", group));
        var systems = DeepmdSystems.Open([_folder.File("d.h5")]);
        systems[0].Dispose();
        systems[0].Dispose();
        DeepmdSystemTests.AssertSameFrames(source, systems[1], 0);
        systems[1].Dispose();
    }

    [Fact]
    public void A_link_in_a_circle_is_entered_once()
    {
        MakeFolders("bulk/b");
        Directory.CreateSymbolicLink(_folder.File("bulk/loop"), _folder.Path);
        Assert.Equal(["bulk/b"], Found([_folder.Path]));
    }

    [Fact]
    public void What_is_not_there_is_said()
    {
        MakeFolders("bulk/b");
        Directory.CreateDirectory(_folder.File("empty"));
        Refused([_folder.File("nowhere")], "nowhere: no such file or folder");
        Refused([_folder.File("bulk"), _folder.File("empty")], "empty: no system found; looked for folders with type.raw");
        Refused([_folder.File("x.hdf5#/s")], "x.hdf5#/s: no such file or folder");
        Refused([], "the list is empty");
        Refused([" "], "an empty name");
        DeepmdHdf5Tests.Write(_folder.File("d.h5"), ("s", new PureHDF.H5Group { ["x"] = new[] { 1 } }));
        Refused([_folder.File("d.h5")], "no system found; looked for groups with a dataset type.raw");
        Refused([_folder.File("d.h5#/t")], "no such group");
        Assert.Contains("matches [z*]", Assert.Throws<InputException>(() => DeepmdSystems.Open([_folder.File("bulk")], null, ["z*"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void When_one_system_is_refused_the_others_are_closed()
    {
        MakeFolders("a", "b");
        File.WriteAllText(_folder.File("b/type.raw"), "9 9 9");
        var pool = new MappedFilePool(10);
        Assert.Throws<InputException>(() => DeepmdSystems.Open([_folder.Path], new TypeMap(["O", "H"]), null, pool));
        Assert.Equal(0, pool.OpenCount);
    }

    private void MakeFolders(params string[] names)
    {
        foreach (var name in names)
            DeepmdNpyWriter.Write(SampleFrames.System(2, 3), _folder.File(name));
    }

    private string[] Found(string[] systems, string[]? patterns = null)
    {
        var opened = DeepmdSystems.Open(systems, new TypeMap(["O", "H"]), patterns);
        var names = opened.Select(system => Path.GetRelativePath(_folder.Path, system.Name)).ToArray();
        foreach (var system in opened)
            system.Dispose();
        return names;
    }

    private static void Refused(string[] systems, string said) =>
        Assert.Contains(said, Assert.Throws<InputException>(() => DeepmdSystems.Open(systems)).Message, StringComparison.Ordinal);
}
