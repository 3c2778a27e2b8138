using Meniscus.Atoms;

namespace Meniscus.Training;

/// <summary>Squared (or absolute) errors of a batch, summed, and the loss they make.</summary>
internal struct LossSums
{
    /// <summary>The loss.</summary>
    public double Loss;

    /// <summary>Number of frames.</summary>
    public int Frames;

    /// <summary>Σ over frames of (ΔE)².</summary>
    public ErrorSum Energy;

    /// <summary>Energies per atom.</summary>
    public ErrorSum EnergyPerAtom;

    /// <summary>Force components.</summary>
    public ErrorSum Force;

    /// <summary>Virial components per atom.</summary>
    public ErrorSum VirialPerAtom;

    /// <summary>Atomic energies.</summary>
    public ErrorSum AtomEnergy;

    /// <summary>Weighted force components.</summary>
    public ErrorSum AtomPref;
}

/// <summary>A sum of squares and absolute values, and over how many numbers.</summary>
internal struct ErrorSum
{
    /// <summary>Σ x².</summary>
    public double Squares;

    /// <summary>Σ |x|.</summary>
    public double Absolute;

    /// <summary>Number of x.</summary>
    public long Count;

    /// <summary>√(mean of squares); 0 without numbers.</summary>
    public readonly double RootMeanSquare => Count > 0 ? Math.Sqrt(Squares / Count) : 0;

    /// <summary>Mean of absolute values; 0 without numbers.</summary>
    public readonly double MeanAbsolute => Count > 0 ? Absolute / Count : 0;

    /// <summary>Adds another sum.</summary>
    public void Add(in ErrorSum other)
    {
        Squares += other.Squares;
        Absolute += other.Absolute;
        Count += other.Count;
    }

    /// <summary>Adds a number.</summary>
    public void Add(double x)
    {
        Squares += x * x;
        Absolute += Math.Abs(x);
        Count++;
    }
}

/// <summary>
/// The loss <c>ener</c> and its derivatives by what the model predicts (docs/theory.md, section 5):
/// <code>
/// L = p_e/N ⟨ΔE²⟩ + p_f ⟨ΔF²⟩ + p_v/N ⟨ΔΞ²⟩ + p_ae ⟨Δe_i²⟩ + p_pf ⟨w_i ΔF²⟩                   (5.1)
/// </code>
/// means over frames, and over components within a frame; N the atoms of the frame. Variants: Huber, absolute values,
/// force errors relative to the force, 1/N² instead of 1/N. Sums run in the order of frames and atoms.
/// </summary>
internal sealed class EnergyLoss
{
    private readonly LossInput _settings;

    /// <summary>Creates the loss.</summary>
    public EnergyLoss(LossInput settings)
    {
        _settings = settings;
    }

    /// <summary>Adds the loss of some frames to the sums, and leaves its derivatives in the batch.</summary>
    /// <param name="batch">Frames with predictions.</param>
    /// <param name="prefactors">Prefactors of this step.</param>
    /// <param name="framesInStep">Frames over which the step averages; more than the batch's where a step is cut up.</param>
    /// <param name="sums">Receives the sums.</param>
    public void Evaluate(TrainingBatch batch, in LossPrefactors prefactors, int framesInStep, ref LossSums sums)
    {
        Array.Clear(batch.EnergyWeight);
        Array.Clear(batch.Direction);
        Array.Clear(batch.Strain);
        for (var f = 0; f < batch.Frames.Count; f++)
        {
            var frame = batch.Frames[f];
            var atoms = batch.RealAtoms(f);
            sums.Frames++;
            if (frame.Labels.HasFlag(FrameLabels.Energy))
                AddEnergy(batch, f, atoms, prefactors.Energy, framesInStep, ref sums);
            if (frame.Labels.HasFlag(FrameLabels.Force))
                AddForces(batch, f, atoms, prefactors, framesInStep, ref sums);
            if (frame.Labels.HasFlag(FrameLabels.Virial))
                AddVirial(batch, f, atoms, prefactors.Virial, framesInStep, ref sums);
            if (frame.Labels.HasFlag(FrameLabels.AtomEnergy))
                AddAtomEnergies(batch, f, atoms, prefactors.AtomEnergy, framesInStep, ref sums);
        }
    }

    /// <summary>Value and slope of the Huber function ½x² for |x| ≤ δ, else δ(|x| − ½δ).</summary>
    private static (double Value, double Slope) Huber(double x, double delta) =>
        Math.Abs(x) <= delta ? (0.5 * x * x, x) : (delta * (Math.Abs(x) - (0.5 * delta)), delta * Math.Sign(x));

    private void AddEnergy(TrainingBatch batch, int f, int atoms, double prefactor, int frames, ref LossSums sums)
    {
        var error = batch.Energies[f] - batch.Frames[f].Energy;
        sums.Energy.Add(error);
        sums.EnergyPerAtom.Add(error / atoms);
        if (prefactor == 0)
            return;
        double slope;
        if (_settings.Function == LossFunction.MeanAbsolute)
        {
            sums.Loss += prefactor * Math.Abs(error);
            slope = prefactor * Math.Sign(error);
        }
        else if (_settings.UseHuber)
        {
            var (value, d) = Huber(error / atoms, _settings.HuberDelta.Energy);
            sums.Loss += prefactor * value / frames;
            slope = prefactor * d / atoms / frames;
        }
        else
        {
            var weight = prefactor / frames / (_settings.IntensiveEnergyVirial ? (double)atoms * atoms : atoms);
            sums.Loss += weight * error * error;
            slope = 2 * weight * error;
        }

        batch.EnergyWeight.AsSpan(batch.Offset[f], batch.Frames[f].AtomCount).Fill(slope);
    }

    private void AddForces(TrainingBatch batch, int f, int atoms, in LossPrefactors prefactors, int frames, ref LossSums sums)
    {
        var frame = batch.Frames[f];
        var scale = 1.0 / (3.0 * atoms * frames);
        var weighted = frame.Labels.HasFlag(FrameLabels.AtomPref) || _settings.UseDefaultAtomPref;
        Span<double> error = stackalloc double[3];
        for (var i = 0; i < frame.AtomCount; i++)
        {
            if (frame.Types[i] < 0)
                continue;
            var place = 3 * (batch.Offset[f] + i);
            var label = frame.Forces.AsSpan(3 * i, 3);
            // Relative errors are divided by |F| + the constant; by 1 otherwise.
            var inverse = _settings.RelativeForce is { } constant ? 1 / (Norm(label) + constant) : 1;
            for (var c = 0; c < 3; c++)
            {
                error[c] = (batch.Forces[place + c] - label[c]) * inverse;
                sums.Force.Add(error[c]);
            }

            var direction = batch.Direction.AsSpan(place, 3);
            if (prefactors.Force != 0)
                AddForceTerm(error, direction, prefactors.Force, scale, inverse, ref sums.Loss);
            if (weighted && prefactors.AtomPref != 0)
                AddWeightedForce(error, direction, frame.Labels.HasFlag(FrameLabels.AtomPref) ? frame.AtomPref[i] : 1, prefactors.AtomPref * scale, inverse, ref sums);
        }
    }

    private static double Norm(ReadOnlySpan<double> v) => Math.Sqrt((v[0] * v[0]) + (v[1] * v[1]) + (v[2] * v[2]));

    /// <summary>One atom's force term; the direction receives −dL/dF.</summary>
    private void AddForceTerm(ReadOnlySpan<double> error, Span<double> direction, double prefactor, double scale, double inverse, ref double loss)
    {
        var norm = _settings.ForceNorm ? Norm(error) : 0;
        for (var c = 0; c < 3; c++)
        {
            double slope;
            if (_settings.Function == LossFunction.MeanAbsolute)
            {
                // Sum over x y z (or the length), mean over atoms, sum over frames: DeePMD-kit's normalisation.
                var weight = prefactor * scale * 3;
                slope = _settings.ForceNorm ? (norm > 0 ? error[c] / norm : 0) : Math.Sign(error[c]);
                loss += weight * (_settings.ForceNorm ? (c == 0 ? norm : 0) : Math.Abs(error[c]));
                slope *= weight;
            }
            else if (_settings.UseHuber)
            {
                var (value, d) = Huber(error[c], _settings.HuberDelta.Force);
                loss += prefactor * scale * value;
                slope = prefactor * scale * d;
            }
            else
            {
                loss += prefactor * scale * error[c] * error[c];
                slope = 2 * prefactor * scale * error[c];
            }

            direction[c] -= slope * inverse;
        }
    }

    private static void AddWeightedForce(
        ReadOnlySpan<double> error, Span<double> direction, double atomPref, double weight, double inverse, ref LossSums sums)
    {
        for (var c = 0; c < 3; c++)
        {
            sums.AtomPref.Add(Math.Sqrt(Math.Abs(atomPref)) * error[c]);
            sums.Loss += weight * atomPref * error[c] * error[c];
            direction[c] -= 2 * weight * atomPref * error[c] * inverse;
        }
    }

    private void AddVirial(TrainingBatch batch, int f, int atoms, double prefactor, int frames, ref LossSums sums)
    {
        for (var k = 0; k < 9; k++)
        {
            var error = batch.Virials[(9 * f) + k] - batch.Frames[f].Virial[k];
            sums.VirialPerAtom.Add(error / atoms);
            if (prefactor == 0)
                continue;
            double slope;
            if (_settings.Function == LossFunction.MeanAbsolute)
            {
                var weight = prefactor / (9.0 * frames * atoms);
                sums.Loss += weight * Math.Abs(error);
                slope = weight * Math.Sign(error);
            }
            else if (_settings.UseHuber)
            {
                var (value, d) = Huber(error / atoms, _settings.HuberDelta.Virial);
                sums.Loss += prefactor * value / (9.0 * frames);
                slope = prefactor * d / atoms / (9.0 * frames);
            }
            else
            {
                var weight = prefactor / (9.0 * frames) / (_settings.IntensiveEnergyVirial ? (double)atoms * atoms : atoms);
                sums.Loss += weight * error * error;
                slope = 2 * weight * error;
            }

            batch.Strain[(9 * f) + k] = -slope;
        }
    }

    private static void AddAtomEnergies(TrainingBatch batch, int f, int atoms, double prefactor, int frames, ref LossSums sums)
    {
        var frame = batch.Frames[f];
        var weight = prefactor / ((double)atoms * frames);
        for (var i = 0; i < frame.AtomCount; i++)
        {
            if (frame.Types[i] < 0)
                continue;
            var error = batch.AtomEnergies[batch.Offset[f] + i] - frame.AtomEnergies[i];
            sums.AtomEnergy.Add(error);
            sums.Loss += weight * error * error;
            batch.EnergyWeight[batch.Offset[f] + i] += 2 * weight * error;
        }
    }
}
