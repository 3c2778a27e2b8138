using System.Globalization;
using Meniscus.Atoms;

namespace Meniscus.Analysis;

/// <summary>
/// Looks at the trajectory behind a surface tension: whether the slab drifted far, whether the cell changed, whether it is
/// one slab, and whether atoms are in the vapour.
/// </summary>
public sealed class SlabCheck
{
    private const double FarFromSurface = 5;
    private readonly DensityProfile _profile;

    /// <summary>Creates one without frames.</summary>
    /// <param name="axis">Axis along the normal: 0, 1, 2 for x, y, z.</param>
    public SlabCheck(int axis = 2)
    {
        _profile = new DensityProfile(axis, 0.5);
    }

    /// <summary>The density profile found on the way.</summary>
    public DensityProfile Profile => _profile;

    /// <summary>Adds a frame.</summary>
    public void Add(Frame frame) => _profile.Add(frame);

    /// <summary>What speaks against the slab, one sentence each.</summary>
    public IReadOnlyList<string> Warnings()
    {
        var culture = CultureInfo.InvariantCulture;
        var warnings = new List<string>();
        var (smallest, largest) = _profile.Lengths;
        if (largest - smallest > 1e-6 * largest)
            warnings.Add(string.Create(culture, $"the cell length along the normal changes from {smallest:0.###} to {largest:0.###} Å in the trajectory"));
        if (_profile.LargestDrift > 2)
            warnings.Add(string.Create(culture, $"the slab drifts by up to {_profile.LargestDrift:0.#} Å; the profile is centred frame by frame, but the run should keep its centre of mass at rest"));
        if (_profile.Fit() is not { } fit)
        {
            warnings.Add("no two interfaces are found in the trajectory: the cell is filled, or the slab broke up");
            return warnings;
        }

        var density = _profile.MassDensity();
        var positions = _profile.Positions();
        var bin = _profile.Length / positions.Length;
        double outside = 0, all = 0, densest = 0;
        for (var b = 0; b < positions.Length; b++)
        {
            all += density[b].Mean * bin;
            if (positions[b] >= fit.Lower.Mean - FarFromSurface && positions[b] <= fit.Upper.Mean + FarFromSurface)
                continue;
            outside += density[b].Mean * bin;
            densest = Math.Max(densest, density[b].Mean);
        }

        if (densest > 0.25 * fit.Liquid.Mean)
            warnings.Add(string.Create(culture, $"there is a second slab or droplet: {densest:0.###} g/cm³ more than {FarFromSurface} Å outside the surfaces"));
        else if (outside > 0)
            warnings.Add(string.Create(culture, $"{100 * outside / all:G2}% of the mass is in the vapour, more than {FarFromSurface} Å outside the surfaces"));
        if (fit.Upper.Mean - fit.Lower.Mean > _profile.Length - 10)
            warnings.Add(string.Create(culture, $"only {_profile.Length - fit.Upper.Mean + fit.Lower.Mean:0.#} Å of vapour separate the surfaces from their images; the two may feel each other"));
        return warnings;
    }
}
