"""Models of images and films: convolutions and poolings, every option of each.
Made with Keras 3.15 alone:

    python generate.py --what images --out images
"""

import keras
from keras import layers as L

from predict_cases import normal, sequential

CASES = {}


def add(name, input_shape, *make, batch=3, tolerance=None):
    """A Sequential on one random input."""

    def build(rng):
        model = sequential(L.Input(input_shape), *[m() for m in make])
        return model, [normal(rng, batch, *[n or 9 for n in input_shape])]

    CASES[name] = (build, (), tolerance)


# ---------------------------------------------------------------- Conv2D

add("conv2d", (6, 5, 3), lambda: L.Conv2D(4, 3))
add("conv2d_same", (6, 5, 3), lambda: L.Conv2D(4, (2, 3), padding="same", activation="relu"))
add("conv2d_strides", (9, 8, 2), lambda: L.Conv2D(4, (3, 2), strides=(2, 3), activation="tanh"))
add("conv2d_strides_same", (9, 8, 2), lambda: L.Conv2D(4, (3, 4), strides=(2, 3), padding="same"))
add("conv2d_dilation", (9, 8, 2), lambda: L.Conv2D(4, 3, dilation_rate=(2, 3)))
add("conv2d_dilation_same", (9, 8, 2), lambda: L.Conv2D(4, (2, 3), dilation_rate=3, padding="same"))
add("conv2d_groups", (6, 5, 6), lambda: L.Conv2D(9, 2, groups=3, padding="same", activation="elu"))
add("conv2d_one_tap", (4, 5, 7), lambda: L.Conv2D(5, 1, use_bias=False))
add("conv2d_one_tap_strides", (4, 5, 7), lambda: L.Conv2D(5, 1, strides=2))
add("conv2d_channels_last", (5, 5, 2), lambda: L.Conv2D(3, 2, data_format="channels_last"))

# ---------------------------------------------------------------- Conv1D

add("conv1d", (7, 3), lambda: L.Conv1D(4, 3, activation="relu"))
add("conv1d_same_strides", (8, 3), lambda: L.Conv1D(4, 4, strides=3, padding="same"))
add("conv1d_causal", (7, 3), lambda: L.Conv1D(4, 3, padding="causal", dilation_rate=2))
add("conv1d_causal_strides", (8, 3), lambda: L.Conv1D(4, 2, padding="causal", strides=3))
add("conv1d_groups", (7, 6), lambda: L.Conv1D(4, 3, groups=2, padding="same", use_bias=False))
add("conv1d_any_length_lstm", (None, 2), lambda: L.Conv1D(4, 3, activation="tanh"), lambda: L.LSTM(3))
add("conv1d_each_frame", (3, 6, 2), lambda: L.TimeDistributed(L.Conv1D(4, 3)))

# ---------------------------------------------------------------- poolings

for kind, layer in (("max", L.MaxPooling2D), ("average", L.AveragePooling2D)):
    name = f"{kind}_pooling2d"
    add(name, (6, 7, 3), lambda layer=layer: layer(2))
    add(name + "_same", (5, 7, 3), lambda layer=layer: layer((2, 3), padding="same"))
    add(name + "_strides", (6, 7, 3), lambda layer=layer: layer(3, strides=(1, 2)))
    add(name + "_strides_same", (6, 7, 3), lambda layer=layer: layer(3, strides=(2, 1), padding="same"))
for kind, layer in (("max", L.GlobalMaxPooling2D), ("average", L.GlobalAveragePooling2D)):
    name = f"global_{kind}_pooling2d"
    add(name, (6, 7, 3), lambda layer=layer: layer())
    add(name + "_keepdims", (6, 7, 3), lambda layer=layer: layer(keepdims=True))

# ---------------------------------------------------------------- films


def network():
    return [
        lambda: L.TimeDistributed(L.Conv2D(4, 3, padding="same", activation="relu")),
        lambda: L.TimeDistributed(L.MaxPooling2D()),
        lambda: L.TimeDistributed(L.Conv2D(5, 2, activation="relu")),
    ]


add(
    "film_flatten_lstm",
    (4, 8, 6, 2),
    *network(),
    lambda: L.TimeDistributed(L.Flatten()),
    lambda: L.TimeDistributed(L.Dropout(0.3)),
    lambda: L.LSTM(5),
    lambda: L.Dense(2, activation="softmax"),
)
add(
    "film_global_average_gru",
    (4, 8, 6, 2),
    *network(),
    lambda: L.TimeDistributed(L.GlobalAveragePooling2D()),
    lambda: L.GRU(5, return_sequences=True),
)
add(
    "film_global_max_bidirectional",
    (4, 8, 6, 2),
    lambda: L.TimeDistributed(L.AveragePooling2D(2)),
    *network()[:1],
    lambda: L.TimeDistributed(L.GlobalMaxPooling2D()),
    lambda: L.Bidirectional(L.LSTM(3)),
)


def image_network(rng):
    """Two images that share their convolutions, and a skip."""
    a, b = L.Input((8, 8, 3)), L.Input((8, 8, 3))
    first, second = L.Conv2D(4, 3, padding="same", activation="relu"), L.Conv2D(4, 3, padding="same")
    ends = []
    for x in (a, b):
        y = first(x)
        y = L.Add()([y, second(y)])
        ends.append(L.GlobalAveragePooling2D()(L.MaxPooling2D()(L.BatchNormalization()(y))))
    return keras.Model([a, b], L.Dense(3)(L.Concatenate()(ends))), [
        normal(rng, 3, 8, 8, 3),
        normal(rng, 3, 8, 8, 3),
    ]


CASES["image_network_shared"] = (image_network, (), None)


# ---------------------------------------------------------------- ConvLSTM

add("conv_lstm1d", (5, 7, 3), lambda: L.ConvLSTM1D(4, 3))
add("conv_lstm1d_same", (5, 7, 3), lambda: L.ConvLSTM1D(4, 2, padding="same", return_sequences=True))
add("conv_lstm1d_strides", (5, 8, 2), lambda: L.ConvLSTM1D(4, 3, strides=2, go_backwards=True, return_sequences=True))
add("conv_lstm1d_dilation", (5, 8, 2), lambda: L.ConvLSTM1D(3, 3, dilation_rate=2, use_bias=False))
add("conv_lstm2d", (4, 6, 5, 2), lambda: L.ConvLSTM2D(3, 3))
add("conv_lstm2d_same", (4, 5, 6, 2), lambda: L.ConvLSTM2D(3, (2, 3), padding="same", return_sequences=True))
add("conv_lstm2d_strides", (4, 7, 6, 2), lambda: L.ConvLSTM2D(3, 3, strides=(2, 1), padding="same", dropout=0.2))
add(
    "conv_lstm2d_activations",
    (4, 5, 4, 2),
    lambda: L.ConvLSTM2D(3, 2, activation="relu", recurrent_activation="hard_sigmoid", unit_forget_bias=False),
)
add(
    "conv_lstm2d_stacked",
    (4, 6, 6, 1),
    lambda: L.ConvLSTM2D(3, 3, padding="same", return_sequences=True),
    lambda: L.BatchNormalization(),
    lambda: L.ConvLSTM2D(2, 2, return_sequences=False),
    lambda: L.Flatten(),
    lambda: L.Dense(2),
)


# ---------------------------------------------------------------- channels_first

FIRST = {"data_format": "channels_first"}
add("first_conv1d", (3, 7), lambda: L.Conv1D(4, 3, strides=2, padding="same", activation="relu", **FIRST))
add("first_conv1d_causal", (3, 7), lambda: L.Conv1D(4, 3, dilation_rate=2, padding="causal", use_bias=False, **FIRST))
add("first_conv1d_groups", (4, 7), lambda: L.Conv1D(6, 2, groups=2, **FIRST))
add("first_conv2d", (3, 6, 5), lambda: L.Conv2D(4, (2, 3), strides=(2, 1), padding="same", activation="tanh", **FIRST))
add("first_conv2d_dilation", (2, 9, 8), lambda: L.Conv2D(4, (2, 3), dilation_rate=(3, 2), **FIRST))
add("first_conv2d_groups", (6, 5, 6), lambda: L.Conv2D(9, 2, groups=3, padding="same", activation="elu", **FIRST))
for kind, one, two in (("max", L.MaxPooling1D, L.MaxPooling2D), ("average", L.AveragePooling1D, L.AveragePooling2D)):
    add(f"first_{kind}_pooling1d", (3, 7), lambda one=one: one(2, strides=3, padding="same", **FIRST))
    add(f"first_{kind}_pooling2d", (3, 5, 7), lambda two=two: two((2, 3), strides=(1, 2), padding="same", **FIRST))
for kind, one, two in (
    ("max", L.GlobalMaxPooling1D, L.GlobalMaxPooling2D),
    ("average", L.GlobalAveragePooling1D, L.GlobalAveragePooling2D),
):
    add(f"first_global_{kind}_pooling1d", (3, 7), lambda one=one: one(**FIRST))
    add(f"first_global_{kind}_pooling1d_keepdims", (3, 7), lambda one=one: one(keepdims=True, **FIRST))
    add(f"first_global_{kind}_pooling2d", (3, 5, 7), lambda two=two: two(**FIRST))
    add(f"first_global_{kind}_pooling2d_keepdims", (3, 5, 7), lambda two=two: two(keepdims=True, **FIRST))
add("first_conv_lstm1d", (5, 3, 7), lambda: L.ConvLSTM1D(4, 3, strides=2, return_sequences=True, go_backwards=True, **FIRST))
add("first_conv_lstm1d_dilation", (5, 2, 8), lambda: L.ConvLSTM1D(3, 3, dilation_rate=2, **FIRST))
add("first_conv_lstm2d", (4, 2, 5, 6), lambda: L.ConvLSTM2D(3, (2, 3), padding="same", return_sequences=True, **FIRST))
add(
    "first_bidirectional_conv_lstm2d",
    (4, 2, 5, 6),
    lambda: L.Bidirectional(L.ConvLSTM2D(2, 2, return_sequences=True, **FIRST), merge_mode="sum"),
)
add(
    "first_film",
    (4, 2, 8, 6),
    lambda: L.TimeDistributed(L.Conv2D(4, 3, padding="same", activation="relu", **FIRST)),
    lambda: L.TimeDistributed(L.BatchNormalization(axis=1)),
    lambda: L.TimeDistributed(L.MaxPooling2D(**FIRST)),
    lambda: L.TimeDistributed(L.Flatten(**FIRST)),
    lambda: L.LSTM(3),
)
add(
    "first_series_lstm",
    (3, 9),
    lambda: L.Conv1D(4, 3, activation="tanh", **FIRST),
    lambda: L.AveragePooling1D(2, **FIRST),
    lambda: L.Permute((2, 1)),
    lambda: L.LSTM(3),
)


def first_conv_lstm_states(rng):
    """The state of one film starts another, channels first."""
    a, b = L.Input((4, 2, 5, 4)), L.Input((3, 2, 5, 4))
    _, h, c = L.ConvLSTM2D(3, 2, padding="same", return_state=True, **FIRST)(a)
    y = L.ConvLSTM2D(3, 2, padding="same", return_sequences=True, **FIRST)(b, initial_state=[h, c])
    return keras.Model([a, b], [y, h, c]), [normal(rng, 2, 4, 2, 5, 4), normal(rng, 2, 3, 2, 5, 4)]


CASES["first_conv_lstm2d_states"] = (first_conv_lstm_states, (), None)


def conv_lstm_states(rng):
    """The state of one film starts another."""
    a, b = L.Input((4, 5, 5, 2)), L.Input((3, 5, 5, 2))
    _, h, c = L.ConvLSTM2D(3, 2, padding="same", return_state=True)(a)
    y = L.ConvLSTM2D(3, 2, padding="same", return_sequences=True)(b, initial_state=[h, c])
    return keras.Model([a, b], [y, c]), [normal(rng, 2, 4, 5, 5, 2), normal(rng, 2, 3, 5, 5, 2)]


CASES["conv_lstm2d_states"] = (conv_lstm_states, (), None)
