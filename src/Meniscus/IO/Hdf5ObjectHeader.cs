namespace Meniscus.IO;

/// <summary>One message of an HDF5 object: what kind, and where its content lies.</summary>
internal readonly record struct Hdf5Message(int Kind, ulong Address, ulong Length);

/// <summary>
/// The messages of an HDF5 object, both versions of its header. Source: HDF5 File Format Specification 3.0, section IV.A.
/// </summary>
internal static class Hdf5ObjectHeader
{
    public const int Dataspace = 0x01;
    public const int LinkInfo = 0x02;
    public const int Datatype = 0x03;
    public const int Link = 0x06;
    public const int Layout = 0x08;
    public const int Attribute = 0x0C;
    public const int SymbolTable = 0x11;
    public const int AttributeInfo = 0x15;

    private const int Continuation = 0x10;
    private const int MostMessages = 100_000;

    public static List<Hdf5Message> Read(Hdf5Bytes file, ulong address)
    {
        var messages = new List<Hdf5Message>();
        if (file.At(address, 4).SequenceEqual("OHDR"u8))
            ReadVersion2(file, address, messages);
        else
            ReadVersion1(file, address, messages);
        return messages;
    }

    private static void ReadVersion1(Hdf5Bytes file, ulong address, List<Hdf5Message> messages)
    {
        if (file.Byte(address) != 1)
            throw new InvalidDataException(FormattableString.Invariant($"an object header of version {file.Byte(address)}"));
        var blocks = new Queue<(ulong Address, ulong Length)>();
        blocks.Enqueue((address + 16, file.Int(address + 8)));
        while (blocks.TryDequeue(out var block))
        {
            file.Enter(block.Address, []);
            var (place, end) = (block.Address, block.Address + block.Length);
            for (; place + 8 <= end; place += 8UL + file.Short(place + 2))
            {
                var message = Checked(file, new Hdf5Message(file.Short(place), place + 8, file.Short(place + 2)), messages);
                if (message.Kind == Continuation)
                    blocks.Enqueue((file.Long(message.Address), file.Long(message.Address + 8)));
            }
        }
    }

    private static void ReadVersion2(Hdf5Bytes file, ulong address, List<Hdf5Message> messages)
    {
        var flags = file.Byte(address + 5);
        var place = address + 6;
        place += (flags & 0x20) != 0 ? 16UL : 0;
        place += (flags & 0x10) != 0 ? 4UL : 0;
        var sizeBytes = 1 << (flags & 3);
        var blocks = new Queue<(ulong Address, ulong Length)>();
        blocks.Enqueue((place + (ulong)sizeBytes, file.Number(place, sizeBytes)));
        // Type, size, flags; the order of creation where it is tracked.
        var head = (flags & 4) != 0 ? 6UL : 4UL;
        while (blocks.TryDequeue(out var block))
        {
            for (place = block.Address; place + head <= block.Address + block.Length; place += head + file.Short(place + 1))
            {
                var message = Checked(file, new Hdf5Message(file.Byte(place), place + head, file.Short(place + 1)), messages);
                if (message.Kind != Continuation)
                    continue;
                var (next, length) = (file.Long(message.Address), file.Long(message.Address + 8));
                file.Enter(next, "OCHK"u8);
                // Four letters before the messages, a checksum behind them.
                blocks.Enqueue((next + 4, length < 8 ? 0 : length - 8));
            }
        }
    }

    private static Hdf5Message Checked(Hdf5Bytes file, Hdf5Message message, List<Hdf5Message> messages)
    {
        file.At(message.Address, message.Length);
        if (messages.Count == MostMessages)
            throw new InvalidDataException("the file's structures refer to each other in a circle");
        messages.Add(message);
        return message;
    }
}
