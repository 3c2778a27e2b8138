using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.IO;

/// <summary>
/// What can only be said of the labels of a system once all frames were seen: labels that are zero throughout, energies
/// per atom and largest forces far from those of the other frames with the same composition, forces that do not add up.
/// </summary>
internal sealed class LabelStatistics(ILabelledSystem system, DataCheckOptions options)
{
    private const int FewestFrames = 8;
    private const double TooMany = 0.1;

    private readonly Dictionary<string, List<(int Frame, double Energy, double Force)>> _values = [];
    private readonly Dictionary<string, int[]> _countsOf = [];
    private readonly int[] _counts = new int[system.TypeMap.Count + 1];
    private readonly List<int> _zeroVirials = [];
    private readonly List<int> _zeroForces = [];
    private readonly List<(int Frame, double Net)> _netForces = [];
    private string? _composition;
    private int _frames;

    public void Add(int index, LabelledFrame frame)
    {
        _frames++;
        if (frame.Labels.HasFlag(FrameLabels.Virial) && !frame.Virial.AsSpan().ContainsAnyExcept(0.0))
            _zeroVirials.Add(index);
        var hasForces = frame.Labels.HasFlag(FrameLabels.Force);
        if (hasForces && frame.AtomCount > 1 && !frame.Forces.AsSpan().ContainsAnyExcept(0.0))
            _zeroForces.Add(index);
        if (hasForces && NetForce(frame.Forces) is var net && net > options.NetForceWarning * Math.Sqrt(frame.AtomCount))
            _netForces.Add((index, net));
        var composition = Composition(frame, out var atoms);
        if (!_values.TryGetValue(composition, out var values))
        {
            _values.Add(composition, values = []);
            _countsOf.Add(composition, _counts[1..]);
        }

        var energy = frame.Labels.HasFlag(FrameLabels.Energy) ? frame.Energy / Math.Max(atoms, 1) : double.NaN;
        values.Add((index, energy, hasForces ? LargestForce(frame.Forces) : double.NaN));
    }

    /// <summary>Adds the findings, and the median energies to what systems are compared by.</summary>
    public void Report(DataFindingLog log, int number, EnergyReferences references)
    {
        ReportZeros("virial", FrameLabels.Virial, _zeroVirials, log);
        ReportZeros("force", FrameLabels.Force, _zeroForces, log);
        ReportNetForces(log);
        foreach (var (composition, values) in _values)
        {
            if (system.Labels.HasFlag(FrameLabels.Energy))
            {
                references.Add(number, _countsOf[composition], RobustSpread.Of(values.Select(value => value.Energy)).Median);
                ReportEnergies(values, log);
            }

            if (system.Labels.HasFlag(FrameLabels.Force))
                ReportLargeForces(values, log);
        }
    }

    private void ReportZeros(string name, FrameLabels label, List<int> frames, DataFindingLog log)
    {
        if (frames.Count == 0)
            return;
        if (frames.Count < _frames)
        {
            foreach (var frame in frames)
                log.Add($"zero_{name}", DataSeverity.Warning, frame, $"{name} is all zeros; it was probably not computed, so label the frame again or remove it");
            return;
        }

        var severity = options.RequiredLabels.HasFlag(label) ? DataSeverity.Error : DataSeverity.Warning;
        log.Add($"zero_{name}", severity, null, $"{name} is all zeros in every frame; it was probably not computed, so remove the array (and set its prefactors to 0)");
    }

    private void ReportNetForces(DataFindingLog log)
    {
        if (_netForces.Count == 0)
            return;
        var (frame, net) = _netForces.MaxBy(entry => entry.Net);
        var limit = options.NetForceWarning * Math.Sqrt(system.AtomCount);
        log.AddSum("net_force", frame, _netForces.Count, FormattableString.Invariant(
            $"the forces add up to {net:0.00} eV/Å{Others(_netForces.Count)}; without external fields expected near 0 (limit {limit:0.00}, that is {options.NetForceWarning:g3}·√N), so check that forces belong to this frame and are complete"));
    }

    private void ReportEnergies(List<(int Frame, double Energy, double Force)> values, DataFindingLog log)
    {
        if (values.Count < FewestFrames)
            return;
        var spread = RobustSpread.Of(values.Select(value => value.Energy));
        // Equal energies have no spread; below float32 rounding nothing is an outlier.
        var sigma = Math.Max(spread.Sigma, 1e-7 * Math.Max(Math.Abs(spread.Median), 1));
        var far = values.Where(value => Math.Abs(value.Energy - spread.Median) > options.EnergyOutlierSigmas * sigma).ToList();
        if (far.Count == 0)
            return;
        var (frame, energy, _) = far.MaxBy(value => Math.Abs(value.Energy - spread.Median));
        log.AddSum("energy_outlier", frame, far.Count, FormattableString.Invariant(
            $"energy of {energy:0.######} eV per atom is {Math.Abs(energy - spread.Median) / sigma:0.#} robust standard deviations from the median {spread.Median:0.######}{Others(far.Count)}; {(far.Count > TooMany * values.Count ? "so many are no accident: frames of several kinds (phases, charges, settings) lie in one system" : "check that the calculation converged")}"));
    }

    private void ReportLargeForces(List<(int Frame, double Energy, double Force)> values, DataFindingLog log)
    {
        // The largest of many forces is never small; its logarithm is what spreads evenly.
        var forces = values.Where(value => value.Force > 0).ToList();
        if (forces.Count < FewestFrames)
            return;
        var spread = RobustSpread.Of(forces.Select(value => Math.Log(value.Force)));
        var limit = Math.Exp(spread.Median + Math.Max(options.ForceOutlierSigmas * spread.Sigma, Math.Log(2)));
        var far = forces.Where(value => value.Force > limit).ToList();
        if (far.Count == 0)
            return;
        var (frame, _, force) = far.MaxBy(value => value.Force);
        log.AddSum("force_outlier", frame, far.Count, FormattableString.Invariant(
            $"largest force of {force:0.##} eV/Å, the median of the largest is {Math.Exp(spread.Median):0.##} (limit {limit:0.##}){Others(far.Count)}; check that the calculation converged"));
    }

    private static string Others(int count) => count == 1 ? "" : FormattableString.Invariant($", the worst of {count} frames");

    private static double NetForce(double[] forces)
    {
        var (x, y, z) = (0.0, 0.0, 0.0);
        for (var i = 0; i < forces.Length; i += 3)
            (x, y, z) = (x + forces[i], y + forces[i + 1], z + forces[i + 2]);
        return Math.Sqrt((x * x) + (y * y) + (z * z));
    }

    private static double LargestForce(double[] forces)
    {
        var largest = 0.0;
        for (var i = 0; i < forces.Length; i += 3)
            largest = Math.Max(largest, (forces[i] * forces[i]) + (forces[i + 1] * forces[i + 1]) + (forces[i + 2] * forces[i + 2]));
        return Math.Sqrt(largest);
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
