"""Compares models as Meniscus writes them with what DeePMD-kit reads.

    python3 deepmd_models.py DEEPMD_SOURCE MENISCUS MODEL... [--array-api FOLDER] [--keep FOLDER]

DEEPMD_SOURCE: a tree of DeePMD-kit's sources. MENISCUS: the program. MODEL: any model that it reads. Each model is written
as .dp and .yaml by `meniscus convert` and read by DeePMD-kit's numpy backend (deepmd.dpmodel) and, where torch is there, by
its PyTorch backend. Energies of both, and forces and virial of the latter, on a random frame must be those of `meniscus
test`. Then DeePMD-kit's convert-backend takes our .dp to .yaml and back and to .pth, where this torch can write one, and
Meniscus must find the same model in them. Prints one line per model; ends with 1 where a difference is larger than 1e-10
(float64; 1e-5 float32, 1e-6 where we compute with tables) of the largest number of its kind, or of 1.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

import deepmd_source

arguments = argparse.ArgumentParser()
arguments.add_argument("source")
arguments.add_argument("meniscus")
arguments.add_argument("models", nargs="+")
arguments.add_argument("--array-api")
arguments.add_argument("--keep")
arguments = arguments.parse_args()
deepmd_source.use(arguments.source, *([arguments.array_api] if arguments.array_api else []))

from deepmd.dpmodel.model.base_model import BaseModel as NumpyModel
from deepmd.dpmodel.utils.serialization import load_dp_model
from deepmd.entrypoints.convert_backend import convert_backend

try:
    import torch
    from deepmd.pt.model.model import BaseModel as TorchModel
except ImportError:
    torch = None


def meniscus(*words):
    done = subprocess.run([arguments.meniscus, *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"meniscus {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def frame(model, random):
    """A frame of 27 atoms, thin enough that no atom has more neighbours than slots of a type."""
    descriptor, fitting = model["model"]["descriptor"], model["model"]["fitting"]
    kinds = len(model["model"]["type_map"])
    sel = descriptor["sel"]
    # Neighbours of one type: a third of the slots of that type at most, by density.
    edge = max(2.2, descriptor["rcut"] * (4.2 * 3 / (kinds * min(n for n in sel if n > 0))) ** (1 / 3)) * 3
    cell = edge * np.array([[1.0, 0.0, 0.0], [0.1, 0.95, 0.0], [-0.05, 0.08, 1.05]])
    lattice = np.array([[i, j, k] for i in range(3) for j in range(3) for k in range(3)])
    # Atoms come in pairs and threes, so that there are near neighbours too.
    shift = (lattice % 2 - 0.5) * -0.5
    positions = ((lattice + shift + 0.2 * random.random((27, 3))) / 3) @ cell
    return dict(
        coord=positions, box=cell, types=np.arange(27) % kinds, fparam=random.random(fitting["numb_fparam"]), aparam=random.random((27, fitting["numb_aparam"])),
    )


def write_system(folder, type_map, atoms):
    os.makedirs(os.path.join(folder, "set.000"))
    np.savetxt(os.path.join(folder, "type.raw"), atoms["types"], fmt="%d")
    open(os.path.join(folder, "type_map.raw"), "w").write("\n".join(type_map) + "\n")
    for name, values in dict(
        coord=atoms["coord"], box=atoms["box"], fparam=atoms["fparam"], aparam=atoms["aparam"], energy=np.zeros(1), force=np.zeros((27, 3)), virial=np.zeros(9)
    ).items():
        if values.size:
            np.save(os.path.join(folder, "set.000", name + ".npy"), values.reshape(1, -1))


def ours(model, system, prefix):
    meniscus("test", "-m", model, "-s", system, "-d", prefix)
    column = lambda kind: np.loadtxt(prefix + f".{kind}.out", ndmin=2)
    return dict(energy=column("e")[0, 1:], force=column("f")[:, 3:], virial=column("v")[0, 9:])


def numpy_backend(data, atoms):
    def batch(name):
        return atoms[name].reshape(1, *atoms[name].shape) if atoms[name].size else None

    result = NumpyModel.deserialize(data["model"]).call(
        atoms["coord"].reshape(1, -1), atoms["types"].reshape(1, -1), box=atoms["box"].reshape(1, 9), fparam=batch("fparam"), aparam=batch("aparam")
    )
    return dict(energy=np.asarray(result["energy"]).ravel())


def torch_backend(data, atoms):
    def batch(name):
        return torch.tensor(atoms[name]).reshape(1, *atoms[name].shape) if atoms[name].size else None

    model = TorchModel.deserialize(data["model"]).eval().requires_grad_(False)
    result = model(
        torch.tensor(atoms["coord"]).reshape(1, -1, 3).requires_grad_(True), torch.tensor(atoms["types"]).reshape(1, -1), box=torch.tensor(atoms["box"]).reshape(1, 9),
        fparam=batch("fparam"), aparam=batch("aparam"),
    )
    return {key: result[key].detach().double().numpy() for key in ("energy", "force", "virial")}


def difference(expected, found):
    """Largest difference of each kind, in units of the largest number of that kind (1 eV, 1 eV/Å at least)."""
    return {key: float(np.max(np.abs(expected[key].ravel() - found[key].ravel())) / max(1.0, np.max(np.abs(expected[key])))) for key in expected if key in found}


def content(path):
    """What a model file says, in text, without when and by what it was written."""
    meniscus("convert", path, path + ".json")
    tree = json.load(open(path + ".json"))
    for key in ("time", "software", "version", "backend", "model_def_script", "meniscus"):
        tree.pop(key, None)
    return json.dumps(tree, sort_keys=True)


failed = 0
with tempfile.TemporaryDirectory() as scratch:
    folder = arguments.keep or scratch
    for number, name in enumerate(arguments.models):
        base = os.path.join(folder, f"{number}-{os.path.basename(name)}")
        report, notes = {}, []
        try:
            for ending in (".dp", ".yaml"):
                meniscus("convert", name, base + ending)
            data = load_dp_model(base + ".dp")
            atoms = frame(data, np.random.default_rng(number))
            system = os.path.join(scratch, f"system-{number}")
            write_system(system, data["model"]["type_map"], atoms)
            found = ours(base + ".dp", system, base)
            limit = 1e-6 if "tables" in data.get("meniscus", {}) else 1e-5 if "float32" in (data["model"]["descriptor"]["precision"], data["model"]["fitting"]["precision"]) else 1e-10
            for ending in (".dp", ".yaml"):
                data = load_dp_model(base + ending)
                report["numpy " + ending] = difference(numpy_backend(data, atoms), found)
                if torch:
                    theirs = torch_backend(data, atoms)
                    report["torch " + ending] = difference(theirs, found)
            notes.append(f"largest force {np.max(np.abs(found['force'])):.3g} eV/Å")
            # Their convert-backend, from our files; the content must be the same.
            before = content(base + ".dp")
            has_distance = "min_nbor_dist" in data.get("@variables", {})
            # Where the single number comes by h5py, it cannot write it as YAML, be the .dp ours or its own.
            steps = [(".yaml", "-theirs.dp")] + ([] if has_distance else [(".dp", "-theirs.yaml")]) + ([(".dp", "-theirs.pth"), ("-theirs.pth", "-back.dp")] if torch else [])
            for start, end in steps:
                try:
                    convert_backend(INPUT=base + start, OUTPUT=base + end)
                except Exception as error:
                    notes.append(f"this torch writes no {end}" if "attribute 'save'" in str(error) else f"{start} to {end}: {type(error).__name__}: {error}")
                    break
                report[f"{start} to {end}"] = difference(found, ours(base + end, system, base))
                if content(base + end) != before:
                    notes.append(f"{end} says something else")
        except Exception as error:
            failed += 1
            print(f"{name}: FAILED: {type(error).__name__}: {str(error)[:600]}")
            if os.environ.get("PEERS_TRACE"):
                raise
            continue
        largest = max(value for kinds in report.values() for value in kinds.values())
        failed += largest > limit
        print(f"{os.path.basename(name)}: {'agrees' if largest <= limit else 'DIFFERS'}: " + "; ".join(
            f"{what} " + " ".join(f"{key[0]} {value:.1e}" for key, value in kinds.items()) for what, kinds in report.items()), *notes, sep="; ")
sys.exit(1 if failed else 0)
