using System.Xml;
using System.Xml.Linq;
using Meniscus.Reporting;
using Meniscus.Tests.Fixtures;
using Meniscus.Workflow;

namespace Meniscus.Tests.Reporting;

public sealed class StudyReportTests
{
    private static readonly string[] ExpectedFigures =
    [
        "learning-energy", "learning-force", "learning-virial", "parity-energy", "parity-force", "parity-virial", "deviation", "candidates", "density-temperature",
        "rdf-OO-bulk-300K", "rdf-OH-bulk-300K", "rdf-HH-bulk-300K", "rdf-OO-bulk-350K", "surface-tension", "liquid-density", "vapour-density", "profile-slab-300K", "profile-slab-350K",
        "tension-slab-300K", "states-ramp-300K", "states-ramp-350K",
    ];

    private static readonly string[] ExpectedTables =
        ["key-results", "labels", "trainings", "accuracy", "iterations", "extrapolation", "bulk", "interface", "coexistence", "compression", "runs", "timings", "settings", "stages"];

    [Fact]
    public void The_page_is_well_formed_and_needs_no_other_file()
    {
        using var study = new ExampleStudy();
        using var folder = new TemporaryFolder();
        StudyReport.Write(StudyResults.Read(study.Folder), folder.Path);
        var page = Page(folder);
        var references = page.Descendants().Attributes().Where(a => a.Name.LocalName is "src" or "href").Select(a => a.Value).ToList();
        Assert.All(references, r => Assert.True(r.StartsWith('#') || r.StartsWith("data:", StringComparison.Ordinal), r[..Math.Min(80, r.Length)]));
        var ids = page.Descendants().Attributes("id").Select(a => a.Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(references.Where(r => r.StartsWith('#')), r => Assert.Contains(r[1..], ids));
        Assert.Equal("Water <& friends>", page.Descendants("h1").Single().Value);
        Assert.DoesNotContain("@import", page.Descendants("style").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_figure_is_in_the_page_and_beside_it_and_every_table_too()
    {
        using var study = new ExampleStudy();
        using var folder = new TemporaryFolder();
        var files = StudyReport.Write(StudyResults.Read(study.Folder), folder.Path);
        Assert.All(files, file => Assert.True(new FileInfo(folder.File(file)).Length > 20, file));
        Assert.All(ExpectedFigures.SelectMany(name => (string[])[$"figures/{name}.svg", $"figures/{name}.png"]), file => Assert.Contains(file, files));
        Assert.All(ExpectedTables, name => Assert.Contains($"tables/{name}.csv", files));
        Assert.Equal(files.Count(f => f.EndsWith(".png", StringComparison.Ordinal)), Page(folder).Descendants("img").Count());
        Assert.All(Page(folder).Descendants("img"), image => Assert.NotEmpty(image.Attribute("alt")!.Value));
    }

    [Fact]
    public void Numbers_come_with_error_and_sampling_time_and_the_limit_of_range_is_stated()
    {
        using var study = new ExampleStudy();
        using var folder = new TemporaryFolder();
        StudyReport.Write(StudyResults.Read(study.Folder), folder.Path);
        var text = Page(folder).Root!.Value;
        Assert.Contains("68.2(2.5)", text, StringComparison.Ordinal);
        Assert.Contains("it sees no farther than 6 Å", text, StringComparison.Ordinal);
        Assert.Contains("meniscus 9.8.7", text, StringComparison.Ordinal);
        Assert.Contains("\"timestep_fs\"", text, StringComparison.Ordinal);
        var rows = File.ReadAllLines(folder.File("tables/interface.csv"));
        Assert.StartsWith("run,source,temperature_K,temperature_standard_error_K,temperature_independent_samples,sampling_ps,surface_tension_mN_per_m,surface_tension_standard_error_mN_per_m", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("slab-300K,model,300.5,1.5,30,23,68.25,2.5,200", rows[1], StringComparison.Ordinal);
        Assert.All(rows, row => Assert.Equal(rows[0].Split(',').Length, row.Split(',').Length));
    }

    [Fact]
    public void A_study_that_has_just_begun_has_a_page_too()
    {
        using var study = new ExampleStudy(finished: false);
        using var folder = new TemporaryFolder();
        StudyReport.Write(StudyResults.Read(study.Folder), folder.Path);
        var text = Page(folder).Root!.Value;
        Assert.Contains("The study is not finished", text, StringComparison.Ordinal);
        Assert.Contains("Not tested yet.", text, StringComparison.Ordinal);
        foreach (var entry in Directory.GetDirectories(study.Folder))
            Directory.Delete(entry, recursive: true);
        File.Delete(study.PathOf("iterations.csv"));
        StudyReport.Write(StudyResults.Read(study.Folder), folder.Path);
        Assert.Contains("No labelled frames to train on yet.", Page(folder).Root!.Value, StringComparison.Ordinal);
    }

    private static XDocument Page(TemporaryFolder folder)
    {
        using var reader = XmlReader.Create(folder.File(StudyReport.PageName), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }
}
