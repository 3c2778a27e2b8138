using System.Text;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

/// <summary>Damaged checkpoints are refused in one line, or hold what they held.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly TrainingFolder _folder = new();
    private readonly byte[] _bytes;
    private readonly double[] _content;

    public CheckpointTests()
    {
        _folder.Set("model/descriptor/neuron", new System.Text.Json.Nodes.JsonArray(2, 2)).Set("training/numb_steps", 2).Set("training/save_freq", 2);
        _folder.Train(new TrainerOptions { Threads = 1, SkipDataCheck = true });
        _bytes = File.ReadAllBytes(Name);
        _content = Read()!;
        Assert.True(_content.Length > 200);
    }

    private string Name => _folder.Path("model.ckpt-2.ckpt");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cut_off_files_are_refused()
    {
        for (var length = 0; length < _bytes.Length; length += 1 + (_bytes.Length / 97))
        {
            File.WriteAllBytes(Name, _bytes[..length]);
            Assert.Null(Read());
        }
    }

    [Fact]
    public void Flipped_bits_are_refused_or_harmless()
    {
        var random = new Random(5);
        var refused = 0;
        for (var i = 0; i < 600; i++)
        {
            var damaged = (byte[])_bytes.Clone();
            // Half of the trials in the directory at the end, where the lengths and the checksums are.
            var place = i % 2 == 0 ? random.Next(damaged.Length) : damaged.Length - 1 - random.Next(Math.Min(400, damaged.Length));
            damaged[place] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Name, damaged);
            if (Read() is { } content)
                Assert.True(content.AsSpan().SequenceEqual(_content), $"bit of byte {place} of {damaged.Length} went unnoticed");
            else
                refused++;
        }

        Assert.InRange(refused, 300, 600);
    }

    [Fact]
    public void Other_files_are_refused()
    {
        File.WriteAllText(Name, "not a checkpoint");
        Assert.Null(Read());
        var error = Assert.Throws<InputException>(() => Checkpoint.Load(_folder.Path("absent.ckpt"))).Message;
        Assert.Contains("no checkpoint there", error, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => Checkpoint.Load(_folder.Path("no/such/folder/model.ckpt")));
    }

    [Fact]
    public void What_a_crash_leaves_is_no_checkpoint()
    {
        // A temporary file of a process that was killed while writing a later step.
        File.WriteAllBytes(_folder.Path(".model.ckpt-4.4711.tmp.ckpt"), _bytes[..100]);
        File.WriteAllBytes(_folder.Path("model.ckpt-x.ckpt"), _bytes[..100]);
        Assert.Equal(Name, Checkpoint.Load(_folder.Path("model.ckpt")).Path);
        File.Delete(_folder.Path("checkpoint"));
        Assert.Equal(Name, Checkpoint.Load(_folder.Path("model.ckpt")).Path);
    }

    [Fact]
    public void The_checksum_is_that_of_zip() => Assert.Equal(0xCBF43926, Crc32.Of(Encoding.ASCII.GetBytes("123456789")));

    /// <summary>Everything in the checkpoint as numbers, or null where it is refused.</summary>
    private double[]? Read()
    {
        try
        {
            var (model, state, path) = Checkpoint.Load(Name);
            var moments = new double[2][];
            for (var k = 0; k < 2; k++)
                moments[k] = new double[ParameterCount(model)];
            Checkpoint.LoadMoments(path, moments);
            return [.. TrainingFolder.Numbers(model), .. moments[0], .. moments[1], .. Encoding.UTF8.GetBytes(state.ToJsonString()).Select(b => (double)b)];
        }
        catch (InputException e)
        {
            Assert.StartsWith(Name, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
            return null;
        }
    }

    private static int ParameterCount(Meniscus.Potentials.DeepPot.DeepPotModel model)
    {
        using var kernel = new Meniscus.Potentials.DeepPot.DeepPotKernel<double>(model);
        return kernel.Parameters.Length;
    }
}
