using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Labelling;

/// <summary>A frame that may be chosen for labelling.</summary>
/// <param name="File">File it comes from; frames of a file are a group.</param>
/// <param name="Index">Its number in the file, from 0.</param>
/// <param name="Frame">The frame.</param>
public sealed record SelectionCandidate(string File, int Index, Frame Frame)
{
    /// <summary>Largest deviation of the force on an atom between models, eV/Å; NaN where not measured.</summary>
    public double Deviation { get; set; } = double.NaN;

    /// <summary>Distance to the nearest frame chosen before, in descriptor space; NaN where not measured.</summary>
    public double Distance { get; set; } = double.NaN;

    /// <summary>Why it was chosen, or was not.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Whether it was chosen.</summary>
    public bool Chosen { get; set; }

    /// <summary>Reads the frames of files.</summary>
    /// <param name="files">Trajectories.</param>
    /// <param name="options">How they are read.</param>
    /// <exception cref="InputException">A file cannot be read, or there is no frame.</exception>
    public static IReadOnlyList<SelectionCandidate> Read(IEnumerable<string> files, TrajectoryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        options ??= new();
        var candidates = new List<SelectionCandidate>();
        foreach (var file in files)
        {
            var index = options.First;
            foreach (var frame in Trajectory.Read(file, options))
            {
                candidates.Add(new(file, index, frame));
                index += options.Every;
            }
        }

        return candidates.Count > 0 ? candidates : throw new InputException("no frames to choose from; name files that have some");
    }
}
