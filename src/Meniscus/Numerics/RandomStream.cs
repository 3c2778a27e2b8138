using System.Globalization;
using System.Numerics;

namespace Meniscus.Numerics;

/// <summary>
/// A stream of random numbers whose whole state is four integers, so that a restart goes on with the very next number.
/// Generator: xoshiro256** (D. Blackman and S. Vigna, ACM TOMS 47, 36 (2021)), seeded through SplitMix64. Streams for
/// different purposes are split off a seed by name, so that one more draw in one place changes nothing elsewhere.
/// </summary>
public sealed class RandomStream
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Creates a stream.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="purpose">What the stream is for; streams of other purposes are independent of it.</param>
    public RandomStream(long seed, string purpose)
    {
        // FNV-1a of the purpose, mixed into the seed.
        var hash = 14695981039346656037UL;
        foreach (var c in purpose)
            hash = (hash ^ c) * 1099511628211UL;
        var mix = (ulong)seed ^ hash;
        _s0 = SplitMix(ref mix);
        _s1 = SplitMix(ref mix);
        _s2 = SplitMix(ref mix);
        _s3 = SplitMix(ref mix);
    }

    /// <summary>The state as text, for a checkpoint.</summary>
    public string State
    {
        get => string.Create(CultureInfo.InvariantCulture, $"{_s0:x16}{_s1:x16}{_s2:x16}{_s3:x16}");
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Length != 64)
                throw new FormatException("a random state has 64 hexadecimal digits");
            _s0 = Part(value, 0);
            _s1 = Part(value, 16);
            _s2 = Part(value, 32);
            _s3 = Part(value, 48);
        }
    }

    /// <summary>Goes on as another stream would.</summary>
    /// <param name="other">The stream, which stays as it is.</param>
    public void CopyFrom(RandomStream other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (_s0, _s1, _s2, _s3) = (other._s0, other._s1, other._s2, other._s3);
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A number in [0, 1), uniform in steps of 2⁻⁵³.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An integer in [0, <paramref name="limit"/>), without bias.</summary>
    public int NextInt(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var range = (ulong)limit;
        var reject = (0 - range) % range;
        ulong bits;
        do
            bits = NextBits();
        while (bits < reject);
        return (int)(bits % range);
    }

    /// <summary>A number of the normal distribution with mean 0 and variance 1 (Box and Muller; the second one is thrown away).</summary>
    public double NextNormal()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Puts items in random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Part(string text, int start) =>
        ulong.Parse(text.AsSpan(start, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9e3779b97f4a7c15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
        return z ^ (z >> 31);
    }
}
