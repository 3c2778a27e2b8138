using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Meniscus.Native.Deepmd;

/// <summary>The computations of a DP_DeepPot. Arguments as DeePMD-kit documents them in <c>c_api.h</c>; charge_spin is for models that this library does not evaluate.</summary>
internal static unsafe class DeepmdPotentialCompute
{
    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotCompute", CallConvs = [typeof(CallConvCdecl)])]
    public static void Compute(
        nint dp, int natom, double* coord, int* atype, double* cell, double* energy, double* force, double* virial,
        double* atomicEnergy, double* atomicVirial) =>
        DeepmdCall<double>.Potential(dp, new()
        {
            Frames = 1, Atoms = natom, Coord = coord, Types = atype, Cell = cell, Energy = energy, Force = force,
            Virial = virial, AtomEnergy = atomicEnergy, AtomVirial = atomicVirial,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputef", CallConvs = [typeof(CallConvCdecl)])]
    public static void Computef(
        nint dp, int natom, float* coord, int* atype, float* cell, double* energy, float* force, float* virial,
        float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Potential(dp, new()
        {
            Frames = 1, Atoms = natom, Coord = coord, Types = atype, Cell = cell, Energy = energy, Force = force,
            Virial = virial, AtomEnergy = atomicEnergy, AtomVirial = atomicVirial,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputeNList", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeNList(
        nint dp, int natom, double* coord, int* atype, double* cell, int nghost, nint nlist, int ago, double* energy,
        double* force, double* virial, double* atomicEnergy, double* atomicVirial) =>
        DeepmdCall<double>.Potential(dp, new()
        {
            Frames = 1, Atoms = natom, Coord = coord, Types = atype, Cell = cell, Ghosts = nghost, Neighbors = nlist, Ago = ago,
            Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy, AtomVirial = atomicVirial,
            HasNeighbors = true,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputeNListf", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeNListf(
        nint dp, int natom, float* coord, int* atype, float* cell, int nghost, nint nlist, int ago, double* energy, float* force,
        float* virial, float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Potential(dp, new()
        {
            Frames = 1, Atoms = natom, Coord = coord, Types = atype, Cell = cell, Ghosts = nghost, Neighbors = nlist, Ago = ago,
            Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy, AtomVirial = atomicVirial,
            HasNeighbors = true,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotCompute2", CallConvs = [typeof(CallConvCdecl)])]
    public static void Compute2(
        nint dp, int nframes, int natom, double* coord, int* atype, double* cell, double* fparam, double* aparam, double* energy,
        double* force, double* virial, double* atomicEnergy, double* atomicVirial) =>
        DeepmdCall<double>.Potential(dp, new()
        {
            Frames = nframes, Atoms = natom, Coord = coord, Types = atype, Cell = cell, FrameParameters = fparam,
            AtomParameters = aparam, Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy,
            AtomVirial = atomicVirial,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputef2", CallConvs = [typeof(CallConvCdecl)])]
    public static void Computef2(
        nint dp, int nframes, int natom, float* coord, int* atype, float* cell, float* fparam, float* aparam, double* energy,
        float* force, float* virial, float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Potential(dp, new()
        {
            Frames = nframes, Atoms = natom, Coord = coord, Types = atype, Cell = cell, FrameParameters = fparam,
            AtomParameters = aparam, Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy,
            AtomVirial = atomicVirial,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputeNList2", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeNList2(
        nint dp, int nframes, int natom, double* coord, int* atype, double* cell, int nghost, nint nlist, int ago,
        double* fparam, double* aparam, double* energy, double* force, double* virial, double* atomicEnergy, double* atomicVirial) =>
        DeepmdCall<double>.Potential(dp, new()
        {
            Frames = nframes, Atoms = natom, Coord = coord, Types = atype, Cell = cell, Ghosts = nghost, Neighbors = nlist,
            Ago = ago, FrameParameters = fparam, AtomParameters = aparam, Energy = energy, Force = force, Virial = virial,
            AtomEnergy = atomicEnergy, AtomVirial = atomicVirial, HasNeighbors = true,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputeNListf2", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeNListf2(
        nint dp, int nframes, int natom, float* coord, int* atype, float* cell, int nghost, nint nlist, int ago, float* fparam,
        float* aparam, double* energy, float* force, float* virial, float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Potential(dp, new()
        {
            Frames = nframes, Atoms = natom, Coord = coord, Types = atype, Cell = cell, Ghosts = nghost, Neighbors = nlist,
            Ago = ago, FrameParameters = fparam, AtomParameters = aparam, Energy = energy, Force = force, Virial = virial,
            AtomEnergy = atomicEnergy, AtomVirial = atomicVirial, HasNeighbors = true,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotCompute3", CallConvs = [typeof(CallConvCdecl)])]
    public static void Compute3(
        nint dp, int nframes, int natoms, double* coord, int* atype, double* cell, double* fparam, double* aparam,
        double* chargeSpin, double* energy, double* force, double* virial, double* atomicEnergy, double* atomicVirial) =>
        DeepmdCall<double>.Potential(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, FrameParameters = fparam,
            AtomParameters = aparam, Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy,
            AtomVirial = atomicVirial,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputef3", CallConvs = [typeof(CallConvCdecl)])]
    public static void Computef3(
        nint dp, int nframes, int natoms, float* coord, int* atype, float* cell, float* fparam, float* aparam, float* chargeSpin,
        double* energy, float* force, float* virial, float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Potential(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, FrameParameters = fparam,
            AtomParameters = aparam, Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy,
            AtomVirial = atomicVirial,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputeNList3", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeNList3(
        nint dp, int nframes, int natoms, double* coord, int* atype, double* cell, int nghost, nint nlist, int ago,
        double* fparam, double* aparam, double* chargeSpin, double* energy, double* force, double* virial, double* atomicEnergy,
        double* atomicVirial) =>
        DeepmdCall<double>.Potential(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, Ghosts = nghost, Neighbors = nlist,
            Ago = ago, FrameParameters = fparam, AtomParameters = aparam, Energy = energy, Force = force, Virial = virial,
            AtomEnergy = atomicEnergy, AtomVirial = atomicVirial, HasNeighbors = true,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputeNListf3", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeNListf3(
        nint dp, int nframes, int natoms, float* coord, int* atype, float* cell, int nghost, nint nlist, int ago, float* fparam,
        float* aparam, float* chargeSpin, double* energy, float* force, float* virial, float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Potential(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, Ghosts = nghost, Neighbors = nlist,
            Ago = ago, FrameParameters = fparam, AtomParameters = aparam, Energy = energy, Force = force, Virial = virial,
            AtomEnergy = atomicEnergy, AtomVirial = atomicVirial, HasNeighbors = true,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputeMixedType", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeMixedType(
        nint dp, int nframes, int natoms, double* coord, int* atype, double* cell, double* fparam, double* aparam,
        double* energy, double* force, double* virial, double* atomicEnergy, double* atomicVirial) =>
        DeepmdCall<double>.Potential(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, FrameParameters = fparam,
            AtomParameters = aparam, Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy,
            AtomVirial = atomicVirial, HasMixedTypes = true,
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputeMixedTypef", CallConvs = [typeof(CallConvCdecl)])]
    public static void ComputeMixedTypef(
        nint dp, int nframes, int natoms, float* coord, int* atype, float* cell, float* fparam, float* aparam, double* energy,
        float* force, float* virial, float* atomicEnergy, float* atomicVirial) =>
        DeepmdCall<float>.Potential(dp, new()
        {
            Frames = nframes, Atoms = natoms, Coord = coord, Types = atype, Cell = cell, FrameParameters = fparam,
            AtomParameters = aparam, Energy = energy, Force = force, Virial = virial, AtomEnergy = atomicEnergy,
            AtomVirial = atomicVirial, HasMixedTypes = true,
        });
}
