using System.Text.Json.Nodes;
using Meniscus.Tests.Fixtures;
using Meniscus.Workflow;

namespace Meniscus.Tests.Workflow;

/// <summary>The project file: what it means, what is said of mistakes, and the templates.</summary>
public sealed class ProjectInputTests
{
    private const string Valid = """
        {
          "system": { "water_molecules": 20 }, "temperatures_K": [300, 350],
          "selection": { "low_eV_per_A": 0.1, "high_eV_per_A": 0.4 },
          "labels": { "calculator": "spcfw" },
          "training": { "seeds": [1, 2], "input": { "model": { "type_map": ["O", "H"], "descriptor": { "type": "se_e2_a", "sel": "auto", "rcut": 4.0 } }, "training": { "batch_size": 1 } } }
        }
        """;

    public static TheoryData<string> Templates => [.. ProjectTemplates.Names.Select(t => t.Name)];

    [Fact]
    public void TheDocumentationPageIsCurrent() => GeneratedPage.AssertCurrent("project.md", ProjectDocumentation.Markdown());

    [Theory]
    [MemberData(nameof(Templates))]
    public void ATemplateWithItsCommentsReadsAsItself(string name)
    {
        var template = ProjectTemplates.Get(name);
        var text = ProjectTemplates.Commented(template, name);
        Assert.Equal(template.ToJson(), ProjectInput.Parse(text).ToJson());
        Assert.Contains("// ", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.True(line.Length < 200, line));
    }

    /// <summary>The example is what init writes; MENISCUS_UPDATE_DOCS=1 writes it anew.</summary>
    [Fact]
    public void TheExampleIsTheQuickTemplate()
    {
        GeneratedPage.AssertCurrent("../examples/quick-study/project.json", ProjectTemplates.Commented(ProjectTemplates.Get("quick"), "quick"));
        GeneratedPage.AssertCurrent($"../examples/quick-study/{ProjectTemplates.SchemaFile}", ProjectTemplates.Schema());
    }

    [Fact]
    public void TheStudyTemplateHasTheValuesOfTheStudy()
    {
        var study = ProjectTemplates.Get("study");
        Assert.Equal((192, 0.2, 20.0, 200.0), (study.Substance.Water, study.Dynamics.TimestepFs, study.Dynamics.ThermostatFs, study.Dynamics.BarostatFs));
        Assert.Equal((2000.0, 10_000.0, 10_000.0, 50.0), (study.Production.BulkPs, study.Production.RampPs, study.Production.SlabPs, study.Production.SlabLength));
        Assert.Equal(("R2SCAN", 130.0, 1e-6), (study.Labels.Pwscf.Functional, study.Labels.Pwscf.CutoffRy, study.Labels.Pwscf.ConvergenceRy));
        Assert.Equal(7120, 4 * (study.FirstExploration.BulkFrames + study.FirstExploration.RampFrames));
        Assert.Equal(2160, 4 * study.FirstExploration.SlabFrames);
        Assert.Equal((300.0, 600.0, 4_000_000L), (study.Temperatures[0], study.Temperatures[^1], study.Training.FinalSteps));
        Assert.Equal("[250,250,250]", study.Training.Input["model"]!["fitting_net"]!["neuron"]!.ToJsonString());
    }

    [Fact]
    public void TheSchemaKnowsEveryKeyOfATemplateAndNoOther()
    {
        var schema = JsonNode.Parse(ProjectTemplates.Schema())!;
        var template = JsonNode.Parse(ProjectTemplates.Get("study").ToJson())!.AsObject();
        Assert.All(template, entry => Assert.NotNull(schema["properties"]![entry.Key]));
        Assert.False(schema["additionalProperties"]!.GetValue<bool>());
        Assert.Equal("number", schema["properties"]!["dynamics"]!["properties"]!["timestep_fs"]!["type"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("\"temperatures_K\": [300, 350]", "\"temperatures_K\": [300, 300]", "temperatures_K", "different temperatures")]
    [InlineData("\"temperatures_K\"", "\"temperature_K\"", "temperature_K", "did you mean 'temperatures_K'")]
    [InlineData("\"low_eV_per_A\": 0.1", "\"low_eV_per_A\": 0.5", "selection/high_eV_per_A", "above low_eV_per_A")]
    [InlineData("\"spcfw\" }", "\"pwscf\" }", "labels", "UPF file of each element")]
    [InlineData("\"seeds\": [1, 2]", "\"seeds\": [1]", "training/seeds", "at least two")]
    [InlineData("\"batch_size\": 1", "\"numb_steps\": 1", "training/input/training/numb_steps", "set by the study")]
    [InlineData("\"rcut\": 4.0", "\"rcut\": -4.0", "rcut", "above 0")]
    [InlineData("\"system\":", "\"start_models\": [], \"system\":", "project.json", "labelled frames to train on first")]
    [InlineData("\"calculator\": \"spcfw\"", "\"calculator\": \"spcfw\", \"validation_share\": 0", "labels/validation_share", "keep some frames apart")]
    [InlineData("\"water_molecules\": 20", "\"water_molecules\": 20, \"solutes\": { \"Xx+\": 1 }", "Xx+", "")]
    public void AMistakeIsNamedWithItsKeyAndWhatIsExpected(string valid, string mistake, string where, string expected)
    {
        Assert.Equal(20, ProjectInput.Parse(Valid).Substance.Water);
        var error = Assert.Throws<InputException>(() => ProjectInput.Parse(Valid.Replace(valid, mistake, StringComparison.Ordinal)));
        Assert.Contains(where, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
