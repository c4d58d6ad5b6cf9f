"""Models with attention: every option, masks on query, value and both.
Made with Keras 3.15 alone:

    python generate.py --what attention --out attention
"""

import numpy as np
import keras
from keras import layers as L

from predict_cases import MASK, MASK_2, normal, padded

CASES = {}


def add(name, build, tolerance=None):
    CASES[name] = (build, (), tolerance)


def two(name, make, key=False, depth=3, width=3, **call):
    """A query of 4 steps and a value of 5, with a key of its own or without."""

    def build(rng):
        shapes = [(4, depth), (5, width)] + ([(5, depth)] if key else [])
        inputs = [L.Input(s) for s in shapes]
        return keras.Model(inputs, make(inputs, **call)), [normal(rng, 3, *s) for s in shapes]

    add(name, build)


def listed(layer):
    return lambda inputs, **call: layer()(inputs, **call)


def heads(layer):
    def call(inputs, **options):
        if len(inputs) > 2:
            options["key"] = inputs[2]
        return layer()(inputs[0], inputs[1], **options)

    return call


two("attention", listed(L.Attention))
two("attention_scale", listed(lambda: L.Attention(use_scale=True, dropout=0.2)))
two("attention_key", listed(L.Attention), key=True, width=2)
two("attention_causal", listed(L.Attention), use_causal_mask=True)
two("attention_concat", listed(lambda: L.Attention(score_mode="concat")))
two(
    "attention_concat_scale",
    listed(lambda: L.Attention(score_mode="concat", use_scale=True)),
    key=True,
    width=4,
    use_causal_mask=True,
)
two("additive_attention", listed(L.AdditiveAttention))
two("additive_attention_no_scale", listed(lambda: L.AdditiveAttention(use_scale=False, dropout=0.1)), key=True)
two("additive_attention_causal", listed(L.AdditiveAttention), use_causal_mask=True)
two("multi_head_output_of_two_axes", heads(lambda: L.MultiHeadAttention(2, 3, output_shape=(2, 3))))
two("multi_head_attention", heads(lambda: L.MultiHeadAttention(2, 4)))
# Keras on JAX takes a value_dim that is not key_dim only where it does not use JAX's own attention: with dropout.
two(
    "multi_head_attention_key",
    heads(lambda: L.MultiHeadAttention(3, 2, value_dim=4, output_shape=5, dropout=0.1)),
    key=True,
    width=2,
)
two("multi_head_attention_causal", heads(lambda: L.MultiHeadAttention(2, 4)), use_causal_mask=True)
two(
    "multi_head_attention_no_bias",
    heads(lambda: L.MultiHeadAttention(2, 3, use_bias=False, dropout=0.3)),
    use_causal_mask=True,
)
two("multi_head_attention_window", heads(lambda: L.MultiHeadAttention(1, 4, sliding_window=2)))
two(
    "multi_head_attention_causal_window",
    heads(lambda: L.MultiHeadAttention(2, 2, sliding_window=3)),
    use_causal_mask=True,
)
two("multi_head_attention_gate", heads(lambda: L.MultiHeadAttention(2, 4, use_gate=True)))


two("attention_scores", listed(lambda: L.Attention(use_scale=True)), return_attention_scores=True)
two("additive_attention_scores", listed(L.AdditiveAttention), return_attention_scores=True, use_causal_mask=True)
two("multi_head_attention_scores", heads(lambda: L.MultiHeadAttention(2, 4)), return_attention_scores=True, use_causal_mask=False)
two(
    "multi_head_attention_causal_scores",
    heads(lambda: L.MultiHeadAttention(2, 3, dropout=0.2)),
    key=True,
    return_attention_scores=True,
    use_causal_mask=True,
)


def scores_masked(rng):
    """The query's mask goes on with the output, not with the scores."""
    a, b = L.Input((6, 3)), L.Input((6, 3))
    v = L.Masking()(b)
    y, s = L.Attention()([a, v], return_attention_scores=True)
    # (a value of its own: Keras's MultiHeadAttention takes the mask off the tensor it is given)
    z, t = L.MultiHeadAttention(2, 3)(L.Masking()(a), L.Masking()(b), return_attention_scores=True)
    inputs = [normal(rng, *MASK.shape, 3), padded(rng, 3, mask=MASK_2)]
    return keras.Model([a, b], [y, s, L.LSTM(2)(z), t]), inputs


add("attention_scores_masked", scores_masked)


# ---------------------------------------------------------------- masks


def masked(name, make, query=True, value=True, **call):
    """Every kind of padding in the query, in the value, or in both."""

    def build(rng):
        a, b = L.Input((6, 3)), L.Input((6, 3))
        q = L.Masking()(a) if query else a
        v = L.Masking()(b) if value else b
        y = make([q, v], **call)
        outputs = [y, L.LSTM(2)(y)]
        keep = np.ones_like(MASK)
        return keras.Model([a, b], outputs), [
            padded(rng, 3, mask=MASK if query else keep),
            padded(rng, 3, mask=MASK_2 if value else keep),
        ]

    add(name, build)


def masked_self(name, make, **call):
    """Self-attention of padded sequences, as in an encoder, and what follows it."""

    def build(rng):
        x = L.Input((6, 4))
        y = L.LSTM(4, return_sequences=True)(L.Masking()(x))
        z = L.Add()([y, make([y, y], **call)])
        return keras.Model(x, [z, L.GRU(3)(z)]), [padded(rng, 4)]

    add(name, build)


for label, make in (
    ("attention", listed(lambda: L.Attention(use_scale=True))),
    ("attention_concat", listed(lambda: L.Attention(score_mode="concat"))),
    ("additive_attention", listed(L.AdditiveAttention)),
    ("multi_head_attention", heads(lambda: L.MultiHeadAttention(2, 3))),
    # Keras computes it another way with dropout, which shows where a query sees nothing.
    ("multi_head_attention_dropout", heads(lambda: L.MultiHeadAttention(2, 3, dropout=0.1))),
):
    masked("masked_both_" + label, make)
    masked("masked_query_" + label, make, value=False)
    masked("masked_value_" + label, make, query=False)
    masked("masked_causal_" + label, make, use_causal_mask=True)
    masked_self("masked_self_" + label, make)
    masked_self("masked_self_causal_" + label, make, use_causal_mask=True)


def shared(rng):
    """One layer, called twice, and a graph that reads its own weights' other call."""
    a, b = L.Input((5, 4)), L.Input((3, 4))
    layer = L.MultiHeadAttention(2, 3)
    y = L.Concatenate(axis=1)([layer(a, b), layer(b, a)])
    return keras.Model([a, b], L.Dense(2)(y)), [normal(rng, 3, 5, 4), normal(rng, 3, 3, 4)]


add("multi_head_attention_shared", shared)


# ---------------------------------------------------------------- attention_mask, more axes


def allowed(rng, *shape):
    """A mask of True and False; of the first sample the first row (if there is one) sees nothing."""
    mask = rng.random(shape) < 0.6
    mask.reshape(-1, shape[-1])[0] = False
    return mask


def given_mask(name, make, shape, dtype="bool", key=False, masked=False, **call):
    """A query of 4 steps, a value of 5, and a mask of this shape as an input of the model."""

    def build(rng):
        q, v, m = L.Input((4, 3)), L.Input((5, 3)), L.Input(shape, dtype=dtype)
        inputs = [q, v] + ([L.Input((5, 2))] if key else [])
        if key:
            call["key"] = inputs[2]
        y = make()(L.Masking()(q) if masked else q, L.Masking()(v) if masked else v, attention_mask=m, **call)
        data = [normal(rng, 3, *t.shape[1:]) for t in inputs]
        if masked:
            data[0][0, 3:] = data[0][2, :1] = data[1][0, :2] = data[1][1, 4:] = 0
        mask = allowed(rng, 3, *shape)
        # Any number is a mask: 0, or not.
        data.append(mask if dtype == "bool" else (mask * rng.choice([-1, 1, 2, 7], mask.shape)).astype(dtype))
        return keras.Model(inputs + [m], y), data

    add(name, build)


given_mask("attention_mask", lambda: L.MultiHeadAttention(2, 4), (4, 5))
given_mask("attention_mask_float", lambda: L.MultiHeadAttention(2, 3, use_gate=True), (4, 5), "float32")
given_mask("attention_mask_heads", lambda: L.MultiHeadAttention(3, 2), (3, 4, 5), "int32")
given_mask("attention_mask_broadcast", lambda: L.MultiHeadAttention(2, 3, dropout=0.1), (1, 5))
given_mask("attention_mask_rows", lambda: L.MultiHeadAttention(2, 3, dropout=0.1), (2, 4, 1))
given_mask("attention_mask_causal_window", lambda: L.MultiHeadAttention(2, 3, sliding_window=3), (4, 5), use_causal_mask=True)
given_mask("attention_mask_masked", lambda: L.MultiHeadAttention(2, 3), (4, 5), masked=True)
given_mask("attention_mask_key", lambda: L.MultiHeadAttention(2, 3, value_dim=4, dropout=0.2), (4, 5), key=True)
given_mask("attention_mask_scores", lambda: L.MultiHeadAttention(2, 3), (2, 4, 5), key=True, return_attention_scores=True)


def axes(name, layer, query, value, mask=None, **call):
    def build(rng):
        q, v = L.Input(query), L.Input(value)
        inputs, data = [q, v], [normal(rng, 2, *query), normal(rng, 2, *value)]
        if mask:
            inputs.append(L.Input(mask, dtype="bool"))
            data.append(allowed(rng, 2, *mask))
            call["attention_mask"] = inputs[2]
        return keras.Model(inputs, layer()(q, v, **call)), data

    add(name, build)


axes("attention_axes_all", lambda: L.MultiHeadAttention(2, 3), (3, 2, 4), (2, 4, 3))
axes("attention_axes_last", lambda: L.MultiHeadAttention(2, 3, attention_axes=(2,)), (3, 4, 3), (3, 5, 2), return_attention_scores=True)
axes("attention_axes_first", lambda: L.MultiHeadAttention(2, 3, attention_axes=(1,), use_gate=True), (4, 2, 3), (5, 2, 3), use_causal_mask=True)
axes("attention_axes_both", lambda: L.MultiHeadAttention(2, 2, attention_axes=(1, 2), output_shape=4), (2, 3, 3), (3, 2, 3))
axes("attention_axes_between", lambda: L.MultiHeadAttention(2, 2, attention_axes=(2, 3)), (2, 2, 3, 2, 3), (2, 3, 2, 2, 3))
axes("attention_axes_negative", lambda: L.MultiHeadAttention(1, 3, attention_axes=(-2,), value_dim=2), (3, 4, 3), (3, 2, 3))
axes("attention_axes_mask", lambda: L.MultiHeadAttention(2, 3, attention_axes=(2,)), (3, 4, 2), (3, 5, 2), (3, 4, 5))
axes("attention_axes_mask_shared", lambda: L.MultiHeadAttention(2, 3, attention_axes=(2,)), (3, 4, 2), (3, 5, 2), (4, 5))
axes("attention_axes_mask_both", lambda: L.MultiHeadAttention(2, 3), (2, 3, 2), (2, 2, 2), (2, 3, 2, 2), return_attention_scores=True)


def axes_masked(rng):
    """Masks along the axis that attention is over."""
    q, v = L.Input((2, 4, 3)), L.Input((2, 5, 3))
    y = L.MultiHeadAttention(2, 3, attention_axes=(2,))(L.Masking()(q), L.Masking()(v))
    data = [normal(rng, 3, 2, 4, 3), normal(rng, 3, 2, 5, 3)]
    data[0][0, 0, 2:] = data[0][1, :, :1] = data[1][0, 1, :3] = data[1][2, :, 4:] = 0
    return keras.Model([q, v], y), data


add("attention_axes_masked", axes_masked)


def two_blocks(rng):
    """In Keras 3.15 a MultiHeadAttention takes the masks off what it reads: the second block sees none, the LSTM does."""
    ids = L.Input((6,))
    x = L.Embedding(9, 4, mask_zero=True)(ids)
    for _ in range(2):
        x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 3)(x, x)]))
    return keras.Model(ids, [x, L.LSTM(2)(x)]), [np.array([[1, 2, 3, 0, 0, 0], [4, 5, 6, 7, 8, 0], [0, 0, 2, 3, 0, 4]])]


add("two_blocks", two_blocks)


def side_by_side(rng):
    """Which of two attentions comes first is a matter of the graph's order, and the second one sees no mask."""
    a, b = L.Input((6, 3)), L.Input((6, 3))
    x, y = L.Masking()(a), L.Masking()(b)
    first, second = L.MultiHeadAttention(2, 3)(x, y), L.MultiHeadAttention(1, 2)(y, x)
    third = L.MultiHeadAttention(2, 2)(L.Dense(3)(x), L.Dense(3)(y))
    return keras.Model([a, b], [L.Subtract()([second, first]), third]), [padded(rng, 3, mask=MASK), padded(rng, 3, mask=MASK_2)]


add("side_by_side", side_by_side)
