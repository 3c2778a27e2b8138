using System.Text;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot.TorchScript;

/// <summary>Models frozen by DeePMD-kit's PyTorch backend.</summary>
public sealed class TorchModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, true, Precision.Float64, 0)]
    [InlineData(3, false, Precision.Float64, 0)]
    [InlineData(2, true, Precision.Float32, 2)]
    public void Attributes_and_tensors_are_those_of_the_model(int types, bool oneSided, Precision precision, int frameParameters)
    {
        var model = SmallModel.Create(types, oneSided, precision, frameParameters: frameParameters);
        model = model with
        {
            AtomExcludeTypes = [1],
            Descriptor = model.Descriptor with { ExcludeTypes = [(0, 1)] },
            MinNeighborDistance = 0.875,
            // An empty list stands where there are no defaults.
            Fitting = frameParameters > 0 ? model.Fitting : model.Fitting with { DefaultFrameParameters = [] },
        };
        TorchFile.Write(model, _folder.File("model.pth"));
        ModelComparison.AssertSame(model, DeepPotModelFile.Load(_folder.File("model.pth")), compareScript: false);
    }

    [Theory]
    [InlineData("concat")]
    [InlineData("excluded")]
    [InlineData("strip")]
    [InlineData("smooth")]
    [InlineData("v2")]
    [InlineData("single")]
    public void Models_with_type_embeddings_are_those_of_the_interchange_file(string name)
    {
        var tree = (ModelMap)ModelYaml.Read(TypeEmbeddingModel.File(name)).Entries["model"];
        TorchFile.WriteTyped(tree, _folder.File("model.pth"));
        var expected = DeepPotModelFile.Load(TypeEmbeddingModel.File(name));
        var found = DeepPotModelFile.Load(_folder.File("model.pth")) with { PairExcludeTypes = expected.PairExcludeTypes };
        Assert.Equal(expected.Descriptor.Origin!.Descriptor, found.Descriptor.Origin!.Descriptor);
        using var first = new DeepPotential(expected);
        using var second = new DeepPotential(found);
        foreach (var (atoms, _, _) in TypeEmbeddingModel.Frames(name))
            PotentialChecks.SameBits(first.Evaluate(atoms), second.Evaluate(atoms));
    }

    [Fact]
    public void What_is_not_supported_is_named()
    {
        TorchFile.Write(SmallModel.Create(), _folder.File("model.pth"), "DescrptDPA2");
        Refused("descriptor 'DescrptDPA2' is not supported");
        // An empty map, as of a checkpoint's parameters.
        TorchFile.Write([0x80, 2, .. "}."u8], _folder.File("model.pth"));
        Refused("has no settings of a model");
        var error = Assert.Throws<InputException>(() => DeepPotModelFile.Save(SmallModel.Create(), _folder.File("new.pth")));
        Assert.Contains("is read but not written", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cos\nsystem\n(X\u0004\0\0\0trueotR.", "asks for 'os.system'")]
    [InlineData("c__builtin__\neval\n(X\u0001\0\0\01tR.", "asks for '__builtin__.eval'")]
    [InlineData("i os\nsystem\n.", "has the opcode 0x69")]
    [InlineData("}X\u00ff\u00ff\u00ff\u007f", "ends at byte")]
    [InlineData("h\u0007.", "does not fit together")]
    [InlineData("t.", "does not fit together")]
    [InlineData("R.", "does not fit together")]
    [InlineData("NNu.", "does not fit together")]
    [InlineData("c__torch__.a\nEnergyModel\n)\u0081.", "has no 'atomic_model'")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n)R.", "does not fit together")]
    public void A_pickle_that_asks_for_more_than_data_is_refused_and_not_run(string pickle, string expected)
    {
        TorchFile.Write(Encoding.Latin1.GetBytes(pickle), _folder.File("model.pth"));
        Refused(expected);
    }

    [Fact]
    public void Damaged_archives_are_said_to_be_damaged()
    {
        File.WriteAllText(_folder.File("model.pth"), "no archive");
        Refused("is no zip archive");
        var model = SmallModel.Create();
        TorchFile.Write(model with { Fitting = model.Fitting with { DefaultFrameParameters = [] } }, _folder.File("whole.pth"));
        var whole = File.ReadAllBytes(_folder.File("whole.pth"));
        var random = new Random(9);
        var refused = 0;
        for (var n = 0; n < 200; n++)
        {
            byte[] bytes = n % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            if (n % 2 == 1)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(_folder.File("model.pth"), bytes);
            try
            {
                // A bit of a date or a name does no harm; one of a number is found.
                ModelComparison.AssertSame(model with { Fitting = model.Fitting with { DefaultFrameParameters = [] } }, DeepPotModelFile.Load(_folder.File("model.pth")), compareScript: false);
                Assert.Equal(1, n % 2);
            }
            catch (InputException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }

        Assert.InRange(refused, 150, 200);
    }

    [Fact]
    public void DeePMD_kits_own_archive_holds_what_its_interchange_file_holds()
    {
        var (ours, theirs) = (DeepPotModelFile.Load(Upstream("deeppot_sea.pth")), DeepPotModelFile.Load(Upstream("deeppot_sea.yaml")));
        ModelComparison.AssertSame(theirs, ours, compareScript: false);
        // Energies and the first force of its test case (source/tests/infer/deeppot-testcase.yaml), eV and eV/Å.
        double[] energies = [-93.01687394402927, -185.92329664595826, -185.9270965449704, -93.01937101803908, -185.92617999554767, -185.92435190185194];
        var result = Evaluate(ours, [0, 1, 1, 0, 1, 1]);
        AssertClose(energies, result.AtomEnergies, 1e-11);
        AssertClose([0.0062775222114969725, -0.0011179627742418062, 0.0006185804450073024], result.Forces[..3], 1e-12);
    }

    [Fact]
    public void DeePMD_kits_own_archive_with_parameters_gives_its_numbers()
    {
        var model = DeepPotModelFile.Load(Upstream("fparam_aparam_default.pth"));
        // Of its test source/api_c/tests/test_deeppot_default_fparam.cc.
        double[] energies = [-1.038271223729637e-01, -7.285433579124989e-02, -9.467600492266426e-02, -1.467050207422953e-01, -7.660561676973243e-02, -7.277296000253175e-02];
        var result = Evaluate(model, new int[6], [0.25852028], [.. Enumerable.Repeat(0.25852028, 6)]);
        AssertClose(energies, result.AtomEnergies, 1e-7);
        AssertClose([6.622266941151356e-02, 5.278739714221517e-02, 2.265728009692279e-02], result.Forces[..3], 1e-7);
        Assert.Equal([0.25852028], model.Fitting.DefaultFrameParameters!);
    }

    [Fact]
    public void DeePMD_kits_own_archives_of_other_models_are_refused_by_name()
    {
        File.Copy(Upstream("deepdipole_pt.pth"), _folder.File("model.pth"));
        Refused("model 'DipoleModel' is not supported");
    }

    private static Evaluation Evaluate(DeepPotModel model, int[] types, double[]? frameParameters = null, double[]? atomParameters = null)
    {
        double[] positions = [12.83, 2.56, 2.18, 12.09, 2.87, 2.74, 0.25, 3.32, 1.68, 3.36, 3.00, 1.81, 3.51, 2.51, 2.60, 4.27, 3.22, 1.56];
        using var potential = new DeepPotential(model);
        return potential.Evaluate(new RandomConfiguration(types, positions, [13, 0, 0, 0, 13, 0, 0, 0, 13]) { FrameParameters = frameParameters ?? [], AtomParameters = atomParameters ?? [] });
    }

    private static void AssertClose(double[] expected, double[] found, double tolerance)
    {
        for (var k = 0; k < expected.Length; k++)
            Assert.Equal(expected[k], found[k], tolerance);
    }

    /// <summary>A file of DeePMD-kit's sources, where MENISCUS_DEEPMD names them; they are under another licence and not here.</summary>
    private static string Upstream(string name)
    {
        var folder = Environment.GetEnvironmentVariable("MENISCUS_DEEPMD");
        Assert.SkipUnless(Directory.Exists(folder), "DeePMD-kit's sources are not here (MENISCUS_DEEPMD)");
        return Path.Combine(folder!, "source", "tests", "infer", name);
    }

    private void Refused(string expected)
    {
        var error = Assert.Throws<InputException>(() => DeepPotModelFile.Load(_folder.File("model.pth")));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
