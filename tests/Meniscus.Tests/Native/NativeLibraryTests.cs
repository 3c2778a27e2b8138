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
        var folder = Path.Combine(prefix, "lib");
        var program = Compile("interface_test", prefix, "-L" + folder, "-lmeniscus", "-lm", "-lpthread", "-Wl,-rpath," + folder);
        foreach (var (name, seed) in new[] { ("tiny", 1), ("relu", 2) })
            DeepPotModelFile.Save(new RandomModel { Seed = seed, Cutoff = 6 }.Create() with { TypeMap = new TypeMap(["O", "H"]) }, _folder.File(name + ".dp"));
        Assert.EndsWith("0 failed", OtherProgram.Run(program, [_folder.Path, _folder.Path, "300"]).TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_opens_and_closes_it_lives_on()
    {
        var prefix = Prefix();
        var program = Compile("unload_test", prefix, "-ldl");
        DeepPotModelFile.Save(new RandomModel().Create(), _folder.File("model.dp"));
        Assert.EndsWith("0 failed", OtherProgram.Run(program, [Path.Combine(prefix, "lib", "libmeniscus.so"), _folder.File("model.dp")]).TrimEnd(), StringComparison.Ordinal);
    }

    /// <summary>Where the library is installed; skips the running test where it is not.</summary>
    internal static string Prefix()
    {
        var prefix = Environment.GetEnvironmentVariable("MENISCUS_NATIVE") is { Length: > 0 } named ? named : Repository.Path("artifacts", "native");
        Assert.SkipUnless(File.Exists(Path.Combine(prefix, "lib", "libmeniscus.so")), $"libmeniscus is not in {prefix} (src/Meniscus.Native/build.sh {prefix})");
        return prefix;
    }

    /// <summary>Compiles a program beside this; skips the running test where there is no compiler.</summary>
    private string Compile(string name, string prefix, params string[] libraries)
    {
        Assert.SkipUnless(OtherProgram.TryRun("cc", ["--version"]).Code == 0, "there is no C compiler (cc)");
        var program = _folder.File(name);
        OtherProgram.Run(
            "cc",
            ["-std=c11", "-D_DEFAULT_SOURCE", "-Wall", "-Wextra", "-Werror", Repository.Path("tests", "native", name + ".c"), "-o", program, "-I" + Path.Combine(prefix, "include"), .. libraries]);
        return program;
    }
}
