"""What acts on single weights: initializers, regularizers, constraints."""

import jax
import keras
import numpy as np
from keras import ops
from keras.src.initializers.random_initializers import compute_fans

from reference.common import numbers, write

INITIALIZERS = ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
                "random_uniform", "random_normal", "truncated_normal", "orthogonal", "identity", "zeros", "ones"]


def initializers():
    """What Keras's own draws look like: their standard deviation and extremes at a size where these are sharp."""
    cases = []
    for name in INITIALIZERS:
        for shape in ((200, 800), (3, 40, 500)):
            if name == "identity" and len(shape) != 2:
                continue
            kind = type(keras.initializers.get(name))
            fixed = name in ("identity", "zeros", "ones")
            draws = np.stack([np.asarray(kind()(shape) if fixed else kind(seed=s)(shape)) for s in range(3)])
            cases.append({"name": name, "class_name": kind.__name__, "shape": shape, "fans": compute_fans(shape),
                          "mean": float(draws.mean()), "stddev": float(draws.std()), "max": float(np.abs(draws).max())})
    write("initializers", "reference.json", cases)


REGULARIZERS = [
    ("L1", {}), ("L1", {"l1": 0.3}), ("L2", {}), ("L2", {"l2": 0.3}), ("L1L2", {}), ("L1L2", {"l1": 0.1, "l2": 0.2}),
    ("OrthogonalRegularizer", {}), ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
]
CONSTRAINTS = [
    ("MaxNorm", {}), ("MaxNorm", {"max_value": 0.8}), ("MaxNorm", {"max_value": 0.8, "axis": 1}), ("NonNeg", {}),
    ("UnitNorm", {}), ("UnitNorm", {"axis": -1}), ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 1.2, "max_value": 1.5, "rate": 0.6, "axis": 1}), ("MaxNorm", {"max_value": 0.8, "axis": [0, 1]}),
]


def regularizers():
    cases = []
    for name, options in REGULARIZERS:
        for shape in ((4, 3), (3, 4), (6,)):
            if len(shape) != 2 and name == "OrthogonalRegularizer":
                continue
            w = np.random.default_rng(len(cases)).normal(size=shape).astype("float32")
            penalty = getattr(keras.regularizers, name)(**options)
            cases.append({"name": name, "options": options, "shape": shape, "w": numbers(w), "penalty": numbers(penalty(ops.convert_to_tensor(w)))[0],
                          "gradient": numbers(jax.grad(lambda v: penalty(v) + 0.0)(ops.convert_to_tensor(w)))})
    write("regularizers", "reference.json", cases)


def constraints():
    cases = []
    for name, options in CONSTRAINTS:
        for shape in ((4, 3), (2, 3, 2), (5,)):
            axes = options.get("axis", 0)
            if len(shape) == 1 and (axes == 1 or isinstance(axes, list)):
                continue
            w = np.random.default_rng(len(cases)).normal(size=shape).astype("float32")
            result = getattr(keras.constraints, name)(**options)(ops.convert_to_tensor(w))
            cases.append({"name": name, "options": options, "shape": shape, "w": numbers(w), "result": numbers(result)})
    write("constraints", "reference.json", cases)
