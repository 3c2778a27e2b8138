namespace Meniscus;

/// <summary>
/// Something the user handed us cannot be used. The message is one finished line that names the file, frame or key,
/// what was found, what was expected and what to do. Programs print it as it is and exit with code 2.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line for the user, without a line break.</param>
    public InputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception, keeping what led to it.</summary>
    /// <param name="message">One line for the user, without a line break.</param>
    /// <param name="inner">The error of the reader or library underneath.</param>
    public InputException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
