// The JSON text that goes with forces. i-PI reads committee_pot, committee_force and committee_virial of it (hartree, bohr;
// one entry per model), as its ffcommittee does for committees that one client computes.
using System.Buffers;
using System.Text.Json;
using Meniscus.Atoms;
using Meniscus.Potentials;

namespace Meniscus.Serving;

/// <summary>What is sent besides energy, forces and virial: how far the models of a committee differ.</summary>
internal static class IpiExtra
{
    /// <summary>Sent where there is nothing to say: receivers cannot tell no bytes from a closed connection.</summary>
    private static readonly byte[] Nothing = "{}"u8.ToArray();

    /// <summary>The text for the last evaluation.</summary>
    /// <param name="committee">All of its models evaluated; null for a single model.</param>
    /// <param name="everyModel">Whether the forces and the virial of every model are wanted too.</param>
    public static ReadOnlySpan<byte> Of(Committee? committee, bool everyModel)
    {
        if (committee is null)
            return Nothing;
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            WriteDeviation(json, committee.Deviation());
            json.WriteStartArray("committee_pot");
            foreach (var model in committee.Evaluations)
                json.WriteNumberValue(model.Energy / Units.Hartree);
            json.WriteEndArray();
            if (everyModel)
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
