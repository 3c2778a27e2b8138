using Meniscus.Input;

namespace Meniscus.Workflow;

/// <summary>The page <c>docs/project.md</c>, made from the table that reads the project file.</summary>
public static class ProjectDocumentation
{
    private const string Introduction = """
        # Project file

        `meniscus run PROJECT` reads JSON (comments with `//` and trailing commas are allowed) or YAML (`.yaml`, `.yml`); `meniscus init` writes one
        with a comment above each key, and `project.schema.json` beside it, by which editors complete and explain the keys. An unknown key is an
        error that names the nearest known key; keys that start with `_` are comments. All paths are relative to the folder of the project file.
        What the study does with it is in [run](run.md).

        This page is generated from the table that reads the file; change it there.

        """;

    /// <summary>The page as Markdown.</summary>
    public static string Markdown() => InputDocumentation.Markdown(Introduction, ProjectSchema.Root);
}
