using Meniscus.Atoms;

namespace Meniscus.Training;

/// <summary>
/// Frames of one step side by side: atoms are numbered through, and everything predicted or differentiated is kept in
/// arrays over all of them. Arrays are reused from step to step.
/// </summary>
internal sealed class TrainingBatch
{
    private readonly List<LabelledFrame> _frames = [];

    /// <summary>The frames.</summary>
    public IReadOnlyList<LabelledFrame> Frames => _frames;

    /// <summary>Number of atoms of all frames, padding atoms included.</summary>
    public int AtomCount { get; private set; }

    /// <summary>First atom of each frame.</summary>
    public int[] Offset { get; private set; } = [];

    /// <summary>Frame of each atom.</summary>
    public int[] FrameOfAtom { get; private set; } = [];

    /// <summary>Predicted energy of each frame, eV.</summary>
    public double[] Energies { get; private set; } = [];

    /// <summary>Predicted forces, eV/Å.</summary>
    public double[] Forces { get; private set; } = [];

    /// <summary>Predicted virials, eV, 9 per frame.</summary>
    public double[] Virials { get; private set; } = [];

    /// <summary>Predicted atomic energies, eV.</summary>
    public double[] AtomEnergies { get; private set; } = [];

    /// <summary>dL/dE of each atom's energy: that of its frame and its own.</summary>
    public double[] EnergyWeight { get; private set; } = [];

    /// <summary>v = −dL/dF per atom: the direction along which forces are differentiated, 3 per atom.</summary>
    public double[] Direction { get; private set; } = [];

    /// <summary>−dL/dΞ per frame: the strain along which the virial is differentiated, 9 per frame.</summary>
    public double[] Strain { get; private set; } = [];

    /// <summary>Forgets the frames.</summary>
    public void Clear()
    {
        _frames.Clear();
        AtomCount = 0;
    }

    /// <summary>Adds a frame, whose buffers stay the caller's.</summary>
    public void Add(LabelledFrame frame)
    {
        _frames.Add(frame);
        AtomCount += frame.AtomCount;
    }

    /// <summary>Lays out the arrays for the frames added.</summary>
    public void Lay()
    {
        if (Energies.Length < _frames.Count)
        {
            Offset = new int[_frames.Count];
            Energies = new double[_frames.Count];
            Virials = new double[9 * _frames.Count];
            Strain = new double[9 * _frames.Count];
        }

        if (AtomEnergies.Length < AtomCount)
        {
            FrameOfAtom = new int[AtomCount];
            Forces = new double[3 * AtomCount];
            Direction = new double[3 * AtomCount];
            AtomEnergies = new double[AtomCount];
            EnergyWeight = new double[AtomCount];
        }

        for (var (frame, atom) = (0, 0); frame < _frames.Count; frame++)
        {
            Offset[frame] = atom;
            FrameOfAtom.AsSpan(atom, _frames[frame].AtomCount).Fill(frame);
            atom += _frames[frame].AtomCount;
        }
    }

    /// <summary>Atoms of a frame that are not padding.</summary>
    public int RealAtoms(int frame)
    {
        var count = 0;
        foreach (var type in _frames[frame].Types)
            count += type >= 0 ? 1 : 0;
        return count;
    }
}
