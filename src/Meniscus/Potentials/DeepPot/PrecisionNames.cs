namespace Meniscus.Potentials.DeepPot;

/// <summary>The names of number formats in DeePMD-kit's input and model files.</summary>
public static class PrecisionNames
{
    /// <summary>The supported names as a list for messages.</summary>
    public const string Known = "float64 (double, default), float32 (single)";

    /// <summary>Finds a number format by name; <c>default</c> is float64.</summary>
    /// <param name="name">A name in any case.</param>
    /// <param name="precision">The number format.</param>
    /// <returns>Whether the name is one of the supported ones; float16 and bfloat16 are not.</returns>
    public static bool TryParse(string name, out Precision precision)
    {
        (precision, var known) = name.ToUpperInvariant() switch
        {
            "FLOAT64" or "DOUBLE" or "DEFAULT" => (Precision.Float64, true),
            "FLOAT32" or "SINGLE" => (Precision.Float32, true),
            _ => (default, false),
        };
        return known;
    }

    /// <summary>The name in files.</summary>
    public static string Name(this Precision precision) => precision == Precision.Float32 ? "float32" : "float64";
}
