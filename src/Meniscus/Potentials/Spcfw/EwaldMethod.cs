namespace Meniscus.Potentials.Spcfw;

/// <summary>How the reciprocal-space part of an Ewald sum is computed.</summary>
internal enum EwaldMethod
{
    /// <summary>On a mesh, <see cref="ParticleMesh"/>.</summary>
    Mesh,

    /// <summary>Wave by wave, <see cref="EwaldSum"/>.</summary>
    Direct,
}
