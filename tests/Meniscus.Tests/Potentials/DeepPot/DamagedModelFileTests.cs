using System.Text;
using Meniscus.Atoms;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot;

/// <summary>
/// Whatever is wrong with a model file, the user sees one line. Files are damaged at random from fixed seeds; a change
/// that leaves a readable model is fine, anything but a model or an <see cref="InputException"/> is not.
/// </summary>
public sealed class DamagedModelFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Endings => [".dp", ".yaml", ".json"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Endings))]
    public void ACutOffFileIsRefused(string ending)
    {
        var whole = Bytes(ending);
        // The tail of a YAML file, the training input's section, may be lost without a trace in the syntax.
        var essential = ending == ".yaml" ? Encoding.UTF8.GetString(whole).IndexOf("model_def_script", StringComparison.Ordinal)
            : ending == ".dp" ? whole.Length * 9 / 10 : whole.Length - 2;
        for (var length = 0; length < essential; length += length > essential - 400 ? 1 : 1 + essential / 300)
            AssertRefused(whole[..length], ending);
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public void ChangedBytesGiveAModelOrOneLine(string ending)
    {
        var whole = Bytes(ending);
        var random = new Random(20);
        for (var trial = 0; trial < 1500; trial++)
        {
            var copy = whole.ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
                copy[random.Next(copy.Length)] = random.Next(3) == 0 ? (byte)0xFF : (byte)random.Next(256);
            AssertModelOrOneLine(copy, ending);
        }
    }

    [Theory]
    [InlineData("concat")]
    [InlineData("strip")]
    [InlineData("v2")]
    public void ChangedValuesOfTypeEmbeddingsGiveAModelThatComputesOrOneLine(string name)
    {
        var whole = File.ReadAllText(Repository.Path("tests", "Meniscus.Tests", "Fixtures", "TypeEmbedding", name + ".yaml"));
        // Whatever stands behind a key or a dash.
        var values = System.Text.RegularExpressions.Regex.Matches(whole, @"(?<=: |- )\S+");
        string[] others = ["0", "-1", "1", "3", "1000000000", "1e300", "null", "[]", "{}", "'x'", "true", "[[0, 1]]", "0.5", "tanh", "se_e2_a"];
        var random = new Random(23);
        for (var trial = 0; trial < 600; trial++)
        {
            var value = values[random.Next(values.Count)];
            AssertModelOrOneLine(Encoding.UTF8.GetBytes(whole[..value.Index] + others[random.Next(others.Length)] + whole[(value.Index + value.Length)..]), ".yaml", computes: true);
        }
    }

    [Fact]
    public void ChangedHdf5StructuresGiveAModelOrOneLine()
    {
        // The first kilobytes and the tail hold headers, links and heaps; the rest are numbers that may be anything.
        foreach (var whole in new[] { Bytes(".dp"), File.ReadAllBytes(SharedData.Path("reference", "models", "embdt.dp")) })
        {
            var random = new Random(21);
            for (var trial = 0; trial < 1500; trial++)
            {
                var copy = whole.ToArray();
                var at = trial % 2 == 0 ? random.Next(4096) : copy.Length - 1 - random.Next(4096);
                copy[at] = (byte)random.Next(256);
                if (trial % 3 == 0)
                    copy.AsSpan(at, Math.Min(8, copy.Length - at)).Fill(0xFF);
                AssertModelOrOneLine(copy, ".dp");
            }
        }
    }

    [Fact]
    public void Hdf5StructuresThatPointAtThemselvesAreRefused()
    {
        var whole = File.ReadAllBytes(SharedData.Path("reference", "models", "embdt.dp"));
        // The B-tree of the root group: one level up, with itself as its first child.
        var tree = whole.AsSpan().IndexOf("TREE"u8);
        var copy = whole.ToArray();
        copy[tree + 5] = 1;
        BitConverter.TryWriteBytes(copy.AsSpan(tree + 32), (ulong)tree);
        AssertRefused(copy, ".dp");

        // The root's object header: its first message continues it at itself.
        var header = BitConverter.ToInt32(whole, 64);
        copy = whole.ToArray();
        BitConverter.TryWriteBytes(copy.AsSpan(header + 16), (ushort)0x10);
        BitConverter.TryWriteBytes(copy.AsSpan(header + 24), (ulong)(header + 16));
        BitConverter.TryWriteBytes(copy.AsSpan(header + 32), 24UL);
        AssertRefused(copy, ".dp");
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public void AnEmptyFileIsRefused(string ending) => AssertRefused([], ending);

    [Theory]
    [MemberData(nameof(Endings))]
    public void TextThatIsNoModelIsRefused(string ending) => AssertRefused("Dear reader,\nthis is a letter.\n"u8.ToArray(), ending);

    [Theory]
    [MemberData(nameof(Endings))]
    public void AMissingFileIsRefused(string ending) =>
        AssertOneLine(Assert.Throws<InputException>(() => DeepPotModelFile.Load(_folder.File("none" + ending))));

    [Fact]
    public void AnUnknownEndingIsRefused()
    {
        var error = Assert.Throws<InputException>(() => DeepPotModelFile.Load("model.h5"));
        Assert.Contains(".yaml", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AliasesThatMultiplyAreRefused()
    {
        var text = new StringBuilder("a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n");
        for (var i = 1; i < 12; i++)
            text.Append($"a{i}: &a{i} [").AppendJoin(", ", Enumerable.Repeat($"*a{i - 1}", 10)).Append("]\n");
        var error = AssertRefused(Encoding.UTF8.GetBytes(text.ToString()), ".yaml");
        Assert.Contains("aliases", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".yaml")]
    [InlineData(".json")]
    public void DeepNestingIsRefused(string ending) =>
        AssertRefused(Encoding.UTF8.GetBytes("{\"model\": " + new string('[', 100_000)), ending);

    [Fact]
    public void AKeyThatIsGivenTwiceIsRefused()
    {
        var text = Encoding.UTF8.GetString(Bytes(".json")).Replace("\"rcut\":", "\"rcut\": 5.0, \"rcut\":", StringComparison.Ordinal);
        Assert.Contains("model/descriptor/rcut: is given twice", AssertRefused(Encoding.UTF8.GetBytes(text), ".json").Message, StringComparison.Ordinal);
    }

    private byte[] Bytes(string ending)
    {
        var path = _folder.File("whole" + ending);
        DeepPotModelFile.Save(SmallModel.Create(), path);
        return File.ReadAllBytes(path);
    }

    private InputException AssertRefused(byte[] content, string ending)
    {
        var path = _folder.File("damaged" + ending);
        File.WriteAllBytes(path, content);
        var error = Assert.Throws<InputException>(() => DeepPotModelFile.Load(path));
        AssertOneLine(error);
        return error;
    }

    private void AssertModelOrOneLine(byte[] content, string ending, bool computes = false)
    {
        var path = _folder.File("changed" + ending);
        File.WriteAllBytes(path, content);
        try
        {
            var model = DeepPotModelFile.Load(path);
            if (computes)
                Compute(model);
        }
        catch (InputException error)
        {
            AssertOneLine(error);
        }
    }

    /// <summary>A model that can be read can be evaluated: two atoms of each type.</summary>
    private static void Compute(DeepPotModel model)
    {
        using var potential = new DeepPotential(model);
        var count = 2 * model.TypeMap.Count;
        potential.Evaluate(
            new Configuration([.. Enumerable.Range(0, count).Select(i => i / 2)], [.. Enumerable.Range(0, 3 * count).Select(k => 1.3 * (k / 3) + (0.2 * (k % 3)))], Cell.None)
            {
                FrameParameters = new double[model.Fitting.FrameParameterCount],
                AtomParameters = new double[count * model.Fitting.AtomParameterCount],
            },
            new Evaluation());
    }

    private void AssertOneLine(InputException error)
    {
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.StartsWith(_folder.Path, error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 1000, error.Message);
    }
}
