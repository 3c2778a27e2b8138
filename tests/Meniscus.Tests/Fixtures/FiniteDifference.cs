namespace Meniscus.Tests.Fixtures;

/// <summary>Derivatives by central differences of fourth order: error h⁴f⁽⁵⁾/30 and rounding of about ε|f|/h.</summary>
internal static class FiniteDifference
{
    /// <summary>f′(0), where f is given the displacement.</summary>
    public static double Derivative(Func<double, double> function, double h) =>
        ((8 * (function(h) - function(-h))) - (function(2 * h) - function(-2 * h))) / (12 * h);

    /// <summary>The derivative by one element of an array, which is left as it was.</summary>
    public static double Derivative(double[] variables, int index, Func<double> function, double h)
    {
        var value = variables[index];
        var derivative = Derivative(
            displacement =>
            {
                variables[index] = value + displacement;
                return function();
            },
            h);
        variables[index] = value;
        return derivative;
    }
}
