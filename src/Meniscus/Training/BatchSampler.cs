using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;

namespace Meniscus.Training;

/// <summary>
/// Draws batches: a system with its probability, then the next frames of that system's shuffled order, a new order when
/// all have been seen. The whole state is a few short texts and numbers, whatever the size of the data.
/// </summary>
internal sealed class BatchSampler
{
    private readonly IReadOnlyList<ILabelledSystem> _systems;
    private readonly int[] _batchSizes;
    private readonly double[] _probabilities;
    private readonly RandomStream _choice;
    private readonly Order[] _orders;
    private readonly List<LabelledFrame>[] _buffers;
    private readonly List<int> _lastFrames = [];

    /// <summary>Creates a sampler.</summary>
    /// <param name="systems">The systems.</param>
    /// <param name="batchSizes">Frames per batch of each; 0 leaves a system out.</param>
    /// <param name="probabilities">Probability of each.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="purpose">Name of the random streams.</param>
    public BatchSampler(IReadOnlyList<ILabelledSystem> systems, int[] batchSizes, double[] probabilities, long seed, string purpose)
    {
        _systems = systems;
        _batchSizes = batchSizes;
        _probabilities = probabilities;
        _choice = new RandomStream(seed, $"{purpose} system");
        _orders = [.. systems.Select((s, i) => new Order(s.FrameCount, new RandomStream(seed, $"{purpose} frames {i}")))];
        _buffers = [.. systems.Select(_ => new List<LabelledFrame>())];
    }

    /// <summary>Where the frames of the last batch came from, for messages.</summary>
    public string Describe(int frameOfBatch) => _systems[LastSystem].Describe(_lastFrames[frameOfBatch]);

    /// <summary>System of the last batch.</summary>
    public int LastSystem { get; private set; }

    /// <summary>Reads the next batch.</summary>
    public void Next(TrainingBatch batch)
    {
        LastSystem = Choose();
        var (system, buffers) = (_systems[LastSystem], _buffers[LastSystem]);
        batch.Clear();
        _lastFrames.Clear();
        for (var b = 0; b < _batchSizes[LastSystem]; b++)
        {
            if (buffers.Count == b)
                buffers.Add(system.CreateFrame());
            var frame = _orders[LastSystem].Next();
            _lastFrames.Add(frame);
            system.Read(frame, buffers[b]);
            batch.Add(buffers[b]);
        }
    }

    /// <summary>The state for a checkpoint.</summary>
    public JsonObject Save() => new()
    {
        ["choice"] = _choice.State,
        ["orders"] = new JsonArray([.. _orders.Select(o => (JsonNode)new JsonObject { ["state"] = o.State, ["place"] = o.Place, ["frames"] = o.Count })]),
    };

    /// <summary>Takes a state back.</summary>
    /// <exception cref="InputException">The state belongs to other data.</exception>
    public void Restore(JsonObject state, string file)
    {
        var orders = state["orders"]!.AsArray();
        if (orders.Count != _orders.Length)
            throw new InputException($"{file}: the checkpoint was made with {orders.Count} systems, the input names {_orders.Length}; restart with the same data, or start from its weights with --init-model");
        _choice.State = (string)state["choice"]!;
        for (var i = 0; i < _orders.Length; i++)
        {
            var count = (int)orders[i]!["frames"]!;
            if (count != _orders[i].Count)
                throw new InputException($"{file}: when the checkpoint was made, {_systems[i].Name} had {count} frames, now it has {_orders[i].Count}; restart with the same data, or start from its weights with --init-model");
            _orders[i].Restore((string)orders[i]!["state"]!, (int)orders[i]!["place"]!);
        }
    }

    private int Choose()
    {
        var x = _choice.NextDouble();
        var last = 0;
        for (var i = 0; i < _probabilities.Length; i++)
        {
            if (_probabilities[i] <= 0 || _batchSizes[i] == 0)
                continue;
            last = i;
            x -= _probabilities[i];
            if (x < 0)
                return i;
        }

        return last;
    }

    /// <summary>The shuffled order of one system's frames; made again from the random state it began with.</summary>
    private sealed class Order(int frames, RandomStream random)
    {
        private readonly int[] _frames = new int[frames];
        private readonly RandomStream _before = new(0, "");

        /// <summary>Random state from which the present order is made; of a spent one, that of the next.</summary>
        public string State => Place < _frames.Length ? _before.State : random.State;

        /// <summary>Number of frames.</summary>
        public int Count => _frames.Length;

        /// <summary>Frames already given out of the present order.</summary>
        public int Place { get; private set; } = frames;

        public int Next()
        {
            if (Place >= _frames.Length)
                Shuffle();
            return _frames[Place++];
        }

        public void Restore(string state, int place)
        {
            random.State = state;
            if (place < _frames.Length)
                Shuffle();
            Place = place;
        }

        private void Shuffle()
        {
            _before.CopyFrom(random);
            for (var i = 0; i < _frames.Length; i++)
                _frames[i] = i;
            random.Shuffle(_frames.AsSpan());
            Place = 0;
        }
    }
}
