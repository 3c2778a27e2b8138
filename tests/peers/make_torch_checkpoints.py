"""Makes checkpoints of small models with DeePMD-kit's PyTorch backend, and what it computes with them.

    python3 make_torch_checkpoints.py DEEPMD_SOURCE OUTPUT_FOLDER [ARRAY_API_COMPAT]

DEEPMD_SOURCE: a tree of DeePMD-kit's sources; ARRAY_API_COMPAT: a folder with that package, where it is not installed.
Models are built, saved and loaded again by DeePMD-kit's own code (ModelWrapper, torch.save as in Trainer.save_model,
Tester as in `dp freeze`), with random weights and statistics in place of a training. The files and expected.json are in
tests/Meniscus.Tests/Fixtures/torch-checkpoints. Seeds are fixed.
"""
import json
import os
import sys

import numpy as np

import deepmd_source

source, folder = sys.argv[1:3]
deepmd_source.use(source, *sys.argv[3:4])
import torch
from deepmd.pt.infer.inference import Tester
from deepmd.pt.model.model import get_model
from deepmd.pt.train.wrapper import ModelWrapper

DESCRIPTOR = dict(
    type="se_e2_a", sel=[8, 12], rcut_smth=0.5, rcut=4.5, neuron=[2, 4], axis_neuron=2, activation_function="tanh", resnet_dt=False, type_one_side=True,
    precision="default", trainable=True, exclude_types=[], env_protection=0.0, set_davg_zero=False, seed=1,
)
FITTING = dict(
    type="ener", neuron=[5, 5], activation_function="tanh", precision="default", resnet_dt=True, numb_fparam=0, numb_aparam=0, default_fparam=None, dim_case_embd=0, trainable=True,
    rcond=None, atom_ener=[], use_aparam_as_mask=False, seed=1,
)
MODEL = dict(
    type_map=["O", "H"], data_stat_nbatch=10, data_stat_protect=0.01, data_bias_nsample=10, pair_exclude_types=[], atom_exclude_types=[], preset_out_bias=None, srtab_add_bias=True,
    type="standard",
)


def model(descriptor={}, fitting={}, **keys):
    return {**MODEL, "descriptor": {**DESCRIPTOR, **descriptor}, "fitting_net": {**FITTING, **fitting}, **keys}


MODELS = {
    # A whole checkpoint, with the optimizer's state; the others have the parameters alone.
    "one-sided": model(),
    "two-sided": model(
        dict(type_one_side=False, resnet_dt=True, neuron=[2, 2, 4], sel=[6, 8, 8], exclude_types=[[0, 1]], activation_function="gelu"), dict(activation_function="softplus"),
        type_map=["O", "H", "Na"],
    ),
    "float32": model(
        dict(precision="float32"), dict(precision="float32", numb_fparam=2, numb_aparam=1, default_fparam=[0.25, -1.5])
    ),
    "excluded": model(
        dict(env_protection=0.01, set_davg_zero=True, type_one_side=False), dict(atom_ener=[-1.5, None], rcond=0.001, resnet_dt=False, numb_fparam=1), atom_exclude_types=[1],
        pair_exclude_types=[[1, 1]], preset_out_bias={"energy": [None, 2.0]},
    ),
    # What training fills in is left out: the constructors' settings hold.
    "defaults": dict(
        type_map=["O", "H"], descriptor=dict(type="se_a", sel=[8, 12], rcut_smth=0.5, rcut=4.5, neuron=[2, 4, 16]), fitting_net=dict(neuron=[3, 3]),
    ),
}


def fill(model_name, state, generator, sel):
    """Random numbers where training would have put its own."""
    for name, tensor in state.items():
        if not torch.is_tensor(tensor) or tensor.numel() == 0 or "default_fparam" in name:
            continue
        numbers = torch.rand(tensor.shape, generator=generator, dtype=torch.float64) * 2 - 1
        if name.endswith(("sea.mean", "sea.stddev")):
            # One number for the radial part and one for the others, the same in all places of a type of neighbour.
            first = [sum(sel[:k]) for k in range(len(sel)) for _ in range(sel[k])]
            numbers = numbers[:, first][:, :, [0, 1, 1, 1]]
            if name.endswith("mean"):
                numbers[:, :, 1:] = 0
        if name.endswith("stddev") or name.endswith("inv_std") or name.endswith("out_std"):
            numbers = 1.0 + numbers / 2
        elif name.endswith("min_nbor_dist"):
            numbers = numbers * 0 + 0.875
        elif name.endswith("sea.mean") and model_name == "excluded":
            numbers = numbers * 0
        tensor.copy_(numbers.to(tensor.dtype))


def frame(settings, seed):
    random = np.random.default_rng(seed)
    count = 12
    cell = np.array([[7.0, 0.0, 0.0], [0.8, 6.5, 0.0], [-0.4, 0.6, 7.2]])
    # Places on a lattice, shifted, so that no two atoms are too close.
    lattice = np.array([[i, j, k] for i in range(3) for j in range(2) for k in range(2)]) / [3, 2, 2]
    positions = (lattice + 0.08 * random.random((count, 3))) @ cell
    types = np.arange(count) % len(settings["type_map"])
    fitting = settings["fitting_net"]
    return dict(
        cell=cell, positions=positions, types=types, fparam=random.random(fitting.get("numb_fparam", 0)),
        aparam=random.random((count, fitting.get("numb_aparam", 0))),
    )


def evaluate(model, atoms):
    def tensor(name):
        return torch.tensor(atoms[name]).reshape(1, *atoms[name].shape) if atoms[name].size else None

    model.eval().requires_grad_(False)
    result = model(
        torch.tensor(atoms["positions"]).reshape(1, -1, 3).requires_grad_(True), torch.tensor(atoms["types"]).reshape(1, -1), box=torch.tensor(atoms["cell"]).reshape(1, 9),
        fparam=tensor("fparam"), aparam=tensor("aparam"),
    )
    return {key: result[key].detach().double().reshape(-1).tolist() for key in ("energy", "atom_energy", "force", "virial")}


os.makedirs(folder, exist_ok=True)
expected = {}
for number, (name, settings) in enumerate(MODELS.items()):
    wrapper = ModelWrapper(get_model(json.loads(json.dumps(settings))), model_params=settings)
    with torch.no_grad():
        fill(name, wrapper.state_dict(), torch.Generator().manual_seed(number), settings["descriptor"]["sel"])
    wrapper.train_infos = {"lr": 0.001, "step": 1}
    checkpoint = {"model": wrapper.state_dict()}
    atoms = frame(settings, number)
    if name == "one-sided":
        optimizer = torch.optim.Adam(wrapper.parameters(), lr=0.0)
        wrapper.model["Default"](torch.tensor(atoms["positions"]).reshape(1, -1, 3), torch.tensor(atoms["types"]).reshape(1, -1), box=torch.tensor(atoms["cell"]).reshape(1, 9))["energy"].sum().backward()
        optimizer.step()
        checkpoint["optimizer"] = optimizer.state_dict()
    path = os.path.join(folder, name + ".pt")
    torch.save(checkpoint, path)
    result = evaluate(Tester(path).model, atoms)
    expected[name] = {**{key: np.asarray(value).reshape(-1).tolist() for key, value in atoms.items()}, **result}
with open(os.path.join(folder, "expected.json"), "w") as output:
    output.write(json.dumps(expected, indent=1).replace(",\n   ", ", ").replace("[\n   ", "[").replace("\n  ]", "]") + "\n")
