using System.Text.Json;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Tests.Fixtures;

/// <summary>The models, frames and results of <c>../shared/reference</c>, whose README tells how they were made.</summary>
internal sealed class ReferenceManifest
{
    private readonly string _folder;
    private readonly JsonElement _root;

    private ReferenceManifest(string folder)
    {
        _folder = folder;
        _root = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json"))).RootElement;
    }

    /// <summary>The manifest, or a skipped test where the folder is absent.</summary>
    public static ReferenceManifest Require()
    {
        var folder = SharedData.Folder is { } shared ? Path.Combine(shared, "reference") : null;
        Assert.SkipUnless(folder is not null && File.Exists(Path.Combine(folder, "manifest.json")), "../shared/reference is not here");
        return new ReferenceManifest(folder!);
    }

    public IEnumerable<JsonElement> Cases => _root.GetProperty("cases").EnumerateArray();

    public JsonElement Tolerance(string name) => _root.GetProperty("tolerances_absolute").GetProperty(name);

    public IEnumerable<string> ModelFiles(string model) =>
        _root.GetProperty("models").GetProperty(model).GetProperty("files").EnumerateArray().Select(f => Path.Combine(_folder, f.GetString()!));

    public string PathOf(string relative) => Path.Combine(_folder, relative);

    /// <summary>Positions, types of a model's map and cell of a frame.</summary>
    public (int[] Types, double[] Positions, Cell Cell) Frame(string name, TypeMap target)
    {
        var frame = _root.GetProperty("frames").GetProperty(name);
        var names = frame.GetProperty("type_names").EnumerateArray().Select(n => n.GetString()!).ToArray();
        var types = Array.ConvertAll(Numbers(frame.GetProperty("type").GetString()!), t => target.IndexOf(names[(int)t]));
        var cell = frame.GetProperty("box").ValueKind == JsonValueKind.Null ? Cell.None : new Cell(Numbers(frame.GetProperty("box").GetString()!));
        return (types, Numbers(frame.GetProperty("coord").GetString()!), cell);
    }

    /// <summary>Frame parameters of a case.</summary>
    public double[] FrameParameters(string model, string frame) => [.. Cases
        .First(c => c.GetProperty("model").GetString() == model && c.GetProperty("frame").GetString() == frame)
        .GetProperty("fparam").EnumerateArray().Select(x => x.GetDouble())];

    /// <summary>All numbers of a .npy file, in C order.</summary>
    public double[] Numbers(string relative)
    {
        using var array = NpyArray.Open(PathOf(relative));
        var values = new double[array.RowCount * array.RowLength];
        array.ReadRows(0, (int)array.RowCount, values);
        return values;
    }
}
