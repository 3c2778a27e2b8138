using System.Globalization;
using System.Text;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Dynamics;

/// <summary>
/// The file a run goes on from: everything that the rest of the run depends on, to the last bit. A header (magic, version,
/// length and CRC-32 of the rest), then the state in little-endian binary: place in the run, cell, types, masses, positions,
/// velocities, results of the last evaluation, thermostat and barostat with their random numbers, what the potential
/// remembers, the sums for the drift, and how long each output was. Written whole or not at all (<see cref="AtomicFile"/>).
/// </summary>
internal sealed class MdRestart
{
    private const string Magic = "MENISCUS-MD-1\n";
    private const int LargestAtomCount = 100_000_000;

    /// <summary>Stage in progress, from 0; the number of stages where the run has ended.</summary>
    public required int Stage { get; init; }

    /// <summary>Kind of the stage, so that another input is noticed.</summary>
    public required string StageKind { get; init; }

    /// <summary>Steps of the stage that are done.</summary>
    public required long StageStep { get; init; }

    /// <summary>Time at which the stage began, ps.</summary>
    public required double StageTime { get; init; }

    /// <summary>Steps of the run that are done.</summary>
    public required long Step { get; init; }

    /// <summary>Time of the run, ps.</summary>
    public required double Time { get; init; }

    /// <summary>Names of the types.</summary>
    public required string[] TypeNames { get; init; }

    /// <summary>Type of each atom.</summary>
    public required int[] Types { get; init; }

    /// <summary>Mass of each atom, amu.</summary>
    public required double[] Masses { get; init; }

    /// <summary>Rows of the cell, Å; null without one.</summary>
    public required double[]? Cell { get; init; }

    /// <summary>Å.</summary>
    public required double[] Positions { get; init; }

    /// <summary>Å/ps.</summary>
    public required double[] Velocities { get; init; }

    /// <summary>eV/Å.</summary>
    public required double[] Forces { get; init; }

    /// <summary>eV.</summary>
    public required double Energy { get; init; }

    /// <summary>eV, 3 × 3.</summary>
    public required double[] Virial { get; init; }

    /// <summary>State of the ensemble.</summary>
    public required byte[] Ensemble { get; init; }

    /// <summary>What the potential remembers.</summary>
    public required byte[] Potential { get; init; }

    /// <summary>Sums for the drift of the conserved quantity.</summary>
    public required double[] Drift { get; init; }

    /// <summary>Length of each output when this was written, bytes.</summary>
    public required IReadOnlyDictionary<string, long> Outputs { get; init; }

    /// <summary>Writes the file.</summary>
    public void Save(string path)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        Write(writer);
        writer.Flush();
        var content = memory.GetBuffer().AsMemory(0, (int)memory.Length);
        AtomicFile.Write(path, stream =>
        {
            using var head = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
            head.Write(Encoding.ASCII.GetBytes(Magic));
            head.Write(content.Length);
            head.Write(Crc32.Of(content.Span));
            head.Write(content.Span);
        });
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It is not a restart file, or it is damaged.</exception>
    public static MdRestart Load(string path)
    {
        using var stream = InputFile.OpenRead(path);
        using var head = new BinaryReader(stream, Encoding.UTF8);
        var magic = head.ReadBytes(Magic.Length);
        if (Encoding.ASCII.GetString(magic) != Magic)
            throw new InputException($"{path}: not a restart file of 'meniscus md'; give the file that the input names under restart");
        var rest = stream.Length - stream.Position - 8;
        var length = rest < 0 ? -1 : head.ReadInt32();
        if (length < 0 || length != rest)
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{path}: cut off or overwritten ({stream.Length} bytes); use another restart file"));
        var crc = head.ReadUInt32();
        var content = head.ReadBytes(length);
        if (content.Length != length || Crc32.Of(content) != crc)
            throw new InputException($"{path}: damaged (its checksum does not fit); use another restart file");
        try
        {
            using var reader = new BinaryReader(new MemoryStream(content), Encoding.UTF8);
            return Read(reader);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InputException($"{path}: damaged ({e.Message.TrimEnd('.')}); use another restart file", e);
        }
    }

    private void Write(BinaryWriter writer)
    {
        writer.Write(Stage);
        writer.Write(StageKind);
        writer.Write(StageStep);
        writer.Write(StageTime);
        writer.Write(Step);
        writer.Write(Time);
        writer.Write(TypeNames.Length);
        foreach (var name in TypeNames)
            writer.Write(name);
        writer.Write(Types.Length);
        foreach (var type in Types)
            writer.Write(type);
        writer.Write(Cell is not null);
        foreach (var array in (double[][])[Cell ?? [], Masses, Positions, Velocities, Forces, [Energy], Virial])
        {
            foreach (var x in array)
                writer.Write(x);
        }

        WriteBytes(writer, Ensemble);
        WriteBytes(writer, Potential);
        writer.Write(Drift.Length);
        foreach (var x in Drift)
            writer.Write(x);
        writer.Write(Outputs.Count);
        foreach (var (name, length) in Outputs)
        {
            writer.Write(name);
            writer.Write(length);
        }
    }

    private static MdRestart Read(BinaryReader reader)
    {
        var (stage, kind, stageStep, stageTime) = (reader.ReadInt32(), reader.ReadString(), reader.ReadInt64(), reader.ReadDouble());
        var (step, time) = (reader.ReadInt64(), reader.ReadDouble());
        var names = new string[Count(reader, 1000)];
        for (var t = 0; t < names.Length; t++)
            names[t] = reader.ReadString();
        var types = new int[Count(reader, LargestAtomCount)];
        for (var i = 0; i < types.Length; i++)
            types[i] = reader.ReadInt32();
        var cell = reader.ReadBoolean() ? Doubles(reader, 9) : null;
        return new MdRestart
        {
            Stage = stage,
            StageKind = kind,
            StageStep = stageStep,
            StageTime = stageTime,
            Step = step,
            Time = time,
            TypeNames = names,
            Types = types,
            Cell = cell,
            Masses = Doubles(reader, types.Length),
            Positions = Doubles(reader, 3 * types.Length),
            Velocities = Doubles(reader, 3 * types.Length),
            Forces = Doubles(reader, 3 * types.Length),
            Energy = reader.ReadDouble(),
            Virial = Doubles(reader, 9),
            Ensemble = reader.ReadBytes(Count(reader, int.MaxValue)),
            Potential = reader.ReadBytes(Count(reader, int.MaxValue)),
            Drift = Doubles(reader, Count(reader, 1000)),
            Outputs = ReadOutputs(reader),
        };
    }

    private static Dictionary<string, long> ReadOutputs(BinaryReader reader)
    {
        var outputs = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var left = Count(reader, 1000); left > 0; left--)
            outputs.Add(reader.ReadString(), reader.ReadInt64());
        return outputs;
    }

    private static void WriteBytes(BinaryWriter writer, byte[] bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static int Count(BinaryReader reader, int limit) =>
        reader.ReadInt32() is var count && count >= 0 && count <= limit ? count : throw new FormatException("a count out of range");

    private static double[] Doubles(BinaryReader reader, int count)
    {
        if (reader.BaseStream.Length - reader.BaseStream.Position < 8L * count)
            throw new EndOfStreamException("it ends too early");
        var values = new double[count];
        for (var k = 0; k < count; k++)
            values[k] = reader.ReadDouble();
        return values;
    }
}
