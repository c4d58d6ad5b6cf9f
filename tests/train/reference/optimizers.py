"""Weights after each of a few steps of every optimizer, and the rates of every schedule."""

import keras
import numpy as np
from keras import ops

from reference.common import numbers, write

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


S = keras.optimizers.schedules
SCHEDULES = [
    (S.ExponentialDecay, {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5}),
    (S.ExponentialDecay, {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True}),
    (S.InverseTimeDecay, {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5}),
    (S.InverseTimeDecay, {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True}),
    (S.PiecewiseConstantDecay, {"boundaries": [3, 10, 20], "values": [0.3, 0.2, 0.1, 0.05]}),
    (S.PolynomialDecay, {"initial_learning_rate": 0.1, "decay_steps": 12}),
    (S.PolynomialDecay, {"initial_learning_rate": 0.1, "decay_steps": 12, "end_learning_rate": 0.02, "power": 0.5, "cycle": True}),
    (S.CosineDecay, {"initial_learning_rate": 0.1, "decay_steps": 12, "alpha": 0.1}),
    (S.CosineDecay, {"initial_learning_rate": 0.01, "decay_steps": 12, "warmup_target": 0.2, "warmup_steps": 6}),
    (S.CosineDecayRestarts, {"initial_learning_rate": 0.1, "first_decay_steps": 5}),
    (S.CosineDecayRestarts, {"initial_learning_rate": 0.1, "first_decay_steps": 5, "t_mul": 1.0, "m_mul": 0.7, "alpha": 0.1}),
    (S.CosineDecayRestarts, {"initial_learning_rate": 0.1, "first_decay_steps": 4, "t_mul": 1.5, "m_mul": 0.8}),
]


def schedules():
    cases = []
    for kind, options in SCHEDULES:
        schedule = kind(**options)
        cases.append({"name": kind.__name__, "options": options, "rates": [numbers(schedule(step))[0] for step in range(40)],
                      "config": [key for key in schedule.get_config() if key != "name"]})
    write("optimizers", "schedules.json", cases)
