namespace Meniscus.Dynamics;

/// <summary>A run came to an end by itself: the message names the step, what happened and what to do.</summary>
public sealed class MdFailedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public MdFailedException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public MdFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and a cause.</summary>
    public MdFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
