using Meniscus.Atoms;

namespace Meniscus.Labelling;

/// <summary>A program that labels frames, one job per frame: how its input is written and its output read.</summary>
internal interface ILabelProgram
{
    /// <summary>The command where the user gives none.</summary>
    string DefaultCommand { get; }

    /// <summary>Arguments after the command.</summary>
    IReadOnlyList<string> Arguments { get; }

    /// <summary>File in the job's folder that takes standard output.</summary>
    string OutputFile { get; }

    /// <summary>How many ways of mixing there are to try.</summary>
    int Mixings { get; }

    /// <summary>
    /// A hash of all that the labels depend on: the frame, the settings, pseudopotentials. Mixing and numbers of steps are left out.
    /// </summary>
    string Hash(Frame frame);

    /// <summary>Writes what all jobs share into the work folder.</summary>
    void WriteShared(string work);

    /// <summary>Writes the input of a job, and removes what an earlier try left.</summary>
    void WriteInput(string folder, Frame frame, string hash, int mixing);

    /// <summary>Reads what a job left; nothing is taken from an output that belongs to another frame or other settings.</summary>
    /// <exception cref="InputException">The program can label no frame with these settings.</exception>
    LabelOutcome Read(string folder, Frame frame, string hash);

    /// <summary>Removes scratch files.</summary>
    void Clean(string folder);
}
