using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Native;

/// <summary>The functions of <c>include/meniscus.h</c>, which says what they do.</summary>
internal static unsafe class ModelExports
{
    private const string ModelArgument = "model";
    private const string CommitteeArgument = "committee";

    // Text that lives as long as the program.
    private static readonly byte* s_version = NativeText.Copy(typeof(DeepPotModel).Assembly.GetName().Version!.ToString(3));

    [UnmanagedCallersOnly(EntryPoint = "meniscus_version", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* Version() => s_version;

    [UnmanagedCallersOnly(EntryPoint = "meniscus_last_error", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* LastError() => Guard.Text;

    [UnmanagedCallersOnly(EntryPoint = "meniscus_load", CallConvs = [typeof(CallConvCdecl)])]
    public static int Load(byte* path, int threads, nint* model) => Guard.Run(() =>
    {
        Clear(model, ModelArgument);
        *model = HandleTable.Add(new NativeModel(DeepPotModelFile.Load(NativeText.Read(path, "path")), NativeModel.Threads(threads)));
    });

    [UnmanagedCallersOnly(EntryPoint = "meniscus_load_content", CallConvs = [typeof(CallConvCdecl)])]
    public static int LoadContent(byte* name, byte* content, nuint length, int threads, nint* model) => Guard.Run(() =>
    {
        Clear(model, ModelArgument);
        *model = HandleTable.Add(new NativeModel(ReadContent(NativeText.Read(name, "name"), content, length), NativeModel.Threads(threads)));
    });

    [UnmanagedCallersOnly(EntryPoint = "meniscus_tabulate", CallConvs = [typeof(CallConvCdecl)])]
    public static int Tabulate(nint model) => Guard.Run(() => Get(model).Tabulate());

    [UnmanagedCallersOnly(EntryPoint = "meniscus_free", CallConvs = [typeof(CallConvCdecl)])]
    public static int Free(nint model) => Guard.Run(() => HandleTable.Remove<NativeModel>(model, ModelArgument));

    [UnmanagedCallersOnly(EntryPoint = "meniscus_cutoff", CallConvs = [typeof(CallConvCdecl)])]
    public static double Cutoff(nint model) => Guard.Get(() => Get(model).Model.Descriptor.Cutoff, -1);

    [UnmanagedCallersOnly(EntryPoint = "meniscus_type_count", CallConvs = [typeof(CallConvCdecl)])]
    public static int TypeCount(nint model) => Guard.Get(() => Get(model).Model.TypeMap.Count, -1);

    [UnmanagedCallersOnly(EntryPoint = "meniscus_type_name", CallConvs = [typeof(CallConvCdecl)])]
    public static int TypeName(nint model, int type, byte* name, int size) => Guard.Run(() =>
    {
        var names = Get(model).Model.TypeMap;
        if (type < 0 || type >= names.Count)
            throw new ArgumentException($"type is {type}; the model has the types 0 to {names.Count - 1} ({names})");
        var bytes = System.Text.Encoding.UTF8.GetBytes(names[type]);
        if (name == null || size < bytes.Length + 1)
            throw new ArgumentException($"name has room for {(name == null ? 0 : size)} bytes; '{names[type]}' takes {bytes.Length + 1}");
        bytes.CopyTo(new Span<byte>(name, size));
        name[bytes.Length] = 0;
    });

    [UnmanagedCallersOnly(EntryPoint = "meniscus_type_index", CallConvs = [typeof(CallConvCdecl)])]
    public static int TypeIndex(nint model, byte* name) => Guard.Get(
        () =>
        {
            var (names, wanted) = (Get(model).Model.TypeMap, NativeText.Read(name, "name"));
            var index = names.IndexOf(wanted);
            return index >= 0 ? index : throw new InputException($"type_map: no type '{wanted}'; the model has [{names}]");
        },
        -1);

    [UnmanagedCallersOnly(EntryPoint = "meniscus_fparam_count", CallConvs = [typeof(CallConvCdecl)])]
    public static int FrameParameterCount(nint model) => Guard.Get(() => Get(model).Model.Fitting.FrameParameterCount, -1);

    [UnmanagedCallersOnly(EntryPoint = "meniscus_aparam_count", CallConvs = [typeof(CallConvCdecl)])]
    public static int AtomParameterCount(nint model) => Guard.Get(() => Get(model).Model.Fitting.AtomParameterCount, -1);

    [UnmanagedCallersOnly(EntryPoint = "meniscus_compute", CallConvs = [typeof(CallConvCdecl)])]
    public static int Compute(nint model, nint atoms, nint results) => Compute<double>(model, atoms, results);

    [UnmanagedCallersOnly(EntryPoint = "meniscus_compute_float", CallConvs = [typeof(CallConvCdecl)])]
    public static int ComputeFloat(nint model, nint atoms, nint results) => Compute<float>(model, atoms, results);

    [UnmanagedCallersOnly(EntryPoint = "meniscus_committee_load", CallConvs = [typeof(CallConvCdecl)])]
    public static int LoadCommittee(byte** paths, int count, int threads, nint* committee) => Guard.Run(() =>
    {
        Clear(committee, CommitteeArgument);
        if (paths == null || count < 1)
            throw new ArgumentException(paths == null ? "paths is null" : $"{count} models; expected at least one");
        var models = new DeepPotModel[count];
        for (var m = 0; m < count; m++)
            models[m] = DeepPotModelFile.Load(NativeText.Read(paths[m], $"paths[{m}]"));
        *committee = HandleTable.Add(new NativeCommittee(models, NativeModel.Threads(threads)));
    });

    [UnmanagedCallersOnly(EntryPoint = "meniscus_committee_tabulate", CallConvs = [typeof(CallConvCdecl)])]
    public static int TabulateCommittee(nint committee) => Guard.Run(() => HandleTable.Get<NativeCommittee>(committee, CommitteeArgument).Tabulate());

    [UnmanagedCallersOnly(EntryPoint = "meniscus_committee_free", CallConvs = [typeof(CallConvCdecl)])]
    public static int FreeCommittee(nint committee) => Guard.Run(() => HandleTable.Remove<NativeCommittee>(committee, CommitteeArgument));

    [UnmanagedCallersOnly(EntryPoint = "meniscus_committee_compute", CallConvs = [typeof(CallConvCdecl)])]
    public static int ComputeCommittee(nint committee, nint atoms, nint results) => ComputeCommittee<double>(committee, atoms, results);

    [UnmanagedCallersOnly(EntryPoint = "meniscus_committee_compute_float", CallConvs = [typeof(CallConvCdecl)])]
    public static int ComputeCommitteeFloat(nint committee, nint atoms, nint results) => ComputeCommittee<float>(committee, atoms, results);

    [UnmanagedCallersOnly(EntryPoint = "meniscus_committee_deviation", CallConvs = [typeof(CallConvCdecl)])]
    public static int Deviation(nint committee, nint atoms, nint results, ModelDeviation* deviation, double* perAtom) =>
        Deviation<double>(committee, atoms, results, deviation, perAtom);

    [UnmanagedCallersOnly(EntryPoint = "meniscus_committee_deviation_float", CallConvs = [typeof(CallConvCdecl)])]
    public static int DeviationFloat(nint committee, nint atoms, nint results, ModelDeviation* deviation, double* perAtom) =>
        Deviation<float>(committee, atoms, results, deviation, perAtom);

    /// <summary>A model from a copy of the other program's memory.</summary>
    public static DeepPotModel ReadContent(string name, byte* content, nuint length)
    {
        if (content == null && length > 0)
            throw new ArgumentException("content is null");
        if (length > (nuint)Array.MaxLength)
            throw new ArgumentException($"content has {length} bytes; expected at most {Array.MaxLength}");
        return DeepPotModelFile.Load(name, new ReadOnlySpan<byte>(content, (int)length).ToArray());
    }

    private static NativeModel Get(nint model) => HandleTable.Get<NativeModel>(model, ModelArgument);

    private static void Clear(nint* handle, string what)
    {
        if (handle == null)
            throw new ArgumentException($"{what}, the pointer that receives the handle, is null");
        *handle = 0;
    }

    private static int Compute<T>(nint model, nint atoms, nint results)
        where T : unmanaged, IFloatingPointIeee754<T> => Guard.Run(() => Get(model).Compute(Input<T>(atoms), Output<T>(results)));

    private static int ComputeCommittee<T>(nint committee, nint atoms, nint results)
        where T : unmanaged, IFloatingPointIeee754<T> => Guard.Run(() => HandleTable.Get<NativeCommittee>(committee, CommitteeArgument).Compute(
            Input<T>(atoms), Output<T>(results), static (NativeModel model, in FrameInput<T> input, in FrameOutput<T> output) => model.Compute(input, output)));

    private static int Deviation<T>(nint committee, nint atoms, nint results, ModelDeviation* deviation, double* perAtom)
        where T : unmanaged, IFloatingPointIeee754<T> => Guard.Run(() =>
        {
            if (deviation == null)
                throw new ArgumentException("deviation is null");
            *deviation = HandleTable.Get<NativeCommittee>(committee, CommitteeArgument).Deviation(Input<T>(atoms), results == 0 ? default : Output<T>(results), perAtom);
        });

    private static FrameInput<T> Input<T>(nint atoms)
        where T : unmanaged, IFloatingPointIeee754<T> => atoms == 0 ? throw new ArgumentException("atoms is null") : *(FrameInput<T>*)atoms;

    private static FrameOutput<T> Output<T>(nint results)
        where T : unmanaged, IFloatingPointIeee754<T> => results == 0 ? throw new ArgumentException("results is null") : *(FrameOutput<T>*)results;
}
