using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Meniscus.Native.Deepmd;

/// <summary>The computations of a DP_DeepPotModelDevi: results of the models one behind the other. Arguments as in <c>c_api.h</c>.</summary>
internal static unsafe class DeepmdDeviationCompute
{
    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviCompute", CallConvs = [typeof(CallConvCdecl)])]
    public static void Compute(
        nint dp, int natom, double* coord, int* atype, double* cell, double* energy, double* force, double* virial,
        double* atomicEnergy, double* atomicVirial) =>
        DeepmdCall<double>.Deviation(dp, new()
        {
            Frames = 1, Atoms = natom, Coord = coord, Types = atype, Cell = cell, Energy = energy, Force = force,
            Virial = virial, AtomEnergy = atomicEnergy, AtomVirial = atomicVirial,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviComputef", CallConvs = [typeof(CallConvCdecl)])]
    public static void Computef(
        nint dp, int natom, float* coord, int* atype, float* cell, double* energy, float* force, float* virial,
        float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Deviation(dp, new()
        {
            Frames = 1, Atoms = natom, Coord = coord, Types = atype, Cell = cell, Energy = energy, Force = force,
            Virial = virial, AtomEnergy = atomicEnergy, AtomVirial = atomicVirial,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviCompute2", CallConvs = [typeof(CallConvCdecl)])]
    public static void Compute2(
        nint dp, int nframes, int natoms, double* coord, int* atype, double* cell, double* fparam, double* aparam,
        double* energy, double* force, double* virial, double* atomicEnergy, double* atomicVirial) =>
        DeepmdCall<double>.Deviation(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, FrameParameters = fparam,
            AtomParameters = aparam, Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy,
            AtomVirial = atomicVirial,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviComputef2", CallConvs = [typeof(CallConvCdecl)])]
    public static void Computef2(
        nint dp, int nframes, int natoms, float* coord, int* atype, float* cell, float* fparam, float* aparam, double* energy,
        float* force, float* virial, float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Deviation(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, FrameParameters = fparam,
            AtomParameters = aparam, Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy,
            AtomVirial = atomicVirial,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviComputeNList", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeNList(
        nint dp, int natom, double* coord, int* atype, double* cell, int nghost, nint nlist, int ago, double* energy,
        double* force, double* virial, double* atomicEnergy, double* atomicVirial) =>
        DeepmdCall<double>.Deviation(dp, new()
        {
            Frames = 1, Atoms = natom, Coord = coord, Types = atype, Cell = cell, Ghosts = nghost, Neighbors = nlist, Ago = ago,
            Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy, AtomVirial = atomicVirial,
            HasNeighbors = true,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviComputeNListf", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeNListf(
        nint dp, int natom, float* coord, int* atype, float* cell, int nghost, nint nlist, int ago, double* energy, float* force,
        float* virial, float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Deviation(dp, new()
        {
            Frames = 1, Atoms = natom, Coord = coord, Types = atype, Cell = cell, Ghosts = nghost, Neighbors = nlist, Ago = ago,
            Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy, AtomVirial = atomicVirial,
            HasNeighbors = true,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviComputeNList2", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeNList2(
        nint dp, int nframes, int natoms, double* coord, int* atype, double* cell, int nghost, nint nlist, int ago,
        double* fparam, double* aparam, double* energy, double* force, double* virial, double* atomicEnergy, double* atomicVirial) =>
        DeepmdCall<double>.Deviation(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, Ghosts = nghost, Neighbors = nlist,
            Ago = ago, FrameParameters = fparam, AtomParameters = aparam, Energy = energy, Force = force, Virial = virial,
            AtomEnergy = atomicEnergy, AtomVirial = atomicVirial, HasNeighbors = true,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviComputeNListf2", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeNListf2(
        nint dp, int nframes, int natoms, float* coord, int* atype, float* cell, int nghost, nint nlist, int ago, float* fparam,
        float* aparam, double* energy, float* force, float* virial, float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Deviation(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, Ghosts = nghost, Neighbors = nlist,
            Ago = ago, FrameParameters = fparam, AtomParameters = aparam, Energy = energy, Force = force, Virial = virial,
            AtomEnergy = atomicEnergy, AtomVirial = atomicVirial, HasNeighbors = true,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviCompute3", CallConvs = [typeof(CallConvCdecl)])]
    public static void Compute3(
        nint dp, int nframes, int natoms, double* coord, int* atype, double* cell, double* fparam, double* aparam,
        double* chargeSpin, double* energy, double* force, double* virial, double* atomicEnergy, double* atomicVirial) =>
        DeepmdCall<double>.Deviation(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, FrameParameters = fparam,
            AtomParameters = aparam, Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy,
            AtomVirial = atomicVirial,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviComputef3", CallConvs = [typeof(CallConvCdecl)])]
    public static void Computef3(
        nint dp, int nframes, int natoms, float* coord, int* atype, float* cell, float* fparam, float* aparam, float* chargeSpin,
        double* energy, float* force, float* virial, float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Deviation(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, FrameParameters = fparam,
            AtomParameters = aparam, Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy,
            AtomVirial = atomicVirial,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviComputeNList3", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeNList3(
        nint dp, int nframes, int natoms, double* coord, int* atype, double* cell, int nghost, nint nlist, int ago,
        double* fparam, double* aparam, double* chargeSpin, double* energy, double* force, double* virial, double* atomicEnergy,
        double* atomicVirial) =>
        DeepmdCall<double>.Deviation(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, Ghosts = nghost, Neighbors = nlist,
            Ago = ago, FrameParameters = fparam, AtomParameters = aparam, Energy = energy, Force = force, Virial = virial,
            AtomEnergy = atomicEnergy, AtomVirial = atomicVirial, HasNeighbors = true,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviComputeNListf3", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeNListf3(
        nint dp, int nframes, int natoms, float* coord, int* atype, float* cell, int nghost, nint nlist, int ago, float* fparam,
        float* aparam, float* chargeSpin, double* energy, float* force, float* virial, float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Deviation(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, Ghosts = nghost, Neighbors = nlist,
            Ago = ago, FrameParameters = fparam, AtomParameters = aparam, Energy = energy, Force = force, Virial = virial,
            AtomEnergy = atomicEnergy, AtomVirial = atomicVirial, HasNeighbors = true,
        });
}
