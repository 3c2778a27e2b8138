namespace Meniscus.Workflow;

/// <summary>Finds the folder of a study from what a user names: the folder itself, the project file, or the folder that the file is in.</summary>
public static class StudyFolder
{
    /// <summary>The folder, which holds <c>project.normalized.json</c>.</summary>
    /// <param name="path">What the user named.</param>
    /// <exception cref="InputException">No study was begun there.</exception>
    public static string Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(Path.Combine(path, StudyRun.ProjectFile)))
            return Path.GetFullPath(path);
        if (!Path.Exists(path))
            throw new InputException($"{path}: no such file or folder; expected a project file, its folder, or the folder of a study");
        if (Directory.Exists(path) && !File.Exists(Path.Combine(path, "project.json")))
            throw new InputException($"{path}: has neither {StudyRun.ProjectFile} nor project.json; expected a project file, its folder, or the folder of a study");
        var folder = ProjectInput.Load(path).WorkFolder;
        return File.Exists(Path.Combine(folder, StudyRun.ProjectFile))
            ? folder
            : throw new InputException($"{path}: its study in {folder} was never begun; begin it with 'meniscus run {path}'");
    }
}
