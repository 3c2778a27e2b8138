#!/usr/bin/env python3
"""Makes the models of this folder, and what DeePMD-kit's numpy backend gives for them.

    PYTHONPATH=<deepmd-kit>:<array-api-compat>/src python3 make.py FOLDER

Needs DeePMD-kit's sources (devel of August 2026; deepmd.dpmodel is enough, no TensorFlow or PyTorch), numpy, PyYAML.
Weights and statistics are random numbers of fixed seeds. Each NAME.yaml is a model in the interchange format, each
NAME.txt what it gives: frames of
    types / positions / cell / fparam / aparam / energy of every atom / force on every atom
one of these a line. Forces are central differences of the energy, improved once by Richardson: good to some 1e-9 eV/A.
"""
import copy
import sys

import numpy as np
import yaml
from deepmd.dpmodel.model.base_model import BaseModel
from deepmd.dpmodel.model.model import get_model

ATTEN = {"type": "dpa1", "rcut": 4.0, "rcut_smth": 1.0, "sel": 24, "neuron": [3, 6], "axis_neuron": 2, "tebd_dim": 2, "attn_layer": 0, "seed": 3}
FIT = {"neuron": [5, 5], "resnet_dt": True, "seed": 4}

# name: changes of the descriptor, of the fitting, of the model, whether davg is not zero
MODELS = {
    "concat": ({}, {}, {}, False),
    "crowded": ({"sel": 5, "type_one_side": True}, {}, {}, False),
    "excluded": ({"exclude_types": [[0, 1]], "env_protection": 0.05, "type_one_side": True, "use_tebd_bias": True}, {}, {"pair_exclude_types": [[1, 2]]}, False),
    "shortcut": ({"neuron": [5, 10], "resnet_dt": True, "concat_output_tebd": False, "activation_function": "gelu"}, {"atom_ener": [-1.0, 2.0, None]}, {"atom_exclude_types": [2]}, False),
    "parameters": ({"activation_function": "silu"}, {"numb_fparam": 1, "numb_aparam": 2, "neuron": []}, {}, False),
    "strip": ({"tebd_input_mode": "strip", "smooth_type_embedding": False}, {}, {}, False),
    "stripone": ({"tebd_input_mode": "strip", "smooth_type_embedding": False, "type_one_side": True, "neuron": [4, 6]}, {}, {}, False),
    "smooth": ({"tebd_input_mode": "strip", "smooth_type_embedding": True, "set_davg_zero": False}, {}, {}, True),
    "v2": ({"type": "se_atten_v2", "exclude_types": [[0, 0]], "env_protection": 0.02, "type_one_side": True}, {}, {}, False),
    "single": ({"precision": "float32"}, {"precision": "float32"}, {}, False),
    "shifted": ({"set_davg_zero": False}, {}, {}, True),
    "shiftedstrip": ({"set_davg_zero": False, "tebd_input_mode": "strip", "smooth_type_embedding": False}, {}, {}, True),
}

# With davg that is not zero the numpy backend gives empty slots the embedding of the first atom's type (and TensorFlow
# that of the padding type, zeros). These models have a fourth type, whose embedding is zeros, which nobody sees, and of
# which the first atom is: so both are the same.
WITH_NOBODY = ("shifted", "shiftedstrip")


def build(name):
    descriptor, fitting, extra, shifted = MODELS[name]
    types = ["O", "H", "X"]
    if name in WITH_NOBODY:
        types.append("Z")
        extra = {"pair_exclude_types": [[3, other] for other in range(4)]}
    config = {"type_map": types, "descriptor": {**ATTEN, **descriptor}, "fitting_net": {**FIT, **fitting}, **extra}
    if config["descriptor"]["type"] == "se_atten_v2":
        config["descriptor"].pop("tebd_input_mode", None)
    model = get_model(copy.deepcopy(config))
    random = np.random.default_rng(7)
    block = model.atomic_model.descriptor.se_atten
    kind = block.mean.dtype
    count = len(types)
    shape = (count, 1, 4)
    mean = random.normal(size=shape) * [0.05, 0, 0, 0] + [0.1, 0, 0, 0]
    deviation = random.uniform(0.05, 0.15, size=(count, 1, 2))[:, :, [0, 1, 1, 1]]
    block.mean = np.tile(mean if shifted else np.zeros(shape), (1, block.nnei, 1)).astype(kind)
    block.stddev = np.tile(deviation, (1, block.nnei, 1)).astype(kind)
    model.atomic_model.out_bias = random.normal(size=(1, count, 1))
    net = model.atomic_model.fitting_net
    net.bias_atom_e = random.normal(size=(count, 1)).astype(net.bias_atom_e.dtype)
    if name in WITH_NOBODY:
        model.atomic_model.descriptor.type_embedding.embedding_net.layers[0].w[3] = 0
    # Energies that differ by more than the biases of the types do.
    net.nets[()].layers[-1].w = 10 * net.nets[()].layers[-1].w
    if net.numb_fparam:
        net.fparam_avg, net.fparam_inv_std = np.array([0.3]), np.array([2.0])
    if net.numb_aparam:
        net.aparam_avg, net.aparam_inv_std = np.array([0.1, -0.2]), np.array([1.5, 0.5])
    return model, config


def frames():
    random = np.random.default_rng(11)
    cell = np.array([[5.1, 0, 0], [0.4, 4.8, 0], [-0.3, 0.2, 5.4]])
    grid = np.array([[i, j, k] for i in range(2) for j in range(2) for k in range(2)]) / 2.0
    positions = grid @ cell + random.normal(scale=0.25, size=(8, 3))
    yield np.array([0, 1, 2, 1, 0, 1, 1, 2]), positions, cell
    yield np.array([1, 1, 0, -1, 2]), np.array([[0, 0, 0], [1.1, 0.2, 0], [-0.3, 1.4, 0.5], [0.5, 0.5, 1.2], [2.1, -1.3, 1.0]]), None


def evaluate(model, types, positions, cell, fparam, aparam):
    result = model.call(
        positions.reshape(1, -1), types.reshape(1, -1), None if cell is None else cell.reshape(1, 9),
        fparam=None if fparam is None else fparam.reshape(1, -1), aparam=None if aparam is None else aparam.reshape(1, len(types), -1))
    return np.asarray(result["atom_energy"] if "atom_energy" in result else result["energy"], dtype=float).reshape(-1)


def forces(model, types, positions, cell, fparam, aparam):
    def slope(i, a, h):
        values = []
        for sign in (1, -1):
            moved = positions.copy()
            moved[i, a] += sign * h
            values.append(evaluate(model, types, moved, cell, fparam, aparam).sum())
        return (values[0] - values[1]) / (2 * h)

    h = 2e-3
    return np.array([[-(4 * slope(i, a, h / 2) - slope(i, a, h)) / 3 for a in range(3)] for i in range(len(types))])


def line(values):
    return " ".join(repr(float(v)) if not isinstance(v, (int, np.integer)) else str(int(v)) for v in np.asarray(values).reshape(-1))


def plain(node):
    if isinstance(node, np.ndarray):
        return {"@class": "np.ndarray", "@is_variable": True, "@version": 1, "dtype": node.dtype.name, "value": node.tolist()}
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, (list, tuple, set)):
        return [plain(value) for value in node]
    return node.item() if isinstance(node, np.generic) else node


def main(folder):
    for name in MODELS:
        model, config = build(name)
        tree = {"backend": "dpmodel", "software": "deepmd-kit", "version": "3.2", "model": model.serialize(), "model_def_script": config, "@variables": {}}
        with open(f"{folder}/{name}.yaml", "w") as file:
            yaml.safe_dump(plain(tree), file, default_flow_style=None, width=160)
        model = BaseModel.deserialize(model.serialize())
        with open(f"{folder}/{name}.txt", "w") as file:
            for types, positions, cell in frames():
                if name in WITH_NOBODY:
                    types, positions = np.append(3, types), np.append([[9.0, 9.0, 9.0]], positions, axis=0)
                random = np.random.default_rng(5)
                net = model.atomic_model.fitting_net
                fparam = random.normal(size=net.numb_fparam) if net.numb_fparam else None
                aparam = random.normal(size=(len(types), net.numb_aparam)) if net.numb_aparam else None
                case = (model, types, positions, cell, fparam, aparam)
                for values in (types, positions, [] if cell is None else cell, [] if fparam is None else fparam, [] if aparam is None else aparam, evaluate(*case), forces(*case)):
                    file.write(line(values) + "\n")


main(sys.argv[1])
