using System.Net;
using System.Text.Json;
using Meniscus.Cli;
using Meniscus.Reporting;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

public sealed class ReportVerbTests
{
    [Fact]
    public void Report_writes_the_page_and_tells_the_warnings()
    {
        using var study = new ExampleStudy();
        var run = ProgramRun.Of("report", study.ProjectFolder, "--json");
        Assert.Equal(0, run.ExitCode);
        using var json = JsonDocument.Parse(run.Output);
        Assert.True(File.Exists(json.RootElement.GetProperty("page").GetString()));
        Assert.True(json.RootElement.GetProperty("finished").GetBoolean());
        Assert.Contains("meniscus report: warning: 3 of 160 frames", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_says_how_far_a_study_is()
    {
        using var study = new ExampleStudy(finished: false);
        study.WriteStatus("iter-001: explore", """{ "stage": "iter-001/explore/bulk-300K", "threads": 1, "done": 3, "total": 12, "message": "bulk", "seconds": 4.5 }""");
        using var held = new FileStream(study.PathOf("run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var run = ProgramRun.Of("status", study.Folder);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("running: iter-001: explore", run.Output, StringComparison.Ordinal);
        Assert.Matches("iter-001/explore/bulk-300K +25 +1 +", run.Output);
        Assert.Contains("came apart: step 5", run.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(ProgramRun.Of("status", study.Folder, "--json").Output);
        Assert.Equal("running", json.RootElement.GetProperty("standing").GetString());
        Assert.Equal(0.25, json.RootElement.GetProperty("running")[0].GetProperty("share").GetDouble());
    }

    [Fact]
    public void What_is_no_study_is_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        foreach (var verb in (string[])["report", "status"])
        {
            var run = ProgramRun.Of(verb, folder.Path);
            Assert.Equal(2, run.ExitCode);
            Assert.Contains("has neither project.normalized.json nor project.json", run.ErrorLine, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task The_live_report_follows_the_study_and_stops_when_asked()
    {
        using var study = new ExampleStudy(finished: false);
        using var held = new FileStream(study.PathOf("run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        study.WriteStatus("iter-001: explore", """{ "stage": "iter-001/explore/bulk-300K", "threads": 1, "done": 3, "total": 12, "message": "a < b", "seconds": 4.5 }""");
        var report = study.PathOf("report");
        using var server = new ReportServer(study.Folder, report, 0);
        using var stop = new CancellationTokenSource();
        var serving = Task.Run(() => server.Run(stop.Token), TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        var cancellation = TestContext.Current.CancellationToken;

        var page = await client.GetStringAsync(new Uri("/", UriKind.Relative), cancellation);
        Assert.Contains("id=\"live\"", page, StringComparison.Ordinal);
        Assert.Contains("location.reload()", page, StringComparison.Ordinal);
        using var live = JsonDocument.Parse(await client.GetStringAsync(new Uri("/live", UriKind.Relative), cancellation));
        Assert.Contains("a &lt; b", live.RootElement.GetProperty("html").GetString(), StringComparison.Ordinal);
        Assert.Contains(WebUtility.HtmlEncode(live.RootElement.GetProperty("version").GetString()!), page, StringComparison.Ordinal);
        Assert.StartsWith("iteration,", await client.GetStringAsync(new Uri("/tables/iterations.csv", UriKind.Relative), cancellation), StringComparison.Ordinal);
        foreach (var outside in (string[])["/../status.json", "/%2e%2e/status.json", "/nothing"])
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(outside, UriKind.Relative), cancellation)).StatusCode);
        // The file itself stays without the script.
        Assert.DoesNotContain("<script", await File.ReadAllTextAsync(Path.Combine(report, StudyReport.PageName), cancellation), StringComparison.Ordinal);

        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(10), cancellation);
    }

    [Fact]
    public void Serving_ends_with_the_exit_code_of_Ctrl_C()
    {
        using var study = new ExampleStudy();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var run = ProgramRun.Of(["report", study.Folder, "--live", "--port", "0"], null, stop.Token);
        Assert.Equal(130, run.ExitCode);
        Assert.Contains("http://127.0.0.1:", run.Output, StringComparison.Ordinal);
    }
}
