using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Meniscus.IO;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>
/// Everything a run needs to go on as if it had not stopped: <c>model.ckpt-STEP.ckpt</c>, an uncompressed zip archive of
/// the model (<c>model.dp</c>, which every tool that reads DeePMD-kit's interchange format opens), the optimizer's state
/// (<c>moment_K.bin</c>, little-endian, laid out as the padded parameters) and <c>state.json</c> (step, random states,
/// data cursors, running sums). The archive's checksums tell a damaged file, and are looked at. A text file <c>checkpoint</c> beside it
/// names the newest, as DeePMD-kit's does.
/// </summary>
internal static class Checkpoint
{
    /// <summary>Ending of checkpoint files.</summary>
    public const string Ending = ".ckpt";

    private const string NewestFile = "checkpoint";

    /// <summary>Path of the checkpoint of a step.</summary>
    public static string PathOf(string prefix, long step) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{step}{Ending}");

    /// <summary>Writes a checkpoint and makes it the newest; older ones beyond the number to keep are deleted.</summary>
    public static void Save<T>(string prefix, long step, int keep, DeepPotModel model, IReadOnlyList<T[]> moments, JsonObject state)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var path = PathOf(prefix, step);
        AtomicFile.Write(path, stream =>
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            using (var entry = archive.CreateEntry("model.dp", CompressionLevel.NoCompression).Open())
            {
                // The HDF5 writer seeks; the archive cannot.
                using var content = new MemoryStream();
                ModelHdf5.Write(DeepPotModelSection.Write(model), content);
                content.WriteTo(entry);
            }

            for (var k = 0; k < moments.Count; k++)
            {
                using var entry = archive.CreateEntry($"moment_{k}.bin", CompressionLevel.NoCompression).Open();
                entry.Write(MemoryMarshal.AsBytes<T>(moments[k]));
            }

            using var text = new StreamWriter(archive.CreateEntry("state.json", CompressionLevel.NoCompression).Open());
            text.Write(state.ToJsonString());
        });
        AtomicFile.WriteText(NewestPath(prefix), writer => writer.WriteLine(Path.GetFileName(path)));
        DeleteOld(prefix, step, keep);
    }

    /// <summary>Reads the model of a checkpoint.</summary>
    /// <param name="name">A checkpoint file, its name without the ending, or the prefix of a run, which means its newest.</param>
    public static DeepPotModel LoadModel(string name) => Open(Resolve(name), (archive, path) => ReadModel(archive, path));

    /// <summary>Whether a name is that of a checkpoint, or of a run with checkpoints, that exists.</summary>
    public static bool Exists(string name) => TryResolve(name) is not null;

    /// <summary>Reads model and state.</summary>
    public static (DeepPotModel Model, JsonObject State, string Path) Load(string name)
    {
        var path = Resolve(name);
        return Open(path, (archive, file) => (ReadModel(archive, file), ReadState(archive, file), file));
    }

    /// <summary>Reads the optimizer's state into existing arrays.</summary>
    public static void LoadMoments<T>(string path, IReadOnlyList<T[]> moments)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Open(path, (archive, file) =>
        {
            for (var k = 0; k < moments.Count; k++)
            {
                var stored = ReadEntry(archive, $"moment_{k}.bin", file);
                var bytes = MemoryMarshal.AsBytes(moments[k].AsSpan());
                if (stored.Length != bytes.Length)
                    throw new InputException($"{file}: the optimizer's state moment_{k}.bin has {stored.Length} bytes, the model of the input needs {bytes.Length}; restart with the same model, or start from its weights with --init-model");
                stored.CopyTo(bytes);
            }

            return true;
        });
    }

    private static string NewestPath(string prefix) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(prefix))!, NewestFile);

    private static string Resolve(string name) => TryResolve(name)
        ?? throw new InputException($"{name}: no checkpoint there; expected a file such as model.ckpt-1000{Ending}, or the prefix of a run that has written some");

    private static string? TryResolve(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new InputException($"an empty name of a checkpoint; expected a file such as model.ckpt-1000{Ending}, or the prefix of a run that has written some");
        if (File.Exists(name))
            return name;
        if (File.Exists(name + Ending))
            return name + Ending;
        var folder = Path.GetDirectoryName(Path.GetFullPath(name))!;
        if (!Directory.Exists(folder))
            return null;
        return Newest(name);
    }

    /// <summary>
    /// The newest checkpoint of a run: the one that the file <c>checkpoint</c> names; or one of a later step that was
    /// written after that file, which a crash between the two leaves. Later steps written before it are of an earlier run.
    /// </summary>
    private static string? Newest(string prefix)
    {
        var paths = Steps(prefix).OrderByDescending(s => s.Step).Select(s => s.Path).ToList();
        var newest = NewestPath(prefix);
        var named = File.Exists(newest) ? paths.IndexOf(Path.Combine(Path.GetDirectoryName(newest)!, File.ReadLines(newest).FirstOrDefault("").Trim())) : -1;
        if (named < 0)
            return paths.FirstOrDefault();
        var written = File.GetLastWriteTimeUtc(newest);
        return paths.Take(named).FirstOrDefault(path => File.GetLastWriteTimeUtc(path) >= written) ?? paths[named];
    }

    private static IEnumerable<(long Step, string Path)> Steps(string prefix)
    {
        var full = Path.GetFullPath(prefix);
        foreach (var path in Directory.EnumerateFiles(Path.GetDirectoryName(full)!, $"{Path.GetFileName(full)}-*{Ending}"))
        {
            var text = Path.GetFileNameWithoutExtension(path)[(Path.GetFileName(full).Length + 1)..];
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var step))
                yield return (step, path);
        }
    }

    private static void DeleteOld(string prefix, long newest, int keep)
    {
        foreach (var (_, path) in Steps(prefix).Where(s => s.Step < newest).OrderByDescending(s => s.Step).Skip(keep - 1).ToList())
            File.Delete(path);
    }

    private static TResult Open<TResult>(string path, Func<ZipArchive, string, TResult> read)
    {
        try
        {
            using var archive = ZipFile.OpenRead(path);
            return read(archive, path);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or JsonException or InvalidOperationException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new InputException($"{path}: damaged checkpoint, or none ({e.Message}); use an older one of the same run", e);
        }
    }

    /// <summary>The bytes of a file in the archive, with its checksum verified.</summary>
    private static byte[] ReadEntry(ZipArchive archive, string name, string path)
    {
        var entry = archive.GetEntry(name) ?? throw new InputException($"{path}: no {name} inside; expected a checkpoint of this program");
        // Stored, not compressed: a length beyond the file's own is a damaged header.
        if (entry.Length != entry.CompressedLength || entry.Length > new FileInfo(path).Length)
            throw new InvalidDataException($"{name} claims {entry.Length} bytes");
        var bytes = new byte[entry.Length];
        using (var stream = entry.Open())
            stream.ReadExactly(bytes);
        return Crc32.Of(bytes) == entry.Crc32 ? bytes : throw new InvalidDataException($"the checksum of {name} is wrong");
    }

    private static DeepPotModel ReadModel(ZipArchive archive, string path) =>
        DeepPotModelSection.Read(ModelHdf5.Read(ReadEntry(archive, "model.dp", path), $"{path}/model.dp"), $"{path}/model.dp");

    private static JsonObject ReadState(ZipArchive archive, string path) =>
        JsonNode.Parse(ReadEntry(archive, "state.json", path)) as JsonObject
            ?? throw new InputException($"{path}: state.json is not an object; the checkpoint is damaged, use an older one");
}
