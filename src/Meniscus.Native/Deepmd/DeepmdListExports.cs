using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Meniscus.Native.Deepmd;

/// <summary>
/// The neighbour lists of DeePMD-kit's C interface. Only what one process needs is kept: messages between processes are for
/// models whose atoms see farther than their neighbours, which se_e2_a does not have, and so is the mapping.
/// </summary>
internal static unsafe class DeepmdListExports
{
    [UnmanagedCallersOnly(EntryPoint = "DP_NewNlist", CallConvs = [typeof(CallConvCdecl)])]
    public static nint New(int count, int* centres, int* counts, int** first) => HandleTable.Add(new DeepmdNeighbors(count, centres, counts, first));

    // C passes arguments so that those not declared here may be ignored.
    [UnmanagedCallersOnly(EntryPoint = "DP_NewNlist_comm", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewWithMessages(int count, int* centres, int* counts, int** first) =>
        HandleTable.Add(new DeepmdNeighbors(count, centres, counts, first));

    [UnmanagedCallersOnly(EntryPoint = "DP_NlistSetMask", CallConvs = [typeof(CallConvCdecl)])]
    public static void SetMask(nint list, int mask) => Guard.Run(() => HandleTable.Get<DeepmdNeighbors>(list, "DP_Nlist").Mask = mask);

    [UnmanagedCallersOnly(EntryPoint = "DP_NlistSetMapping", CallConvs = [typeof(CallConvCdecl)])]
    public static void SetMapping(nint list) => Guard.Run(() => HandleTable.Get<DeepmdNeighbors>(list, "DP_Nlist"));

    [UnmanagedCallersOnly(EntryPoint = "DP_DeleteNlist", CallConvs = [typeof(CallConvCdecl)])]
    public static void Delete(nint list) => DeepmdPotentialExports.Delete<DeepmdNeighbors>(list);

    [UnmanagedCallersOnly(EntryPoint = "DP_NlistCheckOK", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* CheckOK(nint list) => DeepmdPotentialExports.Error(list);
}
