using System.Globalization;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

public sealed class ModelDeviationVerbTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Rows_are_those_of_dp()
    {
        string[] models = [_run.SaveModel("a.dp"), _run.SaveModel("b.dp", _run.Model with { OutBias = [1, 0] }), "--system", _run.SaveSystem("s", SampleFrames.List(3)), "-o", _run.Path("out"), "-f", "20"];
        var json = SampleRun.Json(["model-devi", "-m", .. models]);
        Assert.Equal(3, (int)json["frames"]!);
        var lines = File.ReadAllLines(_run.Path("out"));
        Assert.Equal($"# {_run.Path("s")}", lines[0]);
        Assert.Equal("#       step         max_devi_v         min_devi_v         avg_devi_v         max_devi_f         min_devi_f         avg_devi_f             devi_e", lines[1]);
        Assert.Equal(5, lines.Length);
        Assert.Equal(["0", "20", "40"], lines[2..].Select(line => line[..12].Trim()));
        // The bias of oxygen differs by 1 eV: half of that times the share of oxygen.
        var fields = lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(8, fields.Length);
        Assert.Equal([0.0, 0, 0, 0, 0, 0], fields[1..7]);
        Assert.InRange(fields[7], 0.05, 0.5);
        Assert.All(lines[2..], line => Assert.Equal(12 + (7 * 19), line.Length));

        SampleRun.Succeeds(["model-devi", "-m", .. models, "--atomic", "--real_error", "--relative", "1"]);
        lines = File.ReadAllLines(_run.Path("out"));
        Assert.EndsWith($"atm_devi_f({SampleFrames.List(1)[0].AtomCount})", lines[1], StringComparison.Ordinal);
        Assert.Equal(8 + SampleFrames.List(1)[0].AtomCount, lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Refusals()
    {
        var (model, system) = (_run.SaveModel(), _run.SaveSystem("s"));
        _run.Refuses("a deviation needs at least two", "model-devi", "-m", model, "-s", system, "-o", _run.Path("out"));
        _run.Refuses("the first one [O H]", "model-devi", "-m", model, "spcfw", "-s", system, "-o", _run.Path("out"));
        _run.Refuses("absent.dp: no such", "model-devi", "-m", model, _run.Path("absent.dp"), "-s", system, "-o", _run.Path("out"));
    }

    [Fact]
    public void The_built_in_water_model_is_tested_by_its_name()
    {
        var json = SampleRun.Json("test", "-m", "spcfw", "-s", ExampleData.Path("slab-300"), "-n", "3");
        Assert.InRange((double)json["force_rmse_eV_per_A"]!, 0, 2e-5);
        Assert.InRange((double)json["energy_rmse_eV"]!, 0, 5e-4);
    }
}
