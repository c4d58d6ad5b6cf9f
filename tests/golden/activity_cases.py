"""activity_regularizer, which is a keyword of every layer in Keras, on layers that do not list it, trained by fit_cases.py."""

import keras
from keras import layers as L

from fit_common import case, compiled, normal, sequential
from masked_attention_cases import padded


def penalty():
    """A new one each time: Keras keeps those that are shared apart from the layers."""
    return {"activity_regularizer": keras.regularizers.L1L2(l1=0.02, l2=0.03)}


@case
def activity_of_sequences(rng):
    """Penalties at padding, too, where the mask goes."""
    inside = L.LSTM(3, return_sequences=True, activity_regularizer=keras.regularizers.L2(0.05))
    model = sequential(
        L.Input((5, 3)),
        L.Masking(**penalty()),
        L.Dense(3),
        L.BatchNormalization(momentum=0.5, **penalty()),
        L.TimeDistributed(L.Dense(4, activation="tanh"), **penalty()),
        L.Activation("softsign", **penalty()),
        L.Bidirectional(inside, merge_mode="sum", **penalty()),
        L.LayerNormalization(**penalty()),
        L.Dropout(0.0, **penalty()),
        L.PReLU(**penalty()),
        L.GRU(2),
    )
    return compiled(model, rng), padded(rng, 5, 3), normal(rng, 10, 2), {}


@case
def activity_of_shapes(rng):
    model = sequential(
        L.Input((6, 4)),
        L.Dense(4),
        L.Reshape((3, 8), **penalty()),
        L.Permute((2, 1), **penalty()),
        L.MaxPooling1D(2, **penalty()),
        L.GlobalAveragePooling1D(**penalty()),
        L.RepeatVector(4, **penalty()),
        L.Softmax(**penalty()),
        L.Flatten(**penalty()),
        L.Dense(2),
    )
    return compiled(model, rng), normal(rng, 10, 6, 4), normal(rng, 10, 2), {}


@case
def activity_of_several(rng):
    """Every output counts: scores, both directions and their states."""
    x = L.Input((4, 3))
    forward, backward, *states = L.Bidirectional(L.LSTM(3, return_sequences=True, return_state=True), merge_mode=None, **penalty())(x)
    seen, scores = L.Attention(use_scale=True, **penalty())([forward, backward], return_attention_scores=True)
    both = L.Concatenate(**penalty())([seen, L.Multiply(**penalty())([forward, backward])])
    score = L.Dot(axes=(2, 2), **penalty())([both, both])
    model = keras.Model(x, [L.Dense(2)(score), L.Dense(1)(L.Add(**penalty())(states)), scores])
    y = [normal(rng, 10, 4, 2), normal(rng, 10, 1), normal(rng, 10, 4, 4)]
    return compiled(model, rng, loss=["mse", "mae", "mse"]), normal(rng, 10, 4, 3), y, {}


@case
def activity_of_shared(rng):
    """Of each call of a layer that is called twice; not of the layer inside TimeDistributed, which Keras does not ask."""
    a, b = L.Input((4, 3)), L.Input((4, 3))
    layer = L.Activation("tanh", **penalty())
    steps = L.TimeDistributed(L.Activation("elu", **penalty()))
    h = L.Subtract(**penalty())([layer(L.Dense(3)(a)), layer(L.Dense(3)(b))])
    return compiled(keras.Model([a, b], L.LSTM(2)(steps(h))), rng), [normal(rng, 10, 4, 3), normal(rng, 10, 4, 3)], normal(rng, 10, 2), {}
