using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Training;

namespace Meniscus.Labelling;

/// <summary>Labels from the built-in SPC/Fw water: exact, and fast enough to be made anew every time.</summary>
internal static class WaterLabels
{
    /// <summary>Labels the jobs.</summary>
    /// <exception cref="InputException">A frame is not water.</exception>
    public static void Label(IReadOnlyList<LabelJob> jobs, WorkerTeam? team, Action<LabelJob> finished, CancellationToken cancellation)
    {
        using var water = PotentialModels.Open(PotentialModels.Water, team);
        var evaluation = new Evaluation();
        foreach (var job in jobs)
        {
            cancellation.ThrowIfCancellationRequested();
            var types = Array.ConvertAll(job.Frame.Types, type => water.TypeMap.IndexOf(job.Frame.TypeMap[type]));
            if (Array.IndexOf(types, -1) is var other and >= 0)
                throw new InputException($"{job.Source}: '{job.Frame.NameOf(other)}' is no element of spcfw, which knows [{water.TypeMap}]; label it with pwscf or cp2k");
            try
            {
                water.Evaluate(new Configuration(types, job.Frame.Positions, job.Frame.Cell), evaluation);
            }
            catch (InputException e)
            {
                // A frame that the model cannot describe, as one that a program does not get through.
                job.Take(new LabelOutcome(JobStatus.Crashed, null, e.Message));
                finished(job);
                continue;
            }

            job.Take(new LabelOutcome(JobStatus.Done, new LabelResult(evaluation.Energy, [.. evaluation.Forces], [.. evaluation.Virial]), ""));
            job.Attempts = 1;
            finished(job);
        }
    }
}
