using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials;

/// <summary>
/// The screened repulsion of two nuclei at short distance: J. F. Ziegler, J. P. Biersack, U. Littmark, The Stopping and
/// Range of Ions in Matter, vol. 1 (1985), with the universal screening function; theory (8.12). From the inner to the outer
/// cutoff a polynomial takes energy, force and its slope to zero, the one of LAMMPS's <c>pair_style zbl inner outer</c>.
/// </summary>
public sealed class Zbl : PairPotential
{
    private static readonly (double Strength, double Rate)[] Screening = [(0.18175, 3.19980), (0.50986, 0.94229), (0.28022, 0.40290), (0.02817, 0.20162)];

    private readonly double _inner;
    private readonly double[] _charges;
    private readonly Switch[] _switches;

    /// <summary>Creates the potential.</summary>
    /// <param name="typeMap">Symbols of elements.</param>
    /// <param name="inner">Where switching begins, Å.</param>
    /// <param name="outer">Cutoff, Å.</param>
    /// <param name="team">Threads to share; null to make a team of one.</param>
    /// <exception cref="InputException">A type is not an element, or the cutoffs cannot be used.</exception>
    public Zbl(TypeMap typeMap, double inner, double outer, WorkerTeam? team = null)
        : base(typeMap, outer, team)
    {
        if (!(inner > 0 && outer > inner && double.IsFinite(outer)))
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"ZBL: inner cutoff {inner}, outer cutoff {outer}; expected 0 < inner < outer, in Å"));
        _inner = inner;
        _charges = new double[typeMap.Count];
        for (var t = 0; t < typeMap.Count; t++)
        {
            _charges[t] = Element.AtomicNumber(typeMap[t]);
            if (_charges[t] == 0)
                throw new InputException($"ZBL: type '{typeMap[t]}' is not the symbol of an element; the repulsion needs the charge of its nucleus");
        }

        _switches = new Switch[typeMap.Count * typeMap.Count];
        for (var k = 0; k < _switches.Length; k++)
            _switches[k] = MakeSwitch(k / typeMap.Count, k % typeMap.Count);
    }

    private protected override (double Energy, double ForceOverDistance) Pair(int first, int second, double square)
    {
        var r = Math.Sqrt(square);
        var (energy, slope, _) = Repulsion(first, second, r);
        var s = _switches[(first * _charges.Length) + second];
        energy += s.Constant;
        if (r > _inner)
        {
            var t = r - _inner;
            energy += t * t * t * ((s.Cubic / 3) + (s.Quartic / 4 * t));
            slope += t * t * (s.Cubic + (s.Quartic * t));
        }

        return (energy, -slope / r);
    }

    /// <summary>A, B and C of S(r) = A/3 t³ + B/4 t⁴ + C, t = r − r_inner, such that E + S and two derivatives vanish at the outer cutoff.</summary>
    private Switch MakeSwitch(int first, int second)
    {
        var (energy, slope, curvature) = Repulsion(first, second, Cutoff);
        var width = Cutoff - _inner;
        return new Switch(
            ((-3 * slope) + (width * curvature)) / (width * width),
            ((2 * slope) - (width * curvature)) / (width * width * width),
            -energy + (width * slope / 2) - (width * width * curvature / 12));
    }

    private (double Energy, double Slope, double Curvature) Repulsion(int first, int second, double r)
    {
        var length = 0.46850 / (Math.Pow(_charges[first], 0.23) + Math.Pow(_charges[second], 0.23));
        double screening = 0, slope = 0, curvature = 0;
        foreach (var (strength, rate) in Screening)
        {
            var k = rate / length;
            var term = strength * Math.Exp(-k * r);
            screening += term;
            slope -= k * term;
            curvature += k * k * term;
        }

        var factor = Units.Coulomb * _charges[first] * _charges[second] / r;
        return (
            factor * screening,
            factor * (slope - (screening / r)),
            factor * (curvature - (2 * slope / r) + (2 * screening / (r * r))));
    }

    private readonly record struct Switch(double Cubic, double Quartic, double Constant);
}
