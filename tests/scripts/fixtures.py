"""The files that examples speak of, made in an empty folder: every example of --help and of the docs runs among them.

The models were written by Keras (tests/golden); the arrays are those of their golden cases. airline.csv is the one in data/, and
airline.keras the forecaster that `rondo train airline.csv --target Passengers --lookback 12 --horizon 1` makes of it.
"""
import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

# name in the examples: (model in tests/golden, its arrays, {array in the example: key in the .npz})
MODELS = {
    "model.keras": ("training/stacked_adam.keras", "training/stacked_adam.npz", {"X.npy": "x0", "Y.npy": "t0"}),
    "two_inputs.keras": ("3.15/functional_two_inputs.keras", "3.15/functional_two_inputs.npz", {"X0.npy": "x0", "X1.npy": "x1"}),
    "two_outputs.keras": ("fit/outputs_named.keras", "fit/outputs_named.npz", {"X2.npy": "x0", "Y0.npy": "t0", "Y1.npy": "t1"}),
    "any_length.keras": ("3.15/functional_any_length.keras", "3.15/functional_any_length_T5.npz", {}),
}


FORECASTER = ["train", "airline.csv", "--target", "Passengers", "--lookback", "12", "--horizon", "1", "--out", "airline.keras"]
trained = None  # where this process has trained it


def forecaster(source, binary):
    global trained
    if trained is None:
        folder = tempfile.TemporaryDirectory()
        atexit.register(folder.cleanup)
        shutil.copy(Path(source) / "data" / "airline-passengers.csv", Path(folder.name) / "airline.csv")
        run([binary, *FORECASTER], folder.name, binary).check_returncode()
        trained = Path(folder.name) / "airline.keras"
    return trained


def make(folder, source, binary=None):
    """With a binary: airline.keras, too."""
    shutil.copy(Path(source) / "data" / "airline-passengers.csv", Path(folder) / "airline.csv")
    if binary:
        shutil.copy(forecaster(source, binary), Path(folder) / "airline.keras")
    golden = Path(source) / "tests" / "golden"
    for name, (model, arrays, files) in MODELS.items():
        shutil.copy(golden / model, Path(folder) / name)
        with np.load(golden / arrays) as values:
            for file, key in files.items():
                if not (Path(folder) / file).exists():
                    np.save(Path(folder) / file, values[key])
    np.save(Path(folder) / "W.npy", np.linspace(0.5, 1.5, 10).astype("float32"))


def environment(binary, **extra):
    """PATH begins with the build's own rondo; nothing of the caller's terminal shows through."""
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "TERM", "LC_CTYPE", "LANG")}
    env["LC_ALL"] = "C.UTF-8"
    env["PATH"] = f"{Path(binary).resolve().parent}{os.pathsep}{env['PATH']}"
    env.update(extra)
    return env


def run(command, folder, binary, timeout=120, **extra):
    return subprocess.run(command, cwd=folder, env=environment(binary, **extra), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", timeout=timeout)
