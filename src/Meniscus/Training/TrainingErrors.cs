using System.Text.Json.Nodes;

namespace Meniscus.Training;

/// <summary>The numbers of a learning-curve row: errors by the names of <see cref="LossInput.ErrorNames"/>.</summary>
internal static class TrainingErrors
{
    /// <summary>The errors in the order of the names; <c>rmse</c> is the root of the mean loss.</summary>
    /// <param name="names">Names.</param>
    /// <param name="sums">Sums over some batches.</param>
    /// <param name="batches">Number of batches.</param>
    public static double[] Of(IReadOnlyList<string> names, in LossSums sums, int batches)
    {
        var values = new double[names.Count];
        for (var k = 0; k < values.Length; k++)
            values[k] = names[k] == "rmse" ? Math.Sqrt(sums.Loss / Math.Max(1, batches)) : Value(names[k], sums);
        return values;
    }

    /// <summary>Adds the sums of one batch to those of others.</summary>
    public static void Add(ref LossSums total, in LossSums batch)
    {
        total.Loss += batch.Loss;
        total.Frames += batch.Frames;
        total.Energy.Add(batch.Energy);
        total.EnergyPerAtom.Add(batch.EnergyPerAtom);
        total.Force.Add(batch.Force);
        total.VirialPerAtom.Add(batch.VirialPerAtom);
        total.AtomEnergy.Add(batch.AtomEnergy);
        total.AtomPref.Add(batch.AtomPref);
    }

    /// <summary>The sums as JSON, for a checkpoint.</summary>
    public static JsonObject Save(in LossSums sums) => new()
    {
        ["loss"] = sums.Loss,
        ["frames"] = sums.Frames,
        ["energy"] = Save(sums.Energy),
        ["energy_per_atom"] = Save(sums.EnergyPerAtom),
        ["force"] = Save(sums.Force),
        ["virial_per_atom"] = Save(sums.VirialPerAtom),
        ["atom_energy"] = Save(sums.AtomEnergy),
        ["atom_pref"] = Save(sums.AtomPref),
    };

    /// <summary>Reads what <see cref="Save(in LossSums)"/> wrote.</summary>
    public static LossSums Restore(JsonObject state) => new()
    {
        Loss = (double)state["loss"]!,
        Frames = (int)state["frames"]!,
        Energy = RestoreSum(state["energy"]!),
        EnergyPerAtom = RestoreSum(state["energy_per_atom"]!),
        Force = RestoreSum(state["force"]!),
        VirialPerAtom = RestoreSum(state["virial_per_atom"]!),
        AtomEnergy = RestoreSum(state["atom_energy"]!),
        AtomPref = RestoreSum(state["atom_pref"]!),
    };

    private static double Value(string name, in LossSums sums)
    {
        var sum = name[(name.IndexOf('_', StringComparison.Ordinal) + 1)..] switch
        {
            "e" => sums.EnergyPerAtom,
            "f" => sums.Force,
            "v" => sums.VirialPerAtom,
            "ae" => sums.AtomEnergy,
            "pf" => sums.AtomPref,
            var other => throw new ArgumentOutOfRangeException(nameof(name), other, null),
        };
        return name.StartsWith("mae", StringComparison.Ordinal) ? sum.MeanAbsolute : sum.RootMeanSquare;
    }

    private static JsonArray Save(ErrorSum sum) => [sum.Squares, sum.Absolute, sum.Count];

    private static ErrorSum RestoreSum(JsonNode node) => new()
    {
        Squares = (double)node[0]!,
        Absolute = (double)node[1]!,
        Count = (long)node[2]!,
    };
}
