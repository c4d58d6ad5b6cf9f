"""Losses of more than rows behind a mask: Keras lays it over their values, once they are computed. Trained by fit_cases.py."""

import keras
import numpy as np
from keras import layers as L

from fit_common import case, compiled, normal, sequential
from masked_attention_cases import padded


def trained(rng, loss, recurrent=L.GRU, units=3):
    model = sequential(L.Input((5, 3)), L.Masking(), recurrent(4, return_sequences=True), L.Dense(units, activation="sigmoid"))
    model = compiled(model, rng, keras.optimizers.SGD(0.5), loss=loss)
    return model, padded(rng, 5, 3), (rng.random((10, 5, units)) < 0.4).astype("float32"), {}


def weighed(rng, loss):
    return trained(rng, loss) + (rng.random((10, 5)).astype("float32"),)


@case
def overlap_mask_dice(rng):
    return trained(rng, "dice")


@case
def overlap_mask_tversky(rng):
    return trained(rng, keras.losses.Tversky(alpha=0.3, beta=0.7), L.SimpleRNN)


@case
def overlap_mask_dice_sum(rng):
    return trained(rng, keras.losses.Dice(reduction="sum"))


@case
def overlap_mask_dice_samples(rng):
    """One value for each of the only feature's samples, laid over their time steps."""
    return trained(rng, keras.losses.Dice(axis=1), units=1)


@case
def overlap_mask_tversky_times(rng):
    """One value for each time step of the batch."""
    return trained(rng, keras.losses.Tversky(axis=(0, 2)), L.LSTM)


@case
def overlap_mask_dice_weights(rng):
    return weighed(rng, "dice")


@case
def overlap_mask_dice_weights_none(rng):
    return weighed(rng, keras.losses.Dice(reduction="none"))


@case
def overlap_mask_tversky_weights_mean(rng):
    return weighed(rng, keras.losses.Tversky(alpha=0.2, beta=0.6, reduction="mean_with_sample_weight", axis=(0, 2)))


def table(rng, loss, units, targets):
    """Masking leaves samples out, which are compared with the others all the same."""
    model = sequential(L.Input((3,)), L.Masking(), L.Dense(units, activation="sigmoid"))
    x = normal(rng, 10, 3)
    x[[1, 5, 6]] = 0
    return compiled(model, rng, keras.optimizers.SGD(0.5), loss=loss), x, targets, {"batch_size": 6}


@case
def overlap_mask_circle(rng):
    return table(rng, keras.losses.Circle(gamma=2), 4, (np.arange(10) % 3).astype("float32"))


@case
def overlap_mask_dice_table(rng):
    return table(rng, "dice", 2, (rng.random((10, 2)) < 0.4).astype("float32"))


@case
def overlap_mask_tversky_table(rng):
    return table(rng, keras.losses.Tversky(alpha=0.3, axis=-1, reduction="sum"), 2, (rng.random((10, 2)) < 0.4).astype("float32"))
