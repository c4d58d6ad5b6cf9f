"""The files that examples speak of, made in an empty folder: every example of --help and of the docs runs among them.

The models were written by Keras (tests/golden); the arrays are those of their golden cases.
"""
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np

# name in the examples: (model in tests/golden, its arrays, {array in the example: key in the .npz})
MODELS = {
    "model.keras": ("training/stacked_adam.keras", "training/stacked_adam.npz", {"X.npy": "x0", "Y.npy": "t0"}),
    "two_inputs.keras": ("3.15/functional_two_inputs.keras", "3.15/functional_two_inputs.npz", {"X0.npy": "x0", "X1.npy": "x1"}),
    "any_length.keras": ("3.15/functional_any_length.keras", "3.15/functional_any_length_T5.npz", {}),
}


def make(folder, source):
    golden = Path(source) / "tests" / "golden"
    for name, (model, arrays, files) in MODELS.items():
        shutil.copy(golden / model, Path(folder) / name)
        with np.load(golden / arrays) as values:
            for file, key in files.items():
                if not (Path(folder) / file).exists():
                    np.save(Path(folder) / file, values[key])


def environment(binary, **extra):
    """PATH begins with the build's own rondo; nothing of the caller's terminal shows through."""
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "TERM")}
    env["PATH"] = f"{Path(binary).resolve().parent}{os.pathsep}{env['PATH']}"
    env.update(extra)
    return env


def run(command, folder, binary, timeout=120, **extra):
    return subprocess.run(command, cwd=folder, env=environment(binary, **extra), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", timeout=timeout)
