using System.Security.Cryptography;
using System.Text;

namespace Meniscus.Labelling;

/// <summary>A short name for what a result belongs to: the first 64 bits of SHA-256 of frame and settings.</summary>
internal static class JobHash
{
    /// <summary>16 hexadecimal digits.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
}
