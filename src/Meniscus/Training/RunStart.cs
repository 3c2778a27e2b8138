using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>What a run begins with: a model, and the state of the run it goes on with, if any.</summary>
/// <param name="Model">The model.</param>
/// <param name="State">State of a checkpoint, or null for a new run.</param>
/// <param name="Path">The file the model came from, or null.</param>
internal sealed record RunStart(DeepPotModel Model, JsonObject? State, string? Path)
{
    /// <summary>
    /// The start for an input: its model must be the one that the input describes; which parts of it are trained is up
    /// to the input.
    /// </summary>
    /// <exception cref="InputException">The input describes another model.</exception>
    public RunStart For(ModelInput input)
    {
        RequireSame(input.Descriptor, Model.Descriptor);
        RequireSame(input.Fitting, Model.Fitting);
        Require("type_map", input.TypeMap.ToString(), Model.TypeMap.ToString());
        Require("pair_exclude_types", Pairs(input.PairExcludeTypes), Pairs(Model.PairExcludeTypes));
        Require("atom_exclude_types", string.Join(' ', input.AtomExcludeTypes.Order()), string.Join(' ', Model.AtomExcludeTypes.Order()));
        return this with
        {
            Model = Model with
            {
                Descriptor = Model.Descriptor with { Trainable = input.Descriptor.Trainable },
                Fitting = Model.Fitting with { Trainable = input.Fitting.TrainableLayers() },
            },
        };
    }

    private static string Pairs(IReadOnlyList<(int First, int Second)> pairs) =>
        string.Join(' ', pairs.Select(p => p.First < p.Second ? p : (p.Second, p.First)).Distinct().Order());

    private void RequireSame(SeE2aInput input, SeE2aDescriptor model)
    {
        Require("descriptor/rcut", input.Cutoff, model.Cutoff);
        Require("descriptor/rcut_smth", input.SmoothCutoff, model.SmoothCutoff);
        if (input.Sel.Numbers is { } sel)
            Require("descriptor/sel", string.Join(' ', sel), string.Join(' ', model.Sel));
        Require("descriptor/neuron", string.Join(' ', input.Neuron), string.Join(' ', model.Neuron));
        Require("descriptor/axis_neuron", input.AxisNeuron, model.AxisNeuron);
        Require("descriptor/activation_function", input.Activation.Function, model.Activation);
        Require("descriptor/resnet_dt", input.ResnetDt, model.ResnetDt);
        Require("descriptor/type_one_side", input.TypeOneSide, model.TypeOneSide);
        Require("descriptor/precision", input.Precision, model.Precision);
        Require("descriptor/exclude_types", Pairs(input.ExcludeTypes), Pairs(model.ExcludeTypes));
        Require("descriptor/env_protection", input.EnvProtection, model.EnvProtection);
    }

    private void RequireSame(EnergyFittingInput input, EnergyFitting model)
    {
        Require("fitting_net/numb_fparam", input.FrameParameterCount, model.FrameParameterCount);
        Require("fitting_net/numb_aparam", input.AtomParameterCount, model.AtomParameterCount);
        Require("fitting_net/neuron", string.Join(' ', input.Neuron), string.Join(' ', model.Neuron));
        Require("fitting_net/activation_function", input.Activation.Function, model.Activation);
        Require("fitting_net/resnet_dt", input.ResnetDt, model.ResnetDt);
        Require("fitting_net/precision", input.Precision, model.Precision);
    }

    private void Require<T>(string key, T wanted, T found)
    {
        if (!EqualityComparer<T>.Default.Equals(wanted, found))
            throw new InputException(FormattableString.Invariant($"{Path}: model/{key} is {Text(found)}, the input says {Text(wanted)}; give the input that the model was made with"));
    }

    private static string Text<T>(T value) => FormattableString.Invariant($"{value}") is { Length: > 0 } text ? text : "empty";
}
