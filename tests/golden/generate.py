"""Records what the installed Keras computes.

    python generate.py --out DIR [--what predict|layers|images|attention|graphs|cells|trained|training]
                       [--only NAME]

predict:  DIR/<case>.keras and DIR/<case>.npz (inputs x0.., outputs y0..)
layers:   the same, of layer_cases.py (images, attention, graphs and cells: of theirs)
trained:  models saved with their optimizer's state, and how training goes on
training: an initial model and what fit() makes of it

KERAS_BACKEND chooses the backend (default jax). A training case that names
another backend is left out. With --float64 the same cases are computed in
double precision; make_index.py compares both to say how much of a value is
rounding. DIR/cases.json describes what was made, and with which versions; --only
changes what is there.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import sys

if "--float64" in sys.argv:
    os.environ["JAX_ENABLE_X64"] = "1"

import common  # noqa: E402  (sets the backend before keras is imported)
import numpy as np
import keras

import attention_cases
import cell_cases
import graph_cases
import image_cases
import layer_cases
import predict_cases
import train_cases
from common import numbered


def shapes(arrays):
    return [list(a.shape) for a in arrays]


def save_arrays(path, arrays):
    np.savez(path, **arrays)


def generate_predictions(name, entry, out):
    build, tags, tolerance = entry
    rng = common.rng_for(name)
    common.start_case(name)
    model, batches = build(rng)
    common.randomise(model, rng)
    model.save(os.path.join(out, name + ".keras"))
    if not isinstance(batches, dict):
        batches = {"": batches}
    runs = []
    for suffix, inputs in batches.items():
        outputs = common.predict(model, inputs, "stateful" in tags)
        if not all(np.isfinite(y).all() for y in outputs):
            raise ValueError(f"{name}: a prediction is not finite")
        save_arrays(
            os.path.join(out, name + suffix + ".npz"),
            {**numbered("x", inputs), **numbered("y", outputs)},
        )
        runs.append(
            {"npz": name + suffix + ".npz", "inputs": shapes(inputs), "outputs": shapes(outputs)}
        )
    return {
        "kind": "predict",
        "file": name + ".keras",
        "runs": runs,
        "tags": list(tags),
        "tolerance": tolerance,
    }


def fit(model, case, x, y):
    x = x if len(x) > 1 else x[0]
    y = y if len(y) > 1 else y[0]
    history = model.fit(x, y, shuffle=False, verbose=0, **case.fit)
    return {k: np.asarray(v, np.float64) for k, v in history.history.items()}


def versions():
    found = {"python": platform.python_version(), "backend": keras.backend.backend()}
    for package in ("keras", "jax", "jaxlib", "tensorflow_cpu", "numpy", "scipy", "h5py"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found


def weight_paths(model):
    return [getattr(w, "path", w.name) for w in model.weights]


def generate_training(name, case, out):
    rng = common.rng_for(name)
    common.start_case(name)
    model, x, y = case.build(rng)
    common.randomise(model, rng)
    model.compile(optimizer=case.optimizer(), loss=case.loss, metrics=case.metrics)
    if case.trained_before:
        model.fit(
            x if len(x) > 1 else x[0],
            y if len(y) > 1 else y[0],
            shuffle=False,
            verbose=0,
            epochs=case.trained_before,
            batch_size=case.fit["batch_size"],
        )
    path = os.path.join(out, name + ".keras")
    model.save(path)
    if case.trained_before:
        model = keras.models.load_model(path)
    before = common.predict(model, x)
    history = fit(model, case, x, y)
    arrays = {
        **numbered("x", x),
        **numbered("t", y),
        **numbered("p", before),
        **history,
        **numbered("w", model.get_weights()),
        **numbered("y", common.predict(model, x)),
    }
    save_arrays(os.path.join(out, name + ".npz"), arrays)
    return {
        "kind": "trained" if case.trained_before else "training",
        "file": name + ".keras",
        "npz": name + ".npz",
        "inputs": shapes(x),
        "targets": shapes(y),
        "tags": list(case.tags),
        "backend": case.backend,
        "fit": {**case.fit, "shuffle": False},
        "optimizer": case.optimizer().get_config(),
        "history": sorted(history),
        "weights": weight_paths(model),
        "tolerance": None,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--what", nargs="+", default=["predict", "trained", "training"])
    parser.add_argument("--only", help="only the cases with this in their name")
    parser.add_argument("--float64", action="store_true")
    args = parser.parse_args()
    if args.float64:
        keras.config.set_floatx("float64")
    os.makedirs(args.out, exist_ok=True)

    work = []
    if "predict" in args.what:
        work += [(n, generate_predictions, c) for n, c in predict_cases.CASES.items()]
    for what, module in (
        ("layers", layer_cases),
        ("images", image_cases),
        ("attention", attention_cases),
        ("graphs", graph_cases),
        ("cells", cell_cases),
    ):
        if what in args.what:
            work += [(n, generate_predictions, c) for n, c in module.CASES.items()]
    if "older_cells" in args.what:
        work += [(n, generate_predictions, c) for n, c in cell_cases.OLDER.items()]
    for kind, cases in (("trained", train_cases.TRAINED), ("training", train_cases.TRAINING)):
        if kind in args.what:
            work += [
                (n, generate_training, c)
                for n, c in cases.items()
                if c.backend == keras.backend.backend()
            ]

    done, failed = {}, {}
    for name, generate, entry in work:
        if args.only and args.only not in name:
            continue
        print(name, flush=True)
        try:
            done[name] = generate(name, entry, args.out)
        except Exception as error:
            print(f"  {type(error).__name__}: {error}")
            failed[name] = f"{type(error).__name__}: {error}".split("\n")[0]
            for ending in (".keras", ".npz"):
                path = os.path.join(args.out, name + ending)
                if os.path.exists(path):
                    os.remove(path)
    listed = os.path.join(args.out, "cases.json")
    if args.only and os.path.exists(listed):
        with open(listed) as file:
            kept = json.load(file)["cases"]
        done = {**{name: c for name, c in kept.items() if name not in failed}, **done}
    with open(listed, "w") as file:
        json.dump({"versions": versions(), "cases": done, "failed": failed}, file, indent=1)
    print(f"{len(done)} made, {len(failed)} failed: {sorted(failed)}")


if __name__ == "__main__":
    main()
