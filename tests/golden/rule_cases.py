"""Regularizers and constraints of every layer that has them, trained by real Keras: python rule_cases.py [NAME ...], on the
TensorFlow backend (requirements-3.15-tensorflow.txt). Files and index as fit_cases.py writes them, in rules/."""

import numpy as np
import keras
from keras import layers as L

from fit_common import CASES, case, compiled, normal, sequential

R, C = keras.regularizers, keras.constraints
SHORT = {"epochs": 2}
KERNEL = {
    "kernel_regularizer": R.L1L2(l1=0.01, l2=0.02),
    "bias_regularizer": R.L1(0.03),
    "bias_constraint": C.NonNeg(),
}


def trained(model, rng, x):
    y = normal(rng, *model.compute_output_shape(x.shape))
    return compiled(model, rng, metrics=["mae"]), x, y, SHORT


@case
def conv1d(rng):
    layer = L.Conv1D(4, 3, kernel_constraint=C.MaxNorm(0.8, axis=[0, 1]), **KERNEL)
    return trained(sequential(L.Input((7, 2)), layer, L.GlobalAveragePooling1D(), L.Dense(1)), rng, normal(rng, 10, 7, 2))


@case
def conv1d_groups(rng):
    layer = L.Conv1D(4, 2, groups=2, strides=2, kernel_constraint=C.UnitNorm(axis=[0, 1]), **KERNEL)
    return trained(sequential(L.Input((6, 4)), layer, L.GlobalMaxPooling1D()), rng, normal(rng, 10, 6, 4))


@case
def conv2d(rng):
    layer = L.Conv2D(3, 2, kernel_constraint=C.MinMaxNorm(0.3, 0.8, rate=0.5, axis=[0, 1, 2]), **KERNEL)
    return trained(sequential(L.Input((4, 5, 2)), layer, L.GlobalAveragePooling2D()), rng, normal(rng, 10, 4, 5, 2))


@case
def embedding(rng):
    layer = L.Embedding(7, 3, embeddings_regularizer=R.L2(0.1), embeddings_constraint=C.MaxNorm(0.5, axis=1), mask_zero=True)
    x = rng.integers(0, 7, (10, 5)).astype("float32")
    return trained(sequential(L.Input((5,)), layer, L.LSTM(3), L.Dense(1)), rng, x)


@case
def p_re_lu(rng):
    layer = L.PReLU(alpha_regularizer=R.L1(0.1), alpha_constraint=C.NonNeg(), shared_axes=[1])
    return trained(sequential(L.Input((5, 2)), L.Dense(4), layer, L.Dense(2)), rng, normal(rng, 10, 5, 2))


@case
def layer_normalization(rng):
    layer = L.LayerNormalization(
        beta_regularizer=R.L1(0.05), gamma_regularizer=R.L2(0.1), beta_constraint=C.NonNeg(), gamma_constraint=C.MaxNorm(0.7)
    )
    return trained(sequential(L.Input((5, 2)), L.Dense(4), layer, L.Dense(2)), rng, normal(rng, 10, 5, 2))


@case
def multi_head_attention(rng):
    q, v = L.Input((4, 3)), L.Input((5, 3))
    layer = L.MultiHeadAttention(2, 4, kernel_constraint=C.MaxNorm(0.8), use_gate=True, **KERNEL)
    model = compiled(keras.Model([q, v], layer(q, v)), rng)
    return model, [normal(rng, 10, 4, 3), normal(rng, 10, 5, 3)], normal(rng, 10, 4, 3), SHORT


def conv_lstm(layer, shape, rng):
    return trained(sequential(L.Input(shape), layer), rng, normal(rng, 10, *shape))


RECURRENT = {"recurrent_regularizer": R.L2(0.03), "recurrent_constraint": C.MaxNorm(0.6, axis=[0, 1]), **KERNEL}


@case
def conv_lstm1d(rng):
    return conv_lstm(L.ConvLSTM1D(2, 2, kernel_constraint=C.UnitNorm(axis=[0, 1]), **RECURRENT), (3, 4, 2), rng)


@case
def conv_lstm2d(rng):
    layer = L.ConvLSTM2D(2, 2, kernel_constraint=C.MaxNorm(0.5), return_sequences=True, **RECURRENT)
    return conv_lstm(layer, (3, 4, 3, 1), rng)


# ---------------------------------------------------------------- activity_regularizer

ACTIVE = {"activity_regularizer": R.L1L2(l1=0.02, l2=0.05)}


def gappy(rng, features=2):
    x = normal(rng, 10, 5, features)
    x[1, 3:] = 0
    x[4, :2] = 0
    x[6, 1::2] = 0
    x[8] = 0
    return x


@case
def activity_dense(rng):
    model = sequential(L.Input((3,)), L.Dense(4, "tanh", **ACTIVE), L.Dense(2, activity_regularizer="l1"))
    return trained(model, rng, normal(rng, 10, 3))


@case
def activity_masked(rng):
    """Masked steps count in the penalty, not in the loss."""
    model = sequential(L.Input((5, 2)), L.Masking(), L.Dense(3, "tanh", **ACTIVE), L.GRU(3, return_sequences=True, **ACTIVE), L.Dense(2))
    return trained(model, rng, gappy(rng))[:3] + ({"epochs": 2, "validation_split": 0.3},)


@case
def activity_masked_attention(rng):
    """In the maps of the heads too, and of the gate."""
    x = L.Input((5, 2))
    h = L.LSTM(3, return_sequences=True)(L.Masking()(x))
    y = L.MultiHeadAttention(2, 2, use_gate=True, dropout=0.0, **ACTIVE)(h, h)
    return trained(keras.Model(x, L.Dense(1)(y)), rng, gappy(rng))


@case
def activity_states(rng):
    """Outputs that nobody reads count, and every call."""
    a, b = L.Input((5, 2)), L.Input((4, 2))
    layer = L.LSTM(3, return_state=True, **ACTIVE)
    y, h, c = layer(a)
    z = layer(b)[2]
    model = compiled(keras.Model([a, b], L.Dense(1)(L.Concatenate()([y, z]))), rng)
    return model, [normal(rng, 10, 5, 2), normal(rng, 10, 4, 2)], normal(rng, 10, 1), SHORT


@case
def activity_unread(rng):
    """Of two outputs one has no loss."""
    x = L.Input((5, 2))
    h = L.SimpleRNN(3, return_sequences=True, **ACTIVE)(x)
    model = keras.Model(x, [L.Dense(1, name="p")(h), L.Dense(2, name="q", **ACTIVE)(h)])
    model = compiled(model, rng, loss={"p": "mse", "q": None})
    return model, normal(rng, 10, 5, 2), [normal(rng, 10, 5, 1), normal(rng, 10, 5, 2)], SHORT


@case
def activity_bidirectional(rng):
    model = sequential(
        L.Input((5, 2)),
        L.Bidirectional(L.LSTM(2, return_sequences=True, **ACTIVE), merge_mode="mul"),
        L.Bidirectional(L.GRU(2, **ACTIVE)),
    )
    return trained(model, rng, normal(rng, 10, 5, 2))


@case
def activity_steps(rng):
    """Keras passes by the penalty of a layer in TimeDistributed, but not that of a model's layers."""
    inner = sequential(L.Input((2,)), L.Dense(3, "tanh", **ACTIVE))
    model = sequential(L.Input((5, 2)), L.TimeDistributed(inner), L.TimeDistributed(L.Dense(2, **ACTIVE)))
    return trained(model, rng, normal(rng, 10, 5, 2))


@case
def activity_windows(rng):
    model = sequential(
        L.Input((3, 6, 2)), L.ConvLSTM1D(2, 2, return_sequences=True, **ACTIVE), L.TimeDistributed(L.Flatten()), L.Conv1D(2, 2, **ACTIVE)
    )
    return trained(model, rng, normal(rng, 10, 3, 6, 2))


@case
def activity_frozen(rng):
    model = sequential(
        L.Input((4, 4, 1)), L.Conv2D(2, 2, name="looks", trainable=False, **ACTIVE), L.Flatten(), L.ActivityRegularization(0.01, 0.02), L.Dense(2)
    )
    return trained(model, rng, normal(rng, 10, 4, 4, 1))


@case
def activity_embedding(rng):
    model = sequential(L.Input((5,)), L.Embedding(7, 3, mask_zero=True, **ACTIVE), L.LSTM(2))
    return trained(model, rng, rng.integers(0, 7, (10, 5)).astype("float32"))


if __name__ == "__main__":
    NAMES = list(CASES)
    from fit_cases import write  # its own cases come after these

    write("rules", "rule_cases.py", NAMES)
