using System.Globalization;

namespace Meniscus.Benchmarks;

/// <summary>The command line of the benchmarks.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Help = """
        Usage: dotnet run -c Release --project benchmarks/Meniscus.Benchmarks -- [VERB] [OPTIONS]

        jobs      training steps, energies and forces of 192, 576 and 12,288 atoms (the default)
        large     12,288 atoms beside the published protocol, and 98,304 atoms with the peak memory
        md        molecular dynamics beside the bare call and the published protocol, neighbour lists of a million atoms
        lammps    molecular dynamics here and in LAMMPS through KIM, 1,536 and 12,288 atoms
        kernels   matrix product, activation, neighbour list, tables, contraction, transposition

          --quick          a short run, to see that everything works
          --threads LIST   numbers of threads, not of kernels, such as 1,2 (the default)
          --filter GLOB    only kernels whose name matches, such as *MatrixProduct*
          --json           the result as JSON on standard output
          --help           this text

        Measure on a machine that does nothing else: the load before the start is printed with the figures.
        """;

    /// <summary>The verb.</summary>
    public string Verb { get; init; } = "jobs";

    /// <summary>Whether to run only briefly.</summary>
    public bool Quick { get; init; }

    /// <summary>Whether to print JSON.</summary>
    public bool Json { get; init; }

    /// <summary>Whether to explain.</summary>
    public bool ShowHelp { get; init; }

    /// <summary>Numbers of threads.</summary>
    public IReadOnlyList<int> Threads { get; init; } = [1, 2];

    /// <summary>Which kernels to run.</summary>
    public string Filter { get; init; } = "*";

    /// <summary>Reads the command line.</summary>
    /// <exception cref="InputException">Something in it is not known.</exception>
    public static BenchmarkOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new BenchmarkOptions();
        for (var k = 0; k < arguments.Length; k++)
        {
            options = arguments[k] switch
            {
                "jobs" or "large" or "md" or "lammps" or "kernels" => options with { Verb = arguments[k] },
                "--quick" => options with { Quick = true },
                "--json" => options with { Json = true },
                "--help" or "-h" => options with { ShowHelp = true },
                "--threads" => options with { Threads = ParseThreads(ValueOf(arguments, ref k)) },
                "--filter" => options with { Filter = ValueOf(arguments, ref k) },
                _ => throw new InputException($"{arguments[k]}: not a verb or an option of the benchmarks; --help lists them"),
            };
        }

        return options;
    }

    private static string ValueOf(ReadOnlySpan<string> arguments, ref int k) =>
        k + 1 < arguments.Length ? arguments[++k] : throw new InputException($"{arguments[k]}: a value is missing; --help explains it");

    private static int[] ParseThreads(string text)
    {
        var threads = new List<int>();
        foreach (var item in text.Split(','))
        {
            if (!int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 1024)
                throw new InputException($"--threads: found '{item}', expected numbers from 1 to 1024 such as 1,2");
            threads.Add(number);
        }

        return [.. threads];
    }
}
