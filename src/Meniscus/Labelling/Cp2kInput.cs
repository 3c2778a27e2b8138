using System.Globalization;
using System.Text;
using Meniscus.Atoms;

namespace Meniscus.Labelling;

/// <summary>
/// Input of CP2K's Quickstep (GPW) with the orbital transformation. Source: manual.cp2k.org. The project name holds the hash of
/// frame and settings, which comes back in the output.
/// </summary>
internal static class Cp2kInput
{
    /// <summary>The input of a job.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="frame">A periodic frame.</param>
    /// <param name="project">PROJECT_NAME.</param>
    /// <param name="minimizer">Minimizer; null leaves it and the numbers of steps out, for what identifies the job.</param>
    public static string Text(Cp2kSettings settings, Frame frame, string project, string? minimizer)
    {
        var text = new InputText(settings);
        text.Section("GLOBAL", () =>
        {
            text.Line($"PROJECT_NAME {project}");
            text.Line("RUN_TYPE ENERGY_FORCE");
            text.Line("PRINT_LEVEL MEDIUM");
        });
        text.Section("FORCE_EVAL", () =>
        {
            text.Line("METHOD QUICKSTEP");
            if (settings.Stress)
                text.Line("STRESS_TENSOR ANALYTICAL");
            text.Section("DFT", () => AppendDft(text, settings, minimizer));
            text.Section("SUBSYS", () => AppendAtoms(text, settings, frame));
            text.Section("PRINT", () =>
            {
                text.Section("FORCES ON", () => text.Line("NDIGITS 12"));
                if (settings.Stress)
                    text.Section("STRESS_TENSOR ON", () => { });
            });
        });
        return text.ToString();
    }

    private static void AppendDft(InputText text, Cp2kSettings settings, string? minimizer)
    {
        text.Line($"BASIS_SET_FILE_NAME {DataFile(settings, settings.BasisFile)}");
        text.Line($"POTENTIAL_FILE_NAME {DataFile(settings, settings.PotentialFile)}");
        text.Section("MGRID", () =>
        {
            text.Line($"CUTOFF {Number(settings.CutoffRy)}");
            text.Line($"REL_CUTOFF {Number(settings.RelativeCutoffRy)}");
        });
        text.Section("QS", () => text.Line($"EPS_DEFAULT {Number(settings.EpsDefault)}"));
        text.Section("SCF", () =>
        {
            text.Line("SCF_GUESS ATOMIC");
            text.Line($"EPS_SCF {Number(settings.EpsScf)}");
            if (minimizer is not null)
                text.Line($"MAX_SCF {Number(settings.MaxScf)}");
            text.Section("OT ON", () =>
            {
                text.Line("PRECONDITIONER FULL_SINGLE_INVERSE");
                if (minimizer is not null)
                    text.Line($"MINIMIZER {minimizer}");
            });
            text.Section("OUTER_SCF", () =>
            {
                text.Line($"EPS_SCF {Number(settings.EpsScf)}");
                if (minimizer is not null)
                    text.Line($"MAX_SCF {Number(settings.OuterMaxScf)}");
            });
            // Wavefunctions of every frame would fill a disk.
            text.Section("PRINT", () => text.Section("RESTART OFF", () => { }));
        });
        text.Section("XC", () => AppendFunctional(text, settings.Functional));
    }

    private static void AppendFunctional(InputText text, string functional)
    {
        var parts = functional.ToUpperInvariant() switch
        {
            "SCAN" => ["MGGA_X_SCAN", "MGGA_C_SCAN"],
            "R2SCAN" => ["MGGA_X_R2SCAN", "MGGA_C_R2SCAN"],
            "RSCAN" => ["MGGA_X_RSCAN", "MGGA_C_RSCAN"],
            var names => names.Split('+', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        };
        if (parts is [var shortcut] && !shortcut.Contains('_', StringComparison.Ordinal))
        {
            text.Section($"XC_FUNCTIONAL {shortcut}", () => { });
            return;
        }

        text.Section("XC_FUNCTIONAL", () =>
        {
            foreach (var part in parts)
                text.Section(part, () => { });
        });
    }

    private static void AppendAtoms(InputText text, Cp2kSettings settings, Frame frame)
    {
        text.Section("CELL", () =>
        {
            for (var v = 0; v < 3; v++)
                text.Line($"{"ABC"[v]} {Number(frame.Cell[v, 0])} {Number(frame.Cell[v, 1])} {Number(frame.Cell[v, 2])}");
            text.Line("PERIODIC XYZ");
        });
        text.Section("COORD", () =>
        {
            for (var i = 0; i < frame.AtomCount; i++)
                text.Line($"{frame.NameOf(i)} {Number(frame.Positions[3 * i])} {Number(frame.Positions[(3 * i) + 1])} {Number(frame.Positions[(3 * i) + 2])}");
        });
        foreach (var type in frame.Types.Distinct().Order())
        {
            text.Section($"KIND {frame.TypeMap[type]}", () =>
            {
                text.Line($"BASIS_SET {settings.Basis}");
                text.Line($"POTENTIAL {settings.Potential}");
            });
        }
    }

    private static string DataFile(Cp2kSettings settings, string name) =>
        settings.DataFolder is { } folder ? Path.Combine(Path.GetFullPath(folder), name) : name;

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Sections with indentation; the user's own lines come first in theirs.</summary>
    private sealed class InputText(Cp2kSettings settings)
    {
        private readonly StringBuilder _text = new();
        private int _depth;

        public void Line(string line) => _text.Append(' ', 2 * _depth).Append(line).Append('\n');

        public void Section(string heading, Action content)
        {
            var name = heading.Split(' ')[0];
            Line($"&{heading}");
            _depth++;
            foreach (var line in settings.Lines.GetValueOrDefault(name) ?? [])
                Line(line);
            content();
            _depth--;
            Line($"&END {name}");
        }

        public override string ToString() => _text.ToString();
    }
}
