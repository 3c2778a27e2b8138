namespace Meniscus.Labelling;

/// <summary>How a job stands.</summary>
public enum JobStatus
{
    /// <summary>Not run, or not to its end.</summary>
    Pending,

    /// <summary>Converged; its labels are in the output.</summary>
    Done,

    /// <summary>It ran to its end, but the scf did not converge with any mixing.</summary>
    NotConverged,

    /// <summary>The program stopped with an error.</summary>
    Crashed,

    /// <summary>It ran longer than allowed.</summary>
    TimedOut,
}

/// <summary>The words for them in status.csv.</summary>
internal static class JobStatusNames
{
    private static readonly string[] Names = ["pending", "done", "not_converged", "crashed", "timed_out"];

    /// <summary>The word.</summary>
    public static string Of(JobStatus status) => Names[(int)status];

    /// <summary>The status of a word; pending where it is unknown.</summary>
    public static JobStatus Parse(string? name) => (JobStatus)Math.Max(0, Array.IndexOf(Names, name));
}
