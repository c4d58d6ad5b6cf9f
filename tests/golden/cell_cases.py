"""RNN over cells, and what Bidirectional, ConvLSTM and the activations make of
recurrent layers:

    python generate.py --what cells --out cells
    python generate.py --what older_cells --out cells/3.9     (and cells/3.3, with those versions)
"""

import numpy as np
import keras
from keras import layers as L

from predict_cases import MASK, MASK_2, normal, padded, sequential

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


# ---------------------------------------------------------------- Bidirectional

keep("bidirectional_rnn_states", states([lstm(), gru()], [4, 4, 3] * 2, lambda s: [s[:2], [s[2]], s[3:5], [s[5]]], bidirectional=True))
add_masked(
    "masked_bidirectional_rnn",
    lambda: L.Bidirectional(L.RNN([L.GRUCell(3), L.LSTMCell(2)], return_sequences=True)),
    lambda: L.Bidirectional(
        L.SimpleRNN(3), merge_mode="ave", backward_layer=L.RNN(L.LSTMCell(3), go_backwards=True)
    ),
)


def bidirectional_films(rng):
    """Every merge mode, over both ConvLSTMs."""
    line, film = L.Input((4, 6, 2)), L.Input((3, 5, 4, 2))
    outputs = [
        L.Bidirectional(L.ConvLSTM1D(2, 3, return_sequences=True))(line),
        L.Bidirectional(L.ConvLSTM1D(2, 2, padding="same", return_state=True), merge_mode="mul")(line),
        L.Bidirectional(L.ConvLSTM2D(2, 2), merge_mode="sum")(film),
        L.Bidirectional(
            L.ConvLSTM2D(2, 2, return_sequences=True),
            merge_mode=None,
            backward_layer=L.ConvLSTM2D(2, 2, return_sequences=True, go_backwards=True, activation="relu"),
        )(film),
    ]
    return keras.Model([line, film], flat(outputs)), [normal(rng, 3, 4, 6, 2), normal(rng, 3, 3, 5, 4, 2)]


keep("bidirectional_films", bidirectional_films)

# ---------------------------------------------------------------- activations

RARE = """softmax log_softmax sparsemax celu tanh_shrink soft_shrink hard_shrink squareplus sparse_plus
sparse_sigmoid log_sigmoid""".split()


def rare_activations(rng):
    """Each in the candidate of one layer and in the gates of another. Three steps: many of them let rounding grow."""
    x = L.Input((3, 3))
    outputs = []
    for i, name in enumerate(RARE):
        other = RARE[(i + 8) % len(RARE)]
        if i % 4 == 0:
            layer = L.SimpleRNN(4, activation=name, return_sequences=True)
        elif i % 4 == 1:
            layer = L.GRU(4, activation=name, recurrent_activation=other, reset_after=False)
        elif i % 4 == 2:
            layer = L.GRU(3, activation=other, recurrent_activation=name, return_sequences=True)
        else:
            layer = L.LSTM(5, activation=name, recurrent_activation=other, return_sequences=True)
        outputs.append(layer(x))
    outputs.append(L.LSTM(4, activation="softmax", recurrent_activation="sparsemax", return_sequences=True)(x))
    return keras.Model(x, outputs), [normal(rng, 3, 3, 3)]


keep("rare_activations", rare_activations)
add_masked("masked_softmax_gru", lambda: L.GRU(4, activation="softmax", recurrent_activation="softmax", return_sequences=True))
add("dense_glu", (5, 3), lambda: L.Dense(6, activation="glu"))
add("activation_glu", (5, 3), lambda: L.Dense(8), lambda: L.Activation("glu"), lambda: L.Activation("tanh"))

# ---------------------------------------------------------------- masks and states from call to call


def stateful(*make):
    """Two calls with other masks: a sample with nothing but padding keeps its state, and shows it."""

    def build(rng):
        model = sequential(L.Input(batch_shape=(5, 6, 3)), L.Masking(), *[m() for m in make])
        return model, {"_call1": [padded(rng, 3)], "_call2": [padded(rng, 3, mask=MASK_2[::-1])]}

    return build


SEQUENCES = {"stateful": True, "return_sequences": True}
keep("stateful_masked_lstm", stateful(lambda: L.LSTM(4, zero_output_for_mask=True, **SEQUENCES), lambda: L.LSTM(3, stateful=True)), ("stateful",))
keep("stateful_masked_gru", stateful(lambda: L.GRU(4, **SEQUENCES), lambda: L.GRU(3, reset_after=False, go_backwards=True, **SEQUENCES)), ("stateful",))
keep("stateful_masked_simple_rnn", stateful(lambda: L.SimpleRNN(4, **SEQUENCES), lambda: L.SimpleRNN(3, stateful=True)), ("stateful",))
keep("stateful_masked_rnn", stateful(rnn(lstm(), gru(), **SEQUENCES), rnn(simple(), stateful=True)), ("stateful",))
keep(
    "stateful_masked_bidirectional",
    stateful(lambda: L.Bidirectional(L.LSTM(3, **SEQUENCES)), lambda: L.Bidirectional(L.GRU(2, stateful=True), merge_mode="sum")),
    ("stateful",),
)


def masked_films(*shape, make, **options):
    """One film a call: Keras's JAX takes the mask of several samples for one of places. A frame of zeros is padding."""

    def build(rng):
        steps, flat_size = shape[0], int(np.prod(shape[1:]))
        model = sequential(
            L.Input(**({"batch_shape": (1, steps, flat_size)} if "stateful" in options else {"shape": (steps, flat_size)})),
            L.Masking(),
            L.TimeDistributed(L.Reshape(shape[1:])),
            *[m() for m in make],
        )
        masks = [m[:steps][None] for m in (MASK[2], MASK[3], MASK[4], MASK[1])]
        return model, {f"_call{i + 1}": [padded(rng, flat_size, mask=m)] for i, m in enumerate(masks)}

    return build


def padded_films(name, *shape, make, **options):
    keep(name, masked_films(*shape, make=make, **options), ("stateful",) if "stateful" in options else ())


padded_films("masked_conv_lstm1d", 6, 4, 2, make=[lambda: L.ConvLSTM1D(2, 2, return_sequences=True), lambda: L.ConvLSTM1D(3, 2, padding="same")])
padded_films("masked_conv_lstm1d_zeros", 6, 4, 2, make=[lambda: L.ConvLSTM1D(2, 3, go_backwards=True, return_sequences=True, zero_output_for_mask=True)])
padded_films("masked_conv_lstm2d", 6, 3, 4, 1, make=[lambda: L.ConvLSTM2D(2, 2, padding="same", return_sequences=True), lambda: L.ConvLSTM2D(2, 2)])
FIRST = {"data_format": "channels_first"}
padded_films("masked_first_conv_lstm1d", 6, 2, 4, make=[lambda: L.ConvLSTM1D(2, 2, return_sequences=True, **FIRST), lambda: L.ConvLSTM1D(3, 2, padding="same", **FIRST)])
padded_films("masked_first_conv_lstm2d", 6, 1, 3, 4, make=[lambda: L.ConvLSTM2D(2, 2, padding="same", return_sequences=True, **FIRST), lambda: L.ConvLSTM2D(2, 2, **FIRST)])
padded_films("masked_bidirectional_conv_lstm1d", 6, 4, 2, make=[lambda: L.Bidirectional(L.ConvLSTM1D(2, 2, return_sequences=True))])
padded_films("stateful_masked_conv_lstm1d", 6, 4, 2, make=[lambda: L.ConvLSTM1D(2, 2, **SEQUENCES), lambda: L.ConvLSTM1D(2, 2, stateful=True)], stateful=True)
padded_films("stateful_masked_conv_lstm2d", 6, 3, 3, 1, make=[lambda: L.ConvLSTM2D(2, 2, **SEQUENCES)], stateful=True)
