using System.CommandLine;
using Meniscus.IO;
using Meniscus.Workflow;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus init</c>: writes a project file with a comment above each key.</summary>
internal sealed class InitVerb : Verb
{
    private readonly Argument<string> _folder = new("FOLDER")
    {
        Description = "Folder for project.json; made where it does not exist.",
    };

    private readonly Option<string> _template = new("--template", "-t")
    {
        Description = "What kind of study: " + string.Join(" ", ProjectTemplates.Names.Select(t => $"{t.Name}: {t.Words}")),
        HelpName = "NAME",
        DefaultValueFactory = _ => ProjectTemplates.Names[0].Name,
    };

    /// <summary>Declares the verb.</summary>
    public InitVerb()
        : base(
            "init",
            "Write a project file with the study's values and explanations.",
            "meniscus init water --template quick",
            "meniscus init study")
    {
        Add(_folder);
        Add(_template);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var folder = arguments.GetRequiredValue(_folder);
        var template = arguments.GetRequiredValue(_template);
        var text = ProjectTemplates.Commented(ProjectTemplates.Get(template), template);
        var path = Path.Combine(folder, "project.json");
        if (File.Exists(path))
            throw new InputException($"{path}: exists; remove it, or choose another folder");
        if (File.Exists(folder))
            throw new InputException($"{folder}: is a file; expected the name of a folder");
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(path, writer => writer.Write(text));
        AtomicFile.WriteText(Path.Combine(folder, ProjectTemplates.SchemaFile), writer => writer.Write(ProjectTemplates.Schema()));
        context.Print($"wrote {path}; edit it, then: meniscus run {path}");
        context.PrintJson(new JsonResult().Add("project", path).Add("template", template));
        return ExitCode.Done;
    }
}
