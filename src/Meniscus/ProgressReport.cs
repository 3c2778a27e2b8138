namespace Meniscus;

/// <summary>How far a long job is. Jobs take an <see cref="IProgress{T}"/> of it and report as often as they like.</summary>
/// <param name="Done">Units done so far (steps, frames), counted from the start of the whole job, a restart included.</param>
/// <param name="Total">Units of the whole job; 0 where it is not known.</param>
/// <param name="Message">Named current values in a few words, such as <c>rmse_f 45 meV/Å</c>; may be empty.</param>
public readonly record struct ProgressReport(long Done, long Total, string Message);
