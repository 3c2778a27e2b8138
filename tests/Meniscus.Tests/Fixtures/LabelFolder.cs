using System.Globalization;
using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Labelling;

namespace Meniscus.Tests.Fixtures;

/// <summary>A folder with frames to label and the input for it.</summary>
internal sealed class LabelFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>One water molecule in a cubic box.</summary>
    /// <param name="shift">Added to the x of the first hydrogen, Å.</param>
    /// <param name="box">Edge, Å.</param>
    /// <param name="strain">Relative stretch along x of cell and positions.</param>
    public static Frame Molecule(double shift = 0, double box = 6, double strain = 0)
    {
        double[] positions = [3.0, 3.0, 3.0, 3.98 + shift, 3.1, 3.0, 2.7, 3.9, 3.1];
        for (var i = 0; i < 9; i += 3)
            positions[i] *= 1 + strain;
        return new Frame(new TypeMap(["O", "H"]), [0, 1, 1], positions, Cell.Orthorhombic(box * (1 + strain), box, box));
    }

    /// <summary>Water molecules on the corners of a lattice, each turned another way.</summary>
    /// <param name="molecules">Their number, at most 8; with 8 the box is as dense as water.</param>
    /// <param name="shift">Added to the x of the first hydrogen, Å.</param>
    /// <param name="strain">Relative stretch along x of cell and positions.</param>
    public static Frame Waters(int molecules, double shift = 0, double strain = 0)
    {
        const double Edge = 6.25, Bond = 0.94, HalfAngle = 0.912;
        var positions = new List<double>();
        for (var m = 0; m < molecules; m++)
        {
            double[] o = [(0.5 + (m & 1)) * Edge / 2, (0.5 + ((m >> 1) & 1)) * Edge / 2, (0.5 + (m >> 2)) * Edge / 2];
            var (cos, sin) = (Math.Cos(1.3 * m), Math.Sin(1.3 * m));
            positions.AddRange(o);
            foreach (var angle in (double[])[HalfAngle, -HalfAngle])
            {
                var (x, y) = (Bond * Math.Cos(angle + (2.1 * m)), Bond * Math.Sin(angle + (2.1 * m)));
                positions.AddRange([o[0] + (cos * x), o[1] + y, o[2] + (sin * x)]);
            }
        }

        positions[3] += shift;
        for (var i = 0; i < positions.Count; i += 3)
            positions[i] *= 1 + strain;
        return new Frame(new TypeMap(["O", "H"]), [.. Enumerable.Range(0, 3 * molecules).Select(i => i % 3 == 0 ? 0 : 1)], [.. positions], Cell.Orthorhombic(Edge * (1 + strain), Edge, Edge));
    }

    public string Path(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes frames and the input, and reads it.</summary>
    public LabelInput Input(string calculator, string settings, IReadOnlyList<Frame> frames, string jobs = "{}") => LabelInput.Load(Write(calculator, settings, frames, jobs));

    /// <summary>Writes frames and the input.</summary>
    public string Write(string calculator, string settings, IReadOnlyList<Frame> frames, string jobs = "{}")
    {
        Trajectory.Write(Path("frames.xyz"), frames);
        var input = new JsonObject
        {
            ["frames"] = new JsonArray(new JsonObject { ["file"] = Path("frames.xyz") }),
            ["calculator"] = calculator,
            ["output"] = Path("labelled"),
            ["extxyz"] = Path("labelled.xyz"),
            ["work"] = Path("work"),
            ["jobs"] = JsonNode.Parse(jobs),
        };
        if (calculator != "spcfw")
            input[calculator] = JsonNode.Parse(settings);
        File.WriteAllText(Path("label.json"), input.ToJsonString());
        return Path("label.json");
    }

    /// <summary>
    /// Asserts that forces and virial are derivatives of the energy: of three frames the second has its first hydrogen moved along x, the
    /// third is stretched along x. The trapezium rule integrates the labels from the first frame to each of the others.
    /// </summary>
    public static void AssertDerivatives(IReadOnlyList<Frame> labels, double shift, double forceTolerance, double strain, double virialTolerance)
    {
        var force = (labels[0].Forces![3] + labels[1].Forces![3]) / 2;
        Assert.True(Math.Abs(force) > 10 * forceTolerance, $"the force, {force} eV/Å, is large enough to see its sign");
        Assert.Equal(-(labels[1].Energy!.Value - labels[0].Energy!.Value) / shift, force, forceTolerance);
        var virial = (labels[0].Virial![0] + labels[2].Virial![0]) / 2;
        Assert.True(Math.Abs(virial) > 2 * virialTolerance, $"the virial, {virial} eV, is large enough to see its sign");
        Assert.Equal(-(labels[2].Energy!.Value - labels[0].Energy!.Value) / Math.Log(1 + strain), virial, virialTolerance);
    }

    /// <summary>The labelled frames in the order of the jobs, after asserting that systems and extended XYZ have the same.</summary>
    public Frame[] Labelled(LabelSummary summary)
    {
        Assert.True(summary.Count(JobStatus.Done) == summary.Jobs.Count, string.Join('\n', summary.Jobs.Select(job => job.Message)));
        Frame[] frames = [.. Trajectory.Read(Path("labelled.xyz"))];
        var systems = LabelledFrames.Read(Path("labelled")).ToDictionary(frame => frame.Energy!.Value);
        Assert.Equal(summary.Jobs.Select(job => job.Energy), frames.Select(frame => frame.Energy));
        Assert.Equal(frames.Length, systems.Count);
        foreach (var frame in frames)
        {
            var same = systems[frame.Energy!.Value];
            Assert.Equal([.. frame.Positions, .. frame.Forces!, .. frame.Virial!], (double[])[.. same.Positions, .. same.Forces!, .. same.Virial!]);
        }

        return frames;
    }

    /// <summary>Settings of pw.x with the pseudopotentials of the shared data; skips the running test where there are none.</summary>
    public static string Pwscf(string more = "", double cutoff = 25)
    {
        var folder = SharedData.Path("pseudo", "sg15-v1.2").Replace('\\', '/');
        return string.Create(CultureInfo.InvariantCulture, $$"""{ "pseudopotentials": { "O": "{{folder}}/O_ONCV_PBE-1.2.upf", "H": "{{folder}}/H_ONCV_PBE-1.2.upf" }, "ecutwfc_Ry": {{cutoff}}, "conv_thr_Ry": 1e-10{{(more.Length > 0 ? ", " + more : "")}} }""");
    }

    /// <summary>A program that a shell script stands for.</summary>
    public string Script(string name, string body)
    {
        File.WriteAllText(Path(name), "#!/bin/sh\n" + body.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Path(name);
    }

    /// <summary>A column of status.csv.</summary>
    public string[] Status(string column)
    {
        var rows = File.ReadAllLines(Path("work/status.csv"));
        var at = Array.IndexOf(rows[0].Split(','), column);
        return [.. rows.Skip(1).Select(row => row.Split(',')[at])];
    }
}
