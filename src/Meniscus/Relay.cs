namespace Meniscus;

/// <summary>Passes reports on at once, on the thread that makes them; <see cref="Progress{T}"/> would queue them.</summary>
/// <typeparam name="T">Kind of report.</typeparam>
/// <param name="receive">Receives them.</param>
public sealed class Relay<T>(Action<T> receive) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => receive(value);
}
