"""Writes reference.json beside the tests of optimizers, losses, metrics, initializers and training, from real Keras.

    KERAS_BACKEND=jax python tests/train/keras_reference.py [optimizers] [losses] [metrics] [initializers] [early_stopping]

Numbers are float32 written with nine digits, which name each of them exactly.
"""

import json
import os
import pathlib
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import keras
import numpy as np
from keras import ops
from keras.src.initializers.random_initializers import compute_fans

TESTS = pathlib.Path(__file__).resolve().parent.parent
VERSIONS = {"keras": keras.__version__, "backend": keras.backend.backend(), "jax": jax.__version__, "numpy": np.__version__}


def numbers(array):
    return [float("%.9g" % x) for x in np.asarray(array, "float32").reshape(-1)]


def write(folder, name, cases):
    path = TESTS / folder / name
    path.write_text(json.dumps({"made_by": "tests/train/keras_reference.py", "versions": VERSIONS, "cases": cases}, indent=None,
                               separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
    print(path, len(cases))


# ---------------------------------------------------------------- optimizers

OPTIMIZERS = [
    ("Adam", {}),
    ("Adam", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
    ("Adam", {"learning_rate": 0.05, "amsgrad": True}),
    ("Adam", {"learning_rate": 0.05, "weight_decay": 0.1}),
    ("Adam", {"learning_rate": 0.05, "clipnorm": 0.7}),
    ("Adam", {"learning_rate": 0.05, "use_ema": True, "ema_momentum": 0.7}),
    ("SGD", {}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"learning_rate": 0.1, "clipnorm": 0.7}),
    ("SGD", {"learning_rate": 0.1, "clipvalue": 0.3}),
    ("SGD", {"learning_rate": 0.1, "global_clipnorm": 0.7}),
    ("SGD", {"learning_rate": 0.1, "weight_decay": 0.1}),
    ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 2}),
    ("RMSprop", {}),
    ("RMSprop", {"learning_rate": 0.05, "rho": 0.7, "epsilon": 1e-3}),
    ("RMSprop", {"learning_rate": 0.05, "momentum": 0.8}),
    ("RMSprop", {"learning_rate": 0.05, "centered": True}),
    ("RMSprop", {"learning_rate": 0.05, "momentum": 0.8, "centered": True}),
    ("AdamW", {}),
    ("AdamW", {"learning_rate": 0.05, "weight_decay": 0.1, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "amsgrad": True}),
    ("Adamax", {}),
    ("Adamax", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.7, "epsilon": 1e-3, "weight_decay": 0.1}),
    ("Nadam", {}),
    ("Nadam", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
    ("Nadam", {"learning_rate": 0.05, "use_ema": True, "ema_momentum": 0.7, "global_clipnorm": 0.7}),
    ("Adagrad", {}),
    ("Adagrad", {"learning_rate": 0.05, "initial_accumulator_value": 0.3, "epsilon": 1e-2, "clipnorm": 0.7}),
    ("Adadelta", {}),
    ("Adadelta", {"learning_rate": 0.8, "rho": 0.7, "epsilon": 1e-3, "clipvalue": 0.3}),
    ("Lion", {}),
    ("Lion", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.7, "weight_decay": 0.1}),
    ("Ftrl", {}),
    ("Ftrl", {"learning_rate": 0.05, "initial_accumulator_value": 0.3, "l1_regularization_strength": 0.4,
              "l2_regularization_strength": 0.2, "l2_shrinkage_regularization_strength": 0.1, "beta": 0.3}),
    ("Ftrl", {"learning_rate": 0.05, "learning_rate_power": -0.8}),
    ("Adafactor", {}),
    ("Adafactor", {"learning_rate": 0.9, "beta_2_decay": -0.5, "epsilon_2": 0.1, "clip_threshold": 0.5}),
    ("Adafactor", {"learning_rate": 0.05, "relative_step": False, "use_ema": True, "weight_decay": 0.1}),
    ("Lamb", {}),
    ("Lamb", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "global_clipnorm": 0.7}),
]
SHAPES = [(3, 7), (5,)]  # 21 numbers: a whole block of 16 and a rest
STEPS = 6


def optimizers():
    cases = []
    for kind, options in OPTIMIZERS:
        rng = np.random.default_rng(1)
        shapes = SHAPES + [(2, 3, 4)] if kind == "Adafactor" else SHAPES  # it looks at the last two axes
        weights = [keras.Variable(rng.normal(size=s).astype("float32")) for s in shapes]
        optimizer = getattr(keras.optimizers, kind)(**options)
        optimizer.build(weights)
        case = {"name": kind, "options": options, "shapes": shapes, "start": [numbers(w) for w in weights], "steps": []}
        for _ in range(STEPS):
            gradients = [rng.normal(size=s).astype("float32") for s in shapes]
            gradients[1] *= 0.1
            optimizer.apply([ops.convert_to_tensor(g) for g in gradients], weights)
            case["steps"].append({"gradients": [numbers(g) for g in gradients], "weights": [numbers(w) for w in weights]})
        # Variables as the file has them, behind iteration and learning_rate.
        case["slots"] = [{"name": v.path.split("/")[-1], "value": numbers(v)} for v in optimizer.variables[2:]]
        optimizer.finalize_variable_values(weights)
        case["final"] = [numbers(w) for w in weights]
        case["config"] = list(optimizer.get_config())
        cases.append(case)
    write("optimizers", "reference.json", cases)


# ---------------------------------------------------------------- losses

LOSSES = {
    "mse": keras.losses.MeanSquaredError,
    "mae": keras.losses.MeanAbsoluteError,
    "mape": keras.losses.MeanAbsolutePercentageError,
    "msle": keras.losses.MeanSquaredLogarithmicError,
    "huber": keras.losses.Huber,
}


def masked(values, mask):
    values = ops.convert_to_tensor(values)
    if mask is not None:
        keras.src.backend.set_keras_mask(values, ops.convert_to_tensor(mask))
    return values


def losses():
    cases = []
    for name, kind in LOSSES.items():
        for shape, with_mask in (((6, 3), False), ((6, 1), False), ((4, 5, 2), False), ((4, 5, 2), True), ((2, 3, 1), "nothing")):
            rng = np.random.default_rng(len(cases))
            y = (rng.normal(size=shape) * 1.5).astype("float32")
            yhat = (rng.normal(size=shape) * 1.5).astype("float32")
            if name == "msle":
                y, yhat = np.abs(y), np.abs(yhat)
            mask = None
            if with_mask:
                mask = rng.random(shape[:-1]) < 0.6 if with_mask is True else np.zeros(shape[:-1], bool)
            loss = kind()

            def value(p):
                if mask is not None:
                    keras.src.backend.set_keras_mask(p, ops.convert_to_tensor(mask))
                return loss(y, p)

            cases.append({
                "name": name, "shape": shape, "y": numbers(y), "yhat": numbers(yhat),
                "mask": None if mask is None else [int(m) for m in mask.reshape(-1)],
                "loss": numbers(value(ops.convert_to_tensor(yhat)))[0],
                "gradient": numbers(jax.grad(value)(ops.convert_to_tensor(yhat))),
            })
    write("losses", "reference.json", cases)


# ---------------------------------------------------------------- metrics

METRICS = {
    "mse": keras.metrics.MeanSquaredError,
    "mae": keras.metrics.MeanAbsoluteError,
    "root_mean_squared_error": keras.metrics.RootMeanSquaredError,
    "mape": keras.metrics.MeanAbsolutePercentageError,
}


def metrics():
    cases = []
    for name, kind in METRICS.items():
        for shapes, with_mask in ((((6, 3), (2, 3)), False), (((4, 5, 2), (1, 5, 2)), True)):
            rng = np.random.default_rng(len(cases))
            metric, batches = kind(), []
            for shape in shapes:
                y = rng.normal(size=shape).astype("float32")
                yhat = rng.normal(size=shape).astype("float32")
                mask = rng.random(shape[:-1]) < 0.6 if with_mask else None
                metric.update_state(y, masked(yhat, mask))
                batches.append({"shape": shape, "y": numbers(y), "yhat": numbers(yhat),
                                "mask": None if mask is None else [int(m) for m in mask.reshape(-1)],
                                "result": numbers(metric.result())[0]})
            cases.append({"name": name, "batches": batches})
    write("metrics", "reference.json", cases)


# ---------------------------------------------------------------- initializers

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


# ---------------------------------------------------------------- early stopping


class Stub:
    """As much of a model as the callback looks at; its weights are the number of the epoch."""

    metrics = ()

    def __init__(self):
        self.stop_training = False
        self.weights = None

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


TRACES = {
    "falls": [5, 4, 3, 2, 1],
    "rises": [1, 2, 3, 4, 5, 6],
    "dips": [5, 4, 4.5, 4.2, 4.1, 3.9, 4.0, 4.0, 4.0, 3.0],
    "flat": [2, 2, 2, 2, 2],
    "creeps": [5, 4.95, 4.9, 4.85, 4.8, 4.75, 4.7],
    "nan first": [float("nan"), 3, 2, 1, 0.5],
    "nan later": [3, float("nan"), 2, 2.5, 2.5, 2.5],
}
STOPPERS = [
    {}, {"patience": 1}, {"patience": 2}, {"patience": 2, "min_delta": 0.08}, {"patience": 1, "mode": "max"},
    {"patience": 2, "baseline": 3.5}, {"patience": 1, "start_from_epoch": 2},
    {"patience": 2, "restore_best_weights": True}, {"patience": 1, "restore_best_weights": True, "start_from_epoch": 3},
    {"patience": 1, "restore_best_weights": True, "mode": "max", "baseline": 4},
]


def early_stopping():
    cases = []
    for options in STOPPERS:
        for trace_name, trace in TRACES.items():
            stub, callback = Stub(), keras.callbacks.EarlyStopping(**options)
            callback.set_model(stub)
            callback.on_train_begin()
            epochs = 0
            for epoch, value in enumerate(trace):
                stub.weights = [np.array([float(epoch)], "float32")]
                callback.on_epoch_end(epoch, {"loss": 0.0, "val_loss": value})
                epochs += 1
                if stub.stop_training:
                    break
            callback.on_train_end()
            best = callback.best
            cases.append({"name": trace_name, "options": options, "trace": [None if v != v else v for v in trace], "epochs": epochs,
                          "stopped_epoch": callback.stopped_epoch, "best_epoch": callback.best_epoch,
                          "best": None if best is None or best != best else float(best), "weights": float(stub.weights[0][0])})
    write("train", "early_stopping.json", cases)


if __name__ == "__main__":
    for write_one in (optimizers, losses, metrics, initializers, early_stopping):
        if len(sys.argv) == 1 or write_one.__name__ in sys.argv[1:]:
            write_one()
