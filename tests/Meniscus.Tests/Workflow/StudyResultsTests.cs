using System.Text.Json.Nodes;
using Meniscus.Tests.Fixtures;
using Meniscus.Workflow;

namespace Meniscus.Tests.Workflow;

public sealed class StudyResultsTests
{
    [Fact]
    public void A_finished_study_is_read_with_its_errors_and_sampling_times()
    {
        using var study = new ExampleStudy();
        var results = StudyResults.Read(study.Folder);
        Assert.Equal(StudyStanding.Done, results.Status.Standing);
        Assert.Equal((2, 40, 0.4), (results.Iterations.Count, results.Iterations[1].Chosen, results.Iterations[1].CandidateShare));
        Assert.Equal([300, 350, 300, 350], results.Slabs.Select(s => s.Conditions.Target));
        Assert.Equal(["model", "model", "reference", "reference"], results.Slabs.Select(s => s.Conditions.Source));
        var slab = results.Slabs[0];
        Assert.Equal((ExampleStudy.ModelTension, 2.5, 200), (slab.SurfaceTension.Mean, slab.SurfaceTension.StandardError, slab.SurfaceTension.IndependentSamples));
        Assert.Equal((23, true, 160), (slab.Conditions.SamplingPs, slab.PlateauReached, slab.Profile!.RowCount));
        Assert.Equal(0.0385, results.Tests[0].Total.ForceRmse);
        Assert.Equal(["final/model-0", "iter-000/train/model-0"], results.Trainings.Select(t => t.Stage));
        Assert.Equal((160, 157, 2), (results.Labels[0].Frames, results.Labels[0].Done, results.Labels[0].NotConverged));
        Assert.Equal(4, results.Ramps.Count);
        Assert.Equal(0.001, results.Simulations[0].Conserved[0].Drift);
    }

    [Fact]
    public void What_the_project_no_longer_has_is_left_out()
    {
        using var study = new ExampleStudy();
        var results = StudyResults.Read(study.Folder);
        Assert.DoesNotContain(results.Stages, s => s.Name.StartsWith("iter-007", StringComparison.Ordinal) || s.Name.Contains("999", StringComparison.Ordinal));
    }

    [Fact]
    public void Warnings_name_what_is_wrong()
    {
        using var study = new ExampleStudy();
        var warnings = StudyResults.Read(study.Folder).Warnings;
        Assert.Contains(warnings, w => w.StartsWith("3 of 160 frames sent for labels were dropped: 2 not converged, 1 crashed", StringComparison.Ordinal));
        Assert.Contains("model, slab-300K: the slab is \"thin\".", warnings);
        Assert.Contains(warnings, w => w.Contains("closer than any pair", StringComparison.Ordinal) && w.Contains("2.0E-5", StringComparison.Ordinal));
        Assert.Contains(warnings, w => w.StartsWith("model, slab-350K, slab: the conserved quantity goes 500.0 meV", StringComparison.Ordinal));
        Assert.Contains(warnings, w => w.StartsWith("bulk-300K: the density of the model", StringComparison.Ordinal) && w.Contains("7.1 standard errors", StringComparison.Ordinal));
        Assert.Contains("iter-001/explore/slab-350K came apart and counts until then.", warnings);
        Assert.Contains(warnings, w => w.StartsWith("Concurrent learning ended before the models agreed", StringComparison.Ordinal));
        // 68.25(2.5) and 71.5(2.5) are less than two standard errors apart.
        Assert.DoesNotContain(warnings, w => w.Contains("surface tension of the model", StringComparison.Ordinal));
        Assert.DoesNotContain(warnings, w => w.StartsWith("reference, slab-350K, slab: the conserved", StringComparison.Ordinal));
        Assert.DoesNotContain(warnings, w => w.Contains("not finished", StringComparison.Ordinal));
    }

    [Fact]
    public void A_study_whose_process_is_gone_says_so_and_one_that_runs_too()
    {
        using var study = new ExampleStudy(finished: false);
        study.WriteStatus("iter-001: explore", """{ "stage": "iter-001/explore/bulk-300K", "threads": 1, "done": 3, "total": 12, "message": "bulk", "seconds": 4.5 }""");
        var gone = StudyStatus.Read(study.Folder);
        Assert.Equal((StudyStanding.Gone, 0.25), (gone.Standing, gone.Running[0].Share));
        Assert.Contains("process 1234 is gone in the middle of 'iter-001: explore'", gone.Words, StringComparison.Ordinal);
        using (new FileStream(study.PathOf("run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
            Assert.Equal(StudyStanding.Running, StudyStatus.Read(study.Folder).Standing);
        Assert.Equal(StudyStanding.Gone, StudyStatus.Read(study.Folder).Standing);
        study.WriteStatus("failed: a stage");
        Assert.Equal(StudyStanding.Failed, StudyStatus.Read(study.Folder).Standing);
        File.WriteAllText(study.PathOf("status.json"), "{ torn");
        Assert.Equal(StudyStanding.Gone, StudyStatus.Read(study.Folder).Standing);
    }

    [Fact]
    public void Damaged_records_and_tables_are_left_out()
    {
        using var study = new ExampleStudy();
        File.WriteAllText(study.PathOf("analysis/model/slab-300K/stage.json"), "{ \"kind\": ");
        File.WriteAllText(study.PathOf("analysis/model/slab-350K/profile.csv"), "z_A,density\n1\n");
        study.Save("analysis/model/bulk-350K", "bulk analysis 1", new JsonObject { ["density_g_per_cm3"] = "heavy" });
        var results = StudyResults.Read(study.Folder);
        var slab = Assert.Single(results.Slabs, s => s.Conditions.Source == StudyResults.Model);
        Assert.Null(slab.Profile);
        Assert.True(double.IsNaN(results.Bulk.Single(b => b.Conditions is { Source: "model", Target: 350 }).Density.Mean));
    }

    [Fact]
    public void The_folder_is_found_from_the_project_and_from_itself()
    {
        using var study = new ExampleStudy();
        // The template's work folder is 'study' beside the project.
        Assert.Equal(study.Folder, StudyFolder.Find(study.ProjectFolder));
        Assert.Equal(study.Folder, StudyFolder.Find(Path.Combine(study.ProjectFolder, "project.json")));
        Assert.Equal(study.Folder, StudyFolder.Find(study.Folder));
        Assert.Contains("no such file or folder", Assert.Throws<InputException>(() => StudyFolder.Find("nowhere")).Message, StringComparison.Ordinal);
        File.Delete(study.PathOf(StudyRun.ProjectFile));
        Assert.Contains("was never begun", Assert.Throws<InputException>(() => StudyFolder.Find(study.ProjectFolder)).Message, StringComparison.Ordinal);
    }
}
