using System.Globalization;
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

    public static ModelMap Read(byte[] content, string file)
    {
        if (!HasSignature(content))
            throw new InputException($"{file}: not an HDF5 file; a .dp model starts with the HDF5 signature. Check that the file is complete, or rename it if it is .yaml or .json");
        try
        {
            using var stream = new Hdf5InputStream(new MemoryStream(content, writable: false));
            using var hdf5 = H5File.Open(stream);
            var tree = ModelJson.Parse(ReadText(hdf5, file), file);
            // One pass over the links: looking every name up walks them all again.
            var datasets = hdf5.Children().OfType<IH5Dataset>().ToDictionary(dataset => "/" + dataset.Name);
            return (ModelMap)Attach(tree, datasets, new ModelPlace(file, "", content.Length), isVariable: false);
        }
        // The HDF5 library meets damaged files with whatever exception its decoding runs into.
        catch (Exception error) when (error is not InputException)
        {
            throw new InputException($"{file}: damaged or unsupported HDF5 file ({error.GetType().Name}: {ModelNode.Shorten(error.Message)}); copy or convert it again", error);
        }
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

    private static string ReadText(NativeFile root, string file)
    {
        if (!root.AttributeExists("json"))
            throw new InputException($"{file}: this HDF5 file has no attribute 'json' on its root; it is not a DeePMD-kit model");
        return root.Attribute("json").Read<string>();
    }

    /// <summary>A copy of the tree in which, below <c>@variables</c>, names of datasets are replaced by the arrays.</summary>
    private static ModelNode Attach(ModelNode node, Dictionary<string, IH5Dataset> datasets, ModelPlace place, bool isVariable)
    {
        switch (node)
        {
            case ModelText name when isVariable:
                return ReadDataset(datasets, name.Value, place);
            case ModelList list:
                return new ModelList(list.Items.Select((item, i) => Attach(item, datasets, place.At(i), isVariable)));
            case ModelMap map:
                var copy = new ModelMap();
                foreach (var (key, value) in map.Entries)
                    copy[key] = Attach(value, datasets, place.At(key), isVariable || key == Variables);
                return copy;
            default:
                return node;
        }
    }

    private static ModelArray ReadDataset(Dictionary<string, IH5Dataset> datasets, string name, ModelPlace place)
    {
        if (!datasets.TryGetValue(name, out var dataset))
            throw place.Error($"the file has no dataset '{name}'; it is incomplete, copy or convert it again");
        if (dataset.Layout.Class is not (H5DataLayoutClass.Contiguous or H5DataLayoutClass.Compact))
            throw place.Error($"dataset {name} is stored as {dataset.Layout.Class}; expected contiguous storage, rewrite the file with h5repack -l CONTI");
        var type = TypeOf(dataset.Type, name, place);
        var shape = ShapeOf(dataset, name, place);
        double[] values = shape.Contains(0) ? [] : type switch
        {
            ModelArrayType.Float64 => dataset.Read<double[]>(),
            ModelArrayType.Float32 => Array.ConvertAll(dataset.Read<float[]>(), v => (double)v),
            ModelArrayType.Int64 => Array.ConvertAll(dataset.Read<long[]>(), v => (double)v),
            _ => Array.ConvertAll(dataset.Read<int[]>(), v => (double)v),
        };
        return new ModelArray(type, shape, values);
    }

    private static ModelArrayType TypeOf(IH5DataType type, string name, ModelPlace place) => (type.Class, type.Size) switch
    {
        (H5DataTypeClass.FloatingPoint, 8) => ModelArrayType.Float64,
        (H5DataTypeClass.FloatingPoint, 4) => ModelArrayType.Float32,
        (H5DataTypeClass.FixedPoint, 8) => ModelArrayType.Int64,
        (H5DataTypeClass.FixedPoint, 4) => ModelArrayType.Int32,
        _ => throw place.Error($"dataset {name} holds {8 * type.Size}-bit {type.Class}; expected float64, float32, int64 or int32"),
    };

    private static int[] ShapeOf(IH5Dataset dataset, string name, ModelPlace place)
    {
        ulong[] shape = dataset.Space.Type == H5DataspaceType.Scalar ? [] : dataset.Space.Dimensions;
        // Uncompressed arrays are never larger than the file: check before the reader allocates.
        var bytes = (UInt128)dataset.Type.Size;
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
