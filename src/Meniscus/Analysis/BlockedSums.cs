namespace Meniscus.Analysis;

/// <summary>
/// Sums over the frames of a trajectory of unknown length, kept in 32 to 64 blocks in the order of time: when all are
/// full, neighbours are joined and each block takes twice as many frames. Gives errors of histograms in bounded memory.
/// </summary>
internal sealed class BlockedSums
{
    private const int MostBlocks = 64;
    private readonly List<double[]> _blocks = [];
    private int _framesPerBlock = 1;
    private int _inLast;

    /// <param name="size">Numbers per frame.</param>
    public BlockedSums(int size)
    {
        Size = size;
    }

    /// <summary>Numbers per frame.</summary>
    public int Size { get; }

    /// <summary>Number of frames added.</summary>
    public long FrameCount { get; private set; }

    /// <summary>Number of full blocks; where there is none, 0.</summary>
    public int BlockCount => _inLast < _framesPerBlock ? _blocks.Count - 1 : _blocks.Count;

    /// <summary>Sums of the full blocks, which all have as many frames.</summary>
    public IEnumerable<double[]> Blocks => _blocks.Take(BlockCount);

    /// <summary>Frames in each of <see cref="Blocks"/>.</summary>
    public int FramesPerBlock => _framesPerBlock;

    /// <summary>Adds one frame.</summary>
    public void Add(ReadOnlySpan<double> frame)
    {
        if (_blocks.Count == 0 || _inLast == _framesPerBlock)
            Open();
        var last = _blocks[^1];
        for (var i = 0; i < last.Length; i++)
            last[i] += frame[i];
        _inLast++;
        FrameCount++;
    }

    /// <summary>Sum over all frames, of the last block too.</summary>
    public double[] Total()
    {
        var total = new double[Size];
        foreach (var block in _blocks)
        {
            for (var i = 0; i < total.Length; i++)
                total[i] += block[i];
        }

        return total;
    }

    /// <summary>
    /// Standard error of quantities that are computed from sums: the value of each block, blocked again in case that
    /// neighbouring blocks are correlated. NaN for fewer than two blocks.
    /// </summary>
    /// <param name="whole">The values of the whole run.</param>
    /// <param name="ofBlock">Values of one block from its sums; NaN where the block does not determine a value.</param>
    public Estimate[] Estimates(ReadOnlySpan<double> whole, Func<double[], double[]> ofBlock)
    {
        var values = Blocks.Select(ofBlock).ToList();
        var estimates = new Estimate[whole.Length];
        for (var i = 0; i < whole.Length; i++)
        {
            var index = i;
            var series = values.Select(v => v[index]).Where(double.IsFinite).ToArray();
            var average = BlockAverage.Of(series);
            estimates[i] = new Estimate(whole[i], average.StandardError, average.IndependentSamples);
        }

        return estimates;
    }

    private void Open()
    {
        if (_blocks.Count == MostBlocks)
        {
            for (var b = 0; b < MostBlocks / 2; b++)
            {
                var (first, second) = (_blocks[2 * b], _blocks[(2 * b) + 1]);
                for (var i = 0; i < first.Length; i++)
                    first[i] += second[i];
                _blocks[b] = first;
            }

            _blocks.RemoveRange(MostBlocks / 2, MostBlocks / 2);
            _framesPerBlock *= 2;
        }

        _blocks.Add(new double[Size]);
        _inLast = 0;
    }
}
