using System.Diagnostics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot;

/// <summary>
/// Files written here are read by h5py and PyYAML the way DeePMD-kit reads them; the values must be those of our JSON.
/// </summary>
public sealed class PythonInteroperationTests : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private const string Script = """
        import json, sys, h5py, numpy as np, yaml
        def arrays(node, path, fetch, variable=False):
            if isinstance(node, dict) and node.get("@is_variable"):
                return {path: np.asarray(node["value"], dtype=node["dtype"])}
            found = {}
            if isinstance(node, dict):
                for key, value in node.items():
                    found.update(arrays(value, path + "/" + key, fetch, variable or key == "@variables"))
            elif isinstance(node, list):
                for i, value in enumerate(node):
                    found.update(arrays(value, path + "[%d]" % i, fetch, variable))
            elif variable and node is not None:
                found[path] = fetch(node)
            elif not variable:
                found[path] = node
            return found
        base = sys.argv[1]
        with h5py.File(base + ".dp", "r") as f:
            assert type(f.attrs["json"]) is str, type(f.attrs["json"])
            for name in f:
                assert f[name].chunks is None and name.startswith("variable_"), name
            a = arrays(json.loads(f.attrs["json"]), "", lambda name: f[name][()])
        b = arrays(yaml.safe_load(open(base + ".yaml")), "", None)
        c = arrays(json.load(open(base + ".json")), "", None)
        for other in (b, c):
            assert a.keys() == other.keys(), a.keys() ^ other.keys()
            for key in a:
                if key == "/time":
                    continue
                x, y = a[key], other[key]
                if isinstance(x, (np.ndarray, np.generic)):
                    assert x.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes(), key
                else:
                    assert type(x) is type(y) and x == y, (key, x, y)
        print(len(a))
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, true, Precision.Float64)]
    [InlineData(3, false, Precision.Float32)]
    public void OurFilesReadBackInPython(int typeCount, bool oneSided, Precision precision)
    {
        SkipWithoutPython();
        Check(SmallModel.Create(typeCount, oneSided, precision, frameParameters: 2));
    }

    [Fact]
    public void AnAttributeLargerThan64KiBReadsBackInPython()
    {
        SkipWithoutPython();
        Check(SmallModel.Create(typeCount: 12, oneSided: false));
    }

    [Fact]
    public void NamesThatYamlWouldMisreadAreQuoted()
    {
        SkipWithoutPython();
        var model = SmallModel.Create(typeCount: 5);
        Check(new DeepPotModel
        {
            TypeMap = new(["No", "Y", "1e5", "O w", "Ö"]),
            Descriptor = model.Descriptor,
            Fitting = model.Fitting,
            OutBias = [1e-5, 1e22, -0.0, 5e-324, 1.7976931348623157e308],
            OutStd = model.OutStd,
            MinNeighborDistance = 0.875,
        });
    }

    [Theory]
    [InlineData("earliest")]
    [InlineData("latest")]
    public void FilesOfOldAndNewHdf5VersionsRead(string version)
    {
        var (model, path) = Rewritten(version, "<f8");
        ModelComparison.AssertSame(model, DeepPotModelFile.Load(path), compareScript: false);
    }

    [Fact]
    public void BigEndianNumbersAreRefused()
    {
        var (_, path) = Rewritten("earliest", ">f8");
        var error = Assert.Throws<InputException>(() => DeepPotModelFile.Load(path));
        Assert.Contains("Byte order", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A model, and its file as h5py writes it for an HDF5 version with a number format.</summary>
    private (DeepPotModel Model, string Path) Rewritten(string version, string type)
    {
        SkipWithoutPython();
        const string Rewrite = """
            import sys, h5py
            with h5py.File(sys.argv[1], "r") as a, h5py.File(sys.argv[2], "w", libver=sys.argv[3]) as b:
                for name in a:
                    b.create_dataset(name, data=a[name][()].astype(sys.argv[4]))
                b.attrs["json"] = a.attrs["json"]
            """;
        var model = SmallModel.Create();
        DeepPotModelFile.Save(model, _folder.File("ours.dp"));
        var (code, output) = Run("-c", Rewrite, _folder.File("ours.dp"), _folder.File("theirs.dp"), version, type);
        Assert.True(code == 0, output);
        return (model, _folder.File("theirs.dp"));
    }

    private static void SkipWithoutPython()
    {
        var (code, _) = Run("-c", "import h5py, yaml, numpy");
        Assert.SkipUnless(code == 0, $"{Python} with h5py, PyYAML and numpy is not here");
    }

    private void Check(DeepPotModel model)
    {
        foreach (var ending in new[] { ".dp", ".yaml", ".json" })
        {
            DeepPotModelFile.Save(model, _folder.File("model" + ending));
            ModelComparison.AssertSame(model, DeepPotModelFile.Load(_folder.File("model" + ending)), compareScript: false);
        }
        var (code, output) = Run("-c", Script, _folder.File("model"));
        Assert.True(code == 0, output);
        Assert.True(int.Parse(output, System.Globalization.CultureInfo.InvariantCulture) > 50, output);
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        if (!File.Exists(Python))
            return (-1, "");
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
