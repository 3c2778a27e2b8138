namespace Meniscus.Tests.Fixtures;

/// <summary>The programs that labels come from; tests that run them are skipped by name where they are not installed.</summary>
internal static class DftPrograms
{
    /// <summary>Skips the running test where pw.x is not on PATH.</summary>
    public static void RequirePwscf() => Require("pw.x", "Quantum ESPRESSO");

    /// <summary>Skips the running test where CP2K is not on PATH.</summary>
    public static void RequireCp2k() => Require("cp2k.psmp", "CP2K");

    private static void Require(string program, string name) => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program))),
        $"{program} ({name}) is not installed");
}
