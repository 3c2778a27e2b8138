using Meniscus.Analysis;

namespace Meniscus.Tests.Analysis;

public sealed class WaterReferenceTests
{
    // IAPWS R1-76(2014), table 1, mN/m, by °C.
    [Theory]
    [InlineData(0.01, 75.65)]
    [InlineData(25, 71.97)]
    [InlineData(50, 67.94)]
    [InlineData(100, 58.91)]
    [InlineData(200, 37.67)]
    [InlineData(300, 14.36)]
    [InlineData(370, 0.39)]
    public void The_surface_tension_is_that_of_the_table_of_IAPWS(double celsius, double expected) =>
        Assert.Equal(expected, WaterSurfaceTension.At(celsius + 273.15), 0.006);

    [Theory]
    [InlineData(300, 71.69)]
    [InlineData(373.15, 58.91)]
    public void The_surface_tension_in_kelvin(double temperature, double expected) => Assert.Equal(expected, WaterSurfaceTension.At(temperature), 0.006);

    [Fact]
    public void There_is_no_surface_from_the_critical_point_on()
    {
        Assert.Equal(0, WaterSurfaceTension.At(WaterSurfaceTension.CriticalTemperature));
        Assert.Equal(0, WaterSurfaceTension.At(700));
    }

    // Wagner and Pruss (1993), table of computer-program verification, kg/m³.
    [Theory]
    [InlineData(273.16, 999.789, 0.00485426)]
    [InlineData(373.1243, 958.365, 0.597586)]
    [InlineData(647.096, 322, 322)]
    public void Coexisting_densities_are_those_of_the_paper(double temperature, double liquid, double vapour)
    {
        Assert.Equal(liquid, 1000 * SaturatedWater.Liquid(temperature), 6e-4);
        Assert.Equal(vapour, 1000 * SaturatedWater.Vapour(temperature), 1e-6 * Math.Max(1, vapour));
    }
}
