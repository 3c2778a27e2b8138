using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials;

/// <summary>ε and σ of a type, or of a pair of types.</summary>
/// <param name="Depth">ε, eV; 0 for none.</param>
/// <param name="Diameter">σ, Å.</param>
public readonly record struct LennardJonesParameters(double Depth, double Diameter);

/// <summary>
/// The Lennard-Jones potential 4ε((σ/r)¹² − (σ/r)⁶) within a cutoff, truncated or shifted to 0 there, without tail
/// corrections: J. E. Jones, Proc. R. Soc. A 106, 463 (1924); theory (8.1). What LAMMPS calls <c>lj/cut</c>, shifted with
/// <c>pair_modify shift yes</c>.
/// </summary>
public sealed class LennardJones : PairPotential
{
    private readonly double[] _twelfth;
    private readonly double[] _sixth;
    private readonly double[] _offset;
    private readonly int _types;

    /// <summary>Creates the potential with Lorentz–Berthelot mixing: σ the arithmetic, ε the geometric mean.</summary>
    /// <param name="typeMap">Names of the types.</param>
    /// <param name="parameters">ε and σ per type.</param>
    /// <param name="cutoff">Å.</param>
    /// <param name="shifted">Whether a constant makes the energy of a pair 0 at the cutoff.</param>
    /// <param name="team">Threads to share; null to make a team of one.</param>
    /// <exception cref="InputException">A number cannot be used, or parameters and types are not as many.</exception>
    public LennardJones(TypeMap typeMap, IReadOnlyList<LennardJonesParameters> parameters, double cutoff, bool shifted = false, WorkerTeam? team = null)
        : this(typeMap, Mixed(typeMap, parameters), cutoff, shifted, team)
    {
    }

    /// <summary>Creates the potential with parameters for each pair of types.</summary>
    /// <param name="typeMap">Names of the types.</param>
    /// <param name="parameters">ε and σ of two types, the same in either order.</param>
    /// <param name="cutoff">Å.</param>
    /// <param name="shifted">Whether a constant makes the energy of a pair 0 at the cutoff.</param>
    /// <param name="team">Threads to share; null to make a team of one.</param>
    /// <exception cref="InputException">A number cannot be used.</exception>
    public LennardJones(TypeMap typeMap, Func<int, int, LennardJonesParameters> parameters, double cutoff, bool shifted = false, WorkerTeam? team = null)
        : base(typeMap, cutoff, team)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(cutoff > 0 && double.IsFinite(cutoff)))
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"Lennard-Jones: cutoff {cutoff}; expected a number above 0, in Å"));
        _types = typeMap.Count;
        (_twelfth, _sixth, _offset) = (new double[_types * _types], new double[_types * _types], new double[_types * _types]);
        for (var a = 0; a < _types; a++)
        {
            for (var b = 0; b < _types; b++)
            {
                var pair = parameters(Math.Min(a, b), Math.Max(a, b));
                if (!(pair.Depth >= 0 && pair.Diameter >= 0 && double.IsFinite(pair.Depth + pair.Diameter)))
                    throw new InputException(string.Create(CultureInfo.InvariantCulture, $"Lennard-Jones: {typeMap[a]} {typeMap[b]} has ε = {pair.Depth} eV, σ = {pair.Diameter} Å; expected finite numbers not below 0"));
                var sixth = Math.Pow(pair.Diameter, 6);
                var k = (a * _types) + b;
                (_sixth[k], _twelfth[k]) = (4 * pair.Depth * sixth, 4 * pair.Depth * sixth * sixth);
                _offset[k] = shifted ? (_twelfth[k] / Math.Pow(cutoff, 12)) - (_sixth[k] / Math.Pow(cutoff, 6)) : 0;
            }
        }
    }

    private protected override (double Energy, double ForceOverDistance) Pair(int first, int second, double square)
    {
        var k = (first * _types) + second;
        var inverse = 1 / square;
        var sixth = inverse * inverse * inverse;
        var (repulsion, attraction) = (_twelfth[k] * sixth * sixth, _sixth[k] * sixth);
        return (repulsion - attraction - _offset[k], ((12 * repulsion) - (6 * attraction)) * inverse);
    }

    private static Func<int, int, LennardJonesParameters> Mixed(TypeMap typeMap, IReadOnlyList<LennardJonesParameters> parameters)
    {
        ArgumentNullException.ThrowIfNull(typeMap);
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Count != typeMap.Count)
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"Lennard-Jones: {parameters.Count} pairs of ε and σ for {typeMap.Count} types ({typeMap}); expected one for each"));
        return (a, b) => new(
            Math.Sqrt(parameters[a].Depth * parameters[b].Depth),
            0.5 * (parameters[a].Diameter + parameters[b].Diameter));
    }
}
