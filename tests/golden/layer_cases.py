"""One or two models a layer, for all layers but the recurrent ones and their
company (predict_cases.py): options, masks, shapes. Made with Keras 3.15 alone:

    python generate.py --what layers --out layers
"""

import numpy as np
import keras
from keras import layers as L

from predict_cases import MASK, MASK_2, normal, padded, sequential

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


def prelu_negative_axes(rng):
    """Keras takes 1 off and counts from the end: -1 is the last axis but one, 0 the last."""
    x, film = L.Input((5, 4)), L.Input((2, 3, 2, 3))
    shared = ([-1], [0], [-1, 2], [1, 0])
    outputs = [L.PReLU(shared_axes=a)(x) for a in shared] + [L.PReLU(shared_axes=a)(film) for a in ([-1], [-3, 4], [0, -2])]
    return keras.Model([x, film], outputs), [normal(rng, 3, 5, 4), normal(rng, 3, 2, 3, 2, 3)]


add_graph("prelu_negative_axes", prelu_negative_axes)


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


# ---------------------------------------------------------------- the other merges, Dot

for name, make in {
    "subtract": L.Subtract,
    "multiply": L.Multiply,
    "average": L.Average,
    "maximum": L.Maximum,
    "minimum": L.Minimum,
}.items():
    merge_case(name, make)


def dot(rng):
    a, b, c, d = L.Input((3, 4)), L.Input((2, 4)), L.Input((5,)), L.Input((5,))
    outputs = [
        L.Dot(axes=2)([a, b]),
        L.Dot(axes=(1, 2), normalize=True)([L.Permute((2, 1))(a), b]),
        L.Dot(axes=-1)([c, d]),
        L.Dot(axes=1, normalize=True)([c, d]),
    ]
    return keras.Model([a, b, c, d], outputs), [
        normal(rng, 3, 3, 4),
        normal(rng, 3, 2, 4),
        normal(rng, 3, 5),
        normal(rng, 3, 5),
    ]


add_graph("dot", dot)


# ---------------------------------------------------------------- pooling, convolution


def pooling(rng):
    x = L.Input((7, 3))
    outputs = [
        L.MaxPooling1D()(x),
        L.MaxPooling1D(3, strides=2, padding="same")(x),
        L.AveragePooling1D(2)(x),
        L.AveragePooling1D(4, strides=3, padding="same")(x),
        L.GlobalMaxPooling1D()(x),
        L.GlobalMaxPooling1D(keepdims=True)(x),
        L.GlobalAveragePooling1D()(x),
        L.GlobalAveragePooling1D(keepdims=True)(x),
    ]
    return keras.Model(x, outputs), [normal(rng, 3, 7, 3)]


add_graph("pooling", pooling)


def conv1d(rng):
    x = L.Input((9, 4))
    outputs = [
        L.Conv1D(5, 3)(x),
        L.Conv1D(5, 2, strides=3, activation="relu")(x),
        L.Conv1D(3, 4, strides=2, padding="same")(x),
        L.Conv1D(3, 3, padding="causal", dilation_rate=2, activation="silu")(x),
        L.Conv1D(4, 2, padding="same", dilation_rate=3, use_bias=False)(x),
        L.Conv1D(6, 3, groups=2)(x),
    ]
    return keras.Model(x, outputs), [normal(rng, 3, 9, 4)]


add_graph("conv1d", conv1d)
add(
    "conv1d_lstm",
    (12, 2),
    lambda: L.Conv1D(8, 3, padding="causal", activation="relu"),
    lambda: L.MaxPooling1D(2),
    last(),
)


def masked_pooling(rng):
    x = L.Input((6, 3))
    y = L.Masking()(x)
    outputs = [
        L.GlobalAveragePooling1D()(y),
        L.GlobalMaxPooling1D()(y),
        L.MaxPooling1D(2)(y),
        L.Conv1D(2, 3)(y),
    ]
    # Not the sample that is masked altogether: Keras's mean of nothing is NaN.
    return keras.Model(x, outputs), [padded(rng, 3)[:4]]


add_graph("masked_pooling", masked_pooling)


# ---------------------------------------------------------------- normalisation


def layer_normalization(rng):
    x = L.Input((5, 4))
    outputs = [
        L.LayerNormalization()(x),
        L.LayerNormalization(axis=1, epsilon=1e-6, center=False)(x),
        L.LayerNormalization(axis=[1, 2], scale=False)(x),
    ]
    return keras.Model(x, outputs), [normal(rng, 3, 5, 4)]


add_graph("layer_normalization", layer_normalization)
add_masked("masked_layer_normalization", L.LayerNormalization, last())


# ---------------------------------------------------------------- ids


def ids(rng, *shape):
    return rng.integers(0, 7, shape).astype(np.float32)


def embedding(rng):
    x, y = L.Input((5,), dtype="int32"), L.Input((5,))
    shared = L.Embedding(7, 3, mask_zero=True)
    a, b = shared(x), shared(y)
    outputs = [
        L.LSTM(4)(a),
        L.LSTM(3, return_sequences=True)(L.Concatenate()([a, b])),
        L.GRU(2)(L.Add()([a, b])),
        L.GlobalAveragePooling1D()(b),
        L.Embedding(7, 2)(x),
    ]
    x0, x1 = ids(rng, 4, 5), ids(rng, 4, 5)
    x0[0, 3:] = x1[1, :2] = 0
    x0[2] = 0
    return keras.Model([x, y], outputs), [x0, x1]


add_graph("embedding", embedding)
add(
    "embedding_sentiment",
    (6,),
    lambda: L.Embedding(7, 4, mask_zero=True),
    lambda: L.SpatialDropout1D(0.2),
    lambda: L.Bidirectional(L.LSTM(3)),
    lambda: L.Dropout(0.5),
    lambda: L.Dense(1, activation="sigmoid"),
    inputs=lambda rng: ids(rng, 4, 6),
)


# ---------------------------------------------------------------- Normalization


def normalization(axis=-1, **options):
    """Moments of other data than the model is given."""

    def build(rng):
        x = 3 * normal(rng, 20, 4, 3) + np.array([1, -2, 5], np.float32)
        layer = L.Normalization(axis=axis, **options)
        if "mean" not in options:
            layer.adapt(x)
        return sequential(L.Input((4, 3)), layer, L.Dense(2)), [x[:3]]

    return build


add_graph("normalization", normalization())
add_graph("normalization_invert", normalization(invert=True))
add_graph("normalization_one_mean", normalization(axis=None))
add_graph("normalization_two_axes", normalization(axis=(1, 2)))
add_graph("normalization_given", normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 0.0, 2.5]))
add_graph("normalization_given_one", normalization(axis=None, mean=0.5, variance=4.0, invert=True))
add_masked("masked_normalization", lambda: L.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 1.0, 2.5]), last())


# ---------------------------------------------------------------- Masking


def strange_mask_values(rng):
    """Nothing equals NaN: it masks nothing. Keras writes these numbers as NaN and Infinity, which JSON does not know."""
    values = np.array([np.nan, np.inf, -np.inf])
    inputs = [L.Input((6, 2)) for _ in values]
    outputs = [L.LSTM(3)(L.LSTM(3, return_sequences=True)(L.Masking(float(v))(x))) for v, x in zip(values, inputs)]
    data = [padded(rng, 2) for _ in values]
    for v, x in zip(values[1:], data[1:]):
        x[~MASK] = v
    return keras.Model(inputs, outputs), data


add_graph("masking_strange_values", strange_mask_values)
