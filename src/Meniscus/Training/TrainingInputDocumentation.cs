using System.Text;
using Meniscus.Input;
using Meniscus.Training.Schema;

namespace Meniscus.Training;

/// <summary>The page <c>docs/train-input.md</c>, made from the table that reads the training input.</summary>
public static class TrainingInputDocumentation
{
    private const string Introduction = """
        # Training input

        `meniscus train input.json` reads the input of DeePMD-kit v2 and v3 for energy models of type `se_e2_a`, in JSON
        (comments with `//` and trailing commas are allowed) or YAML. Inputs of v1 are converted. The normalised input, with
        all defaults filled in, is written to `out.json` and can be read again.

        - An unknown key is an error that names the nearest known key. Keys that start with `_` are comments.
        - A key that asks for something this program does not do is an error where it would change the model, and a warning
          where it would not. Values that ask for nothing (`"tensorboard": false`) pass.
        - Lists per type follow `model/type_map`.
        - Paths are relative to the current folder, as in DeePMD-kit; where nothing is there, to the folder of the input file.

        This page is generated from the table that reads the input; change it there.

        """;

    /// <summary>The page as Markdown.</summary>
    public static string Markdown()
    {
        var page = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        AppendSection(page, "", TrainingInputSchema.Root);
        return page.ToString();
    }

    private static void AppendSection(StringBuilder page, string path, IInputSection section)
    {
        var keys = section.Describe().ToList();
        page.Append('\n').Append(path.Length == 0 ? "## Sections" : $"## `{path}`").Append("\n\n");
        page.Append("| Key | Expected | Default | Meaning |\n| --- | --- | --- | --- |\n");
        foreach (var key in keys.Where(key => key.Standing == KeyStanding.Used))
            AppendRow(page, key);
        AppendNames(page, "Accepted, without effect here", keys.Where(key => key.Standing == KeyStanding.NoEffect));
        AppendNames(page, "Not supported", keys.Where(key => key.Standing == KeyStanding.Refused));
        foreach (var key in keys)
        {
            if (key.Section is not null)
                AppendSection(page, path.Length == 0 ? key.Name : $"{path}/{key.Name}", key.Section);
        }
    }

    private static void AppendRow(StringBuilder page, InputKeyDescription key)
    {
        var aliases = key.Aliases.Count == 0 ? "" : $" (also {string.Join(", ", key.Aliases.Select(a => $"`{a}`"))})";
        var standard = key.Default is "" or "required" ? key.Default : $"`{key.Default}`";
        page.Append($"| `{key.Name}`{aliases} | {key.Expected} | {standard} | {key.Doc.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
    }

    private static void AppendNames(StringBuilder page, string title, IEnumerable<InputKeyDescription> keys)
    {
        var list = keys.Select(key => $"`{key.Name}` ({key.Doc})").ToList();
        if (list.Count > 0)
            page.Append($"\n{title}: {string.Join("; ", list)}.\n");
    }
}
