namespace Meniscus.IO;

/// <summary>What a column of a file with one atom per line says. Components of a vector follow each other.</summary>
internal enum AtomField
{
    Skip,
    Element,
    AtomicNumber,
    Id,
    Type,
    Mass,
    PositionX,
    PositionY,
    PositionZ,
    VelocityX,
    VelocityY,
    VelocityZ,
    ForceX,
    ForceY,
    ForceZ,
    ImageX,
    ImageY,
    ImageZ,
}
