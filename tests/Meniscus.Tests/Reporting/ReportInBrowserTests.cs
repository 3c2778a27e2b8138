using System.Diagnostics;
using System.Globalization;
using Meniscus.Reporting;
using Meniscus.Tests.Fixtures;
using Meniscus.Workflow;

namespace Meniscus.Tests.Reporting;

/// <summary>The report in a real browser, at the width of a desktop and of a phone.</summary>
public sealed class ReportInBrowserTests
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    // Tells its parent how wide it came out, which boxes overlap, and which pictures were not drawn.
    private const string Probe = """
        <script>
        window.addEventListener('load', function () {
          document.querySelectorAll('details').forEach(function (d) { d.open = true; });
          var boxes = Array.from(document.querySelectorAll('h1, h2, h3, p, figure, .table, .caption, .card, .warnings, nav, summary, pre'));
          var overlaps = 0;
          for (var i = 0; i < boxes.length; i++)
            for (var j = i + 1; j < boxes.length; j++) {
              if (boxes[i].contains(boxes[j]) || boxes[j].contains(boxes[i])) continue;
              var a = boxes[i].getBoundingClientRect(), b = boxes[j].getBoundingClientRect();
              if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1) overlaps++;
            }
          var images = Array.from(document.images);
          var narrow = images.filter(function (i) { return i.getBoundingClientRect().width < 330; }).length;
          var blank = images.filter(function (i) { return !i.complete || i.naturalWidth === 0; }).length;
          window.parent.postMessage([window.innerWidth, document.documentElement.scrollWidth, overlaps, images.length, blank, narrow].join(' '), '*');
        });
        </script>
        """;

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Nothing_overlaps_or_sticks_out_and_the_console_is_silent(int width)
    {
        var browser = Names.SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        Assert.SkipUnless(browser is not null, "no Chromium is installed");
        using var study = new ExampleStudy();
        using var folder = new TemporaryFolder();
        StudyReport.Write(StudyResults.Read(study.Folder), folder.Path);
        var page = await File.ReadAllTextAsync(folder.File(StudyReport.PageName), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.File("probe.html"), page.Replace("</body>", $"{Probe}</body>", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        // A window is never narrower than 500; a frame in it can be.
        await File.WriteAllTextAsync(
            folder.File("frame.html"),
            string.Create(CultureInfo.InvariantCulture, $"<!DOCTYPE html><html><head><link rel=\"icon\" href=\"data:,\"></head><body><script>window.addEventListener('message', function (e) {{ document.body.setAttribute('data-found', e.data); }});</script><iframe src=\"probe.html\" width=\"{width}\" height=\"900\" style=\"border:0\"></iframe></body></html>"),
            TestContext.Current.CancellationToken);
        var (output, error) = await Run(browser!, folder);

        var found = output[(output.IndexOf("data-found=\"", StringComparison.Ordinal) + 12)..];
        var numbers = found[..found.IndexOf('"', StringComparison.Ordinal)].Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(width, numbers[0]);
        Assert.True(numbers[1] <= width, $"the page is {numbers[1]} wide in a window of {width}");
        Assert.Equal(0, numbers[2]);
        Assert.True(numbers[3] >= 20, $"{numbers[3]} figures");
        Assert.Equal((0, 0), (numbers[4], numbers[5]));
        Assert.DoesNotContain("CONSOLE", error, StringComparison.Ordinal);
    }

    private static async Task<(string Output, string Error)> Run(string browser, TemporaryFolder folder)
    {
        using var process = Process.Start(new ProcessStartInfo(
            browser,
            [
                "--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={folder.File("profile")}", "--enable-logging=stderr", "--window-size=1400,1000", "--virtual-time-budget=5000",
                "--dump-dom", $"file://{folder.File("frame.html")}",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (await output, await error);
    }
}
