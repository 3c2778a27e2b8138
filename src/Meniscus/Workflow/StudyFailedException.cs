namespace Meniscus.Workflow;

/// <summary>A stage of a study failed. What was done before stays, and the study goes on from there once the cause is gone.</summary>
public sealed class StudyFailedException : Exception
{
    /// <summary>With a line that names the stage and the cause.</summary>
    public StudyFailedException(string message)
        : base(message)
    {
    }

    /// <summary>With a line that names the stage and the cause.</summary>
    public StudyFailedException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Without a message.</summary>
    public StudyFailedException()
    {
    }
}
