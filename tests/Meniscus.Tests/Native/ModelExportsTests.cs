using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Meniscus.Atoms;
using Meniscus.Native;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Native;

/// <summary>The functions of meniscus.h, called as another program calls them, against the library itself.</summary>
public sealed unsafe class ModelExportsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RandomConfiguration _atoms = RandomConfiguration.Create(new Random(3), CellShape.Triclinic, 20, 2);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Compute_gives_what_the_library_gives()
    {
        var model = new RandomModel { FrameParameters = 2, AtomParameters = 1 }.Create();
        double[] frameParameters = [0.3, -0.2];
        var (types, positions, cell) = Sample();
        double[] atomParameters = [.. Enumerable.Range(0, types.Length).Select(i => 0.01 * i)];
        using var potential = new DeepPotential(model);
        var expected = new Evaluation { Extras = EvaluationExtras.AtomVirials };
        potential.Evaluate(new Configuration(types, positions, cell) { FrameParameters = frameParameters, AtomParameters = atomParameters }, expected);

        var handle = Load(model);
        var found = new Numbers(types.Length);
        fixed (double* fparam = frameParameters, aparam = atomParameters)
            Assert.Equal("", found.Compute(handle, types, positions, cell.ToArray(), (nint)fparam, (nint)aparam, 0, null));
        Assert.Equal(expected.Energy, found.Energy);
        Assert.Equal(expected.Forces, found.Forces);
        Assert.Equal(expected.Virial, found.Virial);
        Assert.Equal(expected.AtomEnergies, found.AtomEnergies);
        Assert.Equal(expected.AtomVirials, found.AtomVirials);

        Assert.Contains("fparam/aparam", found.Compute(handle, types, positions, cell.ToArray(), 0, 0, 0, null), StringComparison.Ordinal);
        Assert.Equal(0, ((delegate* unmanaged[Cdecl]<nint, int>)&ModelExports.Free)(handle));
    }

    [Fact]
    public void Lists_with_ghosts_give_the_periodic_result_when_folded()
    {
        var model = new RandomModel { AtomParameters = 2 }.Create();
        var (types, positions, cell) = Sample();
        double[] parameters = [.. Enumerable.Range(0, 2 * types.Length).Select(i => Math.Sin(i))];
        using var potential = new DeepPotential(model);
        var expected = new Evaluation { Extras = EvaluationExtras.AtomVirials };
        potential.Evaluate(new Configuration(types, positions, cell) { AtomParameters = parameters }, expected);

        var ghosts = new GhostAtoms(types, positions, cell, model.Descriptor.Cutoff + 0.7);
        var handle = Load(model);
        var found = new Numbers(ghosts.Types.Length);
        fixed (double* aparam = parameters)
            Assert.Equal("", found.Compute(handle, ghosts.Types, ghosts.Positions, null, 0, (nint)aparam, ghosts.Types.Length - types.Length, ghosts.Neighbors));
        Assert.Equal(expected.Energy, found.Energy, 1e-11);
        AssertClose(expected.Forces, ghosts.Fold(found.Forces, 3));
        AssertClose(expected.AtomVirials, ghosts.Fold(found.AtomVirials, 9));
        AssertClose(expected.Virial, found.Virial);
    }

    [Fact]
    public void A_model_may_come_from_memory_in_every_form()
    {
        var model = new RandomModel().Create();
        foreach (var ending in DeepPotModelFile.Endings)
        {
            DeepPotModelFile.Save(model, _folder.File("model" + ending));
            nint handle;
            fixed (byte* content = File.ReadAllBytes(_folder.File("model" + ending)), name = Text("somewhere" + ending))
            {
                var length = (nuint)new FileInfo(_folder.File("model" + ending)).Length;
                Assert.Equal(0, ((delegate* unmanaged[Cdecl]<byte*, byte*, nuint, int, nint*, int>)&ModelExports.LoadContent)(name, content, length, 1, &handle));
            }

            Assert.Equal(4.0, ((delegate* unmanaged[Cdecl]<nint, double>)&ModelExports.Cutoff)(handle));
        }
    }

    [Fact]
    public void Every_function_of_the_header_is_exported_and_no_other()
    {
        var header = Regex.Replace(File.ReadAllText(Repository.Path("src", "Meniscus.Native", "include", "meniscus.h")), @"/\*.*?\*/", "", RegexOptions.Singleline);
        var declared = Regex.Matches(header, @"\b(meniscus_\w+)\(").Select(match => match.Groups[1].Value);
        Assert.Equal(declared.Order(), Exported(typeof(ModelExports)).Order());
    }

    /// <summary>Names under which a class exports its functions.</summary>
    internal static IEnumerable<string> Exported(Type type) => type.GetMethods()
        .Select(method => method.GetCustomAttributes(typeof(UnmanagedCallersOnlyAttribute), false).OfType<UnmanagedCallersOnlyAttribute>().FirstOrDefault()?.EntryPoint)
        .OfType<string>();

    internal static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private (int[] Types, double[] Positions, Cell Cell) Sample() => (_atoms.Types, _atoms.Positions, _atoms.Cell);

    private nint Load(DeepPotModel model)
    {
        DeepPotModelFile.Save(model, _folder.File("model.dp"));
        nint handle;
        fixed (byte* path = Text(_folder.File("model.dp")))
            Assert.Equal(0, ((delegate* unmanaged[Cdecl]<byte*, int, nint*, int>)&ModelExports.Load)(path, 2, &handle));
        return handle;
    }

    private static void AssertClose(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var k = 0; k < found.Length; k++)
            Assert.Equal(expected[k], found[k], 1e-11);
    }

    /// <summary>Room for results.</summary>
    private sealed class Numbers(int atoms)
    {
        public double Energy { get; private set; }

        public double[] Forces { get; } = new double[3 * atoms];

        public double[] Virial { get; } = new double[9];

        public double[] AtomEnergies { get; } = new double[atoms];

        public double[] AtomVirials { get; } = new double[9 * atoms];

        /// <summary>Calls meniscus_compute; what went wrong, or nothing.</summary>
        public string Compute(nint model, int[] types, double[] positions, double[]? cell, nint fparam, nint aparam, int ghosts, int[][]? neighbors)
        {
            double energy = 0;
            int status;
            var joined = neighbors is null ? [0] : neighbors.SelectMany(list => list).ToArray();
            var counts = neighbors is null ? [0] : Array.ConvertAll(neighbors, list => list.Length);
            var centres = Enumerable.Range(0, counts.Length).ToArray();
            var pointers = new int*[counts.Length];
            fixed (int* type = types, joint = joined, count = counts, ilist = centres)
            fixed (int** first = pointers)
            fixed (double* x = positions, box = cell, f = Forces, v = Virial, ae = AtomEnergies, av = AtomVirials)
            {
                for (var (k, place) = (0, 0); k < counts.Length; place += counts[k++])
                    first[k] = joint + place;
                var list = new NeighborsInput { Count = counts.Length, Centres = ilist, Counts = count, First = first };
                var input = new FrameInput<double>
                {
                    Atoms = types.Length, Ghosts = ghosts, Types = type, Positions = x, Cell = box, FrameParameters = (double*)fparam,
                    AtomParameters = (double*)aparam, Neighbors = neighbors is null ? null : &list,
                };
                var output = new FrameOutput<double> { Energy = &energy, Forces = f, Virial = v, AtomEnergies = ae, AtomVirials = av };
                status = ((delegate* unmanaged[Cdecl]<nint, nint, nint, int>)&ModelExports.Compute)(model, (nint)(&input), (nint)(&output));
            }

            Energy = energy;
            return status == 0 ? "" : Marshal.PtrToStringUTF8((nint)((delegate* unmanaged[Cdecl]<byte*>)&ModelExports.LastError)())!;
        }
    }
}
