using Meniscus.IO;

namespace Meniscus.Dynamics;

/// <summary>
/// Writes how far the models of a committee are apart along a run, as DeePMD-kit's <c>model_devi.out</c>.
/// </summary>
public abstract class ModelDeviationRecorder : IDisposable
{
    /// <summary>Opens the file.</summary>
    public abstract void Open(long? resumeAt);

    /// <summary>Writes a row.</summary>
    public abstract void Write(MolecularState state);

    /// <summary>Flushes to the device and gives the length.</summary>
    public abstract long Commit();

    /// <inheritdoc/>
    public abstract void Dispose();
}
