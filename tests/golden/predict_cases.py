"""Models whose predictions are recorded.

A case is a function that takes a random generator and returns
(model, inputs) or (model, {suffix: inputs}) when the same model is run on
several batches (other lengths, or one stateful call after another).
The file is long because it is one list: a few lines a case.
"""

import numpy as np
import keras
from keras import layers as L

from common import uniform

CASES = {}


def case(*tags, name=None, tolerance=None):
    def register(build):
        CASES[name or build.__name__] = (build, tags, tolerance)
        return build

    return register


def normal(rng, *shape):
    return rng.standard_normal(shape).astype(np.float32)


# One row per kind of padding; 1 = a real step, 0 = a masked one.
MASK = np.array(
    [
        [1, 1, 1, 1, 1, 1],  # nothing masked
        [1, 1, 1, 1, 0, 0],  # padded after
        [0, 0, 1, 1, 1, 1],  # padded before
        [0, 1, 0, 1, 1, 0],  # gaps
        [0, 0, 0, 0, 0, 0],  # nothing but padding
    ],
    dtype=bool,
)
MASK_2 = np.array(
    [
        [1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 1, 1],
        [1, 0, 0, 0, 1, 1],
        [0, 1, 1, 0, 0, 1],
        [0, 0, 1, 0, 0, 0],
    ],
    dtype=bool,
)


def padded(rng, features, value=0.0, mask=MASK):
    x = normal(rng, *mask.shape, features)
    # One real step holds the mask value in a feature: it is still a real step.
    x[0, 1, 0] = value
    x[~mask] = value
    return x


def sequential(*layers):
    return keras.Sequential(list(layers))


def add(name, tags, input_shape, layers, batch=4, tolerance=None, input_name=None):
    """A Sequential case on one random input."""

    def build(rng):
        model = sequential(L.Input(input_shape, name=input_name), *layers())
        return model, [normal(rng, batch, *input_shape)]

    CASES[name] = (build, tags, tolerance)


def add_masked(name, tags, features, layers, value=0.0):
    """A Sequential case behind a Masking layer, with every kind of padding."""

    def build(rng):
        model = sequential(
            L.Input((6, features)), L.Masking(mask_value=value), *layers()
        )
        return model, [padded(rng, features, value)]

    CASES[name] = (build, ("masked", "sequential") + tags, None)


# ---------------------------------------------------------------- LSTM

LSTM = ("lstm", "sequential")
add("lstm_last", LSTM, (5, 3), lambda: [L.LSTM(4)])
add("lstm_seq", LSTM, (5, 3), lambda: [L.LSTM(5, return_sequences=True)])
add(
    "lstm_dense",
    LSTM + ("dense",),
    (7, 2),
    lambda: [L.LSTM(6), L.Dense(3, activation="tanh"), L.Dense(1)],
)
add(
    "lstm_stacked",
    LSTM,
    (6, 2),
    lambda: [
        L.LSTM(7, return_sequences=True),
        L.LSTM(5, return_sequences=True),
        L.LSTM(3),
    ],
)
add("lstm_go_backwards_last", LSTM, (5, 3), lambda: [L.LSTM(4, go_backwards=True)])
add(
    "lstm_go_backwards_seq",
    LSTM,
    (5, 3),
    lambda: [L.LSTM(4, go_backwards=True, return_sequences=True)],
)
add("lstm_no_bias", LSTM, (5, 3), lambda: [L.LSTM(4, use_bias=False)])
add("lstm_no_unit_forget_bias", LSTM, (5, 3), lambda: [L.LSTM(4, unit_forget_bias=False)])
add(
    "lstm_relu_hard_sigmoid",
    LSTM,
    (5, 3),
    lambda: [L.LSTM(4, activation="relu", recurrent_activation="hard_sigmoid")],
)
add(
    "lstm_softsign",
    LSTM,
    (5, 3),
    lambda: [L.LSTM(4, activation="softsign", return_sequences=True)],
)
add("lstm_unroll", LSTM, (5, 3), lambda: [L.LSTM(4, unroll=True, return_sequences=True)])
add(
    "lstm_zero_output_for_mask_unmasked",
    LSTM,
    (5, 3),
    lambda: [L.LSTM(4, zero_output_for_mask=True, return_sequences=True)],
)
add(
    "lstm_dropout",
    LSTM + ("dropout",),
    (5, 3),
    lambda: [L.LSTM(4, dropout=0.3, recurrent_dropout=0.2), L.Dropout(0.5), L.Dense(2)],
)
add("lstm_33_units_20_steps", LSTM, (20, 4), lambda: [L.LSTM(33)], batch=3, tolerance=2e-6)
add("lstm_70_units", LSTM, (5, 3), lambda: [L.LSTM(70)], batch=3, tolerance=2e-6)
add("lstm_one_step_one_feature", LSTM, (1, 1), lambda: [L.LSTM(3)], batch=1)
add(
    "lstm_names",
    LSTM + ("names",),
    (5, 3),
    lambda: [
        L.LSTM(4, return_sequences=True, name="encoder"),
        L.LSTM(3, name="lstm_9"),
        L.Dense(2, name="out_put"),
    ],
    input_name="my_input",
)


@case("lstm", "functional", "multi_output", "return_state")
def lstm_return_state(rng):
    x = L.Input((5, 3))
    outputs = L.LSTM(4, return_sequences=True, return_state=True)(x)
    return keras.Model(x, outputs), [normal(rng, 4, 5, 3)]


@case("lstm", "functional", "multi_input", "initial_state", "return_state")
def lstm_encoder_decoder(rng):
    source, target = L.Input((6, 2)), L.Input((4, 3))
    _, h, c = L.LSTM(5, return_state=True)(source)
    y = L.LSTM(5, return_sequences=True)(target, initial_state=[h, c])
    y = L.TimeDistributed(L.Dense(2))(y)
    return keras.Model([source, target], y), [normal(rng, 3, 6, 2), normal(rng, 3, 4, 3)]


@case("lstm", "functional", "multi_input", "initial_state")
def lstm_initial_state_inputs(rng):
    x, h, c = L.Input((5, 3)), L.Input((4,)), L.Input((4,))
    y = L.LSTM(4)(x, initial_state=[h, c])
    return keras.Model([x, h, c], y), [
        normal(rng, 4, 5, 3),
        normal(rng, 4, 4),
        normal(rng, 4, 4),
    ]


@case("lstm", "sequential", "stateful")
def lstm_stateful(rng):
    model = sequential(
        L.Input(batch_shape=(3, 4, 2)),
        L.LSTM(5, stateful=True, return_sequences=True),
        L.LSTM(3, stateful=True),
    )
    return model, {"_call1": [normal(rng, 3, 4, 2)], "_call2": [normal(rng, 3, 4, 2)]}


# ---------------------------------------------------------------- GRU

for after in (True, False):
    GRU = ("gru", "sequential", f"reset_after_{after}".lower())
    label = "reset_after" if after else "reset_before"
    add(
        f"gru_{label}_last",
        GRU,
        (5, 3),
        lambda after=after: [L.GRU(4, reset_after=after)],
    )
    add(
        f"gru_{label}_seq",
        GRU,
        (6, 2),
        lambda after=after: [L.GRU(5, reset_after=after, return_sequences=True)],
    )
    add(
        f"gru_{label}_go_backwards_seq",
        GRU,
        (5, 3),
        lambda after=after: [
            L.GRU(4, reset_after=after, go_backwards=True, return_sequences=True)
        ],
    )
    add(
        f"gru_{label}_no_bias",
        GRU,
        (5, 3),
        lambda after=after: [L.GRU(4, reset_after=after, use_bias=False)],
    )
    add(
        f"gru_{label}_activations",
        GRU,
        (5, 3),
        lambda after=after: [
            L.GRU(
                4,
                reset_after=after,
                activation="relu",
                recurrent_activation="hard_sigmoid",
                return_sequences=True,
            ),
            L.GRU(3, reset_after=after, activation="softsign"),
        ],
    )
    add_masked(
        f"masked_gru_{label}_last",
        ("gru",),
        3,
        lambda after=after: [L.GRU(4, reset_after=after)],
    )
    add_masked(
        f"masked_gru_{label}_seq",
        ("gru",),
        3,
        lambda after=after: [L.GRU(4, reset_after=after, return_sequences=True)],
    )

add("gru_unroll", ("gru", "sequential"), (5, 3), lambda: [L.GRU(4, unroll=True)])


@case("gru", "functional", "multi_input", "initial_state", "return_state")
def gru_encoder_decoder(rng):
    source, target = L.Input((6, 2)), L.Input((4, 3))
    _, h = L.GRU(5, return_state=True)(source)
    y, last = L.GRU(5, return_sequences=True, return_state=True)(target, initial_state=h)
    return keras.Model([source, target], [y, last]), [
        normal(rng, 3, 6, 2),
        normal(rng, 3, 4, 3),
    ]


# ---------------------------------------------------------------- masks

add_masked("masked_lstm_last", ("lstm",), 3, lambda: [L.LSTM(4)])
add_masked("masked_lstm_seq", ("lstm",), 3, lambda: [L.LSTM(4, return_sequences=True)])
add_masked(
    "masked_lstm_value",
    ("lstm", "mask_value"),
    2,
    lambda: [L.LSTM(4, return_sequences=True)],
    value=-99.5,
)
add_masked(
    "masked_lstm_stacked",
    ("lstm",),
    3,
    lambda: [L.LSTM(5, return_sequences=True), L.LSTM(4), L.Dense(2)],
)
add_masked(
    "masked_lstm_zero_output_seq",
    ("lstm", "zero_output_for_mask"),
    3,
    lambda: [L.LSTM(4, return_sequences=True, zero_output_for_mask=True)],
)
add_masked(
    "masked_lstm_zero_output_last",
    ("lstm", "zero_output_for_mask"),
    3,
    lambda: [L.LSTM(4, zero_output_for_mask=True)],
)
add_masked(
    "masked_lstm_go_backwards_seq",
    ("lstm",),
    3,
    lambda: [L.LSTM(4, return_sequences=True, go_backwards=True)],
)
add_masked(
    "masked_lstm_go_backwards_stacked",
    ("lstm",),
    3,
    lambda: [L.LSTM(4, return_sequences=True, go_backwards=True), L.LSTM(3)],
)
add_masked(
    "masked_lstm_unroll_seq",
    ("lstm", "unroll"),
    3,
    lambda: [L.LSTM(4, return_sequences=True, unroll=True)],
)
add_masked(
    "masked_lstm_td_dense",
    ("lstm", "time_distributed"),
    3,
    lambda: [L.LSTM(4, return_sequences=True), L.TimeDistributed(L.Dense(2)), L.GRU(3)],
)
add_masked(
    "masked_lstm_dense_lstm",
    ("lstm", "dense"),
    3,
    lambda: [L.Dense(4, activation="tanh"), L.LSTM(3, return_sequences=True), L.Dense(2)],
)
add_masked(
    "masked_batchnorm_lstm",
    ("lstm", "batchnorm"),
    3,
    lambda: [L.BatchNormalization(), L.LSTM(4, return_sequences=True), L.BatchNormalization(), L.LSTM(3)],
)
for kind in ("lstm", "gru"):
    cell = {"lstm": L.LSTM, "gru": L.GRU}[kind]
    for seq in (False, True):
        add_masked(
            f"masked_bidirectional_{kind}_{'seq' if seq else 'last'}",
            (kind, "bidirectional"),
            3,
            lambda cell=cell, seq=seq: [L.Bidirectional(cell(4, return_sequences=seq))],
        )
add_masked(
    "masked_bidirectional_stacked",
    ("lstm", "gru", "bidirectional"),
    3,
    lambda: [
        L.Bidirectional(L.LSTM(4, return_sequences=True), merge_mode="sum"),
        L.Bidirectional(L.GRU(3)),
    ],
)


@case("masked", "lstm", "functional", "return_state")
def masked_lstm_return_state(rng):
    x = L.Input((6, 3))
    outputs = L.LSTM(4, return_state=True)(L.Masking()(x))
    return keras.Model(x, outputs), [padded(rng, 3)]


@case("masked", "lstm", "functional", "initial_state", "multi_output")
def masked_lstm_initial_state(rng):
    """Keras gives a layer its input's mask only when the input is its only tensor.

    So the first LSTM, which is also given states, masks nothing; the mask still
    goes on to the second one, which does.
    """
    x, h, c = L.Input((6, 3)), L.Input((4,)), L.Input((4,))
    y = L.LSTM(4, return_sequences=True)(L.Masking()(x), initial_state=[h, c])
    return keras.Model([x, h, c], [y, L.LSTM(3, return_sequences=True)(y)]), [
        padded(rng, 3),
        normal(rng, 5, 4),
        normal(rng, 5, 4),
    ]


@case("masked", "lstm", "sequential", "stateful")
def masked_lstm_stateful(rng):
    """In the second call the state before the first real step is not zero."""
    model = sequential(
        L.Input(batch_shape=(5, 6, 3)),
        L.Masking(),
        L.LSTM(4, stateful=True, return_sequences=True),
    )
    return model, {"_call1": [padded(rng, 3)], "_call2": [padded(rng, 3)]}


@case("masked", "lstm", "functional", "concatenate")
def masked_concatenate_features(rng):
    """A step is kept when either branch keeps it."""
    a, b = L.Input((6, 3)), L.Input((6, 2))
    y = L.Concatenate()([L.Masking()(a), L.Masking()(b)])
    y = L.LSTM(4, return_sequences=True)(y)
    return keras.Model([a, b], y), [padded(rng, 3), padded(rng, 2, mask=MASK_2)]


@case("masked", "lstm", "functional", "concatenate")
def masked_concatenate_one_unmasked(rng):
    """An unmasked branch counts as kept everywhere: the mask is lost."""
    a, b = L.Input((6, 3)), L.Input((6, 2))
    y = L.LSTM(4)(L.Concatenate()([L.Masking()(a), b]))
    return keras.Model([a, b], y), [padded(rng, 3), padded(rng, 2, mask=MASK_2)]


@case("masked", "lstm", "functional", "concatenate")
def masked_concatenate_time(rng):
    """Along time the masks are joined end to end."""
    a, b = L.Input((6, 3)), L.Input((6, 3))
    y = L.Concatenate(axis=1)([L.Masking()(a), L.Masking()(b)])
    return keras.Model([a, b], L.LSTM(4)(y)), [padded(rng, 3), padded(rng, 3, mask=MASK_2)]


@case("masked", "lstm", "sequential", "time_distributed")
def masked_td_lstm(rng):
    """Masking on a 4-D input makes a 3-D mask: each slice of it goes inside."""
    model = sequential(L.Input((3, 6, 2)), L.Masking(), L.TimeDistributed(L.LSTM(4)))
    x = np.stack([padded(rng, 2), padded(rng, 2, mask=MASK_2), padded(rng, 2)], axis=1)
    return model, [x]


@case("masked", "lstm", "functional", "shared_layer")
def masked_shared_lstm(rng):
    a, b = L.Input((6, 3)), L.Input((6, 3))
    masking, lstm = L.Masking(), L.LSTM(4)
    y = L.Concatenate()([lstm(masking(a)), lstm(masking(b))])
    return keras.Model([a, b], y), [padded(rng, 3), padded(rng, 3, mask=MASK_2)]


# ---------------------------------------------------------------- Bidirectional

for kind in ("lstm", "gru"):
    cell = {"lstm": L.LSTM, "gru": L.GRU}[kind]
    tags = (kind, "bidirectional", "sequential")
    for mode in ("concat", "sum", "mul", "ave") if kind == "lstm" else ("concat",):
        add(
            f"bidirectional_{kind}_{mode}_seq",
            tags,
            (5, 3),
            lambda cell=cell, mode=mode: [
                L.Bidirectional(cell(4, return_sequences=True), merge_mode=mode)
            ],
        )
    add(
        f"bidirectional_{kind}_concat_last",
        tags,
        (5, 3),
        lambda cell=cell: [L.Bidirectional(cell(4))],
    )

    def build_none(rng, cell=cell):
        x = L.Input((5, 3))
        y = L.Bidirectional(cell(4, return_sequences=True), merge_mode=None)(x)
        return keras.Model(x, y), [normal(rng, 4, 5, 3)]

    CASES[f"bidirectional_{kind}_none_seq"] = (
        build_none,
        (kind, "bidirectional", "functional", "multi_output"),
        None,
    )

add(
    "bidirectional_lstm_sum_last",
    ("lstm", "bidirectional", "sequential"),
    (5, 3),
    lambda: [L.Bidirectional(L.LSTM(4), merge_mode="sum", name="both_ways")],
)
add(
    "bidirectional_backward_layer",
    ("lstm", "gru", "bidirectional", "sequential"),
    (5, 3),
    lambda: [
        L.Bidirectional(
            L.LSTM(4, return_sequences=True),
            backward_layer=L.GRU(6, return_sequences=True, go_backwards=True),
        )
    ],
)


@case("lstm", "bidirectional", "functional", "return_state", "multi_output")
def bidirectional_return_state(rng):
    x = L.Input((5, 3))
    outputs = L.Bidirectional(L.LSTM(4, return_sequences=True, return_state=True))(x)
    return keras.Model(x, outputs), [normal(rng, 4, 5, 3)]


@case("lstm", "bidirectional", "functional", "initial_state")
def bidirectional_initial_state(rng):
    x, s = L.Input((5, 3)), [L.Input((4,)) for _ in range(4)]
    y = L.Bidirectional(L.LSTM(4, return_sequences=True))(x, initial_state=s)
    return keras.Model([x, *s], y), [
        normal(rng, 4, 5, 3),
        *[normal(rng, 4, 4) for _ in s],
    ]


# ---------------------------------------------------------------- TimeDistributed

add(
    "td_dense",
    ("time_distributed", "dense", "sequential"),
    (5, 3),
    lambda: [L.TimeDistributed(L.Dense(4, activation="tanh"))],
)
add(
    "td_lstm",
    ("time_distributed", "lstm", "sequential"),
    (3, 5, 2),
    lambda: [L.TimeDistributed(L.LSTM(4)), L.LSTM(3)],
)
add(
    "td_lstm_seq",
    ("time_distributed", "lstm", "sequential"),
    (3, 5, 2),
    lambda: [L.TimeDistributed(L.LSTM(4, return_sequences=True))],
)
add(
    "td_batchnorm",
    ("time_distributed", "batchnorm", "sequential"),
    (5, 3),
    lambda: [L.TimeDistributed(L.BatchNormalization())],
)

# ---------------------------------------------------------------- BatchNormalization

add(
    "batchnorm_after_lstm",
    ("batchnorm", "lstm", "sequential"),
    (5, 3),
    lambda: [L.LSTM(4), L.BatchNormalization(), L.Dense(2)],
)
add(
    "batchnorm_sequence",
    ("batchnorm", "lstm", "sequential"),
    (5, 3),
    lambda: [L.LSTM(4, return_sequences=True), L.BatchNormalization(epsilon=0.01)],
)
add("batchnorm_axis_1", ("batchnorm", "sequential"), (5, 3), lambda: [L.BatchNormalization(axis=1)])
add("batchnorm_axis_2", ("batchnorm", "sequential"), (5, 3), lambda: [L.BatchNormalization(axis=2)])
add(
    "batchnorm_no_center",
    ("batchnorm", "sequential"),
    (4,),
    lambda: [L.BatchNormalization(center=False)],
)
add(
    "batchnorm_no_scale",
    ("batchnorm", "sequential"),
    (4,),
    lambda: [L.BatchNormalization(scale=False)],
)
add(
    "batchnorm_no_center_no_scale",
    ("batchnorm", "sequential"),
    (4,),
    lambda: [L.BatchNormalization(center=False, scale=False)],
)

# ---------------------------------------------------------------- Dense

ACTIVATIONS = (
    "linear relu leaky_relu relu6 softmax elu selu softplus softsign silu gelu tanh "
    "sigmoid exponential hard_sigmoid hard_silu mish"
).split()
LATER_ACTIVATIONS = (
    "log_sigmoid log_softmax celu hard_tanh tanh_shrink soft_shrink hard_shrink squareplus "
    "sparse_plus sparse_sigmoid sparsemax"
).split()


def activation_heads(rng, names):
    """One Dense head per activation, named after it, in the given order.

    The input is wide enough to reach both tails of every function.
    """
    x = L.Input((3,))
    model = keras.Model(x, [L.Dense(4, activation=a, name=a)(x) for a in names])
    return model, [uniform(rng, -6, 6, (5, 3))]


@case("dense", "activations", "functional", "multi_output")
def dense_activations(rng):
    return activation_heads(rng, ACTIVATIONS)


@case("dense", "activations", "functional", "multi_output")
def dense_activations_later(rng):
    """Those that Keras 3.3 does not have."""
    return activation_heads(rng, LATER_ACTIVATIONS)


for activation in ("relu", "softmax"):
    add(
        f"dense_{activation}",
        ("dense", "activations", "sequential"),
        (3,),
        lambda activation=activation: [L.Dense(4, activation=activation)],
    )
add("dense_no_bias", ("dense", "sequential"), (3,), lambda: [L.Dense(5, use_bias=False)])
add("dense_3d", ("dense", "sequential"), (5, 3), lambda: [L.Dense(4, activation="softmax")])

# ---------------------------------------------------------------- Functional


@case("functional", "concatenate", "multi_input", "lstm")
def functional_two_inputs(rng):
    a, b = L.Input((5, 3), name="history"), L.Input((2,), name="static")
    y = L.Concatenate()([L.LSTM(4)(a), L.Dense(3, activation="relu")(b)])
    return keras.Model([a, b], L.Dense(2)(y)), [normal(rng, 4, 5, 3), normal(rng, 4, 2)]


@case("functional", "concatenate", "multi_input")
def functional_concatenate_axis_1(rng):
    a, b = L.Input((4, 3)), L.Input((2, 3))
    return keras.Model([a, b], L.GRU(4)(L.Concatenate(axis=1)([a, b]))), [
        normal(rng, 3, 4, 3),
        normal(rng, 3, 2, 3),
    ]


@case("functional", "concatenate", "multi_input")
def functional_concatenate_three(rng):
    inputs = [L.Input((4, n)) for n in (1, 2, 3)]
    return keras.Model(inputs, L.Concatenate(axis=-1)(inputs)), [
        normal(rng, 3, 4, n) for n in (1, 2, 3)
    ]


@case("functional", "shared_layer", "multi_input", "lstm")
def functional_shared_lstm(rng):
    a, b = L.Input((5, 3)), L.Input((5, 3))
    lstm = L.LSTM(4, name="shared")
    y = L.Concatenate()([lstm(a), lstm(b)])
    return keras.Model([a, b], L.Dense(2)(y)), [normal(rng, 4, 5, 3), normal(rng, 4, 5, 3)]


@case("functional", "lstm", "gru")
def functional_diamond(rng):
    x = L.Input((5, 3))
    trunk = L.LSTM(4, return_sequences=True)(x)
    left, right = L.LSTM(3)(trunk), L.GRU(5)(trunk)
    return keras.Model(x, L.Dense(2)(L.Concatenate()([left, right]))), [normal(rng, 4, 5, 3)]


@case("functional", "multi_output", "lstm")
def functional_two_outputs(rng):
    x = L.Input((5, 3))
    y = L.LSTM(4)(x)
    a = L.Dense(1, name="level")(y)
    b = L.Dense(3, activation="softmax", name="class_of")(y)
    return keras.Model(x, [a, b], name="two_heads"), [normal(rng, 4, 5, 3)]


@case("functional", "any_length", "lstm")
def functional_any_length(rng):
    x = L.Input((None, 2))
    y = L.TimeDistributed(L.Dense(2))(L.LSTM(4, return_sequences=True)(x))
    y = L.Bidirectional(L.GRU(3))(y)
    return keras.Model(x, y), {"_T5": [normal(rng, 3, 5, 2)], "_T9": [normal(rng, 4, 9, 2)]}


@case("sequential", "any_length", "masked", "lstm")
def masked_any_length(rng):
    model = sequential(L.Input((None, 3)), L.Masking(), L.LSTM(4))
    longer = np.concatenate([MASK, MASK_2[:, :3]], axis=1)
    return model, {"_T6": [padded(rng, 3)], "_T9": [padded(rng, 3, mask=longer)]}


@case("sequential", "no_input_layer", "lstm")
def sequential_without_input(rng):
    model = sequential(L.LSTM(4, return_sequences=True), L.GRU(3), L.Dense(2))
    x = normal(rng, 4, 5, 3)
    model(x)
    return model, [x]
