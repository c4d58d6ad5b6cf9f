"""What the cases of fit_cases.py are made of."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy as np

CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def normal(rng, *shape):
    return rng.normal(size=shape).astype("float32")


def randomise(model, rng):
    model.set_weights([
        np.abs(rng.normal(size=w.shape)) * 0.5 + 0.5 if "variance" in v.path else rng.normal(size=w.shape) * 0.4
        for v, w in zip(model.weights, model.get_weights())
    ])


def compiled(model, rng, optimizer=None, **options):
    randomise(model, rng)
    model.compile(optimizer=optimizer or keras.optimizers.SGD(0.05), **{"loss": "mse", **options})
    return model


def sequential(*layers):
    return keras.Sequential(list(layers))
