using System.Globalization;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Native;

namespace Meniscus.Tests.Fixtures;

/// <summary>
/// An unmodified LAMMPS whose KIM package calls models through libmeniscus. KIM's collections of the user are below HOME, and
/// those of a test are in its folder.
/// </summary>
internal sealed class KimLammps(TemporaryFolder folder)
{
    /// <summary>Makes a model known to KIM; skips the running test, by name, where something is not installed.</summary>
    public void Install(DeepPotModel model, string name)
    {
        var prefix = NativeLibraryTests.Prefix();
        Assert.SkipUnless(Run("kim-api-collections-management", "list").Code == 0, "the KIM API (libkim-api-dev) is not installed");
        Assert.SkipUnless(Run("lmp", "-h").Output.Contains(" KIM ", StringComparison.Ordinal), "there is no LAMMPS (lmp) with the KIM package");
        DeepPotModelFile.Save(model, folder.File(name + ".dp"));
        var (code, output) = Run(Repository.Path("src", "Meniscus.Native", "kim", "install.sh"), prefix, folder.File(name + ".dp"), name);
        Assert.True(code == 0, output);
    }

    /// <summary>Runs an input of LAMMPS in its folder, on several ranks of MPI where asked to.</summary>
    /// <param name="input">The input.</param>
    /// <param name="ranks">Number of ranks; 1 does without <c>mpirun</c>.</param>
    /// <returns>What it printed.</returns>
    public string Simulate(string input, int ranks = 1)
    {
        var place = Path.GetDirectoryName(input)!;
        string[] lammps = ["lmp", "-in", input, "-log", "none"];
        var (code, output) = ranks == 1
            ? RunIn(place, lammps[0], lammps[1..])
            : RunIn(place, "mpirun", ["--allow-run-as-root", "--oversubscribe", "-n", ranks.ToString(CultureInfo.InvariantCulture), .. lammps]);
        Assert.SkipUnless(code != 127, "there is no mpirun");
        Assert.True(code == 0, output);
        return output;
    }

    /// <summary>Rows of numbers of the n-th thermo table in an output.</summary>
    public static double[][] Thermo(string output, int run = 0)
    {
        var lines = output.Split('\n');
        var header = lines.Index().Where(line => line.Item.TrimStart().StartsWith("Step ", StringComparison.Ordinal)).ElementAt(run).Index;
        return [.. lines.Skip(header + 1).TakeWhile(line => line.Length > 0 && !line.StartsWith("Loop", StringComparison.Ordinal)).Select(Numbers)];
    }

    /// <summary>The numbers of a line.</summary>
    public static double[] Numbers(string line) =>
        Array.ConvertAll(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), word => double.Parse(word, CultureInfo.InvariantCulture));

    private (int Code, string Output) Run(string program, params string[] arguments) => OtherProgram.TryRun(program, arguments, folder.Path, folder.Path);

    private (int Code, string Output) RunIn(string place, string program, params string[] arguments) => OtherProgram.TryRun(program, arguments, place, folder.Path);
}
