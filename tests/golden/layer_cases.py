"""One or two models a layer, for all layers but the recurrent ones and their
company (predict_cases.py): options, masks, shapes. Made with Keras 3.15 alone:

    python generate.py --what layers --out layers
"""

import numpy as np
import keras
from keras import layers as L

from predict_cases import MASK_2, normal, padded, sequential

CASES = {}


def add(name, input_shape, *make, batch=3, inputs=None, tolerance=None):
    """A Sequential on one random input, or on what inputs(rng) gives."""

    def build(rng):
        model = sequential(L.Input(input_shape), *[m() for m in make])
        return model, [inputs(rng) if inputs else normal(rng, batch, *input_shape)]

    CASES[name] = (build, (), tolerance)


def add_masked(name, *make, features=3, tolerance=None):
    """A Sequential behind a Masking layer, with every kind of padding."""
    add(
        name,
        (6, features),
        L.Masking,
        *make,
        inputs=lambda rng: padded(rng, features),
        tolerance=tolerance,
    )


def add_graph(name, build, tolerance=None):
    CASES[name] = (build, (), tolerance)


def last(**options):
    return lambda: L.LSTM(3, **options)


# ---------------------------------------------------------------- Dropout, Flatten

add("dropout", (5, 3), lambda: L.Dropout(0.3), lambda: L.Dense(2))
add(
    "dropout_seed_noise_shape",
    (5, 3),
    lambda: L.Dropout(0.5, noise_shape=(None, 1, None), seed=7),
    last(),
)
add_masked("masked_dropout", lambda: L.Dropout(0.2), last())
add("flatten", (4, 3), L.Flatten, lambda: L.Dense(2))
add("flatten_channels_first", (2, 3, 4), lambda: L.Flatten(data_format="channels_first"))
add("flatten_samples", (), L.Flatten)


# ---------------------------------------------------------------- merges

MERGES = {"add": L.Add}


def merge_case(name, make):
    def two(rng):
        a, b = L.Input((5, 3)), L.Input((5, 3))
        y = make()([a, L.Dense(3)(b)])
        return keras.Model([a, b], L.Dense(2)(y)), [normal(rng, 3, 5, 3), normal(rng, 3, 5, 3)]

    def broadcast(rng):
        a, b = L.Input((5, 3)), L.Input((3,))
        outputs = [make()([a, b]), make()([b, a])]
        return keras.Model([a, b], outputs), [normal(rng, 3, 5, 3), normal(rng, 3, 3)]

    def masked(rng):
        a, b = L.Input((6, 2)), L.Input((6, 2))
        y = make()([L.Masking()(a), L.Masking()(b)])
        y = L.LSTM(3, return_sequences=True)(y)
        return keras.Model([a, b], y), [padded(rng, 2), padded(rng, 2, mask=MASK_2)]

    def half_masked(rng):
        a, b = L.Input((6, 2)), L.Input((6, 2))
        y = make()([L.Masking()(a), b])
        return keras.Model([a, b], [y, L.LSTM(3)(y)]), [padded(rng, 2), normal(rng, 5, 6, 2)]

    add_graph(name, two)
    add_graph(name + "_broadcast", broadcast)
    add_graph(name + "_masked", masked)
    add_graph(name + "_half_masked", half_masked)


for name, make in MERGES.items():
    merge_case(name, make)


def residual(rng):
    x = L.Input((6, 4))
    y = L.LSTM(4, return_sequences=True)(L.Masking()(x))
    z = L.Dropout(0.5)(L.LSTM(4, return_sequences=True)(y))
    y = L.Add()([y, z, L.Dense(4)(y)])
    return keras.Model(x, [y, L.GRU(2)(y)]), [padded(rng, 4)]


add_graph("add_residual_masked", residual)


# ---------------------------------------------------------------- SimpleRNN

add("simple_rnn_last", (5, 3), lambda: L.SimpleRNN(4), lambda: L.Dense(2))
add(
    "simple_rnn_stacked",
    (5, 3),
    lambda: L.SimpleRNN(4, return_sequences=True, activation="relu", go_backwards=True),
    lambda: L.Bidirectional(L.SimpleRNN(3, return_sequences=True, use_bias=False)),
    lambda: L.SimpleRNN(33),
)
add_masked(
    "masked_simple_rnn",
    lambda: L.SimpleRNN(4, return_sequences=True),
    lambda: L.SimpleRNN(3, return_sequences=True, zero_output_for_mask=True),
)


def simple_rnn_state(rng):
    x, h = L.Input((5, 3)), L.Input((4,))
    outputs = L.SimpleRNN(4, return_sequences=True, return_state=True)(x, initial_state=h)
    return keras.Model([x, h], outputs), [normal(rng, 3, 5, 3), normal(rng, 3, 4)]


add_graph("simple_rnn_state", simple_rnn_state)


# ---------------------------------------------------------------- shapes

add(
    "reshape_permute",
    (6, 4),
    lambda: L.Reshape((3, -1)),
    lambda: L.Permute((2, 1)),
    lambda: L.Reshape((4, 2, 3)),
    lambda: L.Permute((3, 1, 2)),
)
add(
    "repeat_vector",
    (5, 3),
    last(),
    lambda: L.RepeatVector(4),
    last(return_sequences=True),
    lambda: L.TimeDistributed(L.Dense(2)),
)


# ---------------------------------------------------------------- activations

add(
    "activation_layers",
    (5, 4),
    lambda: L.Dense(6),
    lambda: L.Activation("softsign"),
    lambda: L.ReLU(max_value=0.9, negative_slope=0.2, threshold=0.1),
    lambda: L.Dense(6),
    lambda: L.LeakyReLU(),
    lambda: L.Dense(6),
    lambda: L.PReLU(shared_axes=[1]),
    lambda: L.Dense(6),
    lambda: L.ELU(alpha=0.6),
    lambda: L.PReLU(),
    lambda: L.ReLU(6.0),
)


def softmax(rng):
    x = L.Input((5, 4))
    axes = (-1, 1, [1, 2])
    return keras.Model(x, [L.Softmax(axis=a)(x) for a in axes]), [normal(rng, 3, 5, 4)]


add_graph("softmax", softmax)
add_masked("masked_activation_layers", L.LeakyReLU, lambda: L.PReLU(shared_axes=[1]), last())


# ---------------------------------------------------------------- noise

add_masked(
    "masked_noise",
    lambda: L.SpatialDropout1D(0.3),
    lambda: L.GaussianNoise(0.4),
    last(),
)
