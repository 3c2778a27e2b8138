using System.CommandLine;
using System.Globalization;
using Meniscus.Reporting;
using Meniscus.Workflow;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus report</c>: one page with all that a study has found; <c>--live</c> serves it while the study runs.</summary>
internal sealed class ReportVerb : Verb
{
    private const int LastPort = 65535;

    private readonly Argument<string> _study = new("STUDY")
    {
        Description = "Project file, its folder, or the folder of the study.",
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Folder for the report; default: 'report' in the folder of the study.",
        HelpName = "FOLDER",
    };

    private readonly Option<bool> _live = new("--live")
    {
        Description = "Serve the report on this machine, kept current while the study runs, until Ctrl-C.",
    };

    private readonly Option<int> _port = new("--port")
    {
        Description = "Port of --live on 127.0.0.1; 0 for any that is free.",
        HelpName = "N",
        DefaultValueFactory = _ => 8765,
    };

    /// <summary>Declares the verb.</summary>
    public ReportVerb()
        : base(
            "report",
            "Write the report of a study, finished or not: one HTML page, figures, tables.",
            "meniscus report water/project.json",
            "meniscus report water --live")
    {
        Add(_study);
        Add(_output);
        Add(_live);
        Add(_port);
        _port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > LastPort)
                result.AddError($"--port: expected a number from 0 to {LastPort}");
        });
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var study = StudyFolder.Find(arguments.GetRequiredValue(_study));
        var folder = arguments.GetValue(_output) ?? Path.Combine(study, StudyReport.FolderName);
        IO.AtomicFile.RequireWritable(Path.Combine(folder, StudyReport.PageName), "--output");
        if (arguments.GetValue(_live))
            return Serve(study, folder, arguments.GetValue(_port), context);
        var results = StudyResults.Read(study);
        var files = StudyReport.Write(results, folder);
        var page = Path.Combine(folder, files[0]);
        foreach (var warning in results.Warnings)
            context.Warn(warning);
        context.Print(string.Create(CultureInfo.InvariantCulture, $"wrote {page}, {files.Count - 1} figures and tables beside it"));
        context.PrintJson(new JsonResult().Add("page", page).Add("files", files).Add("warnings", results.Warnings).Add("finished", results.Status.Standing == StudyStanding.Done));
        return ExitCode.Done;
    }

    private static int Serve(string study, string folder, int port, VerbContext context)
    {
        using var server = new ReportServer(study, folder, port);
        context.Print($"{server.Address} shows the study in {study}; Ctrl-C ends it");
        server.Run(context.Cancellation);
        // Ctrl-C is how it ends: the exit code says so, as with every other job.
        throw new OperationCanceledException("stopped serving", context.Cancellation);
    }
}
