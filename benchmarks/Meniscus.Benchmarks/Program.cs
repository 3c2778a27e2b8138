using System.Diagnostics;
using System.Reflection;
using Meniscus;
using Meniscus.Benchmarks;
using Meniscus.Benchmarks.Jobs;
using Meniscus.Benchmarks.Kernels;

try
{
    var options = BenchmarkOptions.Parse(args);
    if (options.ShowHelp)
    {
        Console.WriteLine(BenchmarkOptions.Help);
        return 0;
    }

    if (Assembly.GetExecutingAssembly().GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true })
        throw new InputException("this is a debug build, whose times mean nothing; run it with -c Release");
    var context = new BenchmarkContext(options.Quick, options.Verb == "kernels" ? [1] : options.Threads);
    var passed = true;
    var report = options.Verb switch
    {
        "kernels" => KernelBenchmarks.Run(context, options.Filter),
        "large" => new LargeBenchmarks(context).Run(out passed),
        "md" => new DynamicsBenchmarks(context).Run(),
        "lammps" => new LammpsBenchmarks(context).Run(),
        _ => new JobBenchmarks(context).Run(),
    };
    if (options.Json)
        report.WriteJson(Console.Out);
    else
        report.Write(Console.Out);
    return passed ? 0 : 1;
}
catch (InputException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
