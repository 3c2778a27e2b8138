using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.DeepPot.TensorFlow;

namespace Meniscus.Native.Deepmd;

/// <summary>What DeePMD-kit's C interface has besides models: files, texts and selections of atoms.</summary>
internal static unsafe class DeepmdFileExports
{
    [UnmanagedCallersOnly(EntryPoint = "DP_ConvertPbtxtToPb", CallConvs = [typeof(CallConvCdecl)])]
    public static void ConvertPbtxtToPb(byte* text, byte* binary) => Guard.Run(() => Say(() =>
        GraphDefConverter.TextToBinary(NativeText.Read(text, "the name of the .pbtxt"), NativeText.Read(binary, "the name of the .pb"))));

    [UnmanagedCallersOnly(EntryPoint = "DP_PrintSummary", CallConvs = [typeof(CallConvCdecl)])]
    public static void PrintSummary(byte* before) => Guard.Run(() =>
    {
        var start = before == null ? "" : NativeText.Read(before, "the text before");
        var version = typeof(DeepPotModel).Assembly.GetName().Version!.ToString(3);
        Print(Console.OpenStandardOutput(), $"{start}>>> Info of libmeniscus:\n{start}version:                {version}\n{start}C API version:          29 (DeePMD-kit)\n{start}models:                 {string.Join(' ', DeepPotModelFile.ReadableEndings)}\n{start}threads per model:      {DeepmdThreads.Count}\n");
    });

    [UnmanagedCallersOnly(EntryPoint = "DP_ReadFileToChar", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* ReadFile(byte* file)
    {
        byte* text = null;
        Guard.Run(() => text = NativeText.Copy(File.ReadAllBytes(NativeText.Read(file, "the name of the file"))));
        return text == null ? NativeText.Copy("") : text;
    }

    /// <summary>A negative size tells that the text is what went wrong.</summary>
    [UnmanagedCallersOnly(EntryPoint = "DP_ReadFileToChar2", CallConvs = [typeof(CallConvCdecl)])]
    public static byte* ReadFileWithSize(byte* file, int* size)
    {
        byte* text = null;
        var status = Guard.Run(() =>
        {
            if (size == null)
                throw new ArgumentException("size is null");
            var bytes = File.ReadAllBytes(NativeText.Read(file, "the name of the file"));
            text = NativeText.Copy(bytes);
            *size = bytes.Length;
        });
        if (status == (int)Status.Ok)
            return text;
        var error = Encoding.UTF8.GetBytes("Failed to open file: " + Marshal.PtrToStringUTF8((nint)Guard.Text));
        if (size != null)
            *size = -error.Length;
        return NativeText.Copy(error);
    }

    [UnmanagedCallersOnly(EntryPoint = "DP_DeleteChar", CallConvs = [typeof(CallConvCdecl)])]
    public static void DeleteChar(byte* text) => NativeText.Free(text);

    /// <summary>The atoms of some types: where each goes, where each comes from, how many there are, and ghosts among them.</summary>
    [UnmanagedCallersOnly(EntryPoint = "DP_SelectByType", CallConvs = [typeof(CallConvCdecl)])]
    public static void SelectByType(
        int atoms, int* types, int ghosts, int selectedTypes, int* selection, int* forward, int* real, int* backward, int* realGhosts) => Guard.Run(() =>
        {
            if (atoms < 0 || selectedTypes < 0 || (atoms > 0 && types == null) || (selectedTypes > 0 && selection == null))
                throw new ArgumentException("DP_SelectByType: a number is negative, or types or selection is null");
            var wanted = new ReadOnlySpan<int>(selection, selectedTypes);
            var (count, ghostCount) = (0, 0);
            for (var i = 0; i < atoms; i++)
            {
                var selected = wanted.Contains(types[i]);
                if (forward != null)
                    forward[i] = selected ? count : -1;
                if (!selected)
                    continue;
                if (backward != null)
                    backward[count] = i;
                count++;
                ghostCount += i >= atoms - ghosts ? 1 : 0;
            }

            if (real != null)
                *real = count;
            if (realGhosts != null)
                *realGhosts = ghostCount;
        });

    [UnmanagedCallersOnly(EntryPoint = "DP_SelectMapInt", CallConvs = [typeof(CallConvCdecl)])]
    public static void SelectMap(int* values, int* forward, int stride, int from, int to, int* target) => Guard.Run(() =>
    {
        if (stride < 0 || from < 0 || to < 0 || (from > 0 && (values == null || forward == null)))
            throw new ArgumentException("DP_SelectMapInt: a number is negative, or in or fwd_map is null");
        for (var i = 0; i < from && target != null; i++)
        {
            if (forward[i] >= to)
                throw new ArgumentException($"DP_SelectMapInt: fwd_map[{i}] is {forward[i]}; expected less than {to}");
            if (forward[i] >= 0)
                new ReadOnlySpan<int>(values + ((long)i * stride), stride).CopyTo(new Span<int>(target + ((long)forward[i] * stride), stride));
        }
    });

    /// <summary>A function that has no way to tell its caller what went wrong says it on standard error.</summary>
    private static void Say(Action body)
    {
        try
        {
            body();
        }
        catch (Exception e)
        {
            Print(Console.OpenStandardError(), $"libmeniscus: {Guard.Describe(e)}\n");
            throw;
        }
    }

    private static void Print(Stream stream, string text)
    {
        using (stream)
            stream.Write(Encoding.UTF8.GetBytes(text));
    }
}
