namespace Meniscus.Serving;

/// <summary>The program at the other end cannot be reached, or went away in the middle of something.</summary>
public sealed class ConnectionLostException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line for the user.</param>
    public ConnectionLostException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception, keeping what led to it.</summary>
    /// <param name="message">One line for the user.</param>
    /// <param name="inner">The error of the socket.</param>
    public ConnectionLostException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
