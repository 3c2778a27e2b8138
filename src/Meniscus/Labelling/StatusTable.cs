using System.Diagnostics;
using System.Globalization;
using Meniscus.IO;

namespace Meniscus.Labelling;

/// <summary>
/// The table <c>status.csv</c>: a row per frame. It is for people; what a resumed run goes by are the records in the jobs' folders. So it is
/// not written after every job where there are many.
/// </summary>
internal sealed class StatusTable(string work, IReadOnlyList<LabelJob> jobs)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Stopwatch _sinceWritten = new();

    /// <summary>The file.</summary>
    public string Path { get; } = System.IO.Path.Combine(work, "status.csv");

    /// <summary>Writes the table unless it was written a moment ago.</summary>
    public void WriteNowAndThen()
    {
        if (!_sinceWritten.IsRunning || _sinceWritten.Elapsed > Interval)
            Write();
    }

    /// <summary>Writes the table.</summary>
    public void Write()
    {
        AtomicFile.WriteText(Path, writer =>
        {
            writer.WriteLine("frame,folder,source,atoms,status,attempts,wall_s,energy_eV,message");
            foreach (var job in jobs)
            {
                var energy = job.Energy?.ToString("R", CultureInfo.InvariantCulture) ?? "";
                writer.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{job.Index},{job.FolderName},{Quoted(job.Source)},{job.AtomCount},{JobStatusNames.Of(job.Status)},{job.Attempts},{job.Seconds:f1},{energy},{Quoted(job.Message)}"));
            }
        });
        _sinceWritten.Restart();
    }

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal).ReplaceLineEndings(" ")}\"";
}
