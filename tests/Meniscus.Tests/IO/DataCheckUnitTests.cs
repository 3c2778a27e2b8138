using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

/// <summary>Labels in other units, with the other sign, or of another level of theory: found in real data made so, not in real data.</summary>
public sealed class DataCheckUnitTests
{
    private const double HartreePerBohr = 27.211386 / 0.529177211;

    [Theory]
    [InlineData("water-pbe0")]
    [InlineData("water-spcfw")]
    [InlineData("water-pbe-vasp")]
    [InlineData("nacl-water")]
    [InlineData("tio2-water-film")]
    [InlineData("tis2-water")]
    [InlineData("water-dcr2scan")]
    [InlineData("water-dplr")]
    [InlineData("water-ions-scan")]
    [InlineData("water-optb88-scaled")]
    [InlineData("water-revpbe0d3")]
    [InlineData("water-scan-qe")]
    [InlineData("water-slab-dipole")]
    [InlineData("water-slab-scan-dp")]
    public void Real_data_is_in_its_units(string folder)
    {
        var findings = Check([folder], _ => { });
        Assert.DoesNotContain(findings, finding => finding.Kind is "unit" or "virial_sign" or "energy_reference");
    }

    [Theory]
    [InlineData("water-spcfw/bulk-300", 27.211386, HartreePerBohr, "look like hartree/bohr; multiply them by 51.42")]
    [InlineData("water-spcfw/slab-600", 13.605693, HartreePerBohr / 2, "look like Ry/bohr, or hartree/Å; multiply them by 25.71")]
    [InlineData("water-pbe0/data_0", 0.0433641, 0.0433641, "look like kcal/mol/Å; multiply them by 0.043364")]
    [InlineData("tis2-water/Interface_AC_MD", 27.211386, HartreePerBohr, "look like hartree/bohr")]
    [InlineData("nacl-water/r2scan-nacl8-w48", 13.605693, HartreePerBohr / 2, "look like Ry/bohr")]
    [InlineData("water-revpbe0d3/quantum_liq", 27.211386, HartreePerBohr, "look like hartree/bohr")]
    [InlineData("water-pbe0/data_0", 1, -1, "have the sign of the gradient")]
    [InlineData("water-pbe0/data_0", 1, 7, "in no unit that is known here")]
    [InlineData("tis2-water/Cubic-Water_MD-NvT", 27.211386, 1, "energies spread by")]
    [InlineData("water-pbe0/data_0", 27.211386, 1, "look like hartree (27.2 eV) or Ry")]
    public void Labels_in_another_unit_are_found(string system, double energyUnit, double forceUnit, string said)
    {
        var findings = Check([system], frame =>
        {
            frame.Energy /= energyUnit;
            Scale(frame.Forces, 1 / forceUnit);
            Scale(frame.Virial, 1 / energyUnit);
        });
        var unit = Assert.Single(findings, finding => finding.Kind == "unit");
        Assert.Contains(said, unit.Message, StringComparison.Ordinal);
        Assert.Equal((DataSeverity.Warning, null), (unit.Severity, unit.Frame));
    }

    [Theory]
    [InlineData("water-spcfw/bulk-300")]
    [InlineData("water-pbe0/data_1")]
    public void Positions_in_bohr_are_found(string system)
    {
        var finding = Assert.Single(Check([system], frame =>
        {
            Scale(frame.Positions, 1 / 0.529177211);
            Scale(frame.Box, 1 / 0.529177211);
        }));
        Assert.Contains("positions look like bohr; multiply positions and box by 0.529177", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("water-spcfw/slab-450", -1, "virial_sign")]
    [InlineData("water-pbe-vasp/al-iter05", -1, "virial_sign")]
    [InlineData("water-dplr", -1, "virial_sign")]
    [InlineData("water-spcfw/bulk-300", 1 / 27.2, "unit")]
    [InlineData("water-spcfw/slab-450", 23.06, "unit")]
    public void A_virial_of_the_wrong_sign_or_unit_is_found(string system, double factor, string kind)
    {
        var finding = Assert.Single(Check([system], frame => Scale(frame.Virial, factor)));
        Assert.Equal((kind, DataSeverity.Warning), (finding.Kind, finding.Severity));
        Assert.Contains("the forces in the bonds", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_system_of_another_level_of_theory_stands_apart()
    {
        var finding = Assert.Single(Check(["water-pbe0", "water-dplr"], _ => { }), f => f.Kind == "energy_reference");
        Assert.EndsWith("water-dplr", finding.System, StringComparison.Ordinal);
        Assert.StartsWith("energies are 151", finding.Message, StringComparison.Ordinal);
        Assert.Contains("above those of most of the 5 systems", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_solution_of_another_level_of_theory_stands_apart_though_no_other_has_its_composition()
    {
        var findings = Check(["nacl-water/r2scan-nacl3-w58", "nacl-water/r2scan-nacl4-w56", "nacl-water/r2scan-nacl6-w52", "nacl-water/r2scan-nacl8-w48", "nacl-water/r2scan-elong-nacl1-w64", "nacl-water/r2scan-elong-nacl2-w62"], frame =>
        {
            if (frame.AtomCount == 176)
                frame.Energy += 2.5 * 176;
        });
        var finding = Assert.Single(findings, f => f.Kind == "energy_reference");
        Assert.EndsWith("r2scan-nacl4-w56", finding.System, StringComparison.Ordinal);
    }

    private static IReadOnlyList<DataFinding> Check(string[] names, Action<LabelledFrame> change)
    {
        var systems = DeepmdSystems.OpenInCommonTypes([.. names.Select(name => SharedData.Path("data", name))]);
        try
        {
            return DataCheck.Run(systems.Select(system => new ChangedSystem(system, change)), cancellation: TestContext.Current.CancellationToken);
        }
        finally
        {
            foreach (var system in systems)
                system.Dispose();
        }
    }

    private static void Scale(double[] values, double factor)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] *= factor;
    }

    private sealed class ChangedSystem(ILabelledSystem inner, Action<LabelledFrame> change) : ILabelledSystem
    {
        public string Name => inner.Name;

        public int AtomCount => inner.AtomCount;

        public int FrameCount => inner.FrameCount;

        public TypeMap TypeMap => inner.TypeMap;

        public bool Periodic => inner.Periodic;

        public bool MixedTypes => inner.MixedTypes;

        public FrameLabels Labels => inner.Labels;

        public int FrameParameterCount => inner.FrameParameterCount;

        public int AtomParameterCount => inner.AtomParameterCount;

        public void Read(int frame, LabelledFrame destination)
        {
            inner.Read(frame, destination);
            change(destination);
        }

        public string Describe(int frame) => inner.Describe(frame);

        public void Dispose()
        {
            // The inner system is closed by the test.
        }
    }
}
