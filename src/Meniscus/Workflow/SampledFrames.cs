using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>The frames of a run that count: those from a time on, as its beginning equilibrates; a last frame that is cut off is left out.</summary>
internal static class SampledFrames
{
    /// <summary>Reads them.</summary>
    /// <param name="path">The trajectory; frames without a time all count.</param>
    /// <param name="fromPs">The time, ps.</param>
    /// <param name="every">Every how many frames of the file one is read.</param>
    public static IEnumerable<Frame> Read(string path, double fromPs, int every = 1) => Trajectory
        .Read(path, new TrajectoryOptions { TolerateTornEnd = true, Every = every })
        .Where(frame => frame.Time is not { } time || time >= fromPs);
}
