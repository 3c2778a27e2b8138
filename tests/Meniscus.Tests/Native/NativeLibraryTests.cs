using System.Diagnostics;
using Meniscus.Atoms;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Native;

/// <summary>
/// libmeniscus as it was built by src/Meniscus.Native/build.sh, in artifacts/native or where MENISCUS_NATIVE points, used by
/// a program in C (tests/native/interface_test.c).
/// </summary>
public sealed class NativeLibraryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_program_in_C_gets_consistent_results_and_codes_for_its_mistakes()
    {
        var prefix = Prefix();
        Assert.SkipUnless(Run("cc", "--version").Code == 0, "there is no C compiler (cc)");
        var program = _folder.File("interface_test");
        var (code, output) = Run(
            "cc", "-std=c11", "-D_DEFAULT_SOURCE", "-Wall", "-Wextra", "-Werror", Repository.Path("tests", "native", "interface_test.c"), "-o", program,
            "-I" + Path.Combine(prefix, "include"), "-L" + Path.Combine(prefix, "lib"), "-lmeniscus", "-lm", "-lpthread",
            "-Wl,-rpath," + Path.Combine(prefix, "lib"));
        Assert.True(code == 0, output);

        foreach (var (name, seed) in new[] { ("tiny", 1), ("relu", 2) })
            DeepPotModelFile.Save(new RandomModel { Seed = seed, Cutoff = 6 }.Create() with { TypeMap = new TypeMap(["O", "H"]) }, _folder.File(name + ".dp"));
        (code, output) = Run(program, _folder.Path, _folder.Path, "300");
        Assert.True(code == 0, output);
        Assert.EndsWith("0 failed", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_opens_and_closes_it_lives_on()
    {
        var prefix = Prefix();
        Assert.SkipUnless(Run("cc", "--version").Code == 0, "there is no C compiler (cc)");
        var program = _folder.File("unload_test");
        var (code, output) = Run(
            "cc", "-std=c11", "-D_DEFAULT_SOURCE", "-Wall", "-Wextra", "-Werror", Repository.Path("tests", "native", "unload_test.c"), "-o", program, "-I" + Path.Combine(prefix, "include"), "-ldl");
        Assert.True(code == 0, output);
        DeepPotModelFile.Save(new RandomModel().Create(), _folder.File("model.dp"));
        (code, output) = Run(program, Path.Combine(prefix, "lib", "libmeniscus.so"), _folder.File("model.dp"));
        Assert.True(code == 0, $"exit code {code}: {output}");
    }

    /// <summary>Where the library is installed; skips the running test where it is not.</summary>
    internal static string Prefix()
    {
        var prefix = Environment.GetEnvironmentVariable("MENISCUS_NATIVE") is { Length: > 0 } named ? named : Repository.Path("artifacts", "native");
        Assert.SkipUnless(File.Exists(Path.Combine(prefix, "lib", "libmeniscus.so")), $"libmeniscus is not in {prefix} (src/Meniscus.Native/build.sh {prefix})");
        return prefix;
    }

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + error.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (127, e.Message);
        }
    }
}
