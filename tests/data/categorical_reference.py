"""categorical.json, what tests/data/categorical_test.cpp expects: keras.utils.to_categorical and keras.utils.normalize.

    KERAS_BACKEND=numpy python3 tests/data/categorical_reference.py

Needs Keras 3.15. normalize(x, axis=0) of Keras takes axis 0 for the last in half of its work: it is asked for as axis=-ndim.
"""

import json
import pathlib

import keras
import numpy as np

CATEGORICAL = [([0, 2, 1], None), ([0, 2, 1], 4), ([[0], [1], [3]], None), ([[0, 1], [1, 2]], None), ([[[0], [1]]], 2), (3, None), ([1], None),
               ([[1]], 3), ([True, False], None)]

rng = np.random.default_rng(5)
ARRAYS = [rng.normal(size=shape).astype("float32") for shape in ((3, 4), (2, 3, 2), (4, 4), (1, 1), (0, 3))]
ARRAYS[0][1] = 0
ARRAYS[0][2, 1] = 0

out = {"keras": keras.__version__, "numpy": np.__version__, "to_categorical": [], "normalize": []}
for x, classes in CATEGORICAL:
    y = keras.utils.to_categorical(x, classes)
    x = np.array(x, "float64")
    out["to_categorical"].append({"x": x.ravel().tolist(), "shape": x.shape, "num_classes": classes, "y": y.ravel().tolist(), "out": y.shape})
for x in ARRAYS:
    for axis in range(-x.ndim, x.ndim):
        for order in (2, 1, 3, 0.5, 0, -1, "inf", "-inf"):
            if x.size == 0 and (axis in (0, -2) or order not in (1, 2)):
                continue  # NumPy has no smallest of nothing
            y = keras.utils.normalize(x.astype("float64"), axis or -x.ndim, float(order))
            out["normalize"].append({"x": x.ravel().tolist(), "shape": x.shape, "axis": axis, "order": str(order), "y": y.ravel().tolist()})
pathlib.Path(__file__).with_name("categorical.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
