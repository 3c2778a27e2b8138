namespace Meniscus.Training;

/// <summary>What a residual is turned into: the names of <c>loss/loss_func</c>.</summary>
public enum LossFunction
{
    /// <summary>Mean of the squares (<c>mse</c>).</summary>
    MeanSquare,

    /// <summary>Mean of the absolute values (<c>mae</c>).</summary>
    MeanAbsolute,
}

/// <summary>
/// The two prefactors of one term of the loss. The one in force is tied to the learning rate:
/// pref = limit + (start − limit)·lr/start_lr, so it is start at first and tends to limit.
/// </summary>
/// <param name="Start">Prefactor at the start learning rate.</param>
/// <param name="Limit">Prefactor as the learning rate tends to zero.</param>
public readonly record struct LossPrefactor(double Start, double Limit)
{
    /// <summary>Whether the term takes part. It does not where either prefactor is 0, DeePMD-kit's rule.</summary>
    public bool IsOn => Start != 0 && Limit != 0;

    /// <summary>The prefactor at a learning rate; 0 where the term is off.</summary>
    /// <param name="learningRate">Learning rate of the step.</param>
    /// <param name="startLearningRate">start_lr of the schedule.</param>
    public double At(double learningRate, double startLearningRate) =>
        IsOn ? Limit + (Start - Limit) * (learningRate / startLearningRate) : 0;
}

/// <summary>The prefactors in force at one step.</summary>
/// <param name="Energy">Energy term.</param>
/// <param name="Force">Force term.</param>
/// <param name="Virial">Virial term.</param>
/// <param name="AtomEnergy">Atomic energies.</param>
/// <param name="AtomPref">Forces weighted per atom (<c>atom_pref.npy</c>).</param>
public readonly record struct LossPrefactors(double Energy, double Force, double Virial, double AtomEnergy, double AtomPref);

/// <summary>
/// The <c>loss</c> section of the training input, type <c>ener</c>. With N atoms and the default settings the loss is
/// pref_e/N ⟨ΔE²⟩ + pref_f ⟨ΔF²⟩ + pref_v/N ⟨ΔΞ²⟩ + …, means over frames and components.
/// </summary>
public sealed record LossInput
{
    /// <summary>Energy (<c>start_pref_e</c>, <c>limit_pref_e</c>).</summary>
    public LossPrefactor Energy { get; init; } = new(0.02, 1);

    /// <summary>Forces (<c>start_pref_f</c>, <c>limit_pref_f</c>).</summary>
    public LossPrefactor Force { get; init; } = new(1000, 1);

    /// <summary>Virial (<c>start_pref_v</c>, <c>limit_pref_v</c>).</summary>
    public LossPrefactor Virial { get; init; }

    /// <summary>Atomic energies (<c>start_pref_ae</c>, <c>limit_pref_ae</c>).</summary>
    public LossPrefactor AtomEnergy { get; init; }

    /// <summary>Forces weighted per atom (<c>start_pref_pf</c>, <c>limit_pref_pf</c>).</summary>
    public LossPrefactor AtomPref { get; init; }

    /// <summary>Whether systems without <c>atom_pref.npy</c> count with weight 1 in the pf term (<c>use_default_pf</c>).</summary>
    public bool UseDefaultAtomPref { get; init; }

    /// <summary>
    /// Where given, force residuals are divided by |F| + this, eV/Å, with F the labelled force of the atom
    /// (<c>relative_f</c>).
    /// </summary>
    public double? RelativeForce { get; init; }

    /// <summary>Squares or absolute values (<c>loss_func</c>).</summary>
    public LossFunction Function { get; init; }

    /// <summary>Whether a force residual counts by its length instead of by component (<c>f_use_norm</c>).</summary>
    public bool ForceNorm { get; init; }

    /// <summary>
    /// Whether energy, force and virial residuals go through the Huber function ½x² for |x| ≤ δ, else δ(|x| − ½δ),
    /// energy and virial residuals per atom (<c>use_huber</c>).
    /// </summary>
    public bool UseHuber { get; init; }

    /// <summary>δ for energy (eV/atom), force (eV/Å) and virial (eV/atom) (<c>huber_delta</c>).</summary>
    public (double Energy, double Force, double Virial) HuberDelta { get; init; } = (0.01, 0.01, 0.01);

    /// <summary>Whether squared energy and virial terms are divided by N² instead of N (<c>intensive_ener_virial</c>).</summary>
    public bool IntensiveEnergyVirial { get; init; }

    /// <summary>The prefactors at a learning rate; terms that are off give 0.</summary>
    /// <param name="learningRate">Learning rate of the step.</param>
    /// <param name="startLearningRate">start_lr of the schedule.</param>
    public LossPrefactors PrefactorsAt(double learningRate, double startLearningRate) => new(
        Energy.At(learningRate, startLearningRate),
        Force.At(learningRate, startLearningRate),
        Virial.At(learningRate, startLearningRate),
        AtomEnergy.At(learningRate, startLearningRate),
        AtomPref.At(learningRate, startLearningRate));

    /// <summary>
    /// Names of the errors that the learning curve shows, in DeePMD-kit's order (alphabetic): <c>rmse</c>, the root of the
    /// loss, and one per term that is on, <c>rmse_e</c> … or <c>mae_e</c> … where absolute values are fitted.
    /// </summary>
    public IReadOnlyList<string> ErrorNames
    {
        get
        {
            var measure = Function == LossFunction.MeanAbsolute ? "mae" : "rmse";
            List<string> names = ["rmse"];
            foreach (var (term, prefactor) in Terms)
            {
                if (prefactor.IsOn)
                    names.Add($"{measure}_{term}");
            }

            names.Sort(StringComparer.Ordinal);
            return names;
        }
    }

    private (string Name, LossPrefactor Prefactor)[] Terms =>
        [("e", Energy), ("f", Force), ("v", Virial), ("ae", AtomEnergy), ("pf", AtomPref)];
}
