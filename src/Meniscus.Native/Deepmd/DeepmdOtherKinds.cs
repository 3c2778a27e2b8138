using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Meniscus.Native.Deepmd;

/// <summary>
/// The functions of DeePMD-kit's C interface for models that are not evaluated here, and for accelerators: they exist, so that
/// programs link, and say why they do nothing. C passes arguments so that those not declared here may be ignored.
/// </summary>
internal static unsafe class DeepmdOtherKinds
{
    [UnmanagedCallersOnly(EntryPoint = "DP_NewDeepSpin", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDeepSpin() => HandleTable.Add(new DeepmdOtherKind("models with spins"));

    [UnmanagedCallersOnly(EntryPoint = "DP_NewDeepSpinWithParam2", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDeepSpinWithParam2() => HandleTable.Add(new DeepmdOtherKind("models with spins"));

    [UnmanagedCallersOnly(EntryPoint = "DP_DeleteDeepSpin", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeleteDeepSpin(nint model) => DeepmdPotentialExports.Delete<DeepmdObject>(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputeEdgesGPU", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepPotComputeEdgesGPU(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputeEdgesGPUFloat32", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepPotComputeEdgesGPUFloat32(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotComputeCanonicalGraphGPU", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepPotComputeCanonicalGraphGPU(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinCompute2", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinCompute2(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinComputef2", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinComputef2(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinComputeNList2", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinComputeNList2(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinComputeNListf2", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinComputeNListf2(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinCompute3", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinCompute3(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinComputef3", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinComputef3(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinComputeNList3", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinComputeNList3(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinComputeNListf3", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinComputeNListf3(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_NewDeepSpinModelDevi", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDeepSpinModelDevi() => HandleTable.Add(new DeepmdOtherKind("models with spins"));

    [UnmanagedCallersOnly(EntryPoint = "DP_NewDeepSpinModelDeviWithParam", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDeepSpinModelDeviWithParam() => HandleTable.Add(new DeepmdOtherKind("models with spins"));

    [UnmanagedCallersOnly(EntryPoint = "DP_DeleteDeepSpinModelDevi", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeleteDeepSpinModelDevi(nint model) => DeepmdPotentialExports.Delete<DeepmdObject>(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviCompute2", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinModelDeviCompute2(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviComputef2", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinModelDeviComputef2(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviComputeNList2", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinModelDeviComputeNList2(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviComputeNListf2", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinModelDeviComputeNListf2(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviCompute3", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinModelDeviCompute3(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviComputef3", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinModelDeviComputef3(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviComputeNList3", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinModelDeviComputeNList3(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviComputeNListf3", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepSpinModelDeviComputeNListf3(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinGetCutoff", CallConvs = [typeof(CallConvCdecl)])]
    public static double DeepSpinGetCutoff(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinGetNumbTypes", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepSpinGetNumbTypes(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinGetNumbTypesSpin", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepSpinGetNumbTypesSpin(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinGetDimFParam", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepSpinGetDimFParam(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinGetDimAParam", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepSpinGetDimAParam(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinGetDimChgSpin", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepSpinGetDimChgSpin(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinIsAParamNAll", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepSpinIsAParamNAll(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinHasDefaultFParam", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepSpinHasDefaultFParam(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinGetTypeMap", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* DeepSpinGetTypeMap(nint model) => NativeText.Copy("");

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinCheckOK", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* DeepSpinCheckOK(nint model) => DeepmdPotentialExports.Error(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviGetDimFParam", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepSpinModelDeviGetDimFParam(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviGetDimAParam", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepSpinModelDeviGetDimAParam(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviGetDimChgSpin", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepSpinModelDeviGetDimChgSpin(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviIsAParamNAll", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepSpinModelDeviIsAParamNAll(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviHasDefaultFParam", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepSpinModelDeviHasDefaultFParam(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviGetCutoff", CallConvs = [typeof(CallConvCdecl)])]
    public static double DeepSpinModelDeviGetCutoff(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviGetNumbTypes", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepSpinModelDeviGetNumbTypes(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviGetNumbTypesSpin", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepSpinModelDeviGetNumbTypesSpin(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepSpinModelDeviCheckOK", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* DeepSpinModelDeviCheckOK(nint model) => DeepmdPotentialExports.Error(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_NewDeepTensor", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDeepTensor() => HandleTable.Add(new DeepmdOtherKind("dipole and polarizability models"));

    [UnmanagedCallersOnly(EntryPoint = "DP_NewDeepTensorWithParam", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDeepTensorWithParam() => HandleTable.Add(new DeepmdOtherKind("dipole and polarizability models"));

    [UnmanagedCallersOnly(EntryPoint = "DP_DeleteDeepTensor", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeleteDeepTensor(nint model) => DeepmdPotentialExports.Delete<DeepmdObject>(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorComputeTensor", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepTensorComputeTensor(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorComputeTensorf", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepTensorComputeTensorf(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorComputeTensorNList", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepTensorComputeTensorNList(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorComputeTensorNListf", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepTensorComputeTensorNListf(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorCompute", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepTensorCompute(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorComputef", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepTensorComputef(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorComputeNList", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepTensorComputeNList(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorComputeNListf", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeepTensorComputeNListf(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorGetCutoff", CallConvs = [typeof(CallConvCdecl)])]
    public static double DeepTensorGetCutoff(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorGetNumbTypes", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepTensorGetNumbTypes(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorGetOutputDim", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepTensorGetOutputDim(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorGetSelTypes", CallConvs = [typeof(CallConvCdecl)])]
    public static int* DeepTensorGetSelTypes(nint model) => null;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorGetNumbSelTypes", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepTensorGetNumbSelTypes(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorGetTypeMap", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* DeepTensorGetTypeMap(nint model) => NativeText.Copy("");

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepTensorCheckOK", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* DeepTensorCheckOK(nint model) => DeepmdPotentialExports.Error(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_NewDipoleChargeModifier", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDipoleChargeModifier() => HandleTable.Add(new DeepmdOtherKind("dipole-charge modifiers"));

    [UnmanagedCallersOnly(EntryPoint = "DP_NewDipoleChargeModifierWithParam", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDipoleChargeModifierWithParam() => HandleTable.Add(new DeepmdOtherKind("dipole-charge modifiers"));

    [UnmanagedCallersOnly(EntryPoint = "DP_DeleteDipoleChargeModifier", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeleteDipoleChargeModifier(nint model) => DeepmdPotentialExports.Delete<DeepmdObject>(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DipoleChargeModifierComputeNList", CallConvs = [typeof(CallConvCdecl)])]
    public static void DipoleChargeModifierComputeNList(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DipoleChargeModifierComputeNListf", CallConvs = [typeof(CallConvCdecl)])]
    public static void DipoleChargeModifierComputeNListf(nint model) => Refuse(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DipoleChargeModifierGetCutoff", CallConvs = [typeof(CallConvCdecl)])]
    public static double DipoleChargeModifierGetCutoff(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DipoleChargeModifierGetNumbTypes", CallConvs = [typeof(CallConvCdecl)])]
    public static int DipoleChargeModifierGetNumbTypes(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DipoleChargeModifierGetSelTypes", CallConvs = [typeof(CallConvCdecl)])]
    public static int* DipoleChargeModifierGetSelTypes(nint model) => null;

    [UnmanagedCallersOnly(EntryPoint = "DP_DipoleChargeModifierGetNumbSelTypes", CallConvs = [typeof(CallConvCdecl)])]
    public static int DipoleChargeModifierGetNumbSelTypes(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DipoleChargeModifierCheckOK", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* DipoleChargeModifierCheckOK(nint model) => DeepmdPotentialExports.Error(model);

    private static void Refuse(nint model)
    {
        if (HandleTable.Find<DeepmdPotential>(model) is { } potential)
            potential.Run(() => throw new InputException("device-resident graphs are not supported by libmeniscus: it computes on the processor"));
    }
}
