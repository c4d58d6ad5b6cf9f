"""Random architectures, built in this environment's Keras and run by Rondo with the same weights: the numbers have to be the same.

    python random_architectures.py --rondo ../../build/rondo [--count 200] [--seed 1]     all of the below
    python random_architectures.py make FOLDER [--count 200] [--seed 1]                   Keras's part: models, inputs, outputs
    python random_architectures.py compare FOLDER --rondo ../../build/rondo [--again]     Rondo's part, and Keras's on what Rondo wrote

Each model is checked three times: `rondo predict` on the file that Keras saved; Rondo writes the model anew (build/tests/rewrite_model), Keras opens
that and predicts; and Rondo reads its own file again. |got - keras| <= 1e-5 max(1, |keras|) for every number (NaN only where Keras has NaN). A model that
amplifies Keras's own rounding beyond that is measured first: a relative change of 1e-7 of its weights moves Keras's outputs by d, and 3 d is
allowed (but no more than 1e-3); such models are counted.

--again: Keras opens the file and predicts itself, instead of taking Y0.npy, ...: so files of an older Keras are compared with this one's numbers.
The same seed makes the same models; `--seed fresh` takes one from the clock and prints it.
FOLDER/000/ holds model.keras, X0.npy, ..., Y0.npy, ... and about.txt.
"""

import argparse
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings

import common
import keras
import numpy as np

from live_check import arrays, is_stateful
from random_graphs import Maker

TOLERANCE = 1e-5


def difference(got, want):
    """Largest |got - want| / max(1, |want|); infinite if shapes or NaN differ."""
    if len(got) != len(want) or any(g.shape != w.shape for g, w in zip(got, want)):
        return float("inf")
    worst = 0.0
    for g, w in zip(got, want):
        g, w = g.astype(np.float64), w.astype(np.float64)
        if not np.array_equal(np.isnan(g), np.isnan(w)):
            return float("inf")
        relative = np.abs(g - w) / np.maximum(1, np.abs(w))
        worst = max(worst, float(np.nanmax(relative, initial=0)))
    return worst


# ---------------------------------------------------------------- make


def usable(outputs):
    """Finite but for a few NaN (Keras's mean of nothing), and neither huge nor all the same."""
    for y in outputs:
        good = y[~np.isnan(y)]
        if good.size < y.size / 2 or not np.isfinite(good).all() or np.abs(good).max(initial=0) > 1e3:
            return False
    return any(np.nanstd(y) > 1e-6 for y in outputs)


def draw(seed, training=False):
    """(maker, kind, model), or an exception: this Keras cannot build the draw."""
    rng = np.random.default_rng(seed)
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed[0] * 10000 + seed[1])
    maker = Maker(rng, training)
    kind, model = maker.model()
    common.randomise(model, rng)
    return maker, kind, model


def save(folder, model, inputs, outputs, about):
    os.makedirs(folder, exist_ok=True)
    model.save(os.path.join(folder, "model.keras"))
    for letter, values in (("X", inputs), ("Y", outputs)):
        for i, value in enumerate(values):
            np.save(os.path.join(folder, f"{letter}{i}.npy"), value)
    with open(os.path.join(folder, "about.txt"), "w") as file:
        file.write(about + "\n")


def described(kind, maker, model):
    layers = " ".join(type(layer).__name__ for layer in model.layers)
    return f"{kind}{' masked' * maker.masked}{' any_length' * maker.any_length}{' fixed_batch' * maker.fixed_batch}: {layers}"


def make(args):
    warnings.filterwarnings("ignore")
    made = number = 0
    refused, seen = collections.Counter(), collections.Counter()
    while made < args.count:
        number += 1
        if number > 20 * args.count:
            raise SystemExit(f"too many draws are of no use: {refused}")
        try:
            maker, kind, model = draw((args.seed, number))
            outputs = common.predict(model, maker.data, is_stateful(model))
        except Exception as error:
            refused[type(error).__name__] += 1
            continue
        if not usable(outputs):
            refused["numbers"] += 1
            continue
        save(os.path.join(args.folder, f"{made:03d}"), model, maker.data, outputs, f"{args.seed} {number} {described(kind, maker, model)}")
        seen.update({key: n for key, n in maker.seen.items() if "." not in key})
        made += 1
    print(f"keras {keras.__version__} ({keras.backend.backend()}): {made} models of seed {args.seed}; draws not used: {dict(refused)}")
    print("  " + ", ".join(f"{key} {n}" for key, n in sorted(seen.items())))
    return 0


# ---------------------------------------------------------------- compare


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}: " + " ".join(done.stderr.split())[:400])


def rondo_predicts(args, file, folder, outputs):
    words, inputs = [], len(arrays(folder, "X"))
    for i in range(inputs):
        words += ["--input", os.path.join(folder, f"X{i}.npy")]
    made = [os.path.join(folder, f"R{i}.npy") for i in range(outputs)]
    for path in made:
        words += ["--output", path]
    batch = len(np.load(os.path.join(folder, "X0.npy")))
    run(args.rondo, "predict", file, *words, "--batch-size", str(batch), "--threads", "1")
    got = [np.load(path) for path in made]
    for path in made:
        os.remove(path)
    return got


def conditioning(model, inputs):
    """How far Keras's outputs move if the weights do by one part in ten million."""
    rng, before, stateful = np.random.default_rng(5), model.get_weights(), is_stateful(model)
    want = common.predict(model, inputs, stateful)
    worst = 0.0
    for _ in range(3):
        model.set_weights([(w * (1 + 1e-7 * rng.choice([-1.0, 1.0], w.shape))).astype(w.dtype) if w.dtype.kind == "f" else w for w in before])
        worst = max(worst, difference(common.predict(model, inputs, stateful), want))
    return worst


def check(args, folder):
    """(worst difference, allowed, what is wrong or "")."""
    file, written = os.path.join(folder, "model.keras"), os.path.join(folder, "rondo.keras")
    inputs, want = arrays(folder, "X"), arrays(folder, "Y")
    if args.again:
        model = keras.models.load_model(file)
        want = common.predict(model, inputs, is_stateful(model))
    found = {}
    found["rondo predicts"] = difference(rondo_predicts(args, file, folder, len(want)), want)
    run(os.path.join(os.path.dirname(args.rondo), "tests", "rewrite_model"), file, written)
    found["rondo reads what it wrote"] = difference(rondo_predicts(args, written, folder, len(want)), want)
    back = keras.models.load_model(written)
    found["keras reads what rondo wrote"] = difference(common.predict(back, inputs, is_stateful(back)), want)
    worst, allowed = max(found.values()), TOLERANCE
    if worst > allowed and np.isfinite(worst):
        allowed = max(allowed, min(1e-3, 3 * conditioning(keras.models.load_model(file), inputs)))
    wrong = ", ".join(f"{what}: {d:.2e}" for what, d in found.items() if not d <= allowed)
    return worst, allowed, wrong


def compare(args):
    warnings.filterwarnings("ignore")
    passed, failed, amplified, worst = 0, [], 0, 0.0
    for name in sorted(os.listdir(args.folder)):
        folder = os.path.join(args.folder, name)
        if not os.path.exists(os.path.join(folder, "model.keras")):
            continue
        keras.utils.clear_session()
        try:
            largest, allowed, wrong = check(args, folder)
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}"[:600]
        if wrong:
            with open(os.path.join(folder, "about.txt")) as about:
                failed.append(name)
                print(f"FAIL {folder}: {about.read().strip()}\n     {wrong}", flush=True)
            continue
        passed += 1
        amplified += allowed > TOLERANCE
        worst = max(worst, largest if allowed == TOLERANCE else 0)
    print(f"keras {keras.__version__} ({keras.backend.backend()}): {passed} of {passed + len(failed)} architectures agree, largest difference {worst:.1e}"
          + (f"; {amplified} of them amplify Keras's own rounding beyond {TOLERANCE:g}" if amplified else ""))
    return 1 if failed or not passed else 0


def both(args):
    made = args.folder is None
    args.folder = args.folder or tempfile.mkdtemp()
    print(f"--count {args.count} --seed {args.seed}", flush=True)
    try:
        make(args)
        return compare(args)
    finally:
        if made:
            shutil.rmtree(args.folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="?", default="both", choices=["both", "make", "compare"])
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--rondo")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=lambda text: time.time_ns() % 10**5 if text == "fresh" else int(text), default=1)
    parser.add_argument("--again", action="store_true")
    args = parser.parse_args()
    if args.what != "both" and not args.folder:
        parser.error("which FOLDER?")
    if args.what != "make" and not args.rondo:
        parser.error("--rondo: where is the program? build/rondo after ./test.sh")
    return {"both": both, "make": make, "compare": compare}[args.what](args)


if __name__ == "__main__":
    sys.exit(main())
