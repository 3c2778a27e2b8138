using System.Globalization;
using System.Text;
using Meniscus.IO;

namespace Meniscus.Labelling;

/// <summary>A job array for Slurm (slurm.schedmd.com/job_array.html): a task per pending frame, whose folders are lines of <c>pending.txt</c>.</summary>
internal static class SlurmScript
{
    /// <summary>Writes <c>label.slurm</c> and <c>pending.txt</c>.</summary>
    /// <returns>The script.</returns>
    public static string Write(string work, ILabelProgram program, LabelJobsInput settings, IReadOnlyList<LabelJob> pending)
    {
        AtomicFile.WriteText(Path.Combine(work, "pending.txt"), writer =>
        {
            foreach (var job in pending)
                writer.WriteLine(job.FolderName);
        });
        var text = new StringBuilder("#!/bin/bash\n#SBATCH --job-name=label\n");
        text.Append(CultureInfo.InvariantCulture, $"#SBATCH --array=0-{pending.Count - 1}%{settings.Concurrent}\n");
        text.Append(CultureInfo.InvariantCulture, $"#SBATCH --ntasks={settings.MpiRanks}\n#SBATCH --cpus-per-task={settings.OmpThreads}\n");
        foreach (var option in settings.Slurm)
            text.Append("#SBATCH ").Append(option).Append('\n');
        text.Append("# Submit in this folder; a cluster may allow fewer tasks per array (MaxArraySize), then submit ranges with --array.\n");
        text.Append(CultureInfo.InvariantCulture, $"export OMP_NUM_THREADS={settings.OmpThreads}\n");
        text.Append("cd \"$SLURM_SUBMIT_DIR/$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" \"$SLURM_SUBMIT_DIR/pending.txt\")\" || exit 1\n");
        text.Append(CultureInfo.InvariantCulture, $"{(settings.MpiRanks > 1 ? "srun " : "")}{string.Join(' ', settings.Command ?? [program.DefaultCommand])} {string.Join(' ', program.Arguments)} > {program.OutputFile} 2> {Path.ChangeExtension(program.OutputFile, ".err")}\n");
        var script = Path.Combine(work, "label.slurm");
        AtomicFile.WriteText(script, writer => writer.Write(text.ToString()));
        return script;
    }
}
