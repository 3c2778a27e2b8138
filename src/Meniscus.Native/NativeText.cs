using System.Runtime.InteropServices;
using System.Text;

namespace Meniscus.Native;

/// <summary>Text in memory that other programs see: UTF-8 with a closing zero.</summary>
internal static unsafe class NativeText
{
    /// <summary>A copy that the other program gives back with <see cref="Free"/>.</summary>
    public static byte* Copy(string text) => Copy(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Copy(string)"/>
    public static byte* Copy(ReadOnlySpan<byte> bytes)
    {
        var copy = (byte*)NativeMemory.Alloc((nuint)bytes.Length + 1);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        copy[bytes.Length] = 0;
        return copy;
    }

    public static void Free(byte* text) => NativeMemory.Free(text);

    /// <summary>Reads a text.</summary>
    /// <exception cref="ArgumentException">The pointer is null.</exception>
    public static string Read(byte* text, string what) =>
        text == null ? throw new ArgumentException($"{what} is null") : Marshal.PtrToStringUTF8((nint)text)!;
}
