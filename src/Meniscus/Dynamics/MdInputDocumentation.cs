using Meniscus.Input;

namespace Meniscus.Dynamics;

/// <summary>The page <c>docs/md-input.md</c>, made from the table that reads the input.</summary>
public static class MdInputDocumentation
{
    private const string Introduction = """
        # Input of a run

        `meniscus md INPUT` reads JSON (comments with `//` and trailing commas are allowed) or YAML (`.yaml`, `.yml`). An unknown key is an
        error that names the nearest known key; keys that start with `_` are comments. Paths are relative to the current
        folder; models and structures that are not there are looked for beside the input file.

        This page is generated from the table that reads the input; change it there.

        """;

    /// <summary>The page as Markdown.</summary>
    public static string Markdown() => InputDocumentation.Markdown(Introduction, MdInputSchema.Root);
}
