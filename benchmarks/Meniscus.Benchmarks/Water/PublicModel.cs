using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Benchmarks.Water;

/// <summary>
/// A published model of water with SCAN, trained for two million steps (25-50-100, axis 16, 120-120-120, cutoff 6 Å), and frames of
/// 576 atoms, where the reference data lies beside the repository (<c>../shared</c>, or where MENISCUS_SHARED points).
/// </summary>
internal static class PublicModel
{
    /// <summary>Reads both; null where they are not here.</summary>
    /// <param name="notice">Told if they are not.</param>
    public static (DeepPotModel Model, IReadOnlyList<LabelledFrame> Frames)? Load(Action<string> notice)
    {
        var folder = Folder();
        var path = folder is null ? null : Path.Combine(folder, "data", "water-scan-qe", "model", "frozen_model_1.pb");
        if (!File.Exists(path))
        {
            notice("the public SCAN model (../shared) is not here: left out");
            return null;
        }

        var model = DeepPotModelFile.Load(path);
        using var system = DeepmdSystems.Open([Path.Combine(folder!, "data", "water-scan-qe", "supercooled-3200bar")], model.TypeMap).Single();
        ILabelledSystem source = system;
        var frames = new List<LabelledFrame>();
        for (var k = 0; k < Math.Min(4, source.FrameCount); k++)
        {
            frames.Add(source.CreateFrame());
            source.Read(k, frames[k]);
        }

        return (model, frames);
    }

    private static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("MENISCUS_SHARED") is { Length: > 0 } named)
            return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Meniscus.slnx")))
                return Path.Combine(folder.FullName, "..", "shared");
        }

        return null;
    }
}
