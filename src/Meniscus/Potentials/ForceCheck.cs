using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Potentials;

/// <summary>
/// Whether a model's forces and virial are the derivatives of its energy. A component is compared with the five-point difference
/// <code>
/// D(h) = [8(E(h) − E(−h)) − (E(2h) − E(−2h))]/12h,   −F or −Ξ ≈ D(h),   error of D ≈ |D(h) − D(h/2)|
/// </code>
/// of the energy under a displacement of an atom by h, or under a strain: r′ = (1 + ε) r with ε_aa = h, or ε_ab = ε_ba = h/2,
/// for positions and cell alike. The second difference tells what the first is worth: truncation, rounding, and the jumps of
/// an energy that is cut off without shift all show in it.
/// </summary>
public sealed class ForceCheck
{
    /// <summary>By how many errors of the difference a force may miss it, beyond the tolerance.</summary>
    private const double Errors = 3;

    private static readonly (int A, int B)[] Strains = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)];

    private readonly IPotential _potential;
    private readonly int[] _types;
    private readonly double[] _positions;
    private readonly Cell _cell;
    private readonly double[]? _frameParameters;
    private readonly Evaluation _result = new();

    private ForceCheck(IPotential potential, Frame frame, ForceCheckOptions options)
    {
        _potential = potential;
        _types = TypesOf(frame, potential.TypeMap);
        _positions = [.. frame.Positions];
        _cell = frame.Cell;
        var model = (potential as DeepPotential)?.Model;
        _frameParameters = model?.Fitting.DefaultFrameParameters;
        IsSinglePrecision = model is not null && (model.Descriptor.Precision == Precision.Float32 || model.Fitting.Precision == Precision.Float32);
        Displacement = options.Displacement ?? (IsSinglePrecision ? 2e-2 : 2e-4);
        Strain = options.Strain ?? (IsSinglePrecision ? 2e-3 : 4e-6);
        Tolerance = options.Tolerance ?? (IsSinglePrecision ? 2e-3 : 1e-5);
        AtomCount = frame.AtomCount;
    }

    /// <summary>Whether the model computes in float32, which sets the defaults.</summary>
    public bool IsSinglePrecision { get; }

    /// <summary>h of the displacements, Å.</summary>
    public double Displacement { get; }

    /// <summary>h of the strains.</summary>
    public double Strain { get; }

    /// <summary>Error of a force that is no fault, eV/Å.</summary>
    public double Tolerance { get; }

    /// <summary>Error of the virial that is no fault, eV: that of the forces times 1 Å for every atom.</summary>
    public double VirialTolerance => Tolerance * AtomCount;

    /// <summary>Number of atoms of the frame.</summary>
    public int AtomCount { get; }

    /// <summary>Energy of the frame, eV.</summary>
    public double Energy { get; private set; }

    /// <summary>The forces compared, eV/Å, three per chosen atom.</summary>
    public IReadOnlyList<DerivativeComparison> Forces { get; private set; } = [];

    /// <summary>The virial compared, eV: xx yy zz xy xz yz.</summary>
    public IReadOnlyList<DerivativeComparison> Virial { get; private set; } = [];

    /// <summary>Sum of the forces on all atoms, eV/Å.</summary>
    public IReadOnlyList<double> NetForce { get; private set; } = [];

    /// <summary>Largest |Ξ_ab − Ξ_ba|/2, eV.</summary>
    public double Asymmetry { get; private set; }

    /// <summary>The worst force.</summary>
    public DerivativeComparison WorstForce => Forces.MaxBy(f => f.Error);

    /// <summary>The worst component of the virial.</summary>
    public DerivativeComparison WorstVirial => Virial.MaxBy(v => v.Error);

    /// <summary>Root mean square of the errors of the forces, eV/Å.</summary>
    public double ForceRms => Rms(Forces);

    /// <summary>Root mean square of the errors of the virial, eV.</summary>
    public double VirialRms => Rms(Virial);

    /// <summary>Components whose difference has an error above the tolerance, so that little can be said of them.</summary>
    public int UncertainForces => Forces.Count(f => f.ExpectedError > Tolerance);

    /// <summary>Components of the virial whose difference has an error above the tolerance.</summary>
    public int UncertainVirials => Virial.Count(v => v.ExpectedError > VirialTolerance);

    /// <summary>What is wrong, one line each, the worst of each kind; empty where all is well.</summary>
    public IReadOnlyList<string> Failures { get; private set; } = [];

    /// <summary>Checks a model on a frame.</summary>
    /// <param name="potential">The model; owned by the caller.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="options">How many atoms, how far they are moved.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">The model does not know an element, or cannot evaluate the frame.</exception>
    public static ForceCheck Run(
        IPotential potential, Frame frame, ForceCheckOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(potential);
        ArgumentNullException.ThrowIfNull(frame);
        options ??= new ForceCheckOptions();
        var check = new ForceCheck(potential, frame, options);
        check.Compare(Chosen(frame.AtomCount, options), progress, cancellation);
        check.Judge();
        return check;
    }

    private void Compare(int[] atoms, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        Energy = EnergyAt(_positions, _cell);
        var (forces, virial) = (_result.Forces.ToArray(), _result.Virial.ToArray());
        NetForce = [.. Enumerable.Range(0, 3).Select(a => Enumerable.Range(0, AtomCount).Sum(i => forces[(3 * i) + a]))];
        Asymmetry = 0.5 * Strains.Max(s => Math.Abs(virial[(3 * s.A) + s.B] - virial[(3 * s.B) + s.A]));
        var (total, done) = ((3 * atoms.Length) + Strains.Length, 0);
        var compared = new List<DerivativeComparison>();
        foreach (var atom in atoms)
        {
            for (var axis = 0; axis < 3; axis++)
            {
                cancellation.ThrowIfCancellationRequested();
                var k = (3 * atom) + axis;
                var (slope, error) = Difference(h => EnergyOfDisplaced(k, h), Displacement);
                compared.Add(new DerivativeComparison(atom, _potential.TypeMap[_types[atom]], "xyz"[axis].ToString(), forces[k], -slope, error));
                progress?.Report(new ProgressReport(++done, total, ""));
            }
        }

        Forces = WithTypicalError(compared);
        compared.Clear();
        foreach (var (a, b) in Strains)
        {
            cancellation.ThrowIfCancellationRequested();
            var (slope, error) = Difference(h => EnergyOfStrained(a, b, h), Strain);
            compared.Add(new DerivativeComparison(-1, "", $"{"xyz"[a]}{"xyz"[b]}", 0.5 * (virial[(3 * a) + b] + virial[(3 * b) + a]), -slope, error));
            progress?.Report(new ProgressReport(++done, total, ""));
        }

        Virial = WithTypicalError(compared);
    }

    private void Judge()
    {
        var culture = CultureInfo.InvariantCulture;
        var failures = new List<string>();
        if (Forces.Where(f => !(f.Error <= Tolerance + (Errors * f.ExpectedError))).OrderByDescending(f => f.Error).FirstOrDefault() is { Component: not null } force)
        {
            failures.Add(string.Create(
                culture,
                $"force on atom {force.Atom} (counted from 0, {force.Element}) along {force.Component}: found {force.Found:g9} eV/Å, the energy says {force.Expected:g9}({force.ExpectedError:g1}); off by {force.Error:g3}, tolerance {Tolerance:g3}"));
        }

        if (Virial.Where(v => !(v.Error <= VirialTolerance + (Errors * v.ExpectedError))).OrderByDescending(v => v.Error).FirstOrDefault() is { Component: not null } virial)
        {
            failures.Add(string.Create(
                culture,
                $"virial {virial.Component}: found {virial.Found:g9} eV, the energy says {virial.Expected:g9}({virial.ExpectedError:g1}); off by {virial.Error:g3}, tolerance {VirialTolerance:g3}"));
        }

        if (Asymmetry > VirialTolerance)
            failures.Add(string.Create(culture, $"the virial is not symmetric: |Ξ_ab − Ξ_ba|/2 reaches {Asymmetry:g3} eV, tolerance {VirialTolerance:g3}"));
        if (NetForce.Max(Math.Abs) > Tolerance * AtomCount)
            failures.Add(string.Create(culture, $"the forces add up to ({NetForce[0]:g3}, {NetForce[1]:g3}, {NetForce[2]:g3}) eV/Å, tolerance {Tolerance * AtomCount:g3}"));
        if (failures.Count == 0 && 2 * UncertainForces > Forces.Count)
        {
            failures.Add(string.Create(
                culture,
                $"nothing can be said: {UncertainForces} of {Forces.Count} differences have errors above the tolerance of {Tolerance:g3} eV/Å; take another displacement than {Displacement:g3} Å, or a larger tolerance"));
        }

        Failures = failures;
    }

    /// <summary>D(h) and |D(h) − D(h/2)|.</summary>
    private static (double Slope, double Error) Difference(Func<double, double> energy, double h)
    {
        var half = energy(h / 2) - energy(-h / 2);
        var one = energy(h) - energy(-h);
        var two = energy(2 * h) - energy(-2 * h);
        var wide = ((8 * one) - two) / (12 * h);
        var narrow = ((8 * half) - one) / (6 * h);
        return (wide, Math.Abs(wide - narrow));
    }

    /// <summary>Two differences may agree by accident; none is taken to be better than the median of all.</summary>
    private static DerivativeComparison[] WithTypicalError(List<DerivativeComparison> all)
    {
        var typical = all.Select(c => c.ExpectedError).Order().ElementAt(all.Count / 2);
        return [.. all.Select(c => c with { ExpectedError = Math.Max(c.ExpectedError, typical) })];
    }

    private double EnergyOfDisplaced(int component, double h)
    {
        var before = _positions[component];
        _positions[component] = before + h;
        var energy = EnergyAt(_positions, _cell);
        _positions[component] = before;
        return energy;
    }

    private double EnergyOfStrained(int a, int b, double h)
    {
        var positions = Strained(_positions, a, b, h);
        return EnergyAt(positions, _cell.IsPeriodic ? new Cell(Strained(_cell.ToArray(), a, b, h)) : Cell.None);
    }

    private static double[] Strained(double[] vectors, int a, int b, double h)
    {
        // On the diagonal both lines add to the same component, h in all.
        double[] result = [.. vectors];
        for (var k = 0; k < vectors.Length; k += 3)
        {
            result[k + a] += 0.5 * h * vectors[k + b];
            result[k + b] += 0.5 * h * vectors[k + a];
        }

        return result;
    }

    private double EnergyAt(double[] positions, Cell cell)
    {
        _potential.Evaluate(new Configuration(_types, positions, cell) { FrameParameters = _frameParameters }, _result);
        return _result.Energy;
    }

    private static int[] Chosen(int atoms, ForceCheckOptions options)
    {
        int[] all = [.. Enumerable.Range(0, atoms)];
        if (options.Atoms is 0 || options.Atoms >= atoms)
            return all;
        new RandomStream(options.Seed, "check forces").Shuffle<int>(all);
        Array.Sort(all, 0, options.Atoms);
        return all[..options.Atoms];
    }

    private static int[] TypesOf(Frame frame, TypeMap map)
    {
        if (frame.AtomCount == 0)
            throw new InputException("the frame has no atoms; expected at least one");
        var indices = frame.TypeMap.IndicesIn(map);
        for (var i = 0; i < frame.AtomCount; i++)
        {
            if (indices[frame.Types[i]] < 0)
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"atom {i} (counted from 0) is '{frame.NameOf(i)}', which the model does not know; the structure has [{frame.TypeMap}], the model [{map}]"));
            }
        }

        return [.. frame.Types.Select(type => indices[type])];
    }

    private static double Rms(IReadOnlyList<DerivativeComparison> all) => Math.Sqrt(all.Average(c => c.Error * c.Error));
}

/// <summary>How forces are checked.</summary>
public sealed record ForceCheckOptions
{
    /// <summary>Number of atoms, chosen at random; 0 for all.</summary>
    public int Atoms { get; init; } = 20;

    /// <summary>h of the displacements, Å; null for 2·10⁻⁴, and 0.02 for a model that computes in float32.</summary>
    public double? Displacement { get; init; }

    /// <summary>h of the strains; null for 4·10⁻⁶, and 0.002 for a model that computes in float32.</summary>
    public double? Strain { get; init; }

    /// <summary>Error of a force that is no fault, eV/Å; null for 10⁻⁵, and 0.002 for a model that computes in float32.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Seed of the choice of atoms.</summary>
    public long Seed { get; init; } = 1;
}

/// <summary>A component of a force or of the virial, and what the energy says of it.</summary>
/// <param name="Atom">The atom, from 0; −1 for the virial.</param>
/// <param name="Element">Its element, or an empty text.</param>
/// <param name="Component"><c>x</c>, or <c>xy</c>.</param>
/// <param name="Found">What the model gives, eV/Å or eV.</param>
/// <param name="Expected">The difference of the energy.</param>
/// <param name="ExpectedError">Its own error.</param>
public readonly record struct DerivativeComparison(int Atom, string Element, string Component, double Found, double Expected, double ExpectedError)
{
    /// <summary>|found − expected|.</summary>
    public double Error => Math.Abs(Found - Expected);
}
