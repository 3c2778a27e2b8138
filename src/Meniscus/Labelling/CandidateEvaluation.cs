using Meniscus.Potentials;

namespace Meniscus.Labelling;

/// <summary>Evaluates potentials on candidates, elements matched by name.</summary>
internal static class CandidateEvaluation
{
    /// <summary>Types, positions and cell in the potential's types.</summary>
    public static Configuration Configuration(IPotential potential, SelectionCandidate candidate)
    {
        var frame = candidate.Frame;
        var map = frame.TypeMap.IndicesIn(potential.TypeMap);
        var types = Array.ConvertAll(frame.Types, type => map[type]);
        if (Array.IndexOf(types, -1) is var unknown and >= 0)
            throw new InputException($"{Where(candidate)}: '{frame.NameOf(unknown)}' is unknown to the model, which has [{potential.TypeMap}]; use a model of these elements");
        return new Configuration(types, frame.Positions, frame.Cell);
    }

    /// <summary>Evaluates a potential; errors name the frame.</summary>
    public static void Evaluate(IPotential potential, SelectionCandidate candidate, Evaluation result)
    {
        var configuration = Configuration(potential, candidate);
        try
        {
            potential.Evaluate(configuration, result);
        }
        catch (InputException e)
        {
            throw new InputException($"{Where(candidate)}: {e.Message}", e);
        }
    }

    private static string Where(SelectionCandidate candidate) => FormattableString.Invariant($"{candidate.File} frame {candidate.Index}");
}
