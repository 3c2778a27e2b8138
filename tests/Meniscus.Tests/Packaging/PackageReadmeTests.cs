using System.Text.RegularExpressions;
using Meniscus.Atoms;
using Meniscus.Potentials;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Packaging;

/// <summary>The example of the package's README is the code between the marks below, which runs here.</summary>
public class PackageReadmeTests
{
    [Fact]
    public void The_example_is_the_code_that_runs_here()
    {
        var example = Block(File.ReadAllText(GeneratedPage.PathOf("src", "Meniscus", "README.md")), "```csharp\n(.*?)```");
        var source = Block(File.ReadAllText(GeneratedPage.PathOf("tests", "Meniscus.Tests", "Packaging", "PackageReadmeTests.cs")), "// begin\n(.*?) *// end\n");
        Assert.NotEmpty(example);
        Assert.Equal(Regex.Replace(source, "^ {8}", "", RegexOptions.Multiline), example);
    }

    [Fact]
    public void The_example_gives_a_molecule_whose_forces_are_symmetric()
    {
        using var Console = new Printed();
        // begin
        using var model = PotentialModels.Open("spcfw"); // or "water.dp", "graph.pb", a checkpoint, …
        var types = Array.ConvertAll(["O", "H", "H"], model.TypeMap.IndexOf);
        double[] positions = [0, 0, 0, 0.82, 0.56, 0, -0.82, 0.56, 0]; // Å
        var result = new Evaluation();
        model.Evaluate(new Configuration(types, positions, Cell.Orthorhombic(15, 15, 15)), result);
        Console.WriteLine($"{result.Energy:f6} eV, force on O ({result.Forces[0]:f4}, {result.Forces[1]:f4}, {result.Forces[2]:f4}) eV/Å");
        // end
        Assert.Matches(@"^-?\d\.\d{6} eV, force on O \(-?0\.0000, -?\d+\.\d{4}, -?0\.0000\) eV/Å\n$", Console.ToString().ReplaceLineEndings("\n"));
    }

    private static string Block(string text, string pattern) => Regex.Match(text.ReplaceLineEndings("\n"), pattern, RegexOptions.Singleline).Groups[1].Value;

    private sealed class Printed : StringWriter;
}
