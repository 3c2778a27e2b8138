using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Meniscus.Atoms;

namespace Meniscus.Labelling;

/// <summary>
/// Input of Quantum ESPRESSO's <c>pw.x</c>. Source: www.quantum-espresso.org/Doc/INPUT_PW.html. The title holds the hash of frame and
/// settings, which comes back in the XML, so that a result is known to belong to them wherever it was made.
/// </summary>
internal static class PwscfInput
{
    /// <summary>Folder of the pseudopotentials, seen from a job.</summary>
    public const string PseudopotentialFolder = "../pseudo";

    /// <summary>Prefix of the files in outdir.</summary>
    public const string Prefix = "job";

    private const string FromFrame = "it comes from the frame";

    private const string Fixed = "it cannot be changed";

    /// <summary>Keys that are not passed through, and what sets them.</summary>
    public static IReadOnlyDictionary<string, string> OwnKeys { get; } = new Dictionary<string, string>
    {
        ["calculation"] = Fixed,
        ["title"] = Fixed,
        ["prefix"] = Fixed,
        ["outdir"] = Fixed,
        ["pseudo_dir"] = Fixed,
        ["disk_io"] = Fixed,
        ["tprnfor"] = "set pwscf/tprnfor",
        ["tstress"] = "set pwscf/tstress",
        ["ibrav"] = FromFrame,
        ["nat"] = FromFrame,
        ["ntyp"] = FromFrame,
        ["input_dft"] = "set pwscf/functional",
        ["ecutwfc"] = "set pwscf/ecutwfc_Ry",
        ["ecutrho"] = "set pwscf/ecutrho_Ry",
        ["occupations"] = "set pwscf/occupations",
        ["smearing"] = "set pwscf/smearing",
        ["degauss"] = "set pwscf/degauss_Ry",
        ["conv_thr"] = "set pwscf/conv_thr_Ry",
        ["mixing_beta"] = "set pwscf/mixing_beta",
        ["electron_maxstep"] = "set pwscf/electron_maxstep",
    };

    /// <summary>The input of a job.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="frame">A periodic frame.</param>
    /// <param name="title">title.</param>
    /// <param name="mixingBeta">mixing_beta; null leaves it and the number of steps out, for what identifies the job.</param>
    public static string Text(PwscfSettings settings, Frame frame, string title, double? mixingBeta)
    {
        var species = frame.Types.Distinct().Order().Select(type => frame.TypeMap[type]).ToArray();
        var text = new StringBuilder();
        Namelist(text, settings, "control",
            ("calculation", "'scf'"),
            ("title", Quoted(title)),
            ("prefix", Quoted(Prefix)),
            ("outdir", "'./out'"),
            ("pseudo_dir", Quoted(PseudopotentialFolder)),
            ("disk_io", "'low'"),
            ("tprnfor", Logical(settings.Forces)),
            ("tstress", Logical(settings.Stress)));
        Namelist(text, settings, "system",
            ("ibrav", "0"),
            ("nat", Number(frame.AtomCount)),
            ("ntyp", Number(species.Length)),
            ("input_dft", Quoted(settings.Functional)),
            ("ecutwfc", Number(settings.CutoffRy)),
            ("ecutrho", Number(settings.DensityCutoffRy)),
            ("occupations", settings.Occupations is { } o ? Quoted(o) : null),
            ("smearing", settings.Smearing is { } s ? Quoted(s) : null),
            ("degauss", Number(settings.DegaussRy)));
        Namelist(text, settings, "electrons",
            ("conv_thr", Number(settings.ConvergenceRy)),
            ("mixing_beta", Number(mixingBeta)),
            ("electron_maxstep", mixingBeta is null ? null : Number(settings.MaxSteps)));
        AppendCards(text, settings, frame, species);
        return text.ToString();
    }

    private static void AppendCards(StringBuilder text, PwscfSettings settings, Frame frame, string[] species)
    {
        var masses = AtomicMasses.PerType(frame);
        text.Append("ATOMIC_SPECIES\n");
        foreach (var name in species)
            text.Append(CultureInfo.InvariantCulture, $"{name} {masses[frame.TypeMap.IndexOf(name)]} {FileOf(settings, name)}\n");
        text.Append(settings.KPoints is { } k
            ? string.Create(CultureInfo.InvariantCulture, $"K_POINTS automatic\n{string.Join(' ', k)} {string.Join(' ', settings.KShift)}\n")
            : "K_POINTS gamma\n");
        text.Append("CELL_PARAMETERS angstrom\n");
        for (var v = 0; v < 3; v++)
            text.Append(CultureInfo.InvariantCulture, $"{frame.Cell[v, 0]:R} {frame.Cell[v, 1]:R} {frame.Cell[v, 2]:R}\n");
        text.Append("ATOMIC_POSITIONS angstrom\n");
        for (var i = 0; i < frame.AtomCount; i++)
            text.Append(CultureInfo.InvariantCulture, $"{frame.NameOf(i)} {frame.Positions[3 * i]:R} {frame.Positions[(3 * i) + 1]:R} {frame.Positions[(3 * i) + 2]:R}\n");
    }

    /// <summary>Name that the pseudopotential of an element has beside the jobs.</summary>
    public static string FileOf(PwscfSettings settings, string element) => Path.GetFileName(settings.Pseudopotentials[element]);

    private static void Namelist(StringBuilder text, PwscfSettings settings, string name, params (string Key, string? Value)[] keys)
    {
        text.Append('&').Append(name.ToUpperInvariant()).Append('\n');
        foreach (var (key, value) in keys)
        {
            if (value is not null)
                text.Append("  ").Append(key).Append(" = ").Append(value).Append('\n');
        }

        foreach (var (key, value) in settings.Namelists.GetValueOrDefault(name) ?? [])
            text.Append("  ").Append(key).Append(" = ").Append(Literal(value!)).Append('\n');
        text.Append("/\n");
    }

    private static string Literal(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.True => Logical(true),
        JsonValueKind.False => Logical(false),
        JsonValueKind.String => Quoted(value.GetValue<string>()),
        _ => value.ToJsonString(),
    };

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Logical(bool value) => value ? ".true." : ".false.";

    private static string? Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
