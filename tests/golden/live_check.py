"""Compares what Rondo wrote and predicted with the Keras of this environment. (random_architectures.py makes models itself.)

    python live_check.py FOLDER [--tolerance 1e-5]

FOLDER, or each folder below it, holds one .keras file, X.npy (or X0.npy,
X1.npy, ...: one array per input) and Y.npy (or Y0.npy, ...: what Rondo
predicts). Keras opens the file, predicts, and has to agree:
|keras - rondo| <= tolerance * max(1, |keras|). Exits with 1 if one does not.
"""

import argparse
import os
import sys

import common
import numpy as np
import keras


def arrays(folder, letter):
    """X.npy, or X0.npy, X1.npy, ..."""
    single = os.path.join(folder, f"{letter}.npy")
    if os.path.exists(single):
        return [np.load(single)]
    found = []
    while os.path.exists(path := os.path.join(folder, f"{letter}{len(found)}.npy")):
        found.append(np.load(path))
    return found


def check_folder(folder, file, tolerance):
    """A line of text and whether all is well."""
    inputs, wanted = arrays(folder, "X"), arrays(folder, "Y")
    if not inputs or not wanted:
        return "no X.npy or no Y.npy", False
    try:
        model = keras.models.load_model(os.path.join(folder, file))
        outputs = common.predict(model, inputs, stateful=is_stateful(model))
    except Exception as error:
        return f"{type(error).__name__}: {error}".split("\n")[0], False
    if len(outputs) != len(wanted):
        return f"{len(wanted)} outputs, Keras has {len(outputs)}", False
    largest, good = 0.0, True
    for y, want in zip(outputs, wanted):
        if y.shape != want.shape:
            return f"shape {want.shape}, Keras has {y.shape}", False
        difference = np.abs(y.astype(np.float64) - want)
        largest = max(largest, float(difference.max(initial=0)))
        # Written so that a NaN fails.
        good = good and bool(np.all(difference <= tolerance * np.maximum(1, np.abs(y))))
    return f"max difference {largest:.2e}", good


def is_stateful(model):
    return any(getattr(layer, "stateful", False) for layer in model.layers)


def check(args):
    checked = failed = 0
    for folder, _, files in sorted(os.walk(args.folder)):
        for file in sorted(f for f in files if f.endswith(".keras")):
            text, good = check_folder(folder, file, args.tolerance)
            print(f"{'ok  ' if good else 'FAIL'} {os.path.join(folder, file)}: {text}")
            checked += 1
            failed += not good
    print(f"keras {keras.__version__}: {checked - failed} passed, {failed} failed")
    return 1 if failed or not checked else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--tolerance", type=float, default=1e-5)
    args = parser.parse_args()
    return check(args)


if __name__ == "__main__":
    sys.exit(main())
