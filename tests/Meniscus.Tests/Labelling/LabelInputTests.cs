using Meniscus.Labelling;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Labelling;

/// <summary>The input of labelling: what it means, and what is said of inputs that mean nothing.</summary>
public sealed class LabelInputTests
{
    private const string Valid = """{ "frames": [ { "file": "f.xyz", "every": 2 } ], "calculator": "pwscf", "pwscf": { "pseudopotentials": { "O": "O.upf" }, "mixing_beta": 0.5, "namelists": { "system": { "nspin": 2 } } } }""";

    [Fact]
    public void KeysBecomeTheRun()
    {
        var input = LabelInput.Parse(Valid);
        Assert.Equal((LabelCalculator.Pwscf, 2, "O.upf"), (input.Calculator, input.Frames[0].Every, input.Pwscf.Pseudopotentials["O"]));
        Assert.Equal([0.5], input.Pwscf.MixingBeta);
        Assert.Equal(LabelCalculator.Spcfw, LabelInput.Parse("""{ "frames": { "file": "f.xyz" } }""").Calculator);
    }

    [Fact]
    public void TheDocumentationPageIsCurrent() => GeneratedPage.AssertCurrent("label-input.md", LabelInputDocumentation.Markdown());

    [Fact]
    public void TheNormalisedInputReadsAsTheSame()
    {
        var json = LabelInput.Parse(Valid).ToJson();
        Assert.Equal(json, LabelInput.Parse(json).ToJson());
        Assert.Contains("\"nspin\": 2", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"every\": 2", "\"every\": 0", "frames[0]/every", "at least 1")]
    [InlineData("\"pwscf\",", "\"qe\",", "calculator", "spcfw, pwscf, cp2k")]
    [InlineData("\"nspin\": 2", "\"nat\": 2", "pwscf/namelists/system/nat", "comes from the frame")]
    [InlineData("\"nspin\": 2", "\"ecutwfc\": 30", "pwscf/namelists/system/ecutwfc", "set pwscf/ecutwfc_Ry")]
    [InlineData("\"system\"", "\"ions\"", "pwscf/namelists/ions", "control, system, electrons")]
    [InlineData("\"mixing_beta\": 0.5", "\"mixing_beta\": [0.5, 2]", "pwscf/mixing_beta", "at most 1")]
    [InlineData("\"mixing_beta\": 0.5", "\"ecutwfc\": 30", "pwscf/ecutwfc", "did you mean 'ecutwfc_Ry'")]
    [InlineData("{ \"O\": \"O.upf\" }", "{}", "label.json", "UPF file of each element")]
    [InlineData("[ { \"file\": \"f.xyz\", \"every\": 2 } ]", "[]", "frames", "at least one file")]
    [InlineData("\"calculator\"", "\"output\": \"a\", \"work\": \"a\", \"calculator\"", "label.json", "its own folder")]
    public void AMistakeIsNamedWithItsKeyAndWhatIsExpected(string valid, string mistake, string where, string expected)
    {
        var error = Assert.Throws<InputException>(() => LabelInput.Parse(Valid.Replace(valid, mistake, StringComparison.Ordinal)));
        Assert.Contains(where, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
