using System.Diagnostics;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

/// <summary>
/// Inputs that a real pw.x is given, against the cell and the positions that it makes of them, in its XML and in what it prints: two
/// hydrogen atoms at a cutoff at which a run takes a fraction of a second.
/// </summary>
public sealed class PwProgramTests : IDisposable
{
    private const string Crystal = "ATOMIC_POSITIONS crystal\nH 0.1 0.2 0.3\nH 0.25 0.3 0.4\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> ByCelldm() =>
    [
        "ibrav=1, celldm(1)=6",
        "ibrav=2, celldm(1)=8",
        "ibrav=3, celldm(1)=7",
        "ibrav=-3, celldm(1)=7",
        "ibrav=4, celldm(1)=6, celldm(3)=1.3",
        "ibrav=5, celldm(1)=6, celldm(4)=0.3",
        "ibrav=-5, celldm(1)=6, celldm(4)=0.3",
        "ibrav=6, celldm(1)=6, celldm(3)=1.2",
        "ibrav=7, celldm(1)=7, celldm(3)=1.2",
        "ibrav=8, celldm=6, 1.1, 1.2",
        "ibrav=9, celldm(1)=7, 1.1, 0.9",
        "ibrav=-9, celldm(1)=7, celldm(2)=1.1, celldm(3)=0.9",
        "ibrav=91, celldm(1)=7, celldm(2)=1.1, celldm(3)=0.9",
        "ibrav=10, celldm(1)=8, celldm(2)=1.1, celldm(3)=0.9",
        "ibrav=11, celldm(1)=7, celldm(2)=1.1, celldm(3)=0.9",
        "ibrav=12, celldm(1)=6, celldm(2)=1.1, celldm(3)=1.2, celldm(4)=0.2",
        "ibrav=-12, celldm(1)=6, celldm(2)=1.1, celldm(3)=1.2, celldm(5)=0.2",
        "ibrav=13, celldm(1)=7, celldm(2)=1.1, celldm(3)=1.2, celldm(4)=0.2",
        "ibrav=-13, celldm(1)=7, celldm(2)=1.1, celldm(3)=1.2, celldm(5)=0.2",
        "ibrav=14, celldm(1)=6d0, celldm(2)=11D-1, celldm(3)=1.2, celldm(4)=0.1, celldm(5)=0.2, celldm(6)=-0.15",
        "ibrav=14 celldm(1)=6 celldm(2)=1.1 celldm(3)=1.2 ! right angles",
    ];

    public static TheoryData<string> ByLengths() =>
    [
        "ibrav=2, A=4.2",
        "ibrav=4, A=3.2, C=4.1",
        "ibrav=5, A=3.2, cosAB=0.3",
        "ibrav=-5, A=3.2, cosAB=0.3",
        "ibrav=5, A=3.2, cosAC=0.3",
        "ibrav=8, A=3.2, B=3.5, C=3.9",
        "ibrav=9, A=4, B=4.2, C=3.5",
        "ibrav=91, A=4, B=4.2, C=3.5",
        "ibrav=12, A=3.2, B=3.5, C=3.9, cosAB=0.2",
        "ibrav=-12, A=3.2, B=3.5, C=3.9, cosAC=0.2",
        "ibrav=13, A=4, B=4.2, C=3.9, cosAB=0.2",
        "ibrav=-13, A=4, B=4.2, C=3.9, cosAC=0.2",
        "ibrav=14, A=3.2, B=3.5, C=3.9, cosBC=0.1, cosAC=0.2, cosAB=-0.15",
    ];

    [Theory]
    [MemberData(nameof(ByCelldm))]
    [MemberData(nameof(ByLengths))]
    public void EveryLatticeIsThatOfPwscf(string lattice) => AssertSame(lattice, Crystal);

    [Theory]
    [InlineData("ibrav=1, celldm(1)=6", "ATOMIC_POSITIONS bohr\nH 0.5 0.6 0.7\n# between\n\nH 1.5 1.6 1.7 1 1 0\n", "")]
    [InlineData("ibrav=1, celldm(1)=6", "ATOMIC_POSITIONS (angstrom)\nH 0.5 0.6 0.7\nH 1.5 1.6 1.7\n", "")]
    [InlineData("ibrav=4, A=3.2, C=4", "ATOMIC_POSITIONS {alat}\nH 0.1 0.2 0.3\nH 0.3 0.4 0.5\n", "")]
    [InlineData("ibrav=0", "ATOMIC_POSITIONS\nH 0.1 0.2 0.3\nH 0.3 0.4 0.5\n", "CELL_PARAMETERS angstrom\n3.2 0 0\n0.5 3.2 0\n0.3 0.2 3.3\n")]
    [InlineData("ibrav=0", Crystal, "CELL_PARAMETERS\n6 0 0\n0.5 6 0\n0.3 0.2 6\n")]
    [InlineData("ibrav=0, celldm(1)=6", Crystal, "CELL_PARAMETERS\n1 0 0\n0.1 1 0\n0.03 0.02 1\n")]
    [InlineData("ibrav=0, A=3.2", Crystal, "CELL_PARAMETERS alat\n1 0 0\n0.1 1 0\n0.03 0.02 1\n")]
    public void UnitsAreThoseOfPwscf(string lattice, string positions, string cell) => AssertSame(lattice, positions, cell);

    [Theory]
    [InlineData("space_group=225, A=4", "ATOMIC_POSITIONS crystal_sg\nH 4a\nH 4b\n", "give all atoms of the cell")]
    [InlineData("ibrav=1, celldm(1)=6, A=3", Crystal, "pw.x takes one of them")]
    [InlineData("ibrav=8, celldm(1)=6, celldm(2)=1", Crystal, "without celldm(3) or C")]
    [InlineData("ibrav=99, A=3", Crystal, "expected one of pw.x's")]
    public void WhatHasNoMeaningIsRefusedWithTheReason(string lattice, string positions, string reason)
    {
        var input = Write(lattice, positions, "");
        Assert.Contains(reason, Assert.Throws<InputException>(() => LabelledFrames.Read(input).Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StepsOfDynamicsThatDidNotConvergeAreLeftOutOneByOne()
    {
        var output = Run(Write("ibrav=1, celldm(1)=8", Crystal, "", "calculation='md', nstep=4, dt=10, tstress=.true., tprnfor=.true.,", "conv_thr=1e-6, electron_maxstep=4, scf_must_converge=.false.", cutoff: 10));
        // pw.x says of all four that convergence has been achieved; the first one it gave up.
        Assert.Equal(4, File.ReadAllLines(output).Count(line => line.Contains("convergence has been achieved", StringComparison.Ordinal)));
        foreach (var file in (string[])[output, Xml])
        {
            var left = new LeftOutFrames();
            Assert.Equal(3, LabelledFrames.Read(file, new() { LeftOut = left }).Count());
            Assert.Equal(1, left.Count);
        }
    }

    [Fact]
    public void AHybridIsDoneWhereItsExchangeIsAndNotBefore()
    {
        var output = Run(Write("ibrav=1, celldm(1)=8, input_dft='PBE0', exxdiv_treatment='none', x_gamma_extrapolation=.false.", Crystal, "", "tprnfor=.true.,", "conv_thr=1e-7", cutoff: 8));
        var text = File.ReadAllText(output);
        Assert.True(text.Split("convergence has been achieved").Length > 2, "several cycles converge on the way");
        var (frame, xml) = (Assert.Single(LabelledFrames.Read(output)), Assert.Single(LabelledFrames.Read(Xml)));
        var last = text[(text.IndexOf("!!   total energy", StringComparison.Ordinal) + 17)..].Split('=', 2)[1].TrimStart().Split(' ')[0];
        Assert.Equal(double.Parse(last, System.Globalization.CultureInfo.InvariantCulture) * Units.Rydberg, frame.Energy!.Value, 1e-9);
        Assert.Equal(xml.Energy!.Value, frame.Energy.Value, 1e-6);
        // The same with an exchange that never settled.
        File.WriteAllText(output, text.Replace("EXX self-consistency reached", "EXX convergence NOT achieved after 100 iterations: stopping", StringComparison.Ordinal));
        Assert.Contains("did not converge", Assert.Throws<InputException>(() => LabelledFrames.Read(output).Count()).Message, StringComparison.Ordinal);
        File.WriteAllText(output, text.Replace("EXX self-consistency reached", "Maximum CPU time exceeded", StringComparison.Ordinal));
        Assert.Throws<InputException>(() => LabelledFrames.Read(output).Count());
    }

    private string Xml => Path.Combine(_folder.Path, "out", "x.save", "data-file-schema.xml");

    private void AssertSame(string lattice, string positions, string cell = "")
    {
        var input = Write(lattice, positions, cell);
        var text = Assert.Single(LabelledFrames.Read(Run(input)));
        var xml = Assert.Single(LabelledFrames.Read(Xml));
        var own = Assert.Single(LabelledFrames.Read(input));
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal(xml.Cell[i / 3, i % 3], own.Cell[i / 3, i % 3], 1e-6);
            Assert.Equal(xml.Cell[i / 3, i % 3], text.Cell[i / 3, i % 3], 2e-4);
        }

        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(xml.Positions[i], own.Positions[i], 1e-6);
            Assert.Equal(xml.Positions[i], text.Positions[i], 2e-4);
        }
    }

    private string Write(string lattice, string positions, string cell, string control = "", string electrons = "conv_thr=1", double cutoff = 5)
    {
        var input = _folder.File("pw.in");
        File.WriteAllText(input, $"""
            &control
              {control} outdir='./out', prefix='x', pseudo_dir='.', disk_io='low'
            /
            &SYSTEM
              {lattice}
              nat=2, ntyp=1, ecutwfc={cutoff}, nosym=.true. /
            &electrons
              {electrons}
            /
            &ions
            /
            ATOMIC_SPECIES
            H 1.008 H.upf
            {positions}K_POINTS gamma
            {cell}
            """);
        return input;
    }

    private string Run(string input)
    {
        DftPrograms.RequirePwscf();
        File.Copy(SharedData.Path("pseudo", "sg15-v1.2", "H_ONCV_PBE-1.2.upf"), _folder.File("H.upf"), overwrite: true);
        var start = new ProcessStartInfo("pw.x", ["-in", input]) { WorkingDirectory = _folder.Path, RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var output = _folder.File("pw.out");
        using (var file = File.Create(output))
            process.StandardOutput.BaseStream.CopyTo(file);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, File.ReadAllText(output));
        return output;
    }
}
