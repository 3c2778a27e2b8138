using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

/// <summary>
/// Outputs of electronic-structure programs against numbers copied from them by hand. The runs of two hydrogen atoms
/// (pw.x 6.7) lie beside this file; the others are in the shared data.
/// </summary>
public sealed class LabelledFramesTests : IDisposable
{
    private const double ForceRy = Units.Rydberg / Units.Bohr;
    private const double ForceHartree = Units.Hartree / Units.Bohr;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void PwScfOf64WatersHasTheArraysThatDpdataExpects()
    {
        var frame = Assert.Single(LabelledFrames.Read(Dft("qe", "dpdata-scf", "02.out")));
        Assert.Equal((192, "O", "H"), (frame.AtomCount, frame.NameOf(0), frame.NameOf(191)));
        Near(12.223413, frame.Cell[0, 0], 2e-6);
        Near(-0.308985, frame.Cell[2, 1], 2e-5);
        var coordinates = NumbersOf(Dft("qe", "dpdata-scf", "h2o_coord"));
        var forces = NumbersOf(Dft("qe", "dpdata-scf", "h2o_force"));
        Assert.Equal((576, 576), (coordinates.Length, forces.Length));
        for (var i = 0; i < 576; i++)
        {
            Near(coordinates[i], frame.Positions[i], 2e-5);
            Near(forces[i], frame.Forces![i], 1e-6);
        }

        // 13.18 and -14.45 kbar, positive under compression.
        Near(13.18e3 / Units.EvPerCubicAngstrom * frame.Cell.Volume, frame.Virial![0], 1e-9);
        Near(-14.45e3 / Units.EvPerCubicAngstrom * frame.Cell.Volume, frame.Virial[1], 1e-9);
    }

    [Fact]
    public void PwScfOfMethaneAndOfIce()
    {
        var methane = Assert.Single(LabelledFrames.Read(Dft("qe", "dpdata-scf", "01.out")));
        Near(-16.15090531 * Units.Rydberg, methane.Energy!.Value, 1e-9);
        Assert.Equal("HHHHC", string.Concat(Enumerable.Range(0, 5).Select(methane.NameOf)));
        Near(5.41646, methane.Positions[0], 2e-6);
        Near(-0.04593271 * ForceRy, methane.Forces![13], 1e-9);
        Near(1.97e3 / Units.EvPerCubicAngstrom * 1000, methane.Virial![0], 1e-6);

        var ice = Assert.Single(LabelledFrames.Read(Dft("qe", "ice-pbe", "scf.out")));
        Near(-549.24190913 * Units.Rydberg, ice.Energy!.Value, 1e-8);
        Assert.Equal((48, true, true), (ice.AtomCount, ice.Forces is null, ice.Virial is null));
    }

    [Fact]
    public void PwMolecularDynamicsGivesEveryStepWithItsOwnPositions()
    {
        var frames = LabelledFrames.Read(Output("h2-md.out")).ToArray();
        Assert.Equal(3, frames.Length);
        Near(-2.23474832 * Units.Rydberg, frames[0].Energy!.Value, 1e-9);
        Near(0.8, frames[0].Positions[3], 1e-6);
        Near(-2.23495792 * Units.Rydberg, frames[2].Energy!.Value, 1e-9);
        Near(0.0026013370, frames[2].Positions[0], 1e-12);
        Near(0.01788102 * ForceRy, frames[2].Forces![0], 1e-9);
        Near(-20.28e3 / Units.EvPerCubicAngstrom * frames[0].Cell.Volume, frames[0].Virial![0], 1e-9);
    }

    [Fact]
    public void PwRelaxationTakesTheChangedCell()
    {
        var frames = LabelledFrames.Read(Output("h2-vc-relax.out")).ToArray();
        Assert.Equal(2, frames.Length);
        Near(9.0 * Units.Bohr, frames[0].Cell[0, 0], 1e-9);
        Near(8.969241142 * Units.Bohr, frames[1].Cell[0, 0], 1e-8);
        Near(1.4840706497 * Units.Bohr, frames[1].Positions[3], 1e-9);
        Near(-2.23833915 * Units.Rydberg, frames[1].Energy!.Value, 1e-9);
    }

    [Fact]
    public void PwTextXmlAndInputAgree()
    {
        var text = Assert.Single(LabelledFrames.Read(Output("h2-fcc.out")));
        var xml = Assert.Single(LabelledFrames.Read(Output("h2-fcc.xml")));
        var input = Assert.Single(LabelledFrames.Read(Output("h2-fcc.in")));
        Near(-1.129546316513946 * Units.Hartree, xml.Energy!.Value, 1e-9);
        Near(text.Energy!.Value, xml.Energy.Value, 1e-6);
        for (var i = 0; i < 6; i++)
        {
            Near(xml.Positions[i], text.Positions[i], 1e-5);
            Near(xml.Positions[i], input.Positions[i], 1e-9);
            Near(xml.Forces![i], text.Forces![i], 1e-6);
        }

        for (var i = 0; i < 9; i++)
        {
            Near(xml.Cell[i / 3, i % 3], input.Cell[i / 3, i % 3], 1e-9);
            Near(xml.Virial![i], text.Virial![i], 0.01e3 / Units.EvPerCubicAngstrom * xml.Cell.Volume);
        }
    }

    [Fact]
    public void PwXmlOfDynamicsLeavesOutTheStructureThatHasMovedOn()
    {
        var xml = LabelledFrames.Read(Output("h2-md.xml")).ToArray();
        var text = LabelledFrames.Read(Output("h2-md.out")).ToArray();
        Assert.Equal(3, xml.Length);
        for (var step = 0; step < 3; step++)
        {
            Near(text[step].Energy!.Value, xml[step].Energy!.Value, 1e-6);
            Near(text[step].Positions[3], xml[step].Positions[3], 1e-6);
            Near(text[step].Forces![0], xml[step].Forces![0], 1e-6);
        }
    }

    [Fact]
    public void AnUnconvergedRunThatSaysJobDoneIsRefused()
    {
        var error = Assert.Throws<InputException>(() => LabelledFrames.Read(Output("h2-unconverged.out")).Count());
        Assert.Contains("did not converge", error.Message, StringComparison.Ordinal);
        var left = new LeftOutFrames();
        error = Assert.Throws<InputException>(() => LabelledFrames.Read(Output("h2-unconverged.out"), new() { LeftOut = left }).Count());
        Assert.Contains("no step with a converged energy", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, left.Count);
    }

    [Fact]
    public void ACutOutputIsRefusedUnlessItsWholeStepsAreAskedFor()
    {
        var text = File.ReadAllText(Output("h2-md.out"));
        var cut = _folder.File("cut.out");
        File.WriteAllText(cut, text[..text.LastIndexOf("Forces acting", StringComparison.Ordinal)]);
        Assert.Contains("cut short", Assert.Throws<InputException>(() => LabelledFrames.Read(cut).Count()).Message, StringComparison.Ordinal);
        Assert.Equal(2, LabelledFrames.Read(cut, new() { TolerateTornEnd = true }).Count());

        foreach (var mark in new[] { "ENERGY| ", " STRESS TENSOR", " **** ****" })
        {
            var torn = Sample("torn.out", Cp2k[..Cp2k.IndexOf(mark, StringComparison.Ordinal)]);
            Assert.Contains("cut short", Assert.Throws<InputException>(() => LabelledFrames.Read(torn).Count()).Message, StringComparison.Ordinal);
        }

        var mixed = _folder.File("mixed.out");
        File.WriteAllText(mixed, text[..(text.Length / 2)] + text);
        Assert.Contains("output of two runs", Assert.Throws<InputException>(() => LabelledFrames.Read(mixed).Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void VaspOutcarAndVasprunAgree()
    {
        var outcar = LabelledFrames.Read(Dft("vasp", "h2o-md", "OUTCAR.h2o.md.10")).ToArray();
        var xml = LabelledFrames.Read(Dft("vasp", "h2o-md", "vasprun.h2o.md.10.xml")).ToArray();
        Assert.Equal((10, 10), (outcar.Length, xml.Length));
        Near(-28.38622624, outcar[0].Energy!.Value, 1e-9);
        Near(-0.141986, outcar[0].Forces![0], 1e-9);
        Near(4.34854, outcar[0].Positions[0], 1e-9);
        Assert.Equal("OOHHHH", string.Concat(Enumerable.Range(0, 6).Select(outcar[0].NameOf)));
        // The table's own "Total" in eV is the virial.
        double[] total = [-1.34701, 0.22123, 1.49855, 0.22123, -0.59646, -0.61055, 1.49855, -0.61055, -3.02722];
        for (var i = 0; i < 9; i++)
            Near(total[i], outcar[0].Virial![i], 2e-5);
        for (var step = 0; step < 10; step++)
        {
            Near(outcar[step].Energy!.Value, xml[step].Energy!.Value, 1e-7);
            Near(outcar[step].Positions[17], xml[step].Positions[17], 1e-5);
            Near(outcar[step].Forces![5], xml[step].Forces![5], 1e-6);
            Near(outcar[step].Virial![5], xml[step].Virial![5], 1e-5);
        }

        Assert.Equal(3, LabelledFrames.Read(Dft("vasp", "h2o-md", "OUTCAR.h2o.md")).Count());
    }

    [Fact]
    public void VaspWaterDimers()
    {
        var energies = File.ReadAllText(Dft("vasp", "water-dimer", "energies.csv"));
        foreach (var distance in new[] { "02.69", "03.38", "05.10" })
        {
            var outcar = Assert.Single(LabelledFrames.Read(Dft("vasp", "water-dimer", "dist." + distance, "OUTCAR")));
            var xml = Assert.Single(LabelledFrames.Read(Dft("vasp", "water-dimer", "dist." + distance, "vasprun.xml")));
            Near(outcar.Energy!.Value, xml.Energy!.Value, 1e-7);
            Near(30, outcar.Cell[0, 0], 1e-9);
            Assert.Contains(outcar.Energy.Value.ToString("f3", null)[..7], energies, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Cp2kSinglePoints()
    {
        var oxide = Assert.Single(LabelledFrames.Read(Dft("cp2k", "single-point-v6.1", "output")));
        Near(-1766.225653832774242 * Units.Hartree, oxide.Energy!.Value, 1e-6);
        Assert.Equal((30, "Fe", "O"), (oxide.AtomCount, oxide.NameOf(1), oxide.NameOf(29)));
        Near(-2.519, oxide.Cell[1, 0], 1e-9);
        Near(0.00317438 * ForceHartree, oxide.Forces![2], 1e-9);
        Near(-7.95728223e4 / Units.EvPerCubicAngstrom * oxide.Cell.Volume, oxide.Virial![0], 1e-6);

        var solution = Assert.Single(LabelledFrames.Read(Dft("cp2k", "nacl-finite-field", "output")));
        Near(-1414.777231739023591 * Units.Hartree, solution.Energy!.Value, 1e-6);
        Assert.Null(solution.Virial);

        var hydrogen = Assert.Single(LabelledFrames.Read(Dft("cp2k", "h2-v2025.1", "output")));
        Near(-7.364190264587725 * Units.Hartree, hydrogen.Energy!.Value, 1e-9);
        Near(-5.73440344E-02 * ForceHartree, hydrogen.Forces![0], 1e-9);
        Near(0.12345678e4 / Units.EvPerCubicAngstrom * 125, hydrogen.Virial![8], 1e-9);
    }

    /// <summary>CP2K 2023.1; energies at 0.99 and 1.01 times the lengths have the slope −trace(Ξ) (H2, PADE).</summary>
    [Fact]
    public void Cp2k2023HasEigenvectorsAfterTheStressAndTheSignOfAPressure()
    {
        const string stress = """
             STRESS| Analytical stress tensor [GPa]
             STRESS|                        x                   y                   z
             STRESS|      x       -2.45067013274E+00  -2.58459019621E-10  -2.58459095060E-10
             STRESS|      y       -2.58459019621E-10  -3.08815564502E-01   1.87359684711E-10
             STRESS|      z       -2.58459095060E-10   1.87359684711E-10  -3.08815564502E-01
             STRESS| 1/3 Trace                                            -1.02276708725E+00

             STRESS| Eigenvectors and eigenvalues of the analytical stress tensor [GPa]
             STRESS|                        1                   2                   3
             STRESS| Eigenvalues  -2.45067013274E+00  -3.08815564690E-01  -3.08815564315E-01
             STRESS|      x           1.000000000000      0.000000000000     -0.000000000171
             STRESS|      y           0.000000000121      0.707106781187      0.707106781187
             STRESS|      z           0.000000000121     -0.707106781187      0.707106781187

            """;
        var text = Cp2k[..Cp2k.IndexOf(" STRESS TENSOR [GPa]", StringComparison.Ordinal)] + stress + " PROGRAM ENDED AT 2023\n";
        var virial = Assert.Single(LabelledFrames.Read(Sample("cp2k2023.out", text))).Virial!;
        Near(-2.45067013274e4 / Units.EvPerCubicAngstrom * 125, virial[0], 1e-9);
        Near(-(-30.71409263796736 + 30.761954015977896) / 0.02, virial[0] + virial[4] + virial[8], 2e-3);
    }

    [Fact]
    public void Cp2kDynamicsFindsPositionsAndForcesByTheirEnergy()
    {
        var frames = LabelledFrames.Read(Dft("cp2k", "water64-aimd-virial-v7.1", "output")).ToArray();
        Assert.Equal(6, frames.Length);
        Near(-1102.778771505259556 * Units.Hartree, frames[0].Energy!.Value, 1e-6);
        Near(5.2230370000, frames[0].Positions[0], 1e-9);
        Near(0.0159585466 * ForceHartree, frames[0].Forces![0], 1e-9);
        Near(-1102.781697379442676 * Units.Hartree, frames[1].Energy!.Value, 1e-6);

        var left = new LeftOutFrames();
        var methane = Assert.Single(LabelledFrames.Read(Dft("cp2k", "ch4-aimd-stress-v7.1", "cp2k.log"), new() { LeftOut = left, TolerateTornEnd = true }));
        Near(-0.20920635e4 / Units.EvPerCubicAngstrom * 1000, methane.Virial![0], 1e-9);
        Near(-0.00533566 * ForceHartree, methane.Forces![0], 1e-9);
        Assert.True(left.Count > 0, "steps without positions are counted");
    }

    [Fact]
    public void ForeignFilesAreRefusedInOneLine()
    {
        foreach (var file in new[] { "h2-fcc.in", "h2-md.out", "h2-md.xml" })
        {
            foreach (var format in new[] { DataFormat.Outcar, DataFormat.Vasprun, DataFormat.Cp2kOutput, DataFormat.PwXml, DataFormat.PwOutput, DataFormat.N2p2 })
            {
                if ((file, format) is ("h2-md.out", DataFormat.PwOutput) or ("h2-md.xml", DataFormat.PwXml))
                    continue;
                var error = Assert.Throws<InputException>(() => LabelledFrames.Read(Output(file), new() { Format = format }).Count());
                Assert.DoesNotContain('\n', error.Message);
            }
        }
    }

    [Fact]
    public void MutatedFilesEndInFramesOrInOneLine()
    {
        var random = new Random(11);
        foreach (var (file, format) in new[]
        {
            (Output("h2-md.out"), DataFormat.PwOutput), (Output("h2-md.xml"), DataFormat.PwXml), (Output("h2-fcc.in"), DataFormat.PwInput),
            (Sample("OUTCAR", Outcar), DataFormat.Outcar), (Sample("vasprun.xml", VasprunXml), DataFormat.Vasprun),
            (Sample("cp2k.out", Cp2k), DataFormat.Cp2kOutput), (Sample("input.data", InputData), DataFormat.N2p2),
        })
        {
            Assert.NotEmpty(LabelledFrames.Read(file, new() { Format = format }));
            var original = File.ReadAllBytes(file);
            var mutated = _folder.File("mutated");
            var before = GC.GetAllocatedBytesForCurrentThread();
            const int tries = 400;
            for (var i = 0; i < tries; i++)
            {
                File.WriteAllBytes(mutated, Mutate(original, random));
                try
                {
                    foreach (var frame in LabelledFrames.Read(mutated, new() { Format = format, LeftOut = new() }))
                        Assert.True(frame.AtomCount > 0);
                }
                catch (InputException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                }
            }

            var perTry = (GC.GetAllocatedBytesForCurrentThread() - before) / tries;
            Assert.True(perTry < 300_000 + (60 * original.Length), $"{format}: {perTry} bytes for a file of {original.Length}");
        }
    }

    [Fact]
    public void DeepmdSystemsOfSeveralCompositionsReadBackAsTheyWere()
    {
        var frames = Mixture(23);
        foreach (var layout in new[] { DataFormat.Deepmd, DataFormat.DeepmdMixed, DataFormat.DeepmdRaw })
        {
            var folder = _folder.File(layout.ToString());
            var systems = DeepmdFrameWriter.Write(folder, frames, layout, setSize: 4);
            Assert.Equal(23, systems.Sum(system => system.Frames));
            var read = LabelledFrames.Read(folder).OrderBy(frame => frame.Energy).ToArray();
            Assert.Equal(23, read.Length);
            for (var i = 0; i < 23; i++)
            {
                Assert.Equal(frames[i].Energy, read[i].Energy);
                Assert.Equal(frames[i].Positions.Order(), read[i].Positions.Order());
                Assert.Equal(frames[i].Forces!.Sum(), read[i].Forces!.Sum(), 9);
                Assert.Equal(frames[i].Virial, read[i].Virial);
                Assert.Equal(Names(frames[i]), Names(read[i]));
                // The hydrogen that was farthest out is the same atom, whatever the order.
                var (was, now) = (Farthest(frames[i]), Farthest(read[i]));
                Assert.Equal((frames[i].NameOf(was), frames[i].Forces![3 * was]), (read[i].NameOf(now), read[i].Forces![3 * now]));
            }
        }

        Assert.Contains("not empty", Assert.Throws<InputException>(() => DeepmdFrameWriter.Write(_folder.File("Deepmd"), frames)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyFramesAreWrittenInConstantMemory()
    {
        IEnumerable<Frame> Many(int count)
        {
            var frame = Mixture(1)[0];
            for (var i = 0; i < count; i++)
                yield return frame;
        }

        var least = GC.GetTotalMemory(forceFullCollection: true);
        var peak = 0L;
        DeepmdFrameWriter.Write(_folder.File("many"), Many(20000).Select((frame, index) =>
        {
            if (index == 19999)
                peak = GC.GetTotalMemory(forceFullCollection: true) - least;
            return frame;
        }));
        Assert.True(peak < 4_000_000, $"{peak} bytes for 20000 frames");
        Assert.Equal(20000, LabelledFrames.Read(_folder.File("many")).Count());
    }

    [Fact]
    public void InputDataOfN2p2KeepsLabels()
    {
        var frames = Mixture(3);
        var file = _folder.File("input.data");
        LabelledFrames.Write(file, frames);
        var read = LabelledFrames.Read(file).ToArray();
        for (var i = 0; i < 3; i++)
        {
            Near(frames[i].Energy!.Value, read[i].Energy!.Value, 1e-12);
            Near(frames[i].Forces![4], read[i].Forces![4], 1e-12);
            Near(frames[i].Cell[1, 1], read[i].Cell[1, 1], 1e-12);
        }

        // 1 hartree and 1 bohr, by hand.
        var hand = Assert.Single(LabelledFrames.Read(Sample("hand.data", InputData)));
        Near(-2 * 27.211386245988, hand.Energy!.Value, 1e-8);
        Near(0.529177210903, hand.Positions[3], 1e-12);
        Near(51.4220674763, hand.Forces![0], 1e-8);
    }

    [Fact]
    public void SelectionIsReproducibleAndKeepsTheOrder()
    {
        var frames = Mixture(50);
        IEnumerable<Frame> Read() => frames;
        Assert.Equal([frames[10], frames[13], frames[16], frames[19]], new FrameSelection { First = 10, End = 20, Every = 3 }.Choose(Read));
        var chosen = new FrameSelection { Random = 7, Seed = 3 }.Choose(Read).ToArray();
        Assert.Equal(7, chosen.Distinct().Count());
        Assert.Equal(chosen, new FrameSelection { Random = 7, Seed = 3 }.Choose(Read));
        Assert.NotEqual(chosen, new FrameSelection { Random = 7, Seed = 4 }.Choose(Read));
        Assert.True(chosen.Select(frame => frame.Energy).SequenceEqual(chosen.Select(frame => frame.Energy).Order()));
        var limit = frames.Select(LargestForce).Order().ElementAt(25);
        Assert.Equal(26, new FrameSelection { MaximumForce = limit + 1e-9 }.Choose(Read).Count());
    }

    [Fact]
    public void WholeGroupsAreChosenNearTheWantedFractionAndNeverAll()
    {
        long[] counts = [10, 20, 30, 5, 5, 30];
        for (var seed = 0; seed < 20; seed++)
        {
            var chosen = FrameSelection.SampleGroups(counts, 0.3, seed);
            Assert.InRange(chosen.Sum(group => counts[group]), 20, 40);
            Assert.Equal(chosen.Order(), FrameSelection.SampleGroups(counts, 0.3, seed).Order());
        }

        Assert.True(Enumerable.Range(0, 20).Select(seed => string.Join(' ', FrameSelection.SampleGroups(counts, 0.3, seed).Order())).Distinct().Count() > 3);
        Assert.Equal([1], FrameSelection.SampleGroups([100, 90], 0.01, 0));
        Assert.Single(FrameSelection.SampleGroups([10, 10], 0.99, 0));
    }

    [Fact]
    public void ChangesShiftEnergiesAndRenameTypes()
    {
        var frame = Mixture(1)[0];
        var changed = new FrameChanges
        {
            References = new Dictionary<string, double> { ["O"] = -10, ["H"] = -1 },
            Names = new Dictionary<string, string> { ["H"] = "D" },
        }.Apply(frame);
        var oxygens = frame.Types.Count(type => frame.TypeMap[type] == "O");
        Near(frame.Energy!.Value + (10 * oxygens) + (frame.AtomCount - oxygens), changed.Energy!.Value, 1e-12);
        Assert.Equal("O D", changed.TypeMap.ToString());
    }

    private static double LargestForce(Frame frame) => Enumerable.Range(0, frame.AtomCount).Max(i => Math.Sqrt(frame.Forces!.Skip(3 * i).Take(3).Sum(f => f * f)));

    private static int Farthest(Frame frame) => Enumerable.Range(0, frame.AtomCount).MaxBy(i => frame.Positions[3 * i]);

    private static string Names(Frame frame) => string.Concat(Enumerable.Range(0, frame.AtomCount).Select(frame.NameOf).Order());

    private static void Near(double expected, double actual, double tolerance) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"expected {expected}, found {actual}");

    private static string Dft(params string[] parts) => SharedData.Path(["data", "dft-outputs", .. parts]);

    private static string Output(string name) => Path.Combine(ExampleData.Path("..", ".."), "tests", "Meniscus.Tests", "IO", "Outputs", name);

    private static double[] NumbersOf(string file) => [.. File.ReadAllText(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(double.Parse)];

    /// <summary>Waters and hydroxides in turn, the atoms of every other frame in another order; energies rise.</summary>
    private static Frame[] Mixture(int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int[] types = (i % 4) switch { 0 => [0, 1, 1], 1 => [0, 1], 2 => [1, 0, 1], _ => [1, 0] };
            double[] Values(double scale) => [.. types.SelectMany(_ => new[] { random.NextDouble() * scale, random.NextDouble() * scale, random.NextDouble() * scale })];
            return new Frame(new TypeMap(["O", "H"]), types, Values(9), Cell.Orthorhombic(10, 11, 12))
            {
                Energy = i - 100,
                Forces = Values(2),
                Virial = [.. Enumerable.Range(0, 9).Select(k => (double)(k + i))],
            };
        })];
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var edits = random.Next(1, 6); edits > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = (byte)"0123456789 .-eE\n<>/"[random.Next(19)];
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 200), bytes.Count - at - 1));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), Math.Min(100, bytes.Count / 2)));
                    break;
                default:
                    bytes.RemoveRange(Math.Max(1, at), bytes.Count - Math.Max(1, at));
                    break;
            }
        }

        return [.. bytes];
    }

    private string Sample(string name, string text)
    {
        var file = _folder.File(name);
        File.WriteAllText(file, text);
        return file;
    }

    internal const string InputData = """
        begin
        comment by hand
        lattice 20 0 0
        lattice 0 20 0
        lattice 0 0 20
        atom 0 0 0 O 0 0 1 0 0
        atom 1 0 0 H 0 0 -1 0 0
        energy -2
        charge 0
        end

        """;

    internal const string Outcar = """
         vasp.5.4.4
           TITEL  = PAW_PBE O 08Apr2002
           TITEL  = PAW_PBE H 15Jun2001
           ions per type =               1   1
        ----------------------------------------- Iteration    1(   1)  ---------------------------------------
        ------------------------ aborting loop because EDIFF is reached ----------------------------------------
          in kB      -2.15814    -0.95564    -4.85014     0.35445    -0.97821     2.40095
              direct lattice vectors                 reciprocal lattice vectors
            10.000000000  0.000000000  0.000000000     0.100000000  0.000114090 -0.001410404
            -0.011409000 10.000000000  0.000000000     0.000000000  0.100000000  0.000595569
             0.141108300 -0.059556900 10.000000000     0.000000000  0.000000000  0.100000000
         POSITION                                       TOTAL-FORCE (eV/Angst)
         -----------------------------------------------------------------------------------
              4.34854      4.20903      5.20000        -0.141986     -0.573729      0.356515
              2.30878      6.27327      1.13000        -0.603569     -0.289019     -0.411629
          free  energy   TOTEN  =       -28.38622624 eV

        """;

    internal const string VasprunXml = """
        <?xml version="1.0" encoding="ISO-8859-1"?>
        <modeling>
         <parameters><separator name="electronic"><i type="int" name="NELM">    60</i></separator></parameters>
         <atominfo><array name="atoms"><set><rc><c>O </c><c>   1</c></rc><rc><c>H </c><c>   2</c></rc></set></array></atominfo>
         <calculation>
          <scstep><energy><i name="e_fr_energy"> -1.0 </i></energy></scstep>
          <structure><crystal><varray name="basis" ><v> 10 0 0 </v><v> 0 10 0 </v><v> 0 0 10 </v></varray></crystal>
          <varray name="positions" ><v> 0 0 0 </v><v> 0.1 0 0 </v></varray></structure>
          <varray name="forces" ><v> 0 0 1 </v><v> 0 0 -1 </v></varray>
          <varray name="stress" ><v> 1 0 0 </v><v> 0 1 0 </v><v> 0 0 1 </v></varray>
          <energy><i name="e_fr_energy"> -2.0 </i></energy>
         </calculation>
        </modeling>

        """;

    internal const string Cp2k = """
         CP2K| version string:                                          CP2K version 7.1
         GLOBAL| Project name                                                    PROJECT
         GLOBAL| Run type                                                   ENERGY_FORCE
         CELL| Vector a [angstrom]:       5.000     0.000     0.000    |a| =       5.000
         CELL| Vector b [angstrom]:       0.000     5.000     0.000    |b| =       5.000
         CELL| Vector c [angstrom]:       0.000     0.000     5.000    |c| =       5.000
         MODULE QUICKSTEP:  ATOMIC COORDINATES IN angstrom

          Atom  Kind  Element       X           Y           Z          Z(eff)       Mass

               1     1 H    1    0.000000    0.000000    0.000000      1.00       1.0079
               2     1 H    1    0.760000    0.000000    0.000000      1.00       1.0079

         SCF WAVEFUNCTION OPTIMIZATION
          *** SCF run converged in     1 steps ***
         ENERGY| Total FORCE_EVAL ( QS ) energy (a.u.):               -1.072189722059207

         ATOMIC FORCES in [a.u.]

         # Atom   Kind   Element          X              Y              Z
              1      1      H          -0.00533566     0.00916476    -0.00265874
              2      1      H           0.01488177     0.00488935    -0.02060262
         SUM OF ATOMIC FORCES          -0.00000470     0.00000552    -0.00000885     0.00001144

         STRESS TENSOR [GPa]

                    X               Y               Z
          X      -0.20920635     -0.08840301      0.09206018
          Y      -0.08840301     -0.20055441      0.00829966
          Z       0.09206018      0.00829966     -0.14127562

          **** **** ******  **  PROGRAM ENDED AT                 2025-01-15 10:30:05.000

        """;
}
