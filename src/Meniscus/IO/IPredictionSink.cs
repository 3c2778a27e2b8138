using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>Takes pairs of label and prediction as a test makes them: files, plots.</summary>
public interface IPredictionSink
{
    /// <summary>Starts a system.</summary>
    /// <param name="name">Its name as the user gave it.</param>
    /// <param name="labels">The labels of its frames that can be compared.</param>
    void BeginSystem(string name, FrameLabels labels);

    /// <summary>Takes a frame.</summary>
    /// <param name="reference">The frame with its labels.</param>
    /// <param name="energy">Predicted energy, eV.</param>
    /// <param name="forces">Predicted forces, eV/Å, x y z per atom.</param>
    /// <param name="virial">Predicted virial, eV, row-major 3 × 3.</param>
    void AddFrame(LabelledFrame reference, double energy, ReadOnlySpan<double> forces, ReadOnlySpan<double> virial);
}
