// The JSON text that goes with forces. i-PI reads committee_pot, committee_force and committee_virial of it (hartree, bohr;
// one entry per model), as its ffcommittee does for committees that one client computes.
using System.Buffers;
using System.Text.Json;
using Meniscus.Atoms;
using Meniscus.Potentials;

namespace Meniscus.Serving;

/// <summary>What is sent besides energy, forces and virial.</summary>
public enum IpiExtraText
{
    /// <summary>Nothing; ASE to 3.22 at least stops at any text.</summary>
    None,

    /// <summary>How far the models of a committee differ, and the energy of each.</summary>
    Deviation,

    /// <summary>Forces and virial of each model too.</summary>
    EveryModel,
}

/// <summary>Writes the text.</summary>
internal static class IpiExtra
{
    /// <summary>The text for the last evaluation; empty for a single model.</summary>
    /// <param name="committee">All of its models evaluated; null for a single model.</param>
    /// <param name="wanted">How much.</param>
    public static ReadOnlySpan<byte> Of(Committee? committee, IpiExtraText wanted)
    {
        if (committee is null || wanted == IpiExtraText.None)
            return [];
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            WriteDeviation(json, committee.Deviation());
            json.WriteStartArray("committee_pot");
            foreach (var model in committee.Evaluations)
                json.WriteNumberValue(model.Energy / Units.Hartree);
            json.WriteEndArray();
            if (wanted == IpiExtraText.EveryModel)
            {
                WriteAll(json, "committee_force", committee.Evaluations, model => model.Forces, Units.Bohr / Units.Hartree);
                WriteAll(json, "committee_virial", committee.Evaluations, model => model.Virial, 1 / Units.Hartree);
            }

            json.WriteEndObject();
        }

        return text.WrittenSpan;
    }

    private static void WriteDeviation(Utf8JsonWriter json, ModelDeviation deviation)
    {
        json.WriteNumber("max_devi_f_eV_per_A", deviation.MaxForce);
        json.WriteNumber("min_devi_f_eV_per_A", deviation.MinForce);
        json.WriteNumber("avg_devi_f_eV_per_A", deviation.AverageForce);
        json.WriteNumber("max_devi_v_eV_per_atom", deviation.MaxVirial);
        json.WriteNumber("min_devi_v_eV_per_atom", deviation.MinVirial);
        json.WriteNumber("avg_devi_v_eV_per_atom", deviation.AverageVirial);
        json.WriteNumber("devi_e_eV_per_atom", deviation.Energy);
    }

    private static void WriteAll(Utf8JsonWriter json, string key, IReadOnlyList<Evaluation> models, Func<Evaluation, double[]> of, double unit)
    {
        json.WriteStartArray(key);
        foreach (var model in models)
        {
            json.WriteStartArray();
            foreach (var value in of(model))
                json.WriteNumberValue(value * unit);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
