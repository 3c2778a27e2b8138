using Meniscus.Input;

namespace Meniscus.Labelling;

/// <summary>The page <c>docs/label-input.md</c>, made from the table that reads the input.</summary>
public static class LabelInputDocumentation
{
    private const string Introduction = """
        # Input of labelling

        `meniscus label INPUT` reads JSON (comments with `//` and trailing commas are allowed) or YAML (`.yaml`, `.yml`). An unknown key is an
        error that names the nearest known key; keys that start with `_` are comments. Paths are relative to the current
        folder; frames and pseudopotentials that are not there are looked for beside the input file.

        This page is generated from the table that reads the input; change it there.

        """;

    /// <summary>The page as Markdown.</summary>
    public static string Markdown() => InputDocumentation.Markdown(Introduction, LabelInputSchema.Root);
}
