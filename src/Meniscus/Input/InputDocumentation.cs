using System.Text;

namespace Meniscus.Input;

/// <summary>The keys of an input file as Markdown tables, made from the sections that read it.</summary>
internal static class InputDocumentation
{
    /// <summary>A page: an introduction, then a table per section.</summary>
    /// <param name="introduction">Markdown, ending with a blank line.</param>
    /// <param name="root">The sections.</param>
    public static string Markdown(string introduction, IInputSection root)
    {
        var page = new StringBuilder(introduction.ReplaceLineEndings("\n"));
        AppendSection(page, "", root);
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
