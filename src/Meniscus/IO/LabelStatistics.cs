using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// What can only be said of the labels of a system once all frames were seen: labels that are zero throughout, and
/// energies per atom far from those of the other frames with the same composition.
/// </summary>
internal sealed class LabelStatistics(ILabelledSystem system)
{
    // Median absolute deviation to standard deviation, for a normal distribution.
    private const double RobustFactor = 1.4826;

    private readonly Dictionary<string, List<(int Frame, double Energy)>> _energies = [];
    private readonly int[] _counts = new int[system.TypeMap.Count + 1];
    private readonly List<int> _zeroVirials = [];
    private readonly List<int> _zeroForces = [];
    private string? _composition;
    private int _frames;

    public void Add(int index, LabelledFrame frame)
    {
        _frames++;
        if (frame.Labels.HasFlag(FrameLabels.Virial) && !frame.Virial.AsSpan().ContainsAnyExcept(0.0))
            _zeroVirials.Add(index);
        if (frame.Labels.HasFlag(FrameLabels.Force) && frame.AtomCount > 1 && !frame.Forces.AsSpan().ContainsAnyExcept(0.0))
            _zeroForces.Add(index);
        if (!frame.Labels.HasFlag(FrameLabels.Energy))
            return;
        var composition = Composition(frame, out var atoms);
        if (!_energies.TryGetValue(composition, out var energies))
            _energies.Add(composition, energies = []);
        energies.Add((index, frame.Energy / Math.Max(atoms, 1)));
    }

    public void Report(DataCheckOptions options, DataFindingLog log)
    {
        ReportZeros("virial", FrameLabels.Virial, _zeroVirials, options, log);
        ReportZeros("force", FrameLabels.Force, _zeroForces, options, log);
        foreach (var (_, energies) in _energies)
            ReportOutliers(energies, options, log);
    }

    private void ReportZeros(string name, FrameLabels label, List<int> frames, DataCheckOptions options, DataFindingLog log)
    {
        if (frames.Count == 0)
            return;
        if (frames.Count < _frames)
        {
            foreach (var frame in frames)
                log.Add($"zero {name}", DataSeverity.Warning, frame, $"{name} is all zeros; it was probably not computed, so label the frame again or remove it");
            return;
        }

        var severity = options.RequiredLabels.HasFlag(label) ? DataSeverity.Error : DataSeverity.Warning;
        log.Add($"zero {name}", severity, null, $"{name} is all zeros in every frame; it was probably not computed, so remove the array (and set its prefactors to 0)");
    }

    private static void ReportOutliers(List<(int Frame, double Energy)> energies, DataCheckOptions options, DataFindingLog log)
    {
        if (energies.Count < 8)
            return;
        var median = Median(energies.ConvertAll(entry => entry.Energy));
        var sigma = RobustFactor * Median(energies.ConvertAll(entry => Math.Abs(entry.Energy - median)));
        // Equal energies have no spread; below float32 rounding nothing is an outlier.
        sigma = Math.Max(sigma, 1e-7 * Math.Max(Math.Abs(median), 1));
        foreach (var (frame, energy) in energies)
        {
            var sigmas = Math.Abs(energy - median) / sigma;
            if (sigmas > options.EnergyOutlierSigmas)
                log.Add("energy", DataSeverity.Warning, frame, FormattableString.Invariant($"energy of {energy:0.######} eV per atom is {sigmas:0.#} robust standard deviations from the median {median:0.######}; check that the calculation converged"));
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return 0.5 * (values[(values.Count - 1) / 2] + values[values.Count / 2]);
    }

    private string Composition(LabelledFrame frame, out int atoms)
    {
        if (_composition is not null && !system.MixedTypes)
        {
            atoms = frame.AtomCount;
            return _composition;
        }

        Array.Clear(_counts);
        foreach (var type in frame.Types)
            _counts[type + 1]++;
        atoms = frame.AtomCount - _counts[0];
        return _composition = string.Join(' ', _counts);
    }
}
