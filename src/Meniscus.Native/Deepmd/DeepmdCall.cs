using System.Numerics;
using Meniscus.Atoms;

namespace Meniscus.Native.Deepmd;

/// <summary>
/// The arguments of a computation in DeePMD-kit's C interface, several frames of the same atoms, and what is done with them:
/// per frame the same as <see cref="NativeModel"/> does.
/// </summary>
internal unsafe struct DeepmdCall<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Frames;
    public int Atoms;
    public T* Coord;
    public int* Types;
    public T* Cell;
    public T* FrameParameters;
    public T* AtomParameters;
    public double* Energy;
    public T* Force;
    public T* Virial;
    public T* AtomEnergy;
    public T* AtomVirial;

    /// <summary>Whether each frame has types of its own.</summary>
    public bool HasMixedTypes;

    /// <summary>Whether there is a neighbour list, and which.</summary>
    public bool HasNeighbors;
    public nint Neighbors;
    public int Ghosts;
    public int Ago;

    /// <summary>DP_DeepPotCompute and its kin.</summary>
    public static void Potential(nint handle, DeepmdCall<T> call)
    {
        if (HandleTable.Find<DeepmdPotential>(handle) is { } potential)
            potential.Run(() => call.Run(potential));
        else
            Guard.Run(() => HandleTable.Get<DeepmdPotential>(handle, "DP_DeepPot"));
    }

    /// <summary>DP_DeepPotModelDeviCompute and its kin.</summary>
    public static void Deviation(nint handle, DeepmdCall<T> call)
    {
        if (HandleTable.Find<DeepmdDeviation>(handle) is { } deviation)
            deviation.Run(() => call.Run(deviation));
        else
            Guard.Run(() => HandleTable.Get<DeepmdDeviation>(handle, "DP_DeepPotModelDevi"));
    }

    private void Run(DeepmdPotential potential)
    {
        var model = potential.Require();
        if (Frames < 1)
            throw new ArgumentException($"number of frames is {Frames}; expected at least 1");
        var (frameParameters, atomParameters) = (model.Model.Fitting.FrameParameterCount, model.Model.Fitting.AtomParameterCount);
        lock (potential)
        {
            var given = TakeNeighbors(potential.Neighbors);
            for (var frame = 0L; frame < Frames; frame++)
            {
                var types = ReadTypes(HasMixedTypes ? frame : 0, model.Model.TypeMap.Count);
                fixed (int* known = types)
                    model.Compute(Input(frame, known, frameParameters, atomParameters), Output(frame), given);
            }
        }
    }

    private void Run(DeepmdDeviation deviation)
    {
        if (Frames != 1)
            throw new ArgumentException("DeePMD-kit Error: Model-deviation C APIs support exactly one frame.");
        var models = deviation.Require();
        var fitting = models.Models[0].Model.Fitting;
        lock (deviation)
        {
            var given = TakeNeighbors(deviation.Neighbors);
            var types = ReadTypes(0, models.Models[0].Model.TypeMap.Count);
            fixed (int* known = types)
            {
                models.Compute(
                    Input(0, known, fitting.FrameParameterCount, fitting.AtomParameterCount),
                    Output(0),
                    (NativeModel model, in FrameInput<T> input, in FrameOutput<T> output) => model.Compute(input, output, given));
            }
        }
    }

    /// <summary>The list: a new one where ago is 0, else the one kept from the call before.</summary>
    private readonly GivenNeighbors? TakeNeighbors(GivenNeighbors kept)
    {
        if (!HasNeighbors)
            return null;
        var list = HandleTable.Get<DeepmdNeighbors>(Neighbors, "DP_Nlist");
        if (Ago == 0 || kept.AtomCount != Atoms)
            list.CopyTo(kept, Atoms);
        return kept;
    }

    /// <summary>The types of a frame; those that the model does not know are left out, as DeePMD-kit does (LAMMPS's NULL).</summary>
    private readonly int[] ReadTypes(long frame, int count)
    {
        Input(0, Types, 0, 0).Require();
        var types = new ReadOnlySpan<int>(Types + (frame * Atoms), Atoms).ToArray();
        for (var i = 0; i < types.Length; i++)
            types[i] = types[i] >= count ? -1 : types[i];
        return types;
    }

    private readonly FrameInput<T> Input(long frame, int* types, int frameParameters, int atomParameters) => new()
    {
        Atoms = Atoms,
        Ghosts = Ghosts,
        Types = types,
        Positions = At(Coord, frame * 3 * Atoms),
        Cell = At(Cell, frame * 9),
        FrameParameters = At(FrameParameters, frame * frameParameters),
        AtomParameters = At(AtomParameters, frame * (Atoms - Ghosts) * atomParameters),
    };

    private readonly FrameOutput<T> Output(long frame) => new()
    {
        Energy = Energy == null ? null : Energy + frame,
        Forces = At(Force, frame * 3 * Atoms),
        Virial = At(Virial, frame * 9),
        AtomEnergies = At(AtomEnergy, frame * Atoms),
        AtomVirials = At(AtomVirial, frame * 9 * Atoms),
    };

    private static T* At(T* array, long place) => array == null ? null : array + place;
}
