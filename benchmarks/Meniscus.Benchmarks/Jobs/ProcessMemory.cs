using System.Diagnostics;
using System.Globalization;

namespace Meniscus.Benchmarks.Jobs;

/// <summary>Largest resident memory of this process: VmHWM of /proc/self/status, which can be set back to the present value.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status";
    private const string Reset = "/proc/self/clear_refs";

    /// <summary>Largest resident memory since the start or the last <see cref="ResetPeak"/>, bytes.</summary>
    public static long Peak
    {
        get
        {
            var line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
            if (line is not null)
                return 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Begins anew, where the system can; otherwise the peak stays that of the whole process, an upper bound.</summary>
    public static void ResetPeak()
    {
        GC.Collect();
        try
        {
            if (File.Exists(Reset))
                File.WriteAllText(Reset, "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not allowed everywhere, such as in some containers.
        }
    }
}
