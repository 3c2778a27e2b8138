using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Potentials;

/// <summary>
/// Evaluates a potential on the frames of data sets: takes cell and parameters from the frame, falls back on the model's
/// default frame parameters, and names the frame in every error.
/// </summary>
public sealed class FrameEvaluator
{
    private readonly IPotential _potential;
    private readonly EnergyFitting? _fitting;
    private readonly Evaluation _result = new();

    /// <summary>Prepares the evaluation.</summary>
    /// <param name="potential">The potential; owned by the caller.</param>
    public FrameEvaluator(IPotential potential)
    {
        ArgumentNullException.ThrowIfNull(potential);
        _potential = potential;
        _fitting = FittingOf(potential);
    }

    /// <summary>Makes sure that a system has the parameters the model takes, before the first frame is evaluated.</summary>
    /// <param name="system">The system, read in the potential's types.</param>
    /// <exception cref="InputException">fparam or aparam are missing or of another number.</exception>
    public void Require(ILabelledSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        Require(system, "fparam", "per frame", system.FrameParameterCount, _fitting?.FrameParameterCount ?? 0, _fitting?.DefaultFrameParameters is not null);
        Require(system, "aparam", "per atom", system.AtomParameterCount, _fitting?.AtomParameterCount ?? 0, hasDefault: false);
    }

    /// <summary>Reads a frame and evaluates it.</summary>
    /// <param name="system">The system, read in the potential's types.</param>
    /// <param name="index">Which frame.</param>
    /// <param name="frame">Buffers made by the system; hold the frame with its labels afterwards.</param>
    /// <returns>The results, valid until the next call.</returns>
    /// <exception cref="InputException">The frame cannot be read, or has numbers that are not finite.</exception>
    public Evaluation Evaluate(ILabelledSystem system, int index, LabelledFrame frame)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(frame);
        system.Read(index, frame);
        if (NonFiniteValues.In(frame).FirstOrDefault() is { } value)
            throw new InputException($"{system.Describe(index)}: {value}; expected finite numbers, so remove the frame or label it again ('meniscus data check' lists all such frames)");
        try
        {
            var cell = frame.Periodic ? new Cell(frame.Box) : Cell.None;
            _potential.Evaluate(
                new Configuration(frame.Types, frame.Positions, cell)
                {
                    FrameParameters = FrameParameters(frame),
                    AtomParameters = _fitting is { AtomParameterCount: > 0 } ? frame.AtomParameters : [],
                },
                _result);
        }
        catch (InputException e)
        {
            throw new InputException($"{system.Describe(index)}: {e.Message}", e);
        }

        return _result;
    }

    /// <summary>What parameters are taken: the models of a committee take the same, or the others refuse those of the first.</summary>
    internal static EnergyFitting? FittingOf(IPotential potential) => potential switch
    {
        DeepPotential deep => deep.Model.Fitting,
        Committee committee => FittingOf(committee.Models[0]),
        SumPotential sum => FittingOf(sum.First),
        _ => null,
    };

    private ReadOnlySpan<double> FrameParameters(LabelledFrame frame)
    {
        if (_fitting is not { FrameParameterCount: > 0 })
            return [];
        return frame.FrameParameters.Length > 0 ? frame.FrameParameters : _fitting.DefaultFrameParameters;
    }

    private static void Require(ILabelledSystem system, string name, string per, int found, int expected, bool hasDefault)
    {
        if (expected == 0 || found == expected || (found == 0 && hasDefault))
            return;
        throw new InputException(string.Create(
            CultureInfo.InvariantCulture,
            $"{system.Name}: {(found == 0 ? $"no {name}" : $"{name} has {found} numbers {per}")}; the model takes {expected} {per}, so add {name} with as many to every set"));
    }
}
