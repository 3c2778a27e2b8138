using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// One array of the DeePMD layout: its name, the width of a row, and where a row goes in a frame. Source: DeePMD-kit's
/// data documentation.
/// </summary>
internal sealed class DeepmdArrayKind
{
    private DeepmdArrayKind(string name, FrameLabels label, int width, bool perAtom, Func<LabelledFrame, double[]>? buffer)
    {
        Name = name;
        Label = label;
        Width = width;
        PerAtom = perAtom;
        Buffer = buffer;
    }

    /// <summary>Positions, (frames, 3N), Å.</summary>
    public static DeepmdArrayKind Coord { get; } = new("coord", FrameLabels.None, 3, perAtom: true, f => f.Positions);

    /// <summary>Cell, (frames, 9), Å.</summary>
    public static DeepmdArrayKind Box { get; } = new("box", FrameLabels.None, 9, perAtom: false, f => f.Box);

    /// <summary>Everything a set may have besides coord, box and real_atom_types.</summary>
    public static IReadOnlyList<DeepmdArrayKind> Labels { get; } =
    [
        new("energy", FrameLabels.Energy, 1, perAtom: false, buffer: null),
        new("force", FrameLabels.Force, 3, perAtom: true, f => f.Forces),
        new("virial", FrameLabels.Virial, 9, perAtom: false, f => f.Virial),
        new("atom_ener", FrameLabels.AtomEnergy, 1, perAtom: true, f => f.AtomEnergies),
        new("atom_pref", FrameLabels.AtomPref, 1, perAtom: true, f => f.AtomPref),
        new("fparam", FrameLabels.FrameParameters, 0, perAtom: false, f => f.FrameParameters),
        new("aparam", FrameLabels.AtomParameters, 0, perAtom: true, f => f.AtomParameters),
    ];

    /// <summary>Name of the array without ending.</summary>
    public string Name { get; }

    /// <summary>The label it is, None for coord and box.</summary>
    public FrameLabels Label { get; }

    /// <summary>Numbers per frame or per atom; 0 where the data decides.</summary>
    public int Width { get; }

    /// <summary>Whether <see cref="Width"/> counts per atom.</summary>
    public bool PerAtom { get; }

    /// <summary>The frame's buffer; null for the energy, which is a single number.</summary>
    public Func<LabelledFrame, double[]>? Buffer { get; }

    /// <summary>Numbers per frame, 0 where the data decides.</summary>
    public int RowLength(int atomCount) => PerAtom ? Width * atomCount : Width;
}
