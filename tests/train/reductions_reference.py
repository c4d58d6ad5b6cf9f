"""Writes reductions.json: fit and evaluate of a small model under every reduction of a loss, masked and weighted, from real Keras.

    KERAS_BACKEND=tensorflow python tests/train/reductions_reference.py

TensorFlow, because Keras on JAX refuses to fit with reduction="none"; for the others the backends agree.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from keras import layers


def numbers(array):
    return [float("%.9g" % x) for x in np.asarray(array, "float32").reshape(-1)]


rng = np.random.default_rng(0)
x = rng.normal(size=(6, 4, 2)).astype("float32")
x[:3, 2:] = 0
x[4] = 0
y = rng.normal(size=(6, 4, 1)).astype("float32")
weights = (rng.integers(0, 5, (6, 4)) / 2).astype("float32")
cases = []
for reduction in ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]:
    for masked in (False, True):
        for weighted in (False, True):
            model = keras.Sequential([layers.Input((4, 2))] + ([layers.Masking()] if masked else []) + [layers.Dense(1)])
            model.set_weights([np.array([[0.5], [-0.25]], "float32"), np.array([0.125], "float32")])
            model.compile(keras.optimizers.SGD(0.02), keras.losses.MeanSquaredError(reduction=reduction))
            given = weights if weighted else None
            before = model.evaluate(x, y, batch_size=4, sample_weight=given, verbose=0)
            history = model.fit(x, y, batch_size=4, epochs=2, sample_weight=given, shuffle=False, verbose=0).history["loss"]
            cases.append({"name": reduction, "masked": masked, "weighted": weighted, "evaluate": numbers(before)[0],
                          "losses": numbers(history), "weights": [numbers(w) for w in model.get_weights()]})
out = {"made_by": "tests/train/reductions_reference.py", "versions": {"keras": keras.__version__, "backend": keras.backend.backend()},
       "x": numbers(x), "y": numbers(y), "weights": numbers(weights), "cases": cases}
path = pathlib.Path(__file__).resolve().parent / "reductions.json"
path.write_text(json.dumps(out, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
print(path, len(cases))
