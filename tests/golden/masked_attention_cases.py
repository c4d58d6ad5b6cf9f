"""Attentions of padded sequences, trained by fit_cases.py: queries that see nothing, and masks that attentions take off tensors."""

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


def scores_too(attention, rng, **call):
    """The scores know nothing of the query's mask, the output is 0 there."""
    a, b = L.Input((4, 3)), L.Input((5, 3))
    q, v = L.Dense(3)(L.Masking()(a)), L.Dense(3)(L.Masking()(b))
    y, scores = attention([q, v], return_attention_scores=True, **call)
    model = keras.Model([a, b], [L.Dense(2)(y), L.Dense(2)(scores)])
    compiled(model, rng, keras.optimizers.SGD(0.1), run_eagerly=True)
    return model, [padded(rng, 4, 3)[::-1].copy(), padded(rng, 5, 3)], [normal(rng, 10, 4, 2), normal(rng, 10, 4, 2)], {}


@case
def attention_scores_of_masked(rng):
    return scores_too(L.Attention(use_scale=True, score_mode="concat"), rng)


@case
def attention_scores_of_masked_additive(rng):
    return scores_too(L.AdditiveAttention(), rng, use_causal_mask=True)


# ---------------------------------------------------------------- masks that MultiHeadAttention takes off tensors

BARELY = 1e-9  # a rate that drops nothing and still makes a new tensor in training


def attended(rng, build):
    """`build`: what becomes of a masked sequence of 3 features. Training, validation and evaluation see different masks where a
    Dropout gives back the very tensor it got."""
    x = L.Input((5, 3))
    model = keras.Model(x, build(L.Masking()(x)))
    # Eagerly: in a TensorFlow graph an attention's output has no batch size, and the loss of one output is a mean of batches, not of samples.
    compiled(model, rng, keras.optimizers.SGD(0.05), metrics=[["mae"]] * len(model.outputs), run_eagerly=True)
    data = padded(rng, 5, 3)
    return model, data, [normal(rng, 10, *y.shape[1:]) for y in model.outputs], {"validation_rows": 4}


def block(x, dropout=None):
    y = L.MultiHeadAttention(2, 2)(x, x)
    return L.LayerNormalization()(L.Add()([x, L.Dropout(dropout)(y) if dropout is not None else y]))


@case
def attended_sequence(rng):
    return attended(rng, lambda x: L.Dense(2)(L.MultiHeadAttention(2, 2)(L.Dense(4)(x), x)))


@case
def attended_block(rng):
    return attended(rng, lambda x: L.Dense(2)(block(x)))


@case
def attended_blocks(rng):
    return attended(rng, lambda x: [L.Dense(1)(block(block(x, BARELY), BARELY)), L.LSTM(2)(x)])


@case
def attended_twice(rng):
    def build(x):
        a, b = L.MultiHeadAttention(2, 2)(x, L.Dense(3)(x)), L.MultiHeadAttention(1, 2)(L.Dense(2)(x), x)
        return [L.Dense(2)(a), L.Dense(2)(L.Attention()([x, b, x])), L.Dense(1)(x)]

    return attended(rng, build)


@case
def attended_behind_dropout(rng):
    """In training the mask stays on what Dropout was given, in inference it goes."""

    def build(x):
        y = L.MultiHeadAttention(2, 2)(L.Dropout(BARELY)(x), L.Dropout(0.0)(L.Dense(3)(x)))
        return [L.Dense(2)(L.AdditiveAttention()([L.Dense(3)(y), x])), L.Dense(1)(L.Activation("linear")(x))]

    return attended(rng, build)


@case
def attended_then_merged(rng):
    """Multiply and Maximum look at the masks that are left, the LSTM at the one of when the graph was made."""

    def build(x):
        y = L.MultiHeadAttention(2, 2)(L.GaussianNoise(1e-12)(x), x)
        z = L.Maximum()([L.Multiply()([x, y]), L.Dense(3)(x)])
        return [z, L.LSTM(2)(z)]

    return attended(rng, build)


@case
def attended_inside(rng):
    """A model's attention takes the mask off the tensor outside; the next call puts it on again."""
    i = L.Input((5, 3))
    inner = keras.Model(i, L.Add()([i, L.MultiHeadAttention(1, 2)(L.Dropout(BARELY)(i), i)]), name="inner")

    def build(x):
        y = inner(x)
        z = L.Attention()([y, L.Subtract()([x, y])])
        return [L.Dense(2)(z), L.GRU(2)(inner(y))]

    return attended(rng, build)
