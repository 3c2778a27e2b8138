using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.IO;

/// <summary>
/// Tells the units of labels from covalent bonds of hydrogen. A bond H–X (X one of C, N, O, F) is a spring whose constant
/// hardly depends on temperature, phase or functional: regressing the force on H along the bond on its length gives
/// −k with k of 30 to 47 eV/Å² in DFT water, ice and solutions (SPC/Fw water 42). Forces in kcal/mol/Å show 23 times as
/// much, in Ry/bohr 1/26, in hartree/bohr 1/51 of it.
/// <para>
/// The same bonds carry most of the fluctuation of the virial: regressing the components of Ξ on Σ r ⊗ F over the bonds gives
/// 0.67 to 1.1 in data that agrees with itself, and −1 where the sign is that of the stress. And the energy of frames at one
/// composition spreads by at least the thermal √(3N/2)·kT, with kT = ⟨F_H²⟩/k by equipartition in the bonds; where it is less
/// than a quarter of that, energies are in larger units than forces. The numbers are measured; docs/data.md has them.
/// </para>
/// </summary>
internal sealed class BondForces
{
    /// <summary>Frames looked at per system.</summary>
    public const int MaximumFrames = 200;

    private const double LongestBond = 1.3;
    private const double Window = 0.12;
    private const double UsualStiffness = 38;

    private static readonly (string Element, double Length)[] Partners = [("C", 1.09), ("N", 1.02), ("O", 0.98), ("F", 0.93)];

    private readonly NeighborList _list = new();
    private readonly bool[] _isHydrogen;
    private readonly int[] _partnerOf;
    private readonly LineFit[] _springs = new LineFit[Partners.Length];
    private readonly LineFit[] _virials = new LineFit[9];
    private readonly List<double> _hydrogenForces = [];
    private readonly List<double> _energies = [];
    private readonly List<double> _unbound = [];
    private readonly bool _oneComposition;
    private int _atoms;
    private long _bonds;

    public BondForces(ILabelledSystem system)
    {
        _isHydrogen = [.. system.TypeMap.Names.Select(name => name is "H" or "D")];
        _partnerOf = [.. system.TypeMap.Names.Select(name => Array.FindIndex(Partners, partner => partner.Element == name))];
        _oneComposition = !system.MixedTypes;
        Applies = system.Labels.HasFlag(FrameLabels.Force) && _isHydrogen.Contains(true) && _partnerOf.Any(partner => partner >= 0);
    }

    /// <summary>Whether the system has forces, hydrogen, and something it binds to.</summary>
    public bool Applies { get; }

    /// <summary>Takes a frame into account; positions, box and labels must be usable.</summary>
    public void Add(LabelledFrame frame)
    {
        var cell = frame.Periodic ? new Cell(frame.Box) : Cell.None;
        _list.Build(frame.Positions, cell, LongestBond);
        Span<double> virial = stackalloc double[9];
        virial.Clear();
        var (square, hydrogens, bonds) = (0.0, 0, 0);
        for (var atom = 0; atom < frame.AtomCount; atom++)
        {
            if (frame.Types[atom] < 0 || !_isHydrogen[frame.Types[atom]])
                continue;
            var force = frame.Forces.AsSpan(3 * atom, 3);
            square += Dot(force, force);
            hydrogens++;
            if (AddBond(frame, atom, force, virial))
                bonds++;
        }

        _bonds += bonds;
        if (hydrogens == 0)
            return;
        if (bonds < 0.5 * hydrogens)
            AddDistances(frame, cell);
        _atoms = frame.AtomCount;
        _hydrogenForces.Add(square / hydrogens);
        if (frame.Labels.HasFlag(FrameLabels.Energy))
            _energies.Add(frame.Energy);
        for (var i = 0; i < 9 && frame.Labels.HasFlag(FrameLabels.Virial); i++)
            _virials[i].Add(virial[i], frame.Virial[i]);
    }

    /// <summary>Says what the bonds tell.</summary>
    public void Report(DataFindingLog log)
    {
        if (ReportLengths(log) || Stiffness() is not { } k)
            return;
        if (!ReportForces(k, log))
            return;
        ReportVirial(log);
        ReportEnergy(k, log);
    }

    private bool AddBond(LabelledFrame frame, int hydrogen, ReadOnlySpan<double> force, Span<double> virial)
    {
        Span<double> bond = stackalloc double[3];
        if (!FindPartner(frame, hydrogen, bond, out var partner))
            return false;
        var length = Math.Sqrt(Dot(bond, bond));
        if (Math.Abs(length - Partners[partner].Length) < Window)
            _springs[partner].Add(length, Dot(bond, force) / length);
        for (var i = 0; i < 9; i++)
            virial[i] += bond[i / 3] * force[i % 3];
        return true;
    }

    /// <summary>Distances from hydrogen to what it might be bound to, where there are no bonds: the unit of length may be another.</summary>
    private void AddDistances(LabelledFrame frame, in Cell cell)
    {
        if (_unbound.Count > 1000)
            return;
        _list.Build(frame.Positions, cell, 2 * LongestBond);
        Span<double> bond = stackalloc double[3];
        for (var atom = 0; atom < frame.AtomCount; atom++)
        {
            if (frame.Types[atom] >= 0 && _isHydrogen[frame.Types[atom]] && FindPartner(frame, atom, bond, out _))
                _unbound.Add(Math.Sqrt(Dot(bond, bond)));
        }
    }

    /// <summary>The nearest C, N, O or F in the list, and the vector from it to the hydrogen.</summary>
    private bool FindPartner(LabelledFrame frame, int hydrogen, Span<double> bond, out int partner)
    {
        var x = _list.WrappedPositions;
        var shifts = _list.ShiftVectors;
        Span<double> arrow = stackalloc double[3];
        var best = double.PositiveInfinity;
        partner = -1;
        for (var p = _list.Start[hydrogen]; p < _list.Start[hydrogen + 1]; p++)
        {
            var j = _list.Neighbors[p];
            if (frame.Types[j] < 0 || _partnerOf[frame.Types[j]] < 0)
                continue;
            for (var c = 0; c < 3; c++)
                arrow[c] = x[(3 * hydrogen) + c] - x[(3 * j) + c] - shifts[(3 * _list.Shifts[p]) + c];
            var square = Dot(arrow, arrow);
            if (square >= best)
                continue;
            (best, partner) = (square, _partnerOf[frame.Types[j]]);
            arrow.CopyTo(bond);
        }

        return partner >= 0;
    }

    private bool ReportLengths(DataFindingLog log)
    {
        if (_unbound.Count < 10 || _unbound.Count < _bonds)
            return false;
        var spread = RobustSpread.Of(_unbound);
        if (spread.Median is < 1.7 or > 2.1 || spread.Sigma > 0.1)
            return false;
        log.AddSum("unit", null, 1, FormattableString.Invariant($"hydrogen is {spread.Median:0.00} Å from its nearest neighbour, where bonds are 0.9 to 1.1 Å: positions look like bohr; multiply positions and box by {Units.Bohr:0.######}"));
        return true;
    }

    /// <summary>The stiffest evidence: the kind of bond with most samples, if lengths vary and forces follow them.</summary>
    private double? Stiffness()
    {
        var spring = _springs.MaxBy(s => s.Count);
        return spring.Count >= 100 && spring.DeviationX > 0.004 && spring.Correlation * spring.Correlation > 0.25 ? -spring.Slope : null;
    }

    private static bool ReportForces(double k, DataFindingLog log)
    {
        if (k is > 12 and < 150)
            return true;
        if (k < 0)
        {
            log.AddSum("unit", null, 1, FormattableString.Invariant($"forces on hydrogen push stretched bonds apart ({k:g3} eV/Å² where 30 to 50 is usual): they have the sign of the gradient; multiply forces by −1"));
            return false;
        }

        (string Name, double InEv)[] known =
        [
            ("hartree/bohr", Units.Hartree / Units.Bohr), ("Ry/bohr, or hartree/Å", Units.Rydberg / Units.Bohr), ("kcal/mol/Å", Units.KilocaloriePerMole),
            ("kJ/mol/Å", Units.KilocaloriePerMole / 4.184), ("kJ/mol/nm", 0.1 * Units.KilocaloriePerMole / 4.184), ("meV/Å", 1e-3),
        ];
        var (name, factor) = known.MinBy(unit => Math.Abs(Math.Log(k * unit.InEv / UsualStiffness)));
        var fits = Math.Abs(Math.Log(k * factor / UsualStiffness)) < Math.Log(1.5);
        log.AddSum("unit", null, 1, FormattableString.Invariant($"bonds of hydrogen have a stiffness of {k:g3} eV/Å² where 30 to 50 is usual: {(fits ? $"forces look like {name}; multiply them by {factor:0.######}, and check the energy" : "forces are in no unit that is known here; expected eV/Å")}"));
        return false;
    }

    private void ReportVirial(DataFindingLog log)
    {
        if (!_oneComposition || _virials[0].Count < 3)
            return;
        var all = new LineFit();
        foreach (var component in _virials)
            all.AddCentred(component);
        // All zero is found elsewhere.
        if (all.DeviationX == 0 || all.DeviationY == 0)
            return;
        var error = all.SlopeError;
        if (all.Slope + (4 * error) < 0)
            log.AddSum("virial_sign", null, 1, FormattableString.Invariant($"the virial goes against the forces in the bonds (slope {all.Slope:0.00} ± {error:0.00}, expected 0.7 to 1.1): it has the sign of a stress; multiply it by −1 (Ξ = −∂E/∂ε, positive when compressed)"));
        else if (all.Slope + (4 * error) < 0.4 || all.Slope - (4 * error) > 2)
            log.AddSum("unit", null, 1, FormattableString.Invariant($"the virial follows the forces in the bonds with slope {all.Slope:g3} ± {error:g2} where 0.7 to 1.1 is usual: it is not in eV, or belongs to other frames; expected Ξ = −∂E/∂ε in eV, stress times volume"));
    }

    private void ReportEnergy(double k, DataFindingLog log)
    {
        if (!_oneComposition || _energies.Count < 10 || _atoms < 24)
            return;
        var kT = RobustSpread.Of(_hydrogenForces).Median / k;
        var thermal = Math.Sqrt(1.5 * _atoms) * kT;
        var mean = _energies.Average();
        var found = Math.Sqrt(_energies.Average(energy => (energy - mean) * (energy - mean)));
        if (found < 0.25 * thermal)
            log.AddSum("unit", null, 1, FormattableString.Invariant($"energies spread by {found:g3} eV, with these forces at least {thermal:g3} eV was expected from thermal motion: they look like hartree (27.2 eV) or Ry (13.6 eV), or do not belong to these frames"));
        else if (RobustSpread.Of(_energies).Sigma > 40 * thermal)
            log.AddSum("unit", null, 1, FormattableString.Invariant($"energies spread by {found:g3} eV, with these forces about {thermal:g3} eV was expected from thermal motion: they look like kcal/mol (0.0434 eV), or do not belong to these frames"));
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => (a[0] * b[0]) + (a[1] * b[1]) + (a[2] * b[2]);
}
