using Meniscus.Atoms;
using Meniscus.Input;
using Meniscus.IO;

namespace Meniscus.Labelling;

/// <summary>A frame to label with where it comes from.</summary>
/// <param name="File">The file.</param>
/// <param name="Index">Its number in the file, from 0.</param>
/// <param name="Frame">The frame.</param>
internal readonly record struct SourceFrame(string File, int Index, Frame Frame)
{
    /// <summary>File and frame, for messages.</summary>
    public string Source => Describe(File, Index);

    /// <summary>File and frame, for messages.</summary>
    public static string Describe(string file, int index) => FormattableString.Invariant($"{file} frame {index}");

    /// <summary>The frames that an input asks for, one in memory at a time; read from the files whenever they are gone through.</summary>
    /// <exception cref="InputException">A file cannot be read, or has no such frame.</exception>
    public static IEnumerable<SourceFrame> Read(LabelInput input)
    {
        foreach (var part in input.Frames)
        {
            var path = InputPath.Resolve(part.File, input.SourceFolder);
            var index = part.First;
            foreach (var frame in Trajectory.Read(path, new TrajectoryOptions { First = part.First, Last = part.Last, Every = part.Every, TypeNames = part.TypeNames, TolerateTornEnd = true }))
            {
                yield return new SourceFrame(path, index, frame);
                index += part.Every;
            }

            if (index == part.First)
                throw new InputException($"{path}: no frame between first and last; {FormattableString.Invariant($"the file has {Trajectory.CountFrames(path)}")}");
        }
    }
}
