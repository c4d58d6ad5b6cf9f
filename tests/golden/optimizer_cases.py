"""What every optimizer has in Keras (cases of fit_cases.py): gradient accumulation, weight decay, clipping, moving averages of the
weights, loss scaling; and weighted metrics.
"""

import keras
import numpy as np
from keras import layers as L
from keras import optimizers as O

from fit_common import case, compiled, normal, sequential

OPTIMIZERS = {
    "sgd": lambda **o: O.SGD(0.05, momentum=0.5, **o),
    "rmsprop": lambda **o: O.RMSprop(0.005, **o),
    "adam": lambda **o: O.Adam(0.01, **o),
    "adamw": lambda **o: O.AdamW(0.01, **o),
    "adamax": lambda **o: O.Adamax(0.01, **o),
    "nadam": lambda **o: O.Nadam(0.01, **o),
    "adagrad": lambda **o: O.Adagrad(0.05, **o),
    "adadelta": lambda **o: O.Adadelta(1.0, epsilon=1e-3, **o),
    "lion": lambda **o: O.Lion(0.002, **o),
    "ftrl": lambda **o: O.Ftrl(0.05, **o),
    "adafactor": lambda **o: O.Adafactor(0.05, **o),
    "lamb": lambda **o: O.Lamb(0.01, **o),
}
# Every optimizer with two of them: accumulation with each way of clipping, averages with and without accumulation.
ARGUMENTS = [
    dict(gradient_accumulation_steps=2, weight_decay=0.03, clipnorm=0.2),
    dict(gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=2, clipvalue=0.1),
    dict(gradient_accumulation_steps=3, global_clipnorm=0.3, loss_scale_factor=1024.0),
    dict(weight_decay=0.1, use_ema=True, ema_momentum=0.7, loss_scale_factor=3.0, clipnorm=0.5),
]


def regression(rng, optimizer, samples=10, **options):
    model = sequential(L.Input((5, 2)), L.LSTM(4), L.Dense(1))
    return compiled(model, rng, optimizer=optimizer, **options), normal(rng, samples, 5, 2), normal(rng, samples, 1)


def add(name, make):
    make.__name__ = name
    case(make)


for number, (name, optimizer) in enumerate(OPTIMIZERS.items()):
    for which in (number % 2, 2 + number % 2):
        add(f"optimizer_{name}_{which}", lambda rng, o=optimizer, w=which: regression(rng, o(**ARGUMENTS[w])) + ({},))


@case
def optimizer_accumulated_before(rng):
    """The file holds averages and half a sum of gradients."""
    made = regression(rng, O.Adam(0.01, gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.8))
    made[0].fit(made[1], made[2], batch_size=4, shuffle=False, verbose=0)
    return made + ({},)


@case
def optimizer_accumulated_schedule(rng):
    rate = O.schedules.ExponentialDecay(0.05, 4, 0.5)
    return regression(rng, O.Nadam(rate, gradient_accumulation_steps=2)) + ({},)


@case
def optimizer_accumulated_constraint(rng):
    """Constraints follow every step, also those that make no update."""
    model = sequential(L.Input((5, 2)), L.LSTM(4, kernel_constraint=keras.constraints.MinMaxNorm(0.3, 0.8, rate=0.5)), L.Dense(1))
    compiled(model, rng, optimizer=O.SGD(0.05, gradient_accumulation_steps=2))
    return model, normal(rng, 10, 5, 2), normal(rng, 10, 1), {}


# ---------------------------------------------------------------- LossScaleOptimizer


@case
def loss_scale_grows(rng):
    return regression(rng, O.LossScaleOptimizer(O.Adam(0.01), initial_scale=1024.0, dynamic_growth_steps=2)) + ({},)


def overflowing(rng, inner, **options):
    """Gradients of about 2^23 overflow float32 with a scale of 2^107: some steps are skipped, and after every second one that is
    not the scale grows again."""
    wrapped = O.LossScaleOptimizer(inner, initial_scale=2.0**107, dynamic_growth_steps=2)
    model, x, y = regression(rng, wrapped, **options)
    return model, x, np.abs(y) * np.float32(1e6)  # of one sign: what is added up for a weight overflows first


@case
def loss_scale_overflows(rng):
    return overflowing(rng, O.Adam(0.01), metrics=["mae"]) + ({"epochs": 6},)


@case
def loss_scale_overflows_ema(rng):
    """Skipped steps count for nobody: neither averages, nor accumulated gradients, nor the schedule see them."""
    rate = O.schedules.ExponentialDecay(0.05, 4, 0.5)
    return overflowing(rng, O.Nadam(rate, gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.8)) + ({"epochs": 6},)


@case
def loss_scale_overflows_before(rng):
    """The file holds a scale on its way."""
    made = overflowing(rng, O.Lion(0.002, clipnorm=0.5))
    made[0].fit(made[1], made[2], batch_size=4, epochs=2, shuffle=False, verbose=0)
    return made + ({"epochs": 4},)


@case
def loss_scale_overflows_constraint(rng):
    """A skipped step applies no constraint."""
    wrapped = O.LossScaleOptimizer(O.Adam(0.01), initial_scale=2.0**109, dynamic_growth_steps=2)
    model = sequential(L.Input((5, 2)), L.LSTM(4, kernel_constraint=keras.constraints.MinMaxNorm(0.3, 0.8, rate=0.5)), L.Dense(1))
    compiled(model, rng, optimizer=wrapped)
    return model, normal(rng, 10, 5, 2), np.abs(normal(rng, 10, 1)) * np.float32(1e6), {"epochs": 4}


# ---------------------------------------------------------------- weighted metrics


def weights(rng, *shape):
    return rng.random(shape).astype("float32")


@case
def weighted_metrics_samples(rng):
    made = regression(rng, None, metrics=["mae"], weighted_metrics=["mae", "mse"])
    return made + ({"validation_split": 0.3}, weights(rng, 10))


@case
def weighted_metrics_unweighted(rng):
    return regression(rng, None, weighted_metrics=["mae"]) + ({},)


@case
def weighted_metrics_classes(rng):
    model = sequential(L.Input((5, 2)), L.GRU(4), L.Dense(3, activation="softmax"))
    compiled(model, rng, loss="sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    y = rng.integers(0, 3, (10, 1)).astype("float32")
    return model, normal(rng, 10, 5, 2), y, {"class_weight": {0: 0.2, 1: 3.0}}


@case
def weighted_metrics_steps_masked(rng):
    model = sequential(L.Input((5, 2)), L.Masking(), L.LSTM(4, return_sequences=True), L.Dense(2))
    x = normal(rng, 10, 5, 2)
    x[1, 3:] = 0
    x[4, :2] = 0
    compiled(model, rng, metrics=["mse"], weighted_metrics=["mae", keras.metrics.RootMeanSquaredError(name="rmse")])
    return model, x, normal(rng, 10, 5, 2), {}, weights(rng, 10, 5)


def heads(rng, **options):
    x = L.Input((5, 2))
    h = L.LSTM(4, return_sequences=True)(x)
    last = L.LSTM(3)(h)
    model = keras.Model(x, [L.Dense(1, name="level")(last), L.Dense(2, name="path")(h)])
    compiled(model, rng, **options)
    return model, normal(rng, 10, 5, 2), [normal(rng, 10, 1), normal(rng, 10, 5, 2)]


@case
def weighted_metrics_outputs_list(rng):
    made = heads(rng, loss=["mse", "mae"], metrics=[["mae"], None], weighted_metrics=[["mae", "mse"], ["mae"]])
    return made + ({"validation_rows": 3}, [weights(rng, 10), weights(rng, 10, 5)])


@case
def weighted_metrics_outputs_named(rng):
    made = heads(rng, loss={"level": "mse", "path": "mae"}, weighted_metrics={"path": ["mse"]})
    return made + ({}, [weights(rng, 10), weights(rng, 10, 5)])



# ---------------------------------------------------------------- SwapEMAWeights


@case
def swap_ema(rng):
    """Validations see the averages; training goes on with the weights."""
    made = regression(rng, O.Adam(0.02, use_ema=True, ema_momentum=0.6), metrics=["mae"])
    return made + ({"validation_rows": 3, "swap_ema": False},)


@case
def swap_ema_on_epoch(rng):
    made = regression(rng, O.SGD(0.05, use_ema=True, ema_momentum=0.6), metrics=["mae"])
    return made + ({"validation_rows": 3, "validation_freq": 2, "epochs": 5, "swap_ema": True},)
