using System.Buffers.Binary;
using System.Text;

namespace Meniscus.Tests.Fixtures;

/// <summary>Builds .npy files byte by byte, independently of the library's own writer.</summary>
public static class NpyBytes
{
    /// <summary>A whole file.</summary>
    /// <param name="descr">The number format, e.g. <c>&gt;f4</c>.</param>
    /// <param name="shape">The shape as Python text, e.g. <c>(2, 3)</c>.</param>
    /// <param name="values">The numbers in the order of the file.</param>
    /// <param name="fortran">The flag in the header.</param>
    /// <param name="version">1, 2 or 3.</param>
    public static byte[] File(string descr, string shape, double[] values, bool fortran = false, int version = 1) =>
        [.. Header($"{{'descr': '{descr}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}", version), .. values.SelectMany(value => Number(descr, value))];

    /// <summary>Magic, version and header text, padded to 64 bytes.</summary>
    public static byte[] Header(string text, int version = 1)
    {
        var prefix = version == 1 ? 10 : 12;
        var length = ((prefix + text.Length + 64) / 64 * 64) - prefix;
        var size = new byte[prefix - 8];
        if (version == 1)
            BinaryPrimitives.WriteUInt16LittleEndian(size, (ushort)length);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. size, .. Encoding.ASCII.GetBytes(text.PadRight(length - 1) + "\n")];
    }

    private static byte[] Number(string descr, double value)
    {
        var bytes = descr[1..] switch
        {
            "f2" => BitConverter.GetBytes((Half)value),
            "f4" => BitConverter.GetBytes((float)value),
            "f8" => BitConverter.GetBytes(value),
            "i4" => BitConverter.GetBytes((int)value),
            "i8" => BitConverter.GetBytes((long)value),
            _ => [(byte)value],
        };
        if (descr[0] == '>')
            Array.Reverse(bytes);
        return bytes;
    }
}
