"""What the modules of reference values share: the file's form, and pairs of targets and predictions."""

import json
import pathlib

import jax
import keras
import numpy as np
from keras import ops

TESTS = pathlib.Path(__file__).resolve().parent.parent.parent
VERSIONS = {"keras": keras.__version__, "backend": keras.backend.backend(), "jax": jax.__version__, "numpy": np.__version__}


def numbers(array):
    return [float("%.9g" % x) for x in np.asarray(array, "float32").reshape(-1)]


def write(folder, name, cases):
    path = TESTS / folder / name
    path.write_text(json.dumps({"made_by": "tests/train/keras_reference.py", "versions": VERSIONS, "cases": cases}, indent=None,
                               separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
    print(path, len(cases))


# What y and yhat are where the last axis holds classes.
CLASSES = ("one-hot", "one-hot of logits", "one-hot scores", "classes", "classes of logits", "distributions")


def pair(what, shape, rng):
    """y and yhat of a kind."""
    y = (rng.normal(size=shape) * 1.5).astype("float32")
    yhat = (rng.normal(size=shape) * 1.5).astype("float32")
    if what == "above 0":
        y, yhat = np.abs(y), np.abs(yhat)
    elif what == "signs":
        y = np.sign(y)
    elif what in ("bits", "bits of logits"):
        y = (y > 0).astype("float32")
    elif what == "distributions":
        y = np.exp(y) / np.exp(y).sum(-1, keepdims=True)
    elif what.startswith("one-hot"):
        y = np.eye(shape[-1], dtype="float32")[y.argmax(-1)]
    elif what.startswith("classes"):
        y = y.argmax(-1)[..., None].astype("float32")
    elif what == "whole numbers":
        y, yhat = np.round(np.abs(y)), np.round(np.abs(yhat))
    if what == "bits":
        yhat = (1 / (1 + np.exp(-yhat))).astype("float32")
    elif what in ("one-hot", "classes", "distributions"):
        yhat = (np.exp(yhat) / np.exp(yhat).sum(-1, keepdims=True)).astype("float32")
    return y, yhat


def masked(values, mask):
    values = ops.convert_to_tensor(values)
    if mask is not None:
        keras.src.backend.set_keras_mask(values, ops.convert_to_tensor(mask))
    return values
