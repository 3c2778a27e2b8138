namespace Meniscus.Potentials.DeepPot;

/// <summary>How large the embedding tables of a model are.</summary>
/// <param name="Pieces">Pieces of all tables.</param>
/// <param name="Coefficients">Chebyshev coefficients of all pieces and outputs.</param>
public readonly record struct EmbeddingTableSize(int Pieces, long Coefficients);
