using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Cli;

/// <summary>A frame that a verb has built: written to where the user wants it, and described.</summary>
internal static class BuiltFrame
{
    /// <summary>Refuses a name whose ending is no format that is written, before work is done for it.</summary>
    public static string RequireOutput(string path)
    {
        Trajectory.FormatOf(path);
        AtomicFile.RequireWritable(path, "--output");
        return path;
    }

    /// <summary>Writes the frame and says what it is.</summary>
    /// <param name="frame">The frame, with a cell.</param>
    /// <param name="path">The file.</param>
    /// <param name="context">Where to print.</param>
    /// <returns>The result so far, for the verb to add to and print.</returns>
    public static JsonResult Write(Frame frame, string path, VerbContext context)
    {
        Trajectory.Write(path, [frame]);
        var density = AtomicMasses.Density(frame);
        var shortest = new ShortestDistance().Find(frame).Distance;
        var cell = frame.Cell;
        double[] edges = [.. Enumerable.Range(0, 3).Select(row => Math.Sqrt(Enumerable.Range(0, 3).Sum(k => cell[row, k] * cell[row, k])))];
        context.Print(string.Create(
            CultureInfo.InvariantCulture,
            $"wrote {path}: {frame.AtomCount} atoms ({Composition(frame)}), box {edges[0]:f4} x {edges[1]:f4} x {edges[2]:f4} Å, {density:f4} g/cm3, shortest distance {shortest:f3} Å"));
        return new JsonResult()
            .Add("output", path)
            .Add("atoms", frame.AtomCount)
            .Add("box_A", edges)
            .Add("cell_A", cell.ToArray())
            .Add("density_g_per_cm3", density)
            .Add("min_distance_A", shortest);
    }

    private static string Composition(Frame frame) =>
        string.Join(' ', frame.TypeMap.Names.Select((name, type) => (name, count: frame.Types.Count(t => t == type))).Where(entry => entry.count > 0).Select(entry => $"{entry.name}{entry.count}"));
}
