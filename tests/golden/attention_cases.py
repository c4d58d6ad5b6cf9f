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
