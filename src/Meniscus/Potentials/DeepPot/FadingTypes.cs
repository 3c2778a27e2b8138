namespace Meniscus.Potentials.DeepPot;

/// <summary>What the type part of an embedding is multiplied with.</summary>
public enum TypeFade
{
    /// <summary>The switch w(r) of the environment matrix.</summary>
    Switch,

    /// <summary>1 − (1 − r_s s)³, held between 0 and 1, of s = w/r: DeePMD-kit's TensorFlow backend.</summary>
    Radial,
}

/// <summary>
/// The type part of an embedding that fades towards the cutoff: G = N(s̃)(1 + f F), with f from 1 to 0 as
/// <see cref="Fade"/> says (docs/theory.md, 1.7).
/// </summary>
/// <param name="Factors">F, M numbers per neighbour type or pair, in the order of <see cref="SeE2aDescriptor.Embeddings"/>.</param>
/// <param name="Fade">f.</param>
public sealed record FadingTypes(double[][] Factors, TypeFade Fade);
