namespace Meniscus.Workflow;

/// <summary>The stages of a study that were begun, from their records alone: much less to read than <see cref="StudyResults"/>.</summary>
public sealed record StudyProgress
{
    /// <summary>Stages that are done, in the order of their beginning.</summary>
    public required IReadOnlyList<StudyStageResult> Done { get; init; }

    /// <summary>Stages that were begun and are not done.</summary>
    public required IReadOnlyList<StudyStageResult> Unfinished { get; init; }

    /// <summary>What stages told the user, with their names, in the order of their beginning.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>Reads the records.</summary>
    /// <param name="folder">Folder of the study.</param>
    public static StudyProgress Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var stages = StudyResults.StageRecords(folder).Select(entry => StudyResults.StageOf(entry.Name, entry.Record)).ToList();
        return new StudyProgress
        {
            Done = [.. stages.Where(stage => stage.Done)],
            Unfinished = [.. stages.Where(stage => !stage.Done)],
            Notices = [.. stages.SelectMany(stage => stage.Notices.Select(notice => $"{stage.Name}: {StudyWarnings.Relative(notice, folder)}"))],
        };
    }
}
