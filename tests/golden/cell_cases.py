"""RNN over cells, and what Bidirectional, ConvLSTM and the activations make of
recurrent layers:

    python generate.py --what cells --out cells
    python generate.py --what older_cells --out cells/3.9     (and cells/3.3, with those versions)
"""

import numpy as np
import keras
from keras import layers as L

from predict_cases import normal, padded, sequential

CASES = {}
OLDER = {}  # those that older versions have too


def add(name, input_shape, *make, batch=3, inputs=None, tags=(), tolerance=None, older=False):
    """A Sequential on one random input, or on what inputs(rng) gives."""

    def build(rng):
        shape = {"batch_shape": (batch, *input_shape)} if "stateful" in tags else {"shape": input_shape}
        model = sequential(L.Input(**shape), *[m() for m in make])
        if "stateful" in tags:
            return model, {"_call1": [normal(rng, batch, *input_shape)], "_call2": [normal(rng, batch, *input_shape)]}
        return model, [inputs(rng) if inputs else normal(rng, batch, *input_shape)]

    keep(name, build, tags, tolerance, older)


def add_masked(name, *make, features=3, **options):
    """A Sequential behind a Masking layer, with every kind of padding."""
    add(name, (6, features), L.Masking, *make, inputs=lambda rng: padded(rng, features), **options)


def keep(name, build, tags=(), tolerance=None, older=False):
    CASES[name] = (build, tags, tolerance)
    if older:
        OLDER[name] = CASES[name]


# ---------------------------------------------------------------- one cell


def rnn(*cells, **options):
    return lambda: L.RNN(cells[0]() if len(cells) == 1 else [c() for c in cells], **options)


def lstm(units=4, **options):
    return lambda: L.LSTMCell(units, **options)


def gru(units=3, **options):
    return lambda: L.GRUCell(units, **options)


def simple(units=2, **options):
    return lambda: L.SimpleRNNCell(units, **options)


add("rnn_lstm", (5, 3), rnn(lstm()), lambda: L.Dense(2), older=True)
add("rnn_lstm_options", (5, 3), rnn(lstm(activation="relu", recurrent_activation="hard_sigmoid", use_bias=False, dropout=0.2, recurrent_dropout=0.3, seed=3), return_sequences=True, go_backwards=True))
add("rnn_gru_reset_before", (5, 3), rnn(gru(reset_after=False, kernel_regularizer="l2", bias_constraint="non_neg"), unroll=True))
add_masked("masked_rnn_lstm", rnn(lstm(), return_sequences=True), rnn(gru()), older=True)

# ---------------------------------------------------------------- several

add("rnn_stacked", (5, 3), rnn(lstm(), gru()), lambda: L.Dense(2), older=True)
add("rnn_stacked_names", (5, 3), rnn(lstm(4, name="a"), lstm(2, name="b"), simple(3), lstm(3), return_sequences=True))
add("rnn_stacked_stateful", (4, 3), rnn(lstm(), gru(), stateful=True), tags=("stateful",))
add("rnn_stack_in_a_stack", (5, 3), rnn(lambda: L.StackedRNNCells([L.LSTMCell(4), L.GRUCell(2)]), lstm(2)))
add_masked("masked_rnn_stacked", rnn(lstm(), gru(), return_sequences=True), rnn(simple(), lstm()))
add_masked("masked_rnn_stacked_backwards", rnn(gru(), lstm(), return_sequences=True, go_backwards=True))
add_masked("masked_rnn_stacked_zeros", rnn(lstm(), simple(), return_sequences=True, zero_output_for_mask=True))
add("rnn_in_time_distributed", (3, 4, 2), lambda: L.TimeDistributed(L.RNN([L.LSTMCell(3), L.GRUCell(2)])))


def flat(outputs):
    return keras.tree.flatten(outputs)


def states(cells, sizes, nested, bidirectional=False, **options):
    """Initial states in, final states out."""

    def build(rng):
        x = L.Input((5, 3))
        inputs = [L.Input((n,)) for n in sizes]
        layer = L.RNN([c() for c in cells] if len(cells) > 1 else cells[0](), return_state=True, **options)
        if bidirectional:
            layer = L.Bidirectional(layer)
        y = layer(x, initial_state=nested(inputs))
        return keras.Model([x, *inputs], flat(y)), [normal(rng, 3, 5, 3), *[normal(rng, 3, n) for n in sizes]]

    return build


keep("rnn_stacked_states", states([lstm(), gru()], [4, 4, 3], lambda s: [s[:2], s[2:]], return_sequences=True))
