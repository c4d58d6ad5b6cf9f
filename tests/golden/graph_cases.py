"""Graphs that random_architectures.py found to go wrong once, made small: nested models, masks on long ways.
Made with Keras 3.15 alone:

    python generate.py --what graphs --out graphs
"""

import keras
from keras import layers as L

from predict_cases import MASK_2, normal, padded, sequential

CASES = {}


def case(build):
    CASES[build.__name__] = (build, (), None)
    return build


def small_model():
    x = L.Input((3,))
    return keras.Model(x, L.Add()([L.Dense(3, activation="tanh")(x), x]))


@case
def model_as_output(rng):
    """Keras counts the making of a Functional model as a call of it, but only where an output is named."""
    a, b = L.Input((3,)), L.Input((3,))
    shared, other = small_model(), sequential(L.Input((3,)), L.Dense(2))
    outputs = [shared(b), shared(L.Dense(3)(shared(a))), other(a), other(b)]
    return keras.Model([a, b], outputs), [normal(rng, 3, 3), normal(rng, 3, 3)]


@case
def model_as_last_layer(rng):
    a = L.Input((3,))
    return keras.Model(a, small_model()(L.Dense(3)(a))), [normal(rng, 3, 3)]


@case
def masked_time_distributed(rng):
    """TimeDistributed hands its mask on, also beside others."""
    a, b = L.Input((6, 3)), L.Input((6, 3))
    y = L.TimeDistributed(L.Dense(4))(L.Masking()(a))
    z = L.TimeDistributed(small_model())(L.Masking()(b))
    last = L.Bidirectional(L.LSTM(2))(L.TimeDistributed(L.BatchNormalization())(z))
    return keras.Model([a, b], [L.LSTM(2)(y), L.GRU(3)(L.Concatenate()([y, z])), last]), [
        padded(rng, 3),
        padded(rng, 3, mask=MASK_2),
    ]


@case
def masks_taken_off(rng):
    """MultiHeadAttention takes the masks off what it reads: for an attention beside it, and for a nested model behind it."""
    a = L.Input((6, 4))
    h = L.Masking()(a)
    seen = L.MultiHeadAttention(2, 2)(h, h)
    beside = L.AdditiveAttention()([L.Attention()([seen, h]), h])

    def block():
        x = L.Input((6, 4))
        return keras.Model(x, L.Add()([x, L.MultiHeadAttention(2, 2)(x, x)]))

    b = L.Input((6, 4))
    return keras.Model([a, b], [beside, L.LSTM(3)(block()(block()(L.Masking()(b))))]), [padded(rng, 4), padded(rng, 4, mask=MASK_2)]


@case
def nested_ends(rng):
    """What comes out of several cells is nested, and so may be what the user says."""
    a, b = L.Input((4, 3)), L.Input((4, 3))
    states = L.RNN([L.LSTMCell(2), L.GRUCell(3)], return_state=True)(a)
    both = L.Bidirectional(L.RNN([L.GRUCell(2), L.SimpleRNNCell(3)], return_state=True))(b)
    outputs = {"states": states, "more": [both, {"y": L.Dense(2)(b), "x": L.Dense(3)(b)}]}
    return keras.Model([[a], b], outputs), [normal(rng, 3, 4, 3), normal(rng, 3, 4, 3)]


@case
def called_by_names(rng):
    """A model whose inputs are an object, and one that is called with an object by the names of its inputs."""
    a, b, c, d = (L.Input((4, 3), name=name) for name in "abcd")

    def difference(p, q):
        return L.Subtract()([L.LSTM(2)(p), L.GRU(2)(q)])

    first = keras.Model({"q": a, "p": b}, difference(a, b))
    x, y = L.Input((4, 3), name="x"), L.Input((4, 3), name="a_later_one")
    second = keras.Model([x, y], difference(x, y))
    outputs = [first({"q": c, "p": d}), second({"x": c, "a_later_one": d})]
    return keras.Model([c, d], outputs), [normal(rng, 3, 4, 3), normal(rng, 3, 4, 3)]


@case
def layers_as_activations(rng):
    """Those that compute an activation function."""
    x = L.Input((4, 3))
    h = L.LSTM(3, activation=L.ReLU(), recurrent_activation=L.Activation("hard_sigmoid"), return_sequences=True)(x)
    h = L.Activation(L.ReLU(6))(L.Dense(3, activation=L.LeakyReLU(0.2))(h))
    return keras.Model(x, L.Dense(4, activation=L.Softmax())(L.GRU(3, activation=L.ELU())(h))), [normal(rng, 3, 4, 3)]


@case
def sequential_of_states(rng):
    """A layer of a Sequential hands on all it gives; those of the last layer are the outputs."""
    added = sequential(L.Input((4, 2)), L.LSTM(3, return_state=True), L.Add())
    ends = sequential(L.Input((4, 2)), L.GRU(3, return_sequences=True), L.LSTM(2, return_state=True))
    pair = sequential(L.Input((4, 2)), L.Bidirectional(L.GRU(2), merge_mode=None))
    x = L.Input((4, 2))
    return keras.Model(x, [added(x), *ends(x), *pair(x)]), [normal(rng, 3, 4, 2)]


@case
def sequential_ends_in_states(rng):
    return sequential(L.Input((4, 2)), L.LSTM(3, return_state=True)), [normal(rng, 3, 4, 2)]


@case
def sequential_ends_in_two_directions(rng):
    return sequential(L.Input((4, 2)), L.Bidirectional(L.GRU(2), merge_mode=None)), [normal(rng, 3, 4, 2)]
