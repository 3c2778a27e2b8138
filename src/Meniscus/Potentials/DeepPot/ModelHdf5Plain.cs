using System.Runtime.InteropServices;
using Meniscus.IO;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// Reads <c>.dp</c> files without the HDF5 library, for programs compiled ahead of time: the same trees as
/// <see cref="ModelHdf5"/>, from what <see cref="Hdf5Root"/> knows of HDF5.
/// </summary>
internal static class ModelHdf5Plain
{
    public static ModelMap Read(byte[] content, string file)
    {
        var root = new Hdf5Root(content);
        var tree = ModelJson.Parse(root.Text("json") ?? throw ModelHdf5.NoTree(file), file);
        var datasets = root.Datasets().ToDictionary(entry => "/" + entry.Key, entry => entry.Value);
        return ModelHdf5.Attach(tree, (name, place) => ReadDataset(datasets, name, place), new ModelPlace(file, "", content.Length));
    }

    private static ModelArray ReadDataset(Dictionary<string, Hdf5Dataset> datasets, string name, ModelPlace place)
    {
        if (!datasets.TryGetValue(name, out var dataset))
            throw ModelHdf5.NoDataset(name, place);
        if (!dataset.IsInOnePiece)
            throw ModelHdf5.NotInOnePiece(name, "chunks", place);
        if (dataset.Type.IsBigEndian)
            throw place.Error($"Byte order of dataset {name} is big-endian; expected little-endian, convert the file again");
        var type = ModelHdf5.TypeOf(dataset.Type.ClassName, dataset.Type.Size, name, place);
        var shape = ModelHdf5.ShapeOf(dataset.Shape, dataset.Type.Size, name, place);
        return new ModelArray(type, shape, shape.Contains(0) ? [] : Values(type, dataset.Bytes(Count(shape))));
    }

    private static ulong Count(int[] shape) => shape.Aggregate(1UL, (product, length) => product * (ulong)length);

    private static double[] Values(ModelArrayType type, ReadOnlySpan<byte> bytes) => type switch
    {
        ModelArrayType.Float64 => MemoryMarshal.Cast<byte, double>(bytes).ToArray(),
        ModelArrayType.Float32 => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), v => (double)v),
        ModelArrayType.Int64 => Array.ConvertAll(MemoryMarshal.Cast<byte, long>(bytes).ToArray(), v => (double)v),
        _ => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(bytes).ToArray(), v => (double)v),
    };
}
