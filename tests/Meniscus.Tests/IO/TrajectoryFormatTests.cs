using System.IO.Compression;
using System.Text;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class TrajectoryFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, bool> FilesAndShapes => new()
    {
        { "a.xyz", false },
        { "a.extxyz", true },
        { "a.dump", false },
        { "a.lammpstrj", true },
        { "a.data", false },
        { "a.lmp", true },
    };

    [Theory]
    [MemberData(nameof(FilesAndShapes))]
    public void WhatIsWrittenIsReadBack(string name, bool triclinic)
    {
        var frame = Sample(triclinic);
        var path = _folder.File(name);
        Trajectory.Write(path, [frame]);
        var read = Assert.Single(Trajectory.Read(path));
        Assert.True(read.Unwrapped);
        Assert.Equal(Names(frame), Names(read));
        Assert.Equal(frame.Cell.ToArray(), read.Cell.ToArray());
        AssertNear(frame.Positions, read.Positions, 1e-12);
        AssertNear(frame.Velocities!, read.Velocities!, 0);
        if (Trajectory.FormatOf(path) == TrajectoryFormat.LammpsData)
            return;
        AssertNear(frame.Forces!, read.Forces!, 0);
        Assert.Equal((frame.Step, frame.Time), (read.Step, read.Time));
        if (Trajectory.FormatOf(path) != TrajectoryFormat.ExtendedXyz)
            return;
        Assert.Equal(frame.Energy, read.Energy);
        Assert.Equal(frame.Virial, read.Virial);
    }

    [Theory]
    [InlineData("a.dump")]
    [InlineData("a.data")]
    public void AGeneralCellIsTurnedWithItsVectors(string name)
    {
        var frame = Sample(true, [4, 5, 1, -3, 6, 2, 1, -1, 8]);
        Trajectory.Write(_folder.File(name), [frame]);
        var read = Trajectory.ReadLast(_folder.File(name));
        Assert.Equal((0.0, 0.0, 0.0), (read.Cell[0, 1], read.Cell[0, 2], read.Cell[1, 2]));
        AssertSameGeometry(frame, read);
        AssertSameDots(frame.Velocities!, read.Velocities!);
        AssertSameDots(frame.Positions, read.Positions);
        if (read.Forces is not null)
            AssertSameDots(frame.Forces!, read.Forces);
    }

    [Theory]
    [InlineData("a.dump")]
    [InlineData("a.data")]
    public void ALeftHandedCellKeepsItsLattice(string name)
    {
        var frame = Sample(true, [0, 6, 0, 7, 0, 0, 1, 0.5, 8]);
        Trajectory.Write(_folder.File(name), [frame]);
        var read = Trajectory.ReadLast(_folder.File(name));
        Assert.Equal(frame.Cell.Volume, read.Cell.Volume, 1e-9);
        AssertSameGeometry(frame, read);
        AssertSameDots(frame.Positions, read.Positions);
    }

    [Fact]
    public void ADataFileHasTiltsThatLammpsAccepts()
    {
        var frame = Sample(true, [6, 0, 0, 5, 7, 0, -4, 6, 8]);
        LammpsData.Write(_folder.File("a.data"), frame);
        var read = LammpsData.Read(_folder.File("a.data"));
        Assert.InRange(Math.Abs(read.Cell[1, 0]), 0, 3.0000001);
        Assert.InRange(Math.Abs(read.Cell[2, 0]), 0, 3.0000001);
        Assert.InRange(Math.Abs(read.Cell[2, 1]), 0, 3.5000001);
        AssertSameGeometry(frame, read);
        AssertNear(frame.Positions, read.Positions, 1e-12);
    }

    [Fact]
    public void ContentChoosesWhatIsWritten()
    {
        var frame = Sample(false);
        foreach (var name in (string[])["a.xyz", "a.dump"])
        {
            Trajectory.Write(_folder.File(name), [frame], TrajectoryContent.None);
            var read = Trajectory.ReadLast(_folder.File(name));
            Assert.Null(read.Velocities);
            Assert.Null(read.Forces);
            Assert.False(read.Unwrapped);
            for (var i = 0; i < read.AtomCount; i++)
            {
                var (a, b, c) = read.Cell.Fractional(read.Positions[3 * i], read.Positions[(3 * i) + 1], read.Positions[(3 * i) + 2]);
                Assert.All((double[])[a, b, c], f => Assert.InRange(f, -1e-12, 1 + 1e-12));
            }
        }
    }

    [Fact]
    public void FramesWithoutACellStayWithout()
    {
        var frame = new Frame(new TypeMap(["O", "H"]), [0, 1], [0, 0, 0, 0.96, -3, 0], Cell.None);
        foreach (var name in (string[])["a.xyz", "a.dump"])
        {
            Trajectory.Write(_folder.File(name), [frame]);
            var read = Trajectory.ReadLast(_folder.File(name));
            Assert.False(read.Cell.IsPeriodic);
            Assert.Equal(frame.Positions, read.Positions);
        }

        var error = Assert.Throws<InputException>(() => LammpsData.Write(_folder.File("a.data"), frame));
        Assert.Contains("has no cell", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("a.data")));
    }

    [Fact]
    public void ExtendedXyzTakesTheKeysOfOthers()
    {
        var text = "2\r\nProperties=species:S:1:pos:R:3:tag:I:1:REF_forces:R:3:momenta:R:3 REF_energy=-3.5 stress=\"1 0 0 0 2 0 0 0 3\" Time=20 Lattice='2 0 0 0 3 0 0 0 4' comment=\"a b\" flag pbc=\"T T F\"\r\n"
            + "O\t0 0 0 7 1 2 3 0 0 0\r\nh 1e0 0 0 7 -1 -2 -3 1.008 0 0\r\n";
        var frame = Assert.Single(ExtendedXyz.Read(Save("a.xyz", text)));
        Assert.Equal(["O", "H"], Names(frame));
        Assert.Equal((-3.5, 0.02), (frame.Energy, frame.Time));
        Assert.Equal([-24, 0, 0, 0, -48, 0, 0, 0, -72], frame.Virial!);
        Assert.Equal([1, 2, 3, -1, -2, -3], frame.Forces!);
        Assert.Equal(1 / Math.Sqrt(Units.MassVelocitySquared), frame.Velocities![3], 1e-9);
        Assert.Equal(24.0, frame.Cell.Volume, 1e-12);
    }

    [Fact]
    public void PlainXyzHasNoCell()
    {
        var frames = ExtendedXyz.Read(Save("a.xyz", "1\nwater, i = 0, time = 1.500, E = -3\nO 0 0 0 99 99\n2\n\nH 0 0 0\nO 0 0 1\n\n")).ToList();
        Assert.Equal([1, 2], frames.Select(f => f.AtomCount));
        Assert.False(frames[0].Cell.IsPeriodic);
        Assert.Equal(0.0015, frames[0].Time);
        // One map for the file, though H comes first in the second frame.
        Assert.Equal([1, 0], frames[1].Types);
    }

    [Fact]
    public void HeavyHydrogenIsHydrogenWithItsMass()
    {
        var frame = ExtendedXyz.Read(Save("a.xyz", "3\n\nO 0 0 0\nD 0 0 1\nD 0 1 0\n")).Single();
        Assert.Equal(["O", "H", "H"], Names(frame));
        Assert.Equal([15.999, 2.01410177812], frame.Masses!);
        foreach (var name in (string[])["b.xyz", "b.dump"])
        {
            Trajectory.Write(_folder.File(name), [frame]);
            Assert.Equal(frame.Masses!, Trajectory.ReadLast(_folder.File(name)).Masses!);
        }

        Assert.Contains("H of another mass", Fails("2\n\nD 0 0 0\nH 0 0 1\n"), StringComparison.Ordinal);
        Assert.Contains("H of another mass", Fails("2\n\nH 0 0 0\nD 0 0 1\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void DumpCoordinatesOfAllKindsAgree()
    {
        // A triclinic box (4 5 6, tilts 1 -0.5 0.7) with its origin at (1, 2, 3).
        const string Header = "ITEM: TIMESTEP\n7\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS xy xz yz pp pp pp\n0.5 6 1\n2 7.7 -0.5\n3 9 0.7\nITEM: ATOMS ";
        var x = One(Header + "id type x y z\n2 2 3.25 4.85 6\n1 1 1 2 3\n");
        var scaled = One(Header + "id type xs ys zs\n1 1 0 0 0\n2 2 0.5 0.5 0.5\n");
        var unwrapped = One(Header + "id type xu yu zu\n1 1 1 2 3\n2 2 3.25 4.85 6\n");
        var scaledUnwrapped = One(Header + "id type xsu ysu zsu ix\n1 1 0 0 0 5\n2 2 0.5 0.5 0.5 5\n");
        var images = One(Header + "id type ix iy iz x y z\n1 1 0 0 0 1 2 3\n2 2 1 0 -1 -0.25 4.85 6\n");
        Assert.Equal([4, 0, 0, 1, 5, 0, -0.5, 0.7, 6], x.Cell.ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
        AssertNear([1, 2, 3, 3.25, 4.85, 6], x.Positions, 1e-12);
        foreach (var other in (Frame[])[scaled, unwrapped, scaledUnwrapped])
            AssertNear(x.Positions, other.Positions, 1e-12);
        AssertNear([1, 2, 3, -0.25 + 4 + 0.5, 4.85 - 0.7, 0], images.Positions, 1e-12);
        Assert.Equal([false, false, true, true, true], new[] { x, scaled, unwrapped, scaledUnwrapped, images }.Select(f => f.Unwrapped));
        Assert.Equal(7, x.Step);

        Frame One(string text) => LammpsDump.Read(Save("a.dump", text), new() { TypeNames = ["O", "H"] }).Single();
    }

    [Fact]
    public void DumpsOfRealUnitsAreConverted()
    {
        const string Text = "ITEM: UNITS\nreal\nITEM: TIME\n250\nITEM: TIMESTEP\n1\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\nITEM: ATOMS id mass x y z vx vy vz fx fy fz\n1 15.9994 1 2 3 0.001 0 0 23.06 0 0\n";
        var real = LammpsDump.Read(Save("a.dump", Text)).Single();
        Assert.Equal((0.25, 1.0), (real.Time!.Value, real.Velocities![0]));
        Assert.Equal(1.0, real.Forces![0], 1e-3);
        Assert.Equal(15.9994, real.Masses![0]);
        Assert.Equal("O", real.NameOf(0));
        var metal = LammpsDump.Read(_folder.File("a.dump"), new() { Units = LammpsUnits.Metal }).Single();
        Assert.Equal((250.0, 0.001, 23.06), (metal.Time!.Value, metal.Velocities![0], metal.Forces![0]));
    }

    [Theory]
    [InlineData("Atoms # charge", "7 2 0.4 1 2 3 1 0 0", "3 1 -0.8 4 5 6 0 0 0")]
    [InlineData("Atoms", "7 2 0.4 1 2 3", "3 1 -0.8 4 5 6")]
    [InlineData("Atoms", "7 1 2 1 2 3", "3 1 1 4 5 6")]
    [InlineData("Atoms # full", "7 1 2 0.4 1 2 3", "3 1 1 -0.8 4 5 6")]
    [InlineData("Atoms", "7 2 1 2 3", "3 1 4 5 6 # the oxygen")]
    public void DataFilesOfAllStyles(string header, string first, string second)
    {
        var images = header.EndsWith("charge", StringComparison.Ordinal);
        var text = $"title\n\n2 atoms\n1 bonds\n2 atom types\n\n0 10 xlo xhi\n  0\t11  ylo   yhi\n0 12 zlo zhi\n\nMasses\n\n1 16 # O\n2 2.0\n\nPair Coeffs # lj\n\n1 0.1 3.1\n\n{header}\n\n{first}\n{second}\n\nVelocities\n\n3 1 2 3\n7 4 5 6\n\nBonds\n\n1 1 3 7\n";
        var frame = LammpsData.Read(Save("a.data", text));
        Assert.Equal(["O", "H"], Names(frame));
        Assert.Equal([4, 5, 6, images ? 11 : 1, 2, 3], frame.Positions);
        Assert.Equal([1, 2, 3, 4, 5, 6], frame.Velocities!);
        Assert.Equal([16.0, 2.0], frame.Masses!);
        Assert.Equal(1320.0, frame.Cell.Volume, 1e-9);
    }

    [Fact]
    public void CompressedFilesAreRead()
    {
        var path = _folder.File("a.dump.gz");
        Trajectory.Write(_folder.File("a.dump"), [Sample(false), Sample(false)]);
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            gzip.Write(File.ReadAllBytes(_folder.File("a.dump")));
        Assert.Equal(2, Trajectory.Read(path).Count());
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        Assert.Throws<InputException>(() => Trajectory.Read(path).Count());
        File.WriteAllBytes(path, [1, 2, 3, 4]);
        Assert.Throws<InputException>(() => Trajectory.Read(path).Count());
    }

    [Fact]
    public void FramesAreChosen()
    {
        var path = _folder.File("a.xyz");
        Trajectory.Write(path, Enumerable.Range(0, 10).Select(step => Sample(false, step: step)));
        Assert.Equal([2L, 5, 8], Trajectory.Read(path, new() { First = 2, Every = 3, Last = 8 }).Select(f => f.Step!.Value));
        Assert.Equal(10, Trajectory.CountFrames(path));
        Assert.Equal(9, Trajectory.ReadLast(path).Step);
        Assert.Equal(8, Trajectory.ReadFrame(path, -2).Step);
        Assert.Contains("frame 10 of 10", Assert.Throws<InputException>(() => Trajectory.ReadFrame(path, 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FormatsAreKnownByTheirContent()
    {
        var frame = Sample(false);
        foreach (var (format, name) in (ReadOnlySpan<(TrajectoryFormat, string)>)[(TrajectoryFormat.ExtendedXyz, "x"), (TrajectoryFormat.LammpsDump, "d"), (TrajectoryFormat.LammpsData, "l.txt")])
        {
            Trajectory.Write(_folder.File(name), [frame], format: format);
            Assert.Equal(frame.AtomCount, Trajectory.ReadLast(_folder.File(name)).AtomCount);
        }

        Assert.Equal(2, Trajectory.ReadLast(Save("p", "t\n2.0\n1 0 0\n0 2 0\n0 0 3\nO H\n1 1\nCartesian\n0 0 0\n0.5 0 0\n\n0.001 0 0\n0 0 0\n")).AtomCount);
        Assert.Contains("expected extended XYZ", Assert.Throws<InputException>(() => Trajectory.Read(Save("n", "hello\nworld\n"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PoscarIsRead()
    {
        var frame = Poscar.Read(Save("POSCAR", "t\n-48\n1 0 0\n0 2 0\n0 0 3\nO H/ab12\n1 2\nSelective\nDirect\n0 0 0 T T F\n0.5 0.5 0.5 T T T\n0 0 1\n\n0.001 0 0\n0 0 0\n0 0 0\n"));
        Assert.Equal(48.0, frame.Cell.Volume, 1e-9);
        AssertNear([0, 0, 0, 1, 2, 3, 0, 0, 6], frame.Positions, 1e-12);
        Assert.Equal(1.0, frame.Velocities![0], 1e-12);
        Assert.Contains("VASP 4", Assert.Throws<InputException>(() => Poscar.Read(Save("POSCAR", "t\n1\n1 0 0\n0 2 0\n0 0 3\n1 2\nDirect\n0 0 0\n"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.xyz")]
    [InlineData("a.dump")]
    [InlineData("a.data")]
    [InlineData("POSCAR")]
    public void AFileCutAnywhereIsAnErrorInOneLineOrAFrame(string name)
    {
        var whole = name == "POSCAR"
            ? Encoding.UTF8.GetBytes("t\n1.5\n5 0 0\n0 6 0\n0 0 7\nO H\n1 2\nCartesian\n0 0 0\n1 0 0\n0 1 0\n\n1 2 3\n4 5 6\n7 8 9\n")
            : Written(name);
        for (var length = 0; length < whole.Length; length++)
        {
            var path = _folder.File(name);
            File.WriteAllBytes(path, whole[..length]);
            try
            {
                foreach (var frame in Trajectory.Read(path))
                    Assert.Equal(3, frame.AtomCount);
            }
            catch (InputException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("a.xyz")]
    [InlineData("a.dump")]
    [InlineData("a.data")]
    [InlineData("POSCAR")]
    public void DamagedBytesNeverCrash(string name)
    {
        var whole = name == "POSCAR"
            ? Encoding.UTF8.GetBytes("t\n1.5\n5 0 0\n0 6 0\n0 0 7\nO H\n1 2\nCartesian\n0 0 0\n1 0 0\n0 1 0\n\n1 2 3\n4 5 6\n7 8 9\n")
            : Written(name);
        var random = new RandomStream(7, name);
        for (var round = 0; round < 600; round++)
        {
            var bytes = (byte[])whole.Clone();
            for (var change = 0; change < 3; change++)
                bytes[random.NextInt(bytes.Length)] = (byte)"0 9-.eN\n\"=:x\t\0\xff"[random.NextInt(15)];
            File.WriteAllBytes(_folder.File(name), bytes);
            try
            {
                Assert.All(Trajectory.Read(_folder.File(name)).SelectMany(f => f.Positions), x => Assert.True(double.IsFinite(x)));
            }
            catch (InputException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    [Theory]
    [InlineData("", "has no frame")]
    [InlineData("\n\n", "has no frame")]
    [InlineData("x\n", "expected the number of atoms")]
    [InlineData("-1\n\n", "expected the number of atoms")]
    [InlineData("500000000\n\nO 0 0 0\n", "line 3 (frame 0): the file ends here; expected atom 2 of 500000000")]
    [InlineData("1\n\nO 0 nan 0\n", "line 3 (frame 0): 'nan' in column 3 is not a finite number")]
    [InlineData("1\n\nXx 0 0 0\n", "'Xx' is not the symbol of an element")]
    [InlineData("1\n\nO 0 0\n", "3 columns; expected 4")]
    [InlineData("1\nLattice=\"1 2 3\"\nO 0 0 0\n", "Lattice=\"1 2 3\" has 3 numbers; expected 9")]
    [InlineData("1\nLattice=\"1 0 0 2 0 0 0 0 1\"\nO 0 0 0\n", "span no volume")]
    [InlineData("1\nProperties=species:S:1:pos:R:2\nO 0 0 0\n", "pos has 2 columns; expected 3")]
    [InlineData("1\nProperties=pos:R:3\n0 0 0\n", "lacks species:S:1")]
    [InlineData("1\nProperties=species:S:1:pos:R:3\nO 0 0 0 1\n", "5 columns; expected 4")]
    [InlineData("1\nenergy=abc\nO 0 0 0\n", "energy: 'abc' is not a finite number")]
    public void BadXyzIsRefusedInOneLine(string text, string expected) => Assert.Contains(expected, Fails(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("id type x y z\n1 1 0 0 0\n1 1 1 1 1\n", "atom id 1 occurs twice")]
    [InlineData("id type x y z\n1 3 0 0 0\n2 1 1 1 1\n", "atom type 3 has no name")]
    [InlineData("id type x y z\n1 1 0 0\n2 1 1 1 1\n", "4 columns; expected 5")]
    [InlineData("id type vx vy vz\n1 1 0 0 0\n2 1 0 0 0\n", "has no positions")]
    [InlineData("id x y z\n1 0 0 0\n2 0 0 0\n", "none of the columns element, type and mass")]
    [InlineData("id type x y z\n1 1 0 0 0\nITEM: TIMESTEP\n", "'ITEM:' in column 1 is not an integer")]
    public void BadDumpsAreRefusedInOneLine(string atoms, string expected)
    {
        var text = $"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\nITEM: ATOMS {atoms}";
        var error = Assert.Throws<InputException>(() => LammpsDump.Read(Save("a.dump", text), new() { TypeNames = ["O", "H"] }).Count());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("(frame 0)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.xyz")]
    [InlineData("a.dump")]
    public void ATornEndIsAnErrorUnlessTolerated(string name)
    {
        var path = _folder.File(name);
        Trajectory.Write(path, [Sample(false, step: 1), Sample(false, step: 2)]);
        var bytes = File.ReadAllBytes(path);
        var tolerant = new TrajectoryOptions { TolerateTornEnd = true };
        Assert.Equal(2, Trajectory.Read(path, tolerant).Count());
        for (var cut = 1; cut < bytes.Length / 3; cut++)
        {
            File.WriteAllBytes(path, bytes[..^cut]);
            Assert.Equal([1L], Trajectory.Read(path, tolerant).Select(f => f.Step!.Value));
            Assert.Equal(1, Trajectory.CountFrames(path, tolerant));
        }

        Assert.Contains("(frame 1)", Assert.Throws<InputException>(() => Trajectory.Read(path).Count()).Message, StringComparison.Ordinal);
        // What is wrong in the middle is an error all the same.
        File.WriteAllText(path, Encoding.UTF8.GetString(bytes).Replace("H ", "Q ", StringComparison.Ordinal));
        Assert.Throws<InputException>(() => Trajectory.Read(path, tolerant).Count());
    }

    [Fact]
    public void TheDataOfOthersAreRead()
    {
        var water = Trajectory.ReadLast(SharedData.Path("data", "water-scan-qe", "md", "water-310K.data"));
        Assert.Equal((864, 288), (water.AtomCount, water.Types.Count(t => water.TypeMap[t] == "O")));
        Assert.Equal([15.9994, 2.0], water.Masses!);
        Assert.NotNull(water.Velocities);
        Assert.True(water.Unwrapped);
        Assert.Equal(864, Trajectory.ReadLast(SharedData.Path("data", "water-scan-qe", "md", "ice-310K.data")).AtomCount);
        var ions = SharedData.Path("data", "dft-outputs", "lammps", "conf.waterion.lmp");
        Assert.Contains("has no name", Assert.Throws<InputException>(() => Trajectory.ReadLast(ions)).Message, StringComparison.Ordinal);
        var named = Trajectory.ReadLast(ions, new() { TypeNames = ["O", "H"] });
        Assert.Equal((381, 0.0033165), (named.AtomCount, named.Cell[2, 1]));
        var run = Trajectory.Read(SharedData.Path("data", "dft-outputs", "lammps", "liquid-dipole-run", "water.first20.lammpstrj"), new() { TypeNames = ["O", "H"] }).ToList();
        Assert.Equal((20, 288), (run.Count, run[^1].AtomCount));
        Assert.Equal(96, run[0].Types.Count(t => t == 0));
        Assert.Equal(5, Trajectory.Read(SharedData.Path("data", "dft-outputs", "lammps", "conf.5.dump"), new() { TypeNames = ["O", "H"] }).Count());
        Assert.Equal(17, Trajectory.ReadLast(SharedData.Path("data", "dft-outputs", "lammps", "traj.dump"), new() { TypeNames = ["Fe", "H"] }).AtomCount);
        Assert.Equal(6, Trajectory.ReadLast(SharedData.Path("data", "dft-outputs", "vasp", "h2o-md", "CONTCAR.h2o.md")).AtomCount);
        Assert.Equal(192, Trajectory.ReadLast(SharedData.Path("data", "dft-outputs", "cp2k", "water64-aimd-virial-v7.1", "water-pos-1.xyz")).AtomCount);
        var system = Trajectory.Read(SharedData.Path("data", "water-pbe0", "data_0"), new() { First = 1, Last = 2 }).ToList();
        Assert.Equal((2, true, true), (system.Count, system[0].Forces is not null, system[0].Energy is not null));
    }

    internal static Frame Sample(bool triclinic, double[]? cell = null, long step = 40)
    {
        var random = new RandomStream(step, "sample");
        double[] Vectors(double scale) => [.. Enumerable.Range(0, 9).Select(_ => scale * (random.NextDouble() - 0.5))];
        return new Frame(
            new TypeMap(["O", "H"]),
            [0, 1, 1],
            Vectors(40),
            new Cell(cell ?? (triclinic ? [6, 0, 0, 1.5, 7, 0, -0.5, 0.3, 8] : [6, 0, 0, 0, 7, 0, 0, 0, 8])))
        {
            Velocities = Vectors(10),
            Forces = Vectors(3),
            Energy = -471.25,
            Virial = Vectors(2),
            Step = step,
            Time = 0.02,
            Unwrapped = true,
        };
    }

    private static string[] Names(Frame frame) => [.. Enumerable.Range(0, frame.AtomCount).Select(frame.NameOf)];

    private static void AssertNear(double[] expected, double[] actual, double tolerance) =>
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= tolerance);

    /// <summary>Scalar products do not change when everything is turned.</summary>
    private static void AssertSameDots(double[] expected, double[] actual)
    {
        for (var i = 0; i < expected.Length; i += 3)
        {
            for (var j = 0; j < expected.Length; j += 3)
                Assert.Equal(Dot(expected, i, j), Dot(actual, i, j), 1e-9);
        }

        static double Dot(double[] v, int i, int j) => (v[i] * v[j]) + (v[i + 1] * v[j + 1]) + (v[i + 2] * v[j + 2]);
    }

    /// <summary>The neighbours of each atom are as far away as before: the lattice is the same.</summary>
    private static void AssertSameGeometry(Frame expected, Frame actual)
    {
        Assert.Equal(Distances(expected), Distances(actual), (a, b) => Math.Abs(a - b) < 1e-6);

        static double[] Distances(Frame frame)
        {
            var list = new NeighborList();
            list.Build(frame.Positions, frame.Cell, 9);
            var distances = new List<double>();
            for (var i = 0; i < frame.AtomCount; i++)
            {
                for (var p = list.Start[i]; p < list.Start[i + 1]; p++)
                {
                    var (j, s) = (list.Neighbors[p], 3 * list.Shifts[p]);
                    distances.Add(Math.Sqrt(Enumerable.Range(0, 3).Sum(k => Math.Pow(list.WrappedPositions[(3 * j) + k] + list.ShiftVectors[s + k] - list.WrappedPositions[(3 * i) + k], 2))));
                }
            }

            distances.Sort();
            return [.. distances.Where(d => d < 8.9)];
        }
    }

    private byte[] Written(string name)
    {
        Trajectory.Write(_folder.File(name), name.EndsWith(".data", StringComparison.Ordinal) ? [Sample(true)] : [Sample(true), Sample(false)]);
        return File.ReadAllBytes(_folder.File(name));
    }

    private string Save(string name, string text)
    {
        File.WriteAllText(_folder.File(name), text);
        return _folder.File(name);
    }

    private string Fails(string text)
    {
        var path = Save("bad.xyz", text);
        var error = Assert.Throws<InputException>(() => Trajectory.Read(path).Count());
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
