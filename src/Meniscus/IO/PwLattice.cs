namespace Meniscus.IO;

/// <summary>
/// The Bravais lattices of pw.x by their number, with celldm(2) to celldm(6) or B, C and the cosines.
/// Source: Quantum ESPRESSO, page INPUT_PW, variable ibrav; −13 as from version 6.5 on, where its axes were turned.
/// </summary>
internal static class PwLattice
{
    /// <summary>The lattice vectors, rows, Å.</summary>
    /// <param name="lines">The input, for messages.</param>
    /// <param name="ibrav">Number of the lattice, not 0.</param>
    /// <param name="system">The namelist.</param>
    /// <param name="a">The lattice parameter, Å; NaN where there is none.</param>
    public static double[] Vectors(TextLines lines, double ibrav, Dictionary<string, double> system, double a)
    {
        if (double.IsNaN(ibrav))
            throw new InputException($"{lines.Path}: no ibrav in the namelist &system; expected an input of pw.x");
        if (double.IsNaN(a))
            throw new InputException($"{lines.Path}: ibrav = {ibrav} without celldm(1) or A; add one");
        var byCelldm = system.ContainsKey("celldm(1)");
        double Given(string celldm, string name) =>
            system.TryGetValue(byCelldm ? celldm : name, out var value)
                ? byCelldm ? value : value / a
                : throw new InputException($"{lines.Path}: ibrav = {ibrav} without {celldm} or {name}; add one");
        // A cosine that is not given is that of a right angle.
        double Cosine(string celldm, string name) => system.GetValueOrDefault(byCelldm ? celldm : name);
        double B() => Given("celldm(2)", "B");
        double C() => Given("celldm(3)", "C");
        double Gamma() => Cosine("celldm(4)", "cosAB");
        double Beta() => Cosine("celldm(5)", "cosAC");
        double[] unit = ibrav switch
        {
            1 => [1, 0, 0, 0, 1, 0, 0, 0, 1],
            2 => [-0.5, 0, 0.5, 0, 0.5, 0.5, -0.5, 0.5, 0],
            3 => [0.5, 0.5, 0.5, -0.5, 0.5, 0.5, -0.5, -0.5, 0.5],
            -3 => [-0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0.5, 0.5, -0.5],
            4 => [1, 0, 0, -0.5, Math.Sqrt(3) / 2, 0, 0, 0, C()],
            5 => Trigonal(Gamma()),
            -5 => TrigonalAlong111(Gamma()),
            6 => [1, 0, 0, 0, 1, 0, 0, 0, C()],
            7 => [0.5, -0.5, C() / 2, 0.5, 0.5, C() / 2, -0.5, -0.5, C() / 2],
            8 => [1, 0, 0, 0, B(), 0, 0, 0, C()],
            9 => [0.5, B() / 2, 0, -0.5, B() / 2, 0, 0, 0, C()],
            -9 => [0.5, -B() / 2, 0, 0.5, B() / 2, 0, 0, 0, C()],
            91 => [1, 0, 0, 0, B() / 2, -C() / 2, 0, B() / 2, C() / 2],
            10 => [0.5, 0, C() / 2, 0.5, B() / 2, 0, 0, B() / 2, C() / 2],
            11 => [0.5, B() / 2, C() / 2, -0.5, B() / 2, C() / 2, -0.5, -B() / 2, C() / 2],
            12 => [1, 0, 0, B() * Gamma(), B() * Sine(Gamma()), 0, 0, 0, C()],
            -12 => [1, 0, 0, 0, B(), 0, C() * Beta(), 0, C() * Sine(Beta())],
            13 => [0.5, 0, -C() / 2, B() * Gamma(), B() * Sine(Gamma()), 0, 0.5, 0, C() / 2],
            -13 => [0.5, B() / 2, 0, -0.5, B() / 2, 0, C() * Beta(), 0, C() * Sine(Beta())],
            14 => Triclinic(B(), C(), Cosine("celldm(4)", "cosBC"), Beta(), Cosine("celldm(6)", "cosAB")),
            _ => throw new InputException($"{lines.Path}: ibrav = {ibrav}; expected one of pw.x's, -13 to 14 or 91"),
        };
        return Array.ConvertAll(unit, value => value * a);
    }

    private static double Sine(double cosine) => Math.Sqrt(1 - (cosine * cosine));

    private static double[] Trigonal(double c)
    {
        var (x, y, z) = (Math.Sqrt((1 - c) / 2), Math.Sqrt((1 - c) / 6), Math.Sqrt((1 + (2 * c)) / 3));
        return [x, -y, z, 0, 2 * y, z, -x, -y, z];
    }

    private static double[] TrigonalAlong111(double c)
    {
        var (y, z) = (Math.Sqrt((1 - c) / 6), Math.Sqrt((1 + (2 * c)) / 3));
        var u = (z - (2 * Math.Sqrt(2) * y)) / Math.Sqrt(3);
        var v = (z + (Math.Sqrt(2) * y)) / Math.Sqrt(3);
        return [u, v, v, v, u, v, v, v, u];
    }

    private static double[] Triclinic(double b, double c, double alpha, double beta, double gamma)
    {
        var sine = Sine(gamma);
        var height = 1 + (2 * alpha * beta * gamma) - (alpha * alpha) - (beta * beta) - (gamma * gamma);
        return [1, 0, 0, b * gamma, b * sine, 0, c * beta, c * (alpha - (beta * gamma)) / sine, c * Math.Sqrt(height) / sine];
    }
}
