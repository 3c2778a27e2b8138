using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json.Nodes;

namespace Meniscus.Benchmarks;

/// <summary>
/// The machine that figures belong to, as far as they depend on it, and how busy it was: a load that is not ours makes
/// every figure pessimistic.
/// </summary>
internal sealed record Machine(string Processor, int Cores, string Vectors, string Runtime, string System, double? LoadBefore)
{
    /// <summary>Describes this machine.</summary>
    public static Machine Describe() => new(
        ProcessorName(),
        Environment.ProcessorCount,
        WidestVectors,
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        Load());

    /// <summary>The widest vectors the kernels use here.</summary>
    private static string WidestVectors =>
        Vector512.IsHardwareAccelerated ? "512 bit (AVX-512)" :
        Vector256.IsHardwareAccelerated ? "256 bit (AVX2, FMA)" :
        Vector128.IsHardwareAccelerated ? "128 bit" : "none";

    /// <summary>Writes one line per item.</summary>
    public void Write(TextWriter writer)
    {
        writer.WriteLine($"machine    {Processor}, {Cores} logical cores, vectors of {Vectors}");
        writer.WriteLine($"software   {Runtime}, {System}");
        if (LoadBefore is { } load)
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"load       {load:f2} before the start (other programs' work; above 0.1 the figures are pessimistic)"));
    }

    /// <summary>The same as JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["processor"] = Processor,
        ["logical_cores"] = Cores,
        ["vectors"] = Vectors,
        ["runtime"] = Runtime,
        ["system"] = System,
        ["load_before"] = LoadBefore,
    };

    private static string ProcessorName()
    {
        const string CpuInfo = "/proc/cpuinfo";
        var line = File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return line is null ? $"{RuntimeInformation.ProcessArchitecture} processor" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    /// <summary>Mean number of running threads over the last minute, where the system tells.</summary>
    private static double? Load()
    {
        const string LoadAverage = "/proc/loadavg";
        return File.Exists(LoadAverage) ? double.Parse(File.ReadAllText(LoadAverage).Split(' ')[0], CultureInfo.InvariantCulture) : null;
    }
}
