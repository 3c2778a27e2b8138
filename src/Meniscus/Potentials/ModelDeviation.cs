using Meniscus.Atoms;

namespace Meniscus.Potentials;

/// <summary>How deviations are measured.</summary>
public sealed record ModelDeviationOptions
{
    /// <summary>Level l of relative deviations of forces, eV/Å: each is divided by |F| + l; null for absolute ones.</summary>
    public double? RelativeForce { get; init; }

    /// <summary>Level of relative deviations of the virial, eV per atom; null for absolute ones.</summary>
    public double? RelativeVirial { get; init; }

    /// <summary>Labels; with them the errors against the labels are taken instead of the deviations from the mean.</summary>
    public LabelledFrame? Labels { get; init; }
}

/// <summary>
/// How far several models differ for a configuration, as DeePMD-kit defines it (J. Zeng et al., J. Chem. Phys. 159, 054801
/// (2023), relative ones its eqs. (71) and (72); <c>dp model-devi</c>); theory (8.13) to (8.15). Averages run over the models, deviations
/// are those of the population: √⟨|x − ⟨x⟩|²⟩.
/// </summary>
/// <param name="MaxVirial">Largest deviation of a component of the virial per atom, eV.</param>
/// <param name="MinVirial">Smallest, eV.</param>
/// <param name="AverageVirial">Root mean square over the components, eV.</param>
/// <param name="MaxForce">Largest deviation of the force on an atom, eV/Å.</param>
/// <param name="MinForce">Smallest, eV/Å.</param>
/// <param name="AverageForce">Mean over the atoms, eV/Å.</param>
/// <param name="Energy">Deviation of the energy per atom, eV.</param>
public readonly record struct ModelDeviation(
    double MaxVirial, double MinVirial, double AverageVirial, double MaxForce, double MinForce, double AverageForce, double Energy)
{
    /// <summary>Compares evaluations of one configuration.</summary>
    /// <param name="models">What each model gave.</param>
    /// <param name="types">Type of each atom; those of negative type (padding) are left out.</param>
    /// <param name="options">Relative deviations, or errors against labels.</param>
    /// <param name="perAtom">Receives the deviation of the force on each atom, eV/Å; may be empty.</param>
    public static ModelDeviation Of(IReadOnlyList<Evaluation> models, ReadOnlySpan<int> types, ModelDeviationOptions? options = null, Span<double> perAtom = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        options ??= new ModelDeviationOptions();
        var atoms = 0;
        var (max, min, sum) = (0.0, double.MaxValue, 0.0);
        for (var i = 0; i < types.Length; i++)
        {
            var deviation = types[i] < 0 ? 0 : OfForce(models, options, i);
            if (!perAtom.IsEmpty)
                perAtom[i] = deviation;
            if (types[i] < 0)
                continue;
            atoms++;
            (max, min, sum) = (Math.Max(max, deviation), Math.Min(min, deviation), sum + deviation);
        }

        if (atoms == 0)
            return default;
        var (maxVirial, minVirial, averageVirial) = OfVirial(models, options, atoms);
        return new(maxVirial, minVirial, averageVirial, max, min, sum / atoms, OfEnergy(models, options, atoms));
    }

    private static double OfForce(IReadOnlyList<Evaluation> models, ModelDeviationOptions options, int atom)
    {
        var (squares, length) = (0.0, 0.0);
        for (var k = 3 * atom; k < (3 * atom) + 3; k++)
        {
            double mean = 0, square = 0;
            foreach (var model in models)
                mean += model.Forces[k] / models.Count;
            var centre = options.Labels?.Forces[k] ?? mean;
            foreach (var model in models)
                square += (model.Forces[k] - centre) * (model.Forces[k] - centre) / models.Count;
            squares += square;
            length += centre * centre;
        }

        return options.RelativeForce is { } level ? Math.Sqrt(squares) / (Math.Sqrt(length) + level) : Math.Sqrt(squares);
    }

    private static (double Max, double Min, double Average) OfVirial(IReadOnlyList<Evaluation> models, ModelDeviationOptions options, int atoms)
    {
        var (max, min, squares, length) = (0.0, double.MaxValue, 0.0, 0.0);
        for (var k = 0; k < 9; k++)
        {
            double mean = 0, square = 0;
            foreach (var model in models)
                mean += model.Virial[k] / atoms / models.Count;
            var centre = options.Labels is { } labels ? labels.Virial[k] / atoms : mean;
            foreach (var model in models)
                square += Math.Pow((model.Virial[k] / atoms) - centre, 2) / models.Count;
            (max, min) = (Math.Max(max, Math.Sqrt(square)), Math.Min(min, Math.Sqrt(square)));
            squares += square;
            length += centre * centre;
        }

        var scale = options.RelativeVirial is { } level ? 1 / (Math.Sqrt(length) + level) : 1;
        return (scale * max, scale * min, scale * Math.Sqrt(squares / 9));
    }

    private static double OfEnergy(IReadOnlyList<Evaluation> models, ModelDeviationOptions options, int atoms)
    {
        double mean = 0, square = 0;
        foreach (var model in models)
            mean += model.Energy / atoms / models.Count;
        var centre = options.Labels is { } labels ? labels.Energy / atoms : mean;
        foreach (var model in models)
            square += Math.Pow((model.Energy / atoms) - centre, 2) / models.Count;
        return Math.Sqrt(square);
    }
}
