using Meniscus.Dynamics;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Dynamics;

/// <summary>The input of a run: what it means, and what is said of inputs that mean nothing.</summary>
public sealed class MdInputTests
{
    private const string Valid = """{ "model": "m.dp", "structure": "s.xyz", "stages": [ { "type": "npt", "steps": 10, "temperature_K": [300, 600], "pressure_bar": 1, "coupling": "z" } ] }""";

    [Fact]
    public void KeysBecomeTheRun()
    {
        var input = MdInput.Parse(Valid);
        Assert.Equal(["m.dp"], input.Models);
        var stage = Assert.Single(input.Stages);
        Assert.Equal(new Ramp(300, 600), stage.Temperature);
        Assert.Equal(Ramp.Constant(1), stage.Pressure);
        Assert.Equal(BarostatAxes.Z, stage.Axes);
        Assert.False(stage.Isotropic);
    }

    [Fact]
    public void TheDocumentationPageIsCurrent() => GeneratedPage.AssertCurrent("md-input.md", MdInputDocumentation.Markdown());

    [Fact]
    public void YamlAndJsonAreTheSame()
    {
        var yaml = MdInput.Parse(
            """
            model: m.dp
            structure: s.xyz
            stages:
              - {type: npt, steps: 10, temperature_K: [300, 600], pressure_bar: 1, coupling: z}
            """,
            "md.yaml",
            yaml: true);
        Assert.Equal(MdInput.Parse(Valid).ToJson(), yaml.ToJson());
    }

    [Fact]
    public void TheNormalisedInputReadsAsTheSame()
    {
        var json = MdInput.Parse(Valid).ToJson();
        Assert.Equal(json, MdInput.Parse(json).ToJson());
    }

    [Theory]
    [InlineData("\"steps\": 10", "\"steps\": 0", "stages[0]/steps", "at least 1")]
    [InlineData("\"steps\": 10", "\"step\": 10", "stages[0]/step", "did you mean 'steps'")]
    [InlineData("\"npt\"", "\"nvt\"", "stages[0]/pressure_bar", "only for the ensemble npt")]
    [InlineData("\"npt\"", "\"npd\"", "stages[0]/type", "minimize, nve, nvt, npt")]
    [InlineData("\"temperature_K\": [300, 600], ", "", "stages[0]", "'temperature_K' is missing")]
    [InlineData("[300, 600]", "[300, 600, 900]", "stages[0]/temperature_K", "[start, stop]")]
    [InlineData("[300, 600]", "-5", "stages[0]/temperature_K", "above 0")]
    [InlineData("\"coupling\": \"z\"", "\"thermostat\": \"csvr\"", "stages[0]/thermostat", "nose-hoover")]
    [InlineData("\"structure\": \"s.xyz\", ", "", "md.json", "'structure' is missing")]
    [InlineData("\"model\"", "\"thermo\": { \"columns\": [\"Tmp\"] }, \"model\"", "thermo/columns", "Temp")]
    [InlineData("\"model\"", "\"timestep\": 1, \"model\"", "timestep", "did you mean 'timestep_fs'")]
    [InlineData("\"model\"", "\"trajectories\": [{ \"file\": \"thermo.out\" }], \"model\"", "thermo.out", "two outputs")]
    [InlineData("\"model\"", "\"temperature_K\": 300, \"model\"", "temperature_K", "belongs in stages")]
    public void AMistakeIsNamedWithItsKeyAndWhatIsExpected(string valid, string mistake, string where, string expected)
    {
        var error = Assert.Throws<InputException>(() => MdInput.Parse(Valid.Replace(valid, mistake, StringComparison.Ordinal)));
        Assert.Contains(where, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
