"""Attentions of padded sequences, trained by fit_cases.py: queries that see nothing."""

import keras
from keras import layers as L

from fit_common import case, compiled, normal


def padded(rng, steps, features):
    """One whole sequence is padding, others begin or end with it."""
    x = normal(rng, 10, steps, features)
    x[1, 3:] = 0
    x[3, 1:3] = 0
    x[4, :2] = 0
    x[6] = 0
    x[7, :1] = 0
    return x


def seen_by(attention, rng, own_key=False, masked_query=False, **call):
    """Every part on the way has weights: what reads the query, the value, the key."""
    a, b = L.Input((4, 3)), L.Input((5, 3))
    v = L.Masking()(b)
    q = L.LSTM(4, return_sequences=True)(L.Masking()(a) if masked_query else a)
    inputs = [q, L.Dense(4, activation="tanh")(v)] + ([L.Dense(4)(v)] if own_key else [])
    y = L.Dense(2)(attention(inputs, **call))
    model = compiled(keras.Model([a, b], y), rng, keras.optimizers.SGD(0.3))
    return model, [padded(rng, 4, 3)[::-1].copy() if masked_query else normal(rng, 10, 4, 3), padded(rng, 5, 3)], normal(rng, 10, 4, 2), {}


@case
def attention_sees_nothing(rng):
    return seen_by(L.Attention(use_scale=True), rng)


@case
def attention_sees_nothing_both_masked(rng):
    return seen_by(L.Attention(), rng, own_key=True, masked_query=True)


@case
def attention_sees_nothing_concat(rng):
    return seen_by(L.Attention(use_scale=True, score_mode="concat"), rng, use_causal_mask=True)


@case
def attention_sees_nothing_additive(rng):
    return seen_by(L.AdditiveAttention(), rng, own_key=True, use_causal_mask=True)


@case
def attention_sees_nothing_itself(rng):
    """Self-attention, causal: at padding that comes first nothing is seen, and the mask goes on."""
    x = L.Input((5, 3))
    h = L.GRU(4, return_sequences=True)(L.Masking()(x))
    y = L.Dense(2)(L.Attention(use_scale=True)([h, h], use_causal_mask=True))
    return compiled(keras.Model(x, y), rng, keras.optimizers.SGD(0.3)), padded(rng, 5, 3), normal(rng, 10, 5, 2), {}
