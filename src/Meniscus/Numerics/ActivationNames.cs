namespace Meniscus.Numerics;

/// <summary>
/// The names of the activation functions in DeePMD-kit's input and model files. Upper and lower case are not told
/// apart; <c>gelu_tf</c> is <c>gelu</c>, and <c>none</c> is <c>linear</c>.
/// </summary>
public static class ActivationNames
{
    private static readonly (string Name, ActivationFunction Function)[] Names =
    [
        ("tanh", ActivationFunction.Tanh),
        ("relu", ActivationFunction.Relu),
        ("relu6", ActivationFunction.Relu6),
        ("softplus", ActivationFunction.Softplus),
        ("sigmoid", ActivationFunction.Sigmoid),
        ("gelu", ActivationFunction.Gelu),
        ("gelu_tf", ActivationFunction.Gelu),
        ("silu", ActivationFunction.Silu),
        ("none", ActivationFunction.Linear),
        ("linear", ActivationFunction.Linear),
    ];

    /// <summary>The known names as a list for messages.</summary>
    public static string Known { get; } = string.Join(", ", Names.Select(entry => entry.Name));

    /// <summary>Finds a function by name.</summary>
    /// <param name="name">A name in any case.</param>
    /// <param name="function">The function.</param>
    /// <returns>Whether the name is known.</returns>
    public static bool TryParse(string name, out ActivationFunction function)
    {
        foreach (var (known, candidate) in Names)
        {
            if (!known.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            function = candidate;
            return true;
        }
        function = default;
        return false;
    }

    /// <summary>The name DeePMD-kit uses for a function (<c>gelu</c>, and <c>none</c> for the linear one).</summary>
    public static string Name(this ActivationFunction function) =>
        Array.Find(Names, entry => entry.Function == function).Name;
}
