using System.Runtime.InteropServices;
using Meniscus.Native;
using Meniscus.Native.Deepmd;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.DeepPot.TensorFlow;
using Meniscus.Tests.Fixtures;
using Meniscus.Tests.Potentials.DeepPot;
using Meniscus.Tests.Potentials.DeepPot.TensorFlow;

namespace Meniscus.Tests.Native;

/// <summary>DeePMD-kit's C interface, called as its programs call it.</summary>
public sealed unsafe class DeepmdExportsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Frames_with_types_of_their_own_give_what_each_gives_alone()
    {
        var model = new RandomModel().Create();
        using var potential = new DeepPotential(model.Tabulated());
        var handle = New(model, "model.dp");
        double[] positions = [0, 0, 0, 1.3, 0, 0, 0, 1.8, 0, 0, 0.2, 0, 1.1, 0, 0.4, 0, 1.8, 1];
        // Types that are negative, or that the model does not know, stand for no atom.
        int[] types = [0, 1, 1, 1, -1, 7];
        var (energies, forces) = (new double[2], new double[18]);
        fixed (double* x = positions, e = energies, f = forces)
        fixed (int* t = types)
            ((delegate* unmanaged[Cdecl]<nint, int, int, double*, int*, double*, double*, double*, double*, double*, double*, double*, double*, void>)&DeepmdPotentialCompute.ComputeMixedType)(
                handle, 2, 3, x, t, null, null, null, e, f, null, null, null);
        Assert.Equal("", Error(handle));
        var (first, second) = (new Evaluation(), new Evaluation());
        potential.Evaluate(new Configuration(types.AsSpan(0, 3), positions.AsSpan(0, 9), Meniscus.Atoms.Cell.None), first);
        potential.Evaluate(new Configuration([1, -1, -1], positions.AsSpan(9, 9), Meniscus.Atoms.Cell.None), second);
        Assert.Equal([first.Energy, second.Energy], energies);
        Assert.Equal(first.Forces, forces[..9]);
        Assert.Equal(0, forces[9]);
    }

    [Fact]
    public void A_list_is_kept_until_a_new_one_is_announced()
    {
        var handle = New(new RandomModel().Create(), "model.dp");
        double[] positions = [0, 0, 0, 1.3, 0, 0];
        int[] types = [0, 1], centres = [0, 1], counts = [1, 1], none = [0, 0], neighbors = [1, 0];
        var pointers = new int*[2];
        fixed (double* x = positions)
        fixed (int* t = types, ilist = centres, count = counts, zero = none, joint = neighbors)
        fixed (int** first = pointers)
        {
            first[0] = joint;
            first[1] = joint + 1;
            var full = ((delegate* unmanaged[Cdecl]<int, int*, int*, int**, nint>)&DeepmdListExports.New)(2, ilist, count, first);
            var empty = ((delegate* unmanaged[Cdecl]<int, int*, int*, int**, nint>)&DeepmdListExports.New)(2, ilist, zero, first);
            var bound = Energy(handle, x, t, full, 0);
            Assert.Equal(bound, Energy(handle, x, t, empty, 1));
            Assert.NotEqual(bound, Energy(handle, x, t, empty, 0));
        }
    }

    [Fact]
    public void What_goes_wrong_is_told_by_CheckOK_until_the_next_call()
    {
        nint missing;
        fixed (byte* name = ModelExportsTests.Text("/no/such/model.pb"))
            missing = ((delegate* unmanaged[Cdecl]<byte*, nint>)&DeepmdPotentialExports.NewDeepPot)(name);
        Assert.Contains("no such file", Error(missing), StringComparison.Ordinal);
        Assert.Equal(0, ((delegate* unmanaged[Cdecl]<nint, int>)&DeepmdPotentialExports.DeepPotGetNumbTypes)(missing));
        Compute(missing, 1);
        Assert.Contains("no such file", Error(missing), StringComparison.Ordinal);

        var handle = New(new RandomModel().Create(), "model.dp");
        Compute(handle, -1);
        Assert.Contains("number of atoms is -1", Error(handle), StringComparison.Ordinal);
        Compute(handle, 1);
        Assert.Contains("types is null", Error(handle), StringComparison.Ordinal);
        Compute(handle, 0);
        Assert.Equal("", Error(handle));
        ((delegate* unmanaged[Cdecl]<nint, void>)&DeepmdPotentialExports.DeleteDeepPot)(handle);
        Compute(handle, 1);
        Assert.Contains("deleted", Error(handle), StringComparison.Ordinal);
        Assert.Contains("supported", Error(((delegate* unmanaged[Cdecl]<nint>)&DeepmdOtherKinds.NewDeepTensor)()), StringComparison.Ordinal);

        static void Compute(nint handle, int atoms) =>
            ((delegate* unmanaged[Cdecl]<nint, int, double*, int*, double*, double*, double*, double*, double*, double*, void>)&DeepmdPotentialCompute.Compute)(
                handle, atoms, null, null, null, null, null, null, null, null);
    }

    [Fact]
    public void A_graph_in_text_becomes_the_same_graph_in_binary()
    {
        var path = SharedData.Path("data", "water-scan-qe", "model", "frozen_model_1.pb");
        var nodes = GraphDefBinaryReader.Read(File.ReadAllBytes(path), path).Nodes;
        File.WriteAllText(_folder.File("model.pbtxt"), GraphDefWriter.Text(nodes));
        GraphDefConverter.TextToBinary(_folder.File("model.pbtxt"), _folder.File("again.pb"));
        ModelComparison.AssertSame(DeepPotModelFile.Load(path), DeepPotModelFile.Load(_folder.File("again.pb")));

        File.WriteAllText(_folder.File("wrong.pbtxt"), "node { name: \"a\" colour: 3 }");
        var error = Assert.Throws<InputException>(() => GraphDefConverter.TextToBinary(_folder.File("wrong.pbtxt"), _folder.File("wrong.pb")));
        Assert.Contains("field 'colour'", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("wrong.pb")));
    }

    [Fact]
    public void Every_name_is_exported_once()
    {
        var names = typeof(DeepmdPotentialExports).Assembly.GetTypes().SelectMany(ModelExportsTests.Exported).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        // As many as API version 29 declares.
        Assert.Equal(159, names.Count(name => name.StartsWith("DP_", StringComparison.Ordinal)));
    }

    private nint New(DeepPotModel model, string name)
    {
        DeepPotModelFile.Save(model, _folder.File(name));
        fixed (byte* path = ModelExportsTests.Text(_folder.File(name)))
            return ((delegate* unmanaged[Cdecl]<byte*, nint>)&DeepmdPotentialExports.NewDeepPot)(path);
    }

    /// <summary>Energy of two atoms with a list, eV.</summary>
    private static double Energy(nint handle, double* positions, int* types, nint list, int ago)
    {
        double energy;
        ((delegate* unmanaged[Cdecl]<nint, int, double*, int*, double*, int, nint, int, double*, double*, double*, double*, double*, void>)&DeepmdPotentialCompute.ComputeNList)(
            handle, 2, positions, types, null, 0, list, ago, &energy, null, null, null, null);
        Assert.Equal("", Error(handle));
        return energy;
    }

    private static string Error(nint handle)
    {
        var text = ((delegate* unmanaged[Cdecl]<nint, byte*>)&DeepmdPotentialExports.DeepPotCheckOK)(handle);
        var error = Marshal.PtrToStringUTF8((nint)text)!;
        ((delegate* unmanaged[Cdecl]<byte*, void>)&DeepmdFileExports.DeleteChar)(text);
        return error;
    }
}
