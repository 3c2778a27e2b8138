"""Imports DeePMD-kit from its sources, without an installation.

DeePMD-kit is a Python package with a compiled library and some dependencies that only parts of it need. Models of the
descriptor se_e2_a need none of them: what is missing on this machine is replaced by modules without content. What is
computed with the models (deepmd.dpmodel, deepmd.pt) is theirs, unchanged.
"""
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import tempfile
import types

# Packages that se_e2_a does not use, or only for checks of the input file (dargs).
UNUSED = ("dargs", "ml_dtypes", "lmdb", "einops", "mendeleev", "e3nn", "wcmatch", "dpdata", "msgpack", "scipy", "ase")
# Parts of newer versions of torch than Debian's, used by kernels for graphics processors and by parallel training.
UNUSED_PARTS = ("torch.distributed.fsdp", "torch.distributed._composable", "torch.distributed._shard", "torch.distributed.checkpoint", "torch.fx.experimental.proxy_tensor", "torch.distributed.tensor", "torch._dynamo", "torch._inductor", "torch.export")


class Nothing:
    """Stands for a class or function that is not called; may be derived from and used as a decorator."""

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return Nothing()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


class EmptyModule(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = type(name, (Nothing,), {})
        setattr(self, name, value)
        return value


class EmptyModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, names):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        if any(name == top or name.startswith(top + ".") for top in self.names):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return EmptyModule(spec.name)

    def exec_module(self, module):
        pass


class BuiltModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """What a build of DeePMD-kit makes: the folder of the compiled library, with its settings, and the version."""

    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if name in ("deepmd.lib", "deepmd.__about__") else None

    def create_module(self, spec):
        return types.ModuleType(spec.name)

    def exec_module(self, module):
        module.__version__ = "3.0.0"
        folder = tempfile.mkdtemp()
        with open(os.path.join(folder, "run_config.ini"), "w") as settings:
            settings.write("[CONFIG]\nENABLE_TENSORFLOW=0\nENABLE_PYTORCH=1\nGIT_SUMM=\nGIT_HASH=\nGIT_DATE=\nGIT_BRANCH=\nDP_VARIANT=cpu\n")
        module.__path__ = [folder]


def use(source, array_api=None):
    """Makes `import deepmd` work from a source tree; array_api: a folder with array_api_compat, where none is installed."""
    # Packages that are there are used; parts of torch are replaced where they are there, too, as old ones do not load.
    sys.meta_path.append(EmptyModules(UNUSED))
    sys.meta_path.insert(0, EmptyModules(UNUSED_PARTS))
    sys.path.insert(0, source)
    if array_api:
        sys.path.insert(0, array_api)
    os.environ.setdefault("DP_INTRA_OP_PARALLELISM_THREADS", "1")
    os.environ.setdefault("DP_INTER_OP_PARALLELISM_THREADS", "1")
    sys.meta_path.insert(0, BuiltModules())
    complete_torch()


def complete_torch():
    """Names that DeePMD-kit imports and that an older torch does not have, none of which se_e2_a calls."""
    try:
        import torch
        import torch.library
    except ImportError:
        return
    for name in ("triton_op", "wrap_triton", "custom_op", "register_fake", "register_autograd", "register_kernel"):
        if not hasattr(torch.library, name):
            setattr(torch.library, name, Nothing())
    if not hasattr(torch, "compile"):
        torch.compile = lambda function=None, **options: function
    import torch._dynamo.config

    torch._dynamo.config.cache_size_limit = 8
    load = torch.load
    # The safe mode of the first version that has it knows no floating-point numbers.
    torch.load = lambda *args, weights_only=True, **kwargs: load(*args, **kwargs)
    script, get, put = torch.jit.script, torch.Tensor.__getitem__, torch.Tensor.__setitem__

    def wide(index):
        """Old versions take no int32 as an index."""
        if isinstance(index, tuple):
            return tuple(wide(part) for part in index)
        return index.long() if isinstance(index, torch.Tensor) and index.dtype == torch.int32 else index

    torch.Tensor.__getitem__ = lambda tensor, index: get(tensor, wide(index))
    torch.Tensor.__setitem__ = lambda tensor, index, value: put(tensor, wide(index), value)

    def script_or_function(function, *args, **kwargs):
        """Functions that this version of torch cannot compile run as Python, with the same result."""
        try:
            return script(function, *args, **kwargs)
        except Exception:
            return function

    torch.jit.script = script_or_function
