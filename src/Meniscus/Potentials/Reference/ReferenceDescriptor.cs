using Meniscus.Potentials.DeepPot;

namespace Meniscus.Potentials.Reference;

/// <summary>
/// The descriptor of one atom and its derivatives (docs/theory.md, 1.2, 1.3 and 2.2):
/// A = (1/N_c) Σ_slots G(s̃) R̃ᵀ, D = A A_&lt;ᵀ.
/// </summary>
internal sealed class ReferenceDescriptor
{
    private readonly SeE2aDescriptor _settings;
    private readonly List<ReferenceSlot> _slots;
    private readonly double[][] _embedding;
    private readonly double[][] _embeddingSlope;
    private readonly double[,] _a;

    /// <summary>Computes G of every slot, A and D.</summary>
    public ReferenceDescriptor(SeE2aDescriptor settings, int centreType, List<ReferenceSlot> slots)
    {
        _settings = settings;
        _slots = slots;
        _embedding = new double[slots.Count][];
        _embeddingSlope = new double[slots.Count][];
        for (var j = 0; j < slots.Count; j++)
        {
            if (slots[j].Type == ReferenceSlot.NoType)
            {
                _embedding[j] = settings.EmptySlotEmbedding?[centreType] ?? new double[settings.EmbeddingWidth];
                _embeddingSlope[j] = new double[settings.EmbeddingWidth];
                continue;
            }

            var index = settings.TypeOneSide ? slots[j].Type : centreType + (settings.TypeCount * slots[j].Type);
            // Only an excluded pair may lack its network; nothing is added for it then.
            (_embedding[j], _embeddingSlope[j]) = settings.Embeddings[index] is { } network
                ? ReferenceNetwork.OutputsAndSlopes(network, slots[j].Row[0])
                : (new double[settings.EmbeddingWidth], new double[settings.EmbeddingWidth]);
            if (settings.Fading is { } fading)
                AddFadingTypes(j, fading.Factors[index]);
            settings.EmbeddingTables?[index]?.Evaluate(slots[j].Row[0], _embedding[j], _embeddingSlope[j]);
        }

        _a = new double[settings.EmbeddingWidth, 4];
        for (var j = 0; j < slots.Count; j++)
        {
            for (var m = 0; m < settings.EmbeddingWidth; m++)
            {
                for (var c = 0; c < 4; c++)
                    _a[m, c] += _embedding[j][m] * slots[j].Row[c] / settings.SlotCount;
            }
        }

        Values = new double[settings.DescriptorWidth];
        for (var m = 0; m < settings.EmbeddingWidth; m++)
        {
            for (var k = 0; k < settings.AxisNeuron; k++)
            {
                for (var c = 0; c < 4; c++)
                    Values[(m * settings.AxisNeuron) + k] += _a[m, c] * _a[k, c];
            }
        }
    }

    /// <summary>D, flattened by rows.</summary>
    public double[] Values { get; }

    /// <summary>From the derivatives of the energy by D to those by the neighbour vector of every slot, eV/Å.</summary>
    public double[][] SlotGradients(ReadOnlySpan<double> byDescriptor)
    {
        var byA = GradientByA(byDescriptor);
        var gradients = new double[_slots.Count][];
        for (var j = 0; j < _slots.Count; j++)
        {
            var byRow = GradientByRow(j, byA);
            gradients[j] = new double[3];
            for (var a = 0; a < 3; a++)
            {
                for (var c = 0; c < 4; c++)
                    gradients[j][a] += byRow[c] * _slots[j].Derivative[c, a];
            }
        }

        return gradients;
    }

    /// <summary>G = N(1 + fF), and its derivative by s̃ (docs/theory.md, 1.7).</summary>
    private void AddFadingTypes(int slot, double[] factors)
    {
        var (f, slope) = (_slots[slot].Fade, _slots[slot].FadeSlope);
        for (var m = 0; m < factors.Length; m++)
        {
            _embeddingSlope[slot][m] = (_embeddingSlope[slot][m] * (1 + (f * factors[m]))) + (_embedding[slot][m] * slope * factors[m]);
            _embedding[slot][m] *= 1 + (f * factors[m]);
        }
    }

    /// <summary>A row of A enters D twice: as one of all rows, and as one of the first axis_neuron rows.</summary>
    private double[,] GradientByA(ReadOnlySpan<double> byDescriptor)
    {
        var byA = new double[_settings.EmbeddingWidth, 4];
        for (var m = 0; m < _settings.EmbeddingWidth; m++)
        {
            for (var k = 0; k < _settings.AxisNeuron; k++)
            {
                for (var c = 0; c < 4; c++)
                {
                    byA[m, c] += byDescriptor[(m * _settings.AxisNeuron) + k] * _a[k, c];
                    byA[k, c] += byDescriptor[(m * _settings.AxisNeuron) + k] * _a[m, c];
                }
            }
        }

        return byA;
    }

    /// <summary>A row of R̃ enters A as it is, and its first component also through the embedding.</summary>
    private double[] GradientByRow(int slot, double[,] byA)
    {
        var byRow = new double[4];
        for (var m = 0; m < _settings.EmbeddingWidth; m++)
        {
            for (var c = 0; c < 4; c++)
            {
                byRow[c] += byA[m, c] * _embedding[slot][m] / _settings.SlotCount;
                byRow[0] += byA[m, c] * _embeddingSlope[slot][m] * _slots[slot].Row[c] / _settings.SlotCount;
            }
        }

        return byRow;
    }
}
