namespace Meniscus.IO;

/// <summary>The number formats of .npy files that are read.</summary>
public enum NpyElementType
{
    /// <summary>IEEE 754 half precision (<c>f2</c>); read only.</summary>
    Float16,

    /// <summary>IEEE 754 single precision (<c>f4</c>).</summary>
    Float32,

    /// <summary>IEEE 754 double precision (<c>f8</c>).</summary>
    Float64,

    /// <summary>32-bit signed integer (<c>i4</c>).</summary>
    Int32,

    /// <summary>64-bit signed integer (<c>i8</c>); read only.</summary>
    Int64,
}

/// <summary>Names and sizes of <see cref="NpyElementType"/>.</summary>
internal static class NpyElementTypeExtensions
{
    /// <summary>Bytes per number.</summary>
    public static int Size(this NpyElementType type) => type switch
    {
        NpyElementType.Float16 => 2,
        NpyElementType.Float32 or NpyElementType.Int32 => 4,
        _ => 8,
    };

    /// <summary>The name NumPy gives to the type, without byte order.</summary>
    public static string Code(this NpyElementType type) => type switch
    {
        NpyElementType.Float16 => "f2",
        NpyElementType.Float32 => "f4",
        NpyElementType.Float64 => "f8",
        NpyElementType.Int32 => "i4",
        _ => "i8",
    };
}
