// A TorchScript archive (torch/csrc/jit/docs/serialization.md): a zip file, stored without compression, with NAME/data.pkl
// (the module and its attributes), NAME/data/K (the bytes of storage K), NAME/byteorder and the code, which is not read.
// torch.save (torch/serialization.py) writes the same without code; before PyTorch 1.6 it wrote pickles one after another.
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Meniscus.IO;

namespace Meniscus.Potentials.DeepPot.TorchScript;

/// <summary>Reads the attributes and tensors of an archive.</summary>
internal sealed class TorchArchive : IDisposable
{
    private const string Pickle = "/data.pkl";

    /// <summary>Longest list of attributes that is read, bytes; models of the largest kind have some 100 kB.</summary>
    private const long LongestPickle = 1 << 26;

    /// <summary>Parameters share storages; how many times the file's length is read at most.</summary>
    private const long MostRepetitions = 4;

    /// <summary>How files of torch.save start that are no archive: a pickle of a number that says so.</summary>
    private static readonly byte[] OldStart = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9];

    private readonly ZipArchive _zip;
    private readonly string _file;
    private readonly string _folder;
    private readonly long _fileLength;
    private long _bytesRead;

    /// <summary>Opens an archive.</summary>
    /// <param name="content">All of the file; it is closed with the archive.</param>
    /// <param name="file">What it is called, for messages.</param>
    /// <exception cref="InputException">It has no attributes, or they are damaged.</exception>
    /// <exception cref="InvalidDataException">It is no zip archive, or a damaged one.</exception>
    public TorchArchive(Stream content, string file)
    {
        (_file, _fileLength) = (file, content.Length);
        RefuseOld(content);
        _zip = new ZipArchive(content, ZipArchiveMode.Read);
        try
        {
            Root = ReadRoot(out _folder);
        }
        catch
        {
            _zip.Dispose();
            throw;
        }
    }

    /// <summary>What data.pkl describes.</summary>
    public object? Root { get; }

    private void RefuseOld(Stream content)
    {
        Span<byte> start = stackalloc byte[OldStart.Length];
        var length = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        content.Position = 0;
        if (start[..length].SequenceEqual(OldStart))
            throw new InputException($"{_file}: is in the format of torch.save from before PyTorch 1.6, no archive; read it and save it again with a newer one: torch.save(torch.load(…), …)");
    }

    private object? ReadRoot(out string folder)
    {
        var entry = _zip.Entries.FirstOrDefault(e => e.FullName.EndsWith(Pickle, StringComparison.Ordinal) && e.FullName.AsSpan(0, e.FullName.Length - Pickle.Length).IndexOf('/') < 0)
            ?? throw new InputException($"{_file}: has no data.pkl; expected a model of 'dp --pt freeze' or a checkpoint of 'dp --pt train'");
        folder = entry.FullName[..^Pickle.Length];
        if (_zip.GetEntry(folder + "/byteorder") is { } order && Encoding.ASCII.GetString(Bytes(order, 16)).Trim() is var name && name != "little")
            throw new InputException($"{_file}: its numbers are {ModelNode.Shorten(name)}-endian; expected little, so make the file on such a machine");
        return TorchPickle.Read(Bytes(entry, LongestPickle), _file);
    }

    /// <summary>The numbers of a tensor, row-major.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="what">Whose it is, for messages.</param>
    public ModelArray Read(TorchTensor tensor, string what)
    {
        var (size, type) = tensor.Storage.Type switch
        {
            "DoubleStorage" => (8, ModelArrayType.Float64),
            "FloatStorage" => (4, ModelArrayType.Float32),
            "LongStorage" => (8, ModelArrayType.Int64),
            "IntStorage" => (4, ModelArrayType.Int32),
            var other => throw new InputException($"{_file}: {what} has numbers of the kind '{ModelNode.Shorten(other)}'; supported are float64, float32 and whole numbers"),
        };
        var entry = _zip.GetEntry($"{_folder}/data/{tensor.Storage.Key}") ?? throw Damaged(what, "its numbers are missing");
        if ((_bytesRead += entry.Length) > MostRepetitions * _fileLength)
            throw Damaged(what, $"the same numbers are read more than {MostRepetitions} times");
        var bytes = Bytes(entry, entry.Length);
        if (tensor.Shape.Length != tensor.Stride.Length || tensor.Shape.Any(n => n < 0) || tensor.Stride.Any(n => n < 0) || tensor.Offset < 0)
            throw Damaged(what, "its shape does not fit its strides");
        var count = tensor.Shape.Aggregate(1L, (product, n) => Math.Min(product * n, int.MaxValue));
        var last = (decimal)tensor.Offset;
        for (var k = 0; k < tensor.Shape.Length; k++)
            last += (decimal)tensor.Stride[k] * (tensor.Shape[k] - 1);
        if (count > bytes.Length / size || (count > 0 && last >= bytes.Length / size))
            throw Damaged(what, string.Create(CultureInfo.InvariantCulture, $"{count} numbers do not fit into {bytes.Length} bytes"));
        var values = new double[count];
        for (var n = 0; n < values.Length; n++)
            values[n] = Number(bytes.AsSpan((int)(Index(tensor, n) * size), size), type);
        return new ModelArray(type, tensor.Shape, values);
    }

    public void Dispose() => _zip.Dispose();

    private static long Index(TorchTensor tensor, int n)
    {
        var index = tensor.Offset;
        for (var k = tensor.Shape.Length - 1; k >= 0; k--)
        {
            index += tensor.Stride[k] * (n % tensor.Shape[k]);
            n /= tensor.Shape[k];
        }

        return index;
    }

    private static double Number(ReadOnlySpan<byte> bytes, ModelArrayType type) => type switch
    {
        ModelArrayType.Float64 => MemoryMarshal.Read<double>(bytes),
        ModelArrayType.Float32 => MemoryMarshal.Read<float>(bytes),
        ModelArrayType.Int64 => MemoryMarshal.Read<long>(bytes),
        _ => MemoryMarshal.Read<int>(bytes),
    };

    private byte[] Bytes(ZipArchiveEntry entry, long limit)
    {
        // Nothing in it is compressed.
        if (entry.Length > _fileLength)
            throw Damaged(entry.Name, string.Create(CultureInfo.InvariantCulture, $"{entry.Length} bytes are announced in a file of {_fileLength}"));
        if (entry.Length > limit)
            throw Damaged(entry.Name, string.Create(CultureInfo.InvariantCulture, $"{entry.Length} bytes; expected at most {limit}"));
        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        if (Crc32.Of(bytes) != entry.Crc32)
            throw Damaged(entry.FullName, "the checksum is another");
        return bytes;
    }

    private InputException Damaged(string what, string found) => new($"{_file}: {ModelNode.Shorten(what)}: {found}; the file is damaged: copy or make it again");
}
