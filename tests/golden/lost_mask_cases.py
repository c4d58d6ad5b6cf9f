"""A normalised sequence whose mask is lost or made anew behind the normalisation, trained by fit_cases.py."""

import keras
from keras import layers as L

from fit_common import case, compiled, normal, sequential
from masked_attention_cases import padded


def trained(rng, *layers, shape=(10, 2)):
    """Dense has a bias, so that what comes back at padding is seen in its weights."""
    model = sequential(L.Input((5, 3)), L.Masking(), L.Dense(3, activation="tanh"), *layers)
    return compiled(model, rng, keras.optimizers.SGD(0.1)), padded(rng, 5, 3), normal(rng, *shape), {}


@case
def batchnorm_mask_lost(rng):
    return trained(rng, L.BatchNormalization(momentum=0.5), L.Flatten(), L.Dense(2))


@case
def batchnorm_mask_lost_axis_1(rng):
    return trained(rng, L.BatchNormalization(axis=1, momentum=0.5), L.Flatten(), L.Dense(2))


@case
def batchnorm_mask_lost_frozen(rng):
    return trained(rng, L.BatchNormalization(trainable=False), L.Flatten(), L.Dense(2))


@case
def batchnorm_mask_lost_steps(rng):
    return trained(rng, L.TimeDistributed(L.BatchNormalization(momentum=0.5)), L.Conv1D(3, 2), L.LSTM(2))


@case
def batchnorm_mask_anew(rng):
    return trained(rng, L.BatchNormalization(momentum=0.5), L.Masking(), L.GRU(3), L.Dense(2))


@case
def batchnorm_mask_lost_twice(rng):
    """One BatchNormalization called twice, in a model of its own: with the mask and after it is lost."""
    x = L.Input((5, 3))
    inner = sequential(L.Input((5, 3)), L.Dense(3, activation="tanh"), L.BatchNormalization(momentum=0.5))
    h = inner(L.Conv1D(3, 2, padding="same")(inner(L.Masking()(x))))
    model = compiled(keras.Model(x, L.Dense(2)(L.GRU(3)(h))), rng, keras.optimizers.SGD(0.1))
    return model, padded(rng, 5, 3), normal(rng, 10, 2), {}
