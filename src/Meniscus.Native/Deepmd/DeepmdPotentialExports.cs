using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Native.Deepmd;

/// <summary>
/// Making, asking and deleting a DP_DeepPot and a DP_DeepPotModelDevi, also by the names of their base models. What they do is
/// said in DeePMD-kit's <c>c_api.h</c>; where a model could not be loaded, its numbers are 0. Deleting null is fine.
/// </summary>
internal static unsafe class DeepmdPotentialExports
{
    [UnmanagedCallersOnly(EntryPoint = "DP_NewDeepPot", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDeepPot(byte* model) => New(model, null, 0);

    [UnmanagedCallersOnly(EntryPoint = "DP_NewDeepPotWithParam", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDeepPotWithParam(byte* model, int gpuRank, byte* content) => HandleTable.Add(new DeepmdPotential(() =>
        content == null || *content == 0
            ? Read(model, null, 0)
            : throw new InputException("file_content is broken in DP_NewDeepPotWithParam. Use DP_NewDeepPotWithParam2 instead.")));

    [UnmanagedCallersOnly(EntryPoint = "DP_NewDeepPotWithParam2", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDeepPotWithParam2(byte* model, int gpuRank, byte* content, int size) => New(model, content, size);

    [UnmanagedCallersOnly(EntryPoint = "DP_NewDeepPotModelDevi", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDeepPotModelDevi(byte** models, int count) => HandleTable.Add(new DeepmdDeviation(() => Read(models, count, null, null)));

    [UnmanagedCallersOnly(EntryPoint = "DP_NewDeepPotModelDeviWithParam", CallConvs = [typeof(CallConvCdecl)])]
    public static nint NewDeepPotModelDeviWithParam(byte** models, int count, int gpuRank, byte** contents, int contentCount, int* sizes) =>
        HandleTable.Add(new DeepmdDeviation(() => Read(models, count, contentCount == 0 ? null : contents, sizes, contentCount)));

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelGetCutoff", CallConvs = [typeof(CallConvCdecl)])]
    public static double DeepBaseModelGetCutoff(nint model) => Ask(model, model => model.Descriptor.Cutoff);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelGetNumbTypes", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepBaseModelGetNumbTypes(nint model) => Ask(model, model => model.TypeMap.Count);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelGetNumbTypesSpin", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepBaseModelGetNumbTypesSpin(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelGetDimFParam", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepBaseModelGetDimFParam(nint model) => Ask(model, model => model.Fitting.FrameParameterCount);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelGetDimAParam", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepBaseModelGetDimAParam(nint model) => Ask(model, model => model.Fitting.AtomParameterCount);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelIsAParamNAll", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepBaseModelIsAParamNAll(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelHasDefaultFParam", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepBaseModelHasDefaultFParam(nint model) => Ask(model, model => model.Fitting.DefaultFrameParameters is null ? (byte)0 : (byte)1);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelGetTypeMap", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* DeepBaseModelGetTypeMap(nint model) => NativeText.Copy(Ask(model, model => model.TypeMap.ToString()) ?? "");

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelCheckOK", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* DeepBaseModelCheckOK(nint model) => Error(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeleteDeepBaseModel", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeleteDeepBaseModel(nint model) => Delete<DeepmdObject>(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotGetCutoff", CallConvs = [typeof(CallConvCdecl)])]
    public static double DeepPotGetCutoff(nint model) => Ask(model, model => model.Descriptor.Cutoff);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotGetNumbTypes", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepPotGetNumbTypes(nint model) => Ask(model, model => model.TypeMap.Count);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotGetNumbTypesSpin", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepPotGetNumbTypesSpin(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotGetDimFParam", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepPotGetDimFParam(nint model) => Ask(model, model => model.Fitting.FrameParameterCount);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotGetDimAParam", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepPotGetDimAParam(nint model) => Ask(model, model => model.Fitting.AtomParameterCount);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotIsAParamNAll", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepPotIsAParamNAll(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotHasDefaultFParam", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepPotHasDefaultFParam(nint model) => Ask(model, model => model.Fitting.DefaultFrameParameters is null ? (byte)0 : (byte)1);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotGetDimChgSpin", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepPotGetDimChgSpin(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotGetTypeMap", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* DeepPotGetTypeMap(nint model) => NativeText.Copy(Ask(model, model => model.TypeMap.ToString()) ?? "");

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotCheckOK", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* DeepPotCheckOK(nint model) => Error(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeleteDeepPot", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeleteDeepPot(nint model) => Delete<DeepmdObject>(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelDeviGetCutoff", CallConvs = [typeof(CallConvCdecl)])]
    public static double DeepBaseModelDeviGetCutoff(nint model) => Ask(model, model => model.Descriptor.Cutoff);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelDeviGetNumbTypes", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepBaseModelDeviGetNumbTypes(nint model) => Ask(model, model => model.TypeMap.Count);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelDeviGetNumbTypesSpin", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepBaseModelDeviGetNumbTypesSpin(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelDeviGetDimFParam", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepBaseModelDeviGetDimFParam(nint model) => Ask(model, model => model.Fitting.FrameParameterCount);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelDeviGetDimAParam", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepBaseModelDeviGetDimAParam(nint model) => Ask(model, model => model.Fitting.AtomParameterCount);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelDeviIsAParamNAll", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepBaseModelDeviIsAParamNAll(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelDeviHasDefaultFParam", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepBaseModelDeviHasDefaultFParam(nint model) => Ask(model, model => model.Fitting.DefaultFrameParameters is null ? (byte)0 : (byte)1);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepBaseModelDeviCheckOK", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* DeepBaseModelDeviCheckOK(nint model) => Error(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeleteDeepBaseModelDevi", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeleteDeepBaseModelDevi(nint model) => Delete<DeepmdObject>(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviGetCutoff", CallConvs = [typeof(CallConvCdecl)])]
    public static double DeepPotModelDeviGetCutoff(nint model) => Ask(model, model => model.Descriptor.Cutoff);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviGetNumbTypes", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepPotModelDeviGetNumbTypes(nint model) => Ask(model, model => model.TypeMap.Count);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviGetNumbTypesSpin", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepPotModelDeviGetNumbTypesSpin(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviGetDimFParam", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepPotModelDeviGetDimFParam(nint model) => Ask(model, model => model.Fitting.FrameParameterCount);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviGetDimAParam", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepPotModelDeviGetDimAParam(nint model) => Ask(model, model => model.Fitting.AtomParameterCount);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviIsAParamNAll", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepPotModelDeviIsAParamNAll(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviHasDefaultFParam", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepPotModelDeviHasDefaultFParam(nint model) => Ask(model, model => model.Fitting.DefaultFrameParameters is null ? (byte)0 : (byte)1);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviGetDimChgSpin", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeepPotModelDeviGetDimChgSpin(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotModelDeviCheckOK", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* DeepPotModelDeviCheckOK(nint model) => Error(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeleteDeepPotModelDevi", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeleteDeepPotModelDevi(nint model) => Delete<DeepmdObject>(model);

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotSupportsDeviceEdgeInference", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepPotSupportsDeviceEdgeInference(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotUsesFP32EdgeVectors", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepPotUsesFP32EdgeVectors(nint model) => 0;

    [UnmanagedCallersOnly(EntryPoint = "DP_DeepPotUsesCanonicalGraphInference", CallConvs = [typeof(CallConvCdecl)])]
    public static byte DeepPotUsesCanonicalGraphInference(nint model) => 0;

    /// <summary>What went wrong in the last call, for the caller to delete.</summary>
    public static byte* Error(nint handle) =>
        NativeText.Copy(HandleTable.Find<DeepmdObject>(handle)?.Error ?? "null, or a pointer that was not made by this library, or that was deleted");

    public static void Delete<T>(nint handle)
        where T : class => Guard.Run(() => HandleTable.Remove<T>(handle, "the pointer to delete"));

    private static nint New(byte* model, byte* content, int size) => HandleTable.Add(new DeepmdPotential(() => Read(model, content, size)));

    private static DeepPotModel Read(byte* model, byte* content, int size)
    {
        var name = NativeText.Read(model, "the name of the model");
        if (size < 0)
            throw new ArgumentException($"size_file_content is {size}; expected 0 or more");
        return size == 0 ? DeepPotModelFile.Load(name) : ModelExports.ReadContent(name, content, (nuint)size);
    }

    private static DeepPotModel[] Read(byte** models, int count, byte** contents, int* sizes, int contentCount = 0)
    {
        if (models == null || count < 0)
            throw new ArgumentException(models == null ? "the names of the models are null" : $"number of models is {count}");
        if (contents != null && (sizes == null || contentCount != count))
            throw new ArgumentException(sizes == null ? "size_file_contents is null" : $"{contentCount} file contents for {count} models");
        var read = new DeepPotModel[count];
        for (var m = 0; m < count; m++)
            read[m] = contents == null ? Read(models[m], null, 0) : Read(models[m], contents[m], sizes[m]);
        return read;
    }

    private static T? Ask<T>(nint handle, Func<DeepPotModel, T> question) => Guard.Get(
        () => (HandleTable.Find<DeepmdPotential>(handle)?.Stored ?? HandleTable.Find<DeepmdDeviation>(handle)?.Stored) is { } model ? question(model) : default,
        default);
}
