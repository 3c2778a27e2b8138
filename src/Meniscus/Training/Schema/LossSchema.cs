using System.Text.Json;
using System.Text.Json.Nodes;
using Meniscus.Input;
using static Meniscus.Input.InputTypes;

namespace Meniscus.Training.Schema;

/// <summary>The keys of <c>loss</c>, type <c>ener</c>. Names and defaults: DeePMD-kit v2.2 to v3.2.</summary>
internal static class LossSchema
{
    private static readonly InputType<(double Energy, double Force, double Virial)> HuberDelta = new(
        "a number above 0, or three for energy, force and virial",
        (node, words) => node.Kind == JsonValueKind.Array
            ? node.Items(words) is [var e, var f, var v] ? (Above0(e, words), Above0(f, words), Above0(v, words)) : throw node.Mismatch(words)
            : (Above0(node, words), Above0(node, words), Above0(node, words)),
        d => d.Energy == d.Force && d.Force == d.Virial ? d.Energy : new JsonArray(d.Energy, d.Force, d.Virial));

    /// <summary><c>loss</c>.</summary>
    public static InputSection<LossInput> Section { get; } = new(
        () => new(),
        [
            InputKey<LossInput>.Value("type", OneOf("ener, the only loss trained here", ("ener", true), ("ener_hess", true)), _ => true, (l, _) => l, "Kind of loss."),
            .. Term("e", "energy", l => l.Energy, (l, x) => l with { Energy = x }),
            .. Term("f", "forces", l => l.Force, (l, x) => l with { Force = x }),
            .. Term("v", "virial", l => l.Virial, (l, x) => l with { Virial = x }),
            .. Term("ae", "atomic energies (`atom_ener.npy`)", l => l.AtomEnergy, (l, x) => l with { AtomEnergy = x }),
            .. Term("pf", "forces weighted per atom (`atom_pref.npy`)", l => l.AtomPref, (l, x) => l with { AtomPref = x }),
            InputKey<LossInput>.Value("use_default_pf", Flag, l => l.UseDefaultAtomPref, (l, x) => l with { UseDefaultAtomPref = x }, "Whether systems without `atom_pref.npy` count with weight 1 in the pf term."),
            InputKey<LossInput>.Value("relative_f", NotNegative.OrNull(), l => l.RelativeForce, (l, x) => l with { RelativeForce = x }, "Where given, force errors are divided by the length of the labelled force plus this.", "eV/Å"),
            InputKey<LossInput>.Value("loss_func", OneOf(("mse", LossFunction.MeanSquare), ("mae", LossFunction.MeanAbsolute)), l => l.Function, (l, x) => l with { Function = x }, "Mean squares or mean absolute values."),
            InputKey<LossInput>.Value("f_use_norm", Flag, l => l.ForceNorm, (l, x) => l with { ForceNorm = x }, "Whether a force error counts by its length instead of by component. Only with `loss_func` mae or `use_huber`."),
            InputKey<LossInput>.Value("use_huber", Flag, l => l.UseHuber, (l, x) => l with { UseHuber = x }, "Whether energy (per atom), force and virial (per atom) errors above `huber_delta` count linearly."),
            InputKey<LossInput>.Value("huber_delta", HuberDelta, l => l.HuberDelta, (l, x) => l with { HuberDelta = x }, "The error from which on it counts linearly.", "eV/atom, eV/Å, eV/atom"),
            InputKey<LossInput>.Value("intensive_ener_virial", Flag, l => l.IntensiveEnergyVirial, (l, x) => l with { IntensiveEnergyVirial = x }, "Whether squared energy and virial errors are divided by the square of the number of atoms instead of the number."),
            InputKey<LossInput>.Refused("start_pref_h", "Hessian in the loss", "0"),
            InputKey<LossInput>.Refused("limit_pref_h", "Hessian in the loss", "0"),
            InputKey<LossInput>.Refused("start_pref_gf", "generalised forces in the loss", "0"),
            InputKey<LossInput>.Refused("limit_pref_gf", "generalised forces in the loss", "0"),
            InputKey<LossInput>.NoEffect("numb_generalized_coord", "belongs to generalised forces", "0"),
            InputKey<LossInput>.Refused("enable_atom_ener_coeff", "energies weighted per atom", "false"),
        ],
        Complete);

    private static IEnumerable<InputKey<LossInput>> Term(string name, string what, Func<LossInput, LossPrefactor> get, Func<LossInput, LossPrefactor, LossInput> set) =>
    [
        InputKey<LossInput>.Value($"start_pref_{name}", NotNegative, l => get(l).Start, (l, x) => set(l, get(l) with { Start = x }), $"Prefactor of the {what} at the start. The term is off where this or its limit is 0."),
        InputKey<LossInput>.Value($"limit_pref_{name}", NotNegative, l => get(l).Limit, (l, x) => set(l, get(l) with { Limit = x }), $"Prefactor of the {what} as the learning rate tends to 0."),
    ];

    private static double Above0(InputNode node, string words) => node.Real(words) is var x and > 0 ? x : throw node.Mismatch(words);

    private static LossInput Complete(LossInput l, InputNode node, List<string> warnings)
    {
        if (l.ForceNorm && l.Function != LossFunction.MeanAbsolute && !l.UseHuber)
            throw node.Child("f_use_norm").Error("needs loss_func \"mae\" or use_huber; remove it or switch one of them on");
        if (l.UseHuber && (l.AtomPref.IsOn || l.RelativeForce is not null))
            throw node.Child("use_huber").Error("cannot go with the pf term or relative_f; switch one of them off");
        if (!l.Energy.IsOn && !l.Force.IsOn && !l.Virial.IsOn && !l.AtomEnergy.IsOn && !l.AtomPref.IsOn)
            throw node.Error("every term is off, so there is nothing to train; a term is on where both its start_pref and its limit_pref are above 0");
        return l;
    }
}
