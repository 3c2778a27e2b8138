using Meniscus.Atoms;

namespace Meniscus.Tests.Atoms;

public sealed class ElementTests
{
    [Theory]
    [InlineData("H", 1, 1.008)]
    [InlineData("O", 8, 15.999)]
    [InlineData("Na", 11, 22.98976928)]
    [InlineData("Cl", 17, 35.45)]
    [InlineData("Ti", 22, 47.867)]
    [InlineData("Xe", 54, 131.293)]
    [InlineData("Au", 79, 196.966570)]
    [InlineData("U", 92, 238.02891)]
    [InlineData("Og", 118, 294)]
    public void Symbols_have_their_number_and_mass(string symbol, int number, double mass)
    {
        Assert.Equal(number, Element.AtomicNumber(symbol));
        Assert.Equal(symbol, Element.Symbol(number));
        Assert.Equal(mass, Element.Mass(number));
    }

    [Fact]
    public void There_are_118_and_mass_falls_only_where_nature_has_it()
    {
        Assert.Equal(118, Element.Count);
        var falls = Enumerable.Range(1, 91).Where(z => Element.Mass(z + 1) < Element.Mass(z)).Select(Element.Symbol);
        Assert.Equal(["Ar", "Co", "Te", "Th"], falls);
    }

    [Theory]
    [InlineData("OW")]
    [InlineData("h")]
    [InlineData("")]
    public void Other_names_are_no_elements(string name)
    {
        Assert.Equal(0, Element.AtomicNumber(name));
        Assert.False(Element.TryGetMass(name, out _));
    }
}
