using System.Globalization;
using System.Runtime.CompilerServices;
using Meniscus.IO;
using PureHDF;
using PureHDF.VOL.Native;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// Model trees as HDF5, DeePMD-kit's <c>.dp</c> model file: the root attribute <c>json</c> holds the tree as text, in
/// which every array is the name of a dataset (<c>/variable_0000</c>, …, numbered in the order of the tree).
/// </summary>
internal static class ModelHdf5
{
    private const string Variables = "@variables";

    public static ModelMap Read(string file)
    {
        // Everything is checked against the content's length, and reading from memory spares thousands of tiny reads.
        var content = File.ReadAllBytes(file);
        return Read(content, file);
    }

    /// <summary>Reads a file's content.</summary>
    /// <param name="content">All of it.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="aheadOfTime">
    /// Whether to do without the HDF5 library, which makes code while it runs: a program compiled ahead of time cannot.
    /// </param>
    public static ModelMap Read(byte[] content, string file, bool aheadOfTime = false)
    {
        if (!HasSignature(content))
            throw new InputException($"{file}: not an HDF5 file; a .dp model starts with the HDF5 signature. Check that the file is complete, or rename it if it is .yaml or .json");
        try
        {
            return RuntimeFeature.IsDynamicCodeSupported && !aheadOfTime ? ReadWithLibrary(content, file) : ModelHdf5Plain.Read(content, file);
        }
        // The HDF5 library meets damaged files with whatever exception its decoding runs into.
        catch (Exception error) when (error is not InputException)
        {
            throw new InputException($"{file}: damaged or unsupported HDF5 file ({error.GetType().Name}: {ModelNode.Shorten(error.Message)}); copy or convert it again", error);
        }
    }

    private static ModelMap ReadWithLibrary(byte[] content, string file)
    {
        using var stream = new Hdf5InputStream(new MemoryStream(content, writable: false));
        using var hdf5 = H5File.Open(stream);
        var tree = ModelJson.Parse(ReadText(hdf5, file), file);
        // One pass over the links: looking every name up walks them all again.
        var datasets = hdf5.Children().OfType<IH5Dataset>().ToDictionary(dataset => "/" + dataset.Name);
        return Attach(tree, (name, place) => ReadDataset(datasets, name, place), new ModelPlace(file, "", content.Length));
    }

    public static void Write(ModelMap root, Stream stream)
    {
        var file = new H5File();
        var text = ModelJson.Format(Detach(root, file));
        file.Attributes["json"] = text;
        file.Write(stream, new H5WriteOptions(PreferCompactDatasetLayout: false));
    }

    private static bool HasSignature(byte[] content)
    {
        ReadOnlySpan<byte> signature = [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];
        return content.AsSpan().StartsWith(signature);
    }

    private static string ReadText(NativeFile root, string file) =>
        root.AttributeExists("json") ? root.Attribute("json").Read<string>() : throw NoTree(file);

    /// <summary>The file may be sound HDF5, but of something else.</summary>
    public static InputException NoTree(string file) =>
        new($"{file}: this HDF5 file has no attribute 'json' on its root; it is not a DeePMD-kit model");

    /// <summary>A copy of the tree in which, below <c>@variables</c>, names of datasets are replaced by the arrays.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="read">Gives the dataset of a name.</param>
    /// <param name="place">The root, for messages.</param>
    public static ModelMap Attach(ModelMap tree, Func<string, ModelPlace, ModelArray> read, ModelPlace place) =>
        (ModelMap)Attach(tree, read, place, isVariable: false);

    private static ModelNode Attach(ModelNode node, Func<string, ModelPlace, ModelArray> read, ModelPlace place, bool isVariable)
    {
        switch (node)
        {
            case ModelText name when isVariable:
                return read(name.Value, place);
            case ModelList list:
                return new ModelList(list.Items.Select((item, i) => Attach(item, read, place.At(i), isVariable)));
            case ModelMap map:
                var copy = new ModelMap();
                foreach (var (key, value) in map.Entries)
                    copy[key] = Attach(value, read, place.At(key), isVariable || key == Variables);
                return copy;
            default:
                return node;
        }
    }

    private static ModelArray ReadDataset(Dictionary<string, IH5Dataset> datasets, string name, ModelPlace place)
    {
        if (!datasets.TryGetValue(name, out var dataset))
            throw NoDataset(name, place);
        if (dataset.Layout.Class is not (H5DataLayoutClass.Contiguous or H5DataLayoutClass.Compact))
            throw NotInOnePiece(name, dataset.Layout.Class.ToString(), place);
        var type = TypeOf(dataset.Type.Class.ToString(), dataset.Type.Size, name, place);
        var shape = ShapeOf(dataset.Space.Type == H5DataspaceType.Scalar ? [] : dataset.Space.Dimensions, dataset.Type.Size, name, place);
        double[] values = shape.Contains(0) ? [] : type switch
        {
            ModelArrayType.Float64 => dataset.Read<double[]>(),
            ModelArrayType.Float32 => Array.ConvertAll(dataset.Read<float[]>(), v => (double)v),
            ModelArrayType.Int64 => Array.ConvertAll(dataset.Read<long[]>(), v => (double)v),
            _ => Array.ConvertAll(dataset.Read<int[]>(), v => (double)v),
        };
        return new ModelArray(type, shape, values);
    }

    public static InputException NoDataset(string name, ModelPlace place) =>
        place.Error($"the file has no dataset '{name}'; it is incomplete, copy or convert it again");

    public static InputException NotInOnePiece(string name, string storage, ModelPlace place) =>
        place.Error($"dataset {name} is stored as {storage}; expected contiguous storage, rewrite the file with h5repack -l CONTI");

    public static ModelArrayType TypeOf(string kind, int size, string name, ModelPlace place) => (kind, size) switch
    {
        (nameof(H5DataTypeClass.FloatingPoint), 8) => ModelArrayType.Float64,
        (nameof(H5DataTypeClass.FloatingPoint), 4) => ModelArrayType.Float32,
        (nameof(H5DataTypeClass.FixedPoint), 8) => ModelArrayType.Int64,
        (nameof(H5DataTypeClass.FixedPoint), 4) => ModelArrayType.Int32,
        _ => throw place.Error($"dataset {name} holds {8 * size}-bit {kind}; expected float64, float32, int64 or int32"),
    };

    /// <summary>The shape of a dataset; uncompressed arrays are never larger than the file, which is checked before memory is taken.</summary>
    public static int[] ShapeOf(ulong[] shape, int size, string name, ModelPlace place)
    {
        var bytes = (UInt128)size;
        foreach (var length in shape)
        {
            bytes *= length;
            if (bytes > (UInt128)place.FileLength || length > int.MaxValue)
                throw place.Error($"dataset {name} has the shape ({string.Join(" × ", shape)}), more than the whole file of {place.FileLength} bytes can hold; the file is damaged or cut off");
        }
        return Array.ConvertAll(shape, length => (int)length);
    }

    /// <summary>A copy of the tree with arrays moved into datasets of the file and their names left in their place.</summary>
    private static ModelNode Detach(ModelNode node, H5File file)
    {
        switch (node)
        {
            case ModelArray array:
                var name = "variable_" + file.Count.ToString("D4", CultureInfo.InvariantCulture);
                file[name] = ToDataset(array);
                return new ModelText("/" + name);
            case ModelList list:
                return new ModelList(list.Items.Select(item => Detach(item, file)));
            case ModelMap map:
                var copy = new ModelMap();
                foreach (var (key, value) in map.Entries)
                    copy[key] = Detach(value, file);
                return copy;
            default:
                return node;
        }
    }

    private static H5Dataset ToDataset(ModelArray array)
    {
        object data = array.Type switch
        {
            ModelArrayType.Float64 => array.Values,
            ModelArrayType.Float32 => Array.ConvertAll(array.Values, v => (float)v),
            ModelArrayType.Int64 => Array.ConvertAll(array.Values, v => (long)v),
            _ => Array.ConvertAll(array.Values, v => (int)v),
        };
        if (array.Shape.Length == 0)
            return new H5Dataset(((Array)data).GetValue(0)!);
        return new H5Dataset(data, fileDims: Array.ConvertAll(array.Shape, length => (ulong)length));
    }
}
