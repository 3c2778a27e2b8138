using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Native.Deepmd;

/// <summary>
/// What stands behind a pointer of DeePMD-kit's C interface: the text of what went wrong in the last call, and the model if
/// it could be loaded. As there, a model that cannot be loaded is an object that carries the reason.
/// </summary>
internal class DeepmdObject
{
    private volatile string _error = "";

    /// <summary>What went wrong in the last call; empty where nothing did.</summary>
    public string Error
    {
        get => _error;
        protected set => _error = value;
    }

    /// <summary>Does the work of a call and keeps what goes wrong.</summary>
    public void Run(Action body)
    {
        _error = "";
        Guard.Run(() =>
        {
            try
            {
                body();
            }
            catch (Exception e)
            {
                _error = Guard.Describe(e).ReplaceLineEndings(" ");
                throw;
            }
        });
    }
}

/// <summary>A DP_DeepPot.</summary>
internal sealed class DeepmdPotential : DeepmdObject, IDisposable
{
    private readonly string _loadError;

    public DeepmdPotential(Func<DeepPotModel> load)
    {
        Run(() =>
        {
            var model = load();
            Model = new NativeModel(TensorFlowSwitch.Of(model).Tabulated(), DeepmdThreads.Count);
            Stored = model;
        });
        _loadError = Error;
    }

    public NativeModel? Model { get; private set; }

    /// <summary>The model as its file has it, or null where it could not be loaded.</summary>
    public DeepPotModel? Stored { get; private set; }

    /// <summary>The list of the last call that brought a new one.</summary>
    public GivenNeighbors Neighbors { get; } = new();

    /// <summary>The model.</summary>
    /// <exception cref="InputException">It could not be loaded.</exception>
    public NativeModel Require() => Model ?? throw new InputException(_loadError);

    public void Dispose() => Model?.Dispose();
}

/// <summary>A DP_DeepPotModelDevi.</summary>
internal sealed class DeepmdDeviation : DeepmdObject, IDisposable
{
    private readonly string _loadError;

    public DeepmdDeviation(Func<DeepPotModel[]> load)
    {
        Run(() =>
        {
            var models = load();
            if (models.Length == 0)
                throw new ArgumentException("number of models is 0; expected at least one");
            Models = new NativeCommittee(Array.ConvertAll(models, model => TensorFlowSwitch.Of(model).Tabulated()), DeepmdThreads.Count);
            Stored = models[0];
        });
        _loadError = Error;
    }

    public NativeCommittee? Models { get; private set; }

    /// <summary>The first model as its file has it, or null where one could not be loaded.</summary>
    public DeepPotModel? Stored { get; private set; }

    /// <inheritdoc cref="DeepmdPotential.Neighbors"/>
    public GivenNeighbors Neighbors { get; } = new();

    /// <inheritdoc cref="DeepmdPotential.Require"/>
    public NativeCommittee Require() => Models ?? throw new InputException(_loadError);

    public void Dispose() => Models?.Dispose();
}

/// <summary>A DP_Nlist: where the caller's list lies; it is read when a computation is asked for.</summary>
internal sealed unsafe class DeepmdNeighbors(int count, int* centres, int* counts, int** first) : DeepmdObject
{
    /// <summary>Bits of a neighbour's number that count.</summary>
    public int Mask { get; set; } = -1;

    /// <summary>Copies the list.</summary>
    /// <exception cref="ArgumentException">A pointer is null, or a count out of range.</exception>
    public void CopyTo(GivenNeighbors target, int atoms)
    {
        if (count < 0 || count > atoms)
            throw new ArgumentException($"neighbour list: {count} centres; expected 0 to {atoms}, the number of atoms");
        if (count > 0 && (centres == null || counts == null || first == null))
            throw new ArgumentException("neighbour list: ilist, numneigh or firstneigh is null");
        target.Take(atoms, new ReadOnlySpan<int>(centres, count), counts, first, Mask, byAtom: false);
    }
}

/// <summary>A model of a kind that is not evaluated here: it carries the reason.</summary>
internal sealed class DeepmdOtherKind : DeepmdObject
{
    public DeepmdOtherKind(string kind) =>
        Error = $"{kind} are not supported by libmeniscus: it evaluates energy models with the descriptor se_e2_a";
}

/// <summary>
/// The switch of DeepPot-SE as DeePMD-kit's TensorFlow operators compute it: u = (r − r_s)/(r_c − r_s) with r_s and with the
/// difference rounded to float32. For r_s = 1.8 Å this changes energies by 1e-8 eV. Elsewhere the decimal numbers that were
/// meant are taken, as in DeePMD-kit's other backends; who comes from its library wants that library's numbers.
/// </summary>
internal static class TensorFlowSwitch
{
    /// <summary>A model whose radii, in float64, give that u; the model itself where it is not from TensorFlow.</summary>
    public static DeepPotModel Of(DeepPotModel model)
    {
        if (!model.TruncatesPerType)
            return model;
        var (cutoff, smooth) = ((float)model.Descriptor.Cutoff, (float)model.Descriptor.SmoothCutoff);
        return model with { Descriptor = model.Descriptor with { SmoothCutoff = smooth, Cutoff = (double)smooth + (float)(cutoff - smooth) } };
    }
}

/// <summary>How many threads a model gets, by the variables that DeePMD-kit knows.</summary>
internal static class DeepmdThreads
{
    /// <summary>
    /// DP_INTRA_OP_PARALLELISM_THREADS, TF_INTRA_OP_PARALLELISM_THREADS or OMP_NUM_THREADS; 1 where none of them is a number,
    /// because callers that run one process per processor are the usual ones.
    /// </summary>
    public static int Count
    {
        get
        {
            foreach (var name in (ReadOnlySpan<string>)["DP_INTRA_OP_PARALLELISM_THREADS", "TF_INTRA_OP_PARALLELISM_THREADS", "OMP_NUM_THREADS"])
            {
                if (int.TryParse(Environment.GetEnvironmentVariable(name), out var threads) && threads is >= 0 and <= 4096)
                    return NativeModel.Threads(threads);
            }

            return 1;
        }
    }
}
