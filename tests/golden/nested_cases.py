"""Models in models, frozen parts, and what runs over every time step: trained by fit_cases.py."""

import keras
from keras import layers as L

from fit_common import case, compiled, normal, sequential


@case
def nested_sequential(rng):
    inner = sequential(L.Input((5, 2)), L.LSTM(4, return_sequences=True), L.Dense(3, activation="tanh"))
    x = L.Input((5, 2))
    model = keras.Model(x, L.Dense(1)(L.GRU(3)(inner(x))))
    return compiled(model, rng, metrics=["mae"]), normal(rng, 10, 5, 2), normal(rng, 10, 1), {"validation_rows": 3}


@case
def nested_shared(rng):
    x = L.Input((5, 2))
    h = L.BatchNormalization(momentum=0.8)(L.LSTM(4)(x))
    base = keras.Model(x, L.Dense(3)(h), name="tower")
    a, b = L.Input((5, 2)), L.Input((5, 2))
    model = keras.Model([a, b], L.Dense(1)(L.Concatenate()([base(a), base(b)])))
    return compiled(model, rng), [normal(rng, 10, 5, 2), normal(rng, 10, 5, 2)], normal(rng, 10, 1), {}


@case
def nested_deep(rng):
    core = sequential(L.Input((5, 2)), L.Dense(3), L.LSTM(3, return_sequences=True))
    x = L.Input((5, 2))
    middle = keras.Model(x, L.Dense(4)(core(L.Dense(2)(x))))
    model = sequential(L.Input((5, 2)), middle, L.Bidirectional(L.LSTM(2)), L.Dense(2))
    return compiled(model, rng), normal(rng, 10, 5, 2), normal(rng, 10, 2), {}


def padded(rng):
    x = normal(rng, 10, 6, 3)
    x[1, 3:] = 0
    x[4, :2] = 0
    x[8] = 0
    return x


@case
def nested_mask_flows_in(rng):
    inner = sequential(L.Input((6, 3)), L.LSTM(4, return_sequences=True), L.Dense(3))
    x = L.Input((6, 3))
    model = keras.Model(x, L.Dense(2)(L.LSTM(3, return_sequences=True)(inner(L.Masking()(x)))))
    return compiled(model, rng, metrics=["mae"]), padded(rng), normal(rng, 10, 6, 2), {}


@case
def nested_mask_flows_out(rng):
    x = L.Input((6, 3))
    inner = keras.Model(x, L.LSTM(4, return_sequences=True)(L.Masking()(x)))
    x = L.Input((6, 3))
    model = keras.Model(x, L.Dense(1)(L.LSTM(3)(inner(x))))
    return compiled(model, rng), padded(rng), normal(rng, 10, 1), {}


@case
def nested_several(rng):
    a, b = L.Input((4, 2)), L.Input((3,))
    h, s, c = L.LSTM(3, return_state=True)(a)
    inner = keras.Model([a, b], [L.Concatenate()([h, b]), c], name="pair")
    x, z = L.Input((4, 2)), L.Input((3,))
    p, q = inner([x, z])
    model = keras.Model([x, z], [L.Dense(1, name="p")(p), L.Dense(2, name="q")(q)])
    # Eagerly: in a TensorFlow graph the batch's size gets lost in the inner model, and p_loss is a mean of batches, not of samples.
    compiled(model, rng, loss=["mse", "mae"], metrics=[["mae"], ["mse"]], run_eagerly=True)
    return model, [normal(rng, 10, 4, 2), normal(rng, 10, 3)], [normal(rng, 10, 1), normal(rng, 10, 2)], {}


@case
def nested_output(rng):
    head = sequential(L.Input((4,)), L.Dense(3, activation="tanh"), L.Dense(1))
    x = L.Input((5, 2))
    h = L.LSTM(4)(x)
    model = keras.Model(x, [head(h), L.Dense(2, name="other")(h)])
    return compiled(model, rng, metrics=[["mae"], []]), normal(rng, 10, 5, 2), [normal(rng, 10, 1), normal(rng, 10, 2)], {}


@case
def nested_frozen(rng):
    base = sequential(L.Input((5, 2)), L.LSTM(4), L.BatchNormalization(momentum=0.8), L.Dense(3))
    base.trainable = False
    model = sequential(L.Input((5, 2)), base, L.Dense(1))
    return compiled(model, rng), normal(rng, 10, 5, 2), normal(rng, 10, 1), {}


@case
def nested_half_frozen(rng):
    base = sequential(L.Input((5, 2)), L.LSTM(4), L.BatchNormalization(momentum=0.8), L.Dense(3))
    base.layers[0].trainable = False
    model = sequential(L.Input((5, 2)), base, L.Dense(1))
    return compiled(model, rng, keras.optimizers.Adam(0.02)), normal(rng, 10, 5, 2), normal(rng, 10, 1), {}


@case
def frozen_layer(rng):
    model = sequential(L.Input((5, 2)), L.LSTM(4, return_sequences=True), L.BatchNormalization(momentum=0.8), L.LSTM(3), L.Dense(1))
    model.layers[0].trainable = False
    model.layers[1].trainable = False
    return compiled(model, rng), normal(rng, 10, 5, 2), normal(rng, 10, 1), {}


@case
def steps_model(rng):
    inner = sequential(L.Input((4, 3)), L.Dense(3, activation="tanh"), L.GRU(4), L.Dense(2))
    model = sequential(L.Input((5, 4, 3)), L.TimeDistributed(inner), L.LSTM(3), L.Dense(1))
    return compiled(model, rng), normal(rng, 10, 5, 4, 3), normal(rng, 10, 1), {}


@case
def steps_model_several(rng):
    x = L.Input((4, 3))
    h = L.Dense(3)(x)
    inner = keras.Model(x, L.Concatenate()([L.GRU(2)(h), L.LSTM(3)(h)]))
    model = sequential(L.Input((5, 4, 3)), L.TimeDistributed(inner), L.LSTM(3), L.Dense(1))
    return compiled(model, rng), normal(rng, 10, 5, 4, 3), normal(rng, 10, 1), {}


@case
def steps_batchnorm(rng):
    model = sequential(L.Input((4, 3)), L.TimeDistributed(L.BatchNormalization(momentum=0.8)), L.LSTM(3), L.Dense(1))
    return compiled(model, rng), normal(rng, 10, 4, 3), normal(rng, 10, 1), {}


@case
def steps_model_batchnorm(rng):
    inner = sequential(L.Input((3,)), L.Dense(4), L.BatchNormalization(momentum=0.8), L.Dense(2))
    model = sequential(L.Input((4, 3)), L.TimeDistributed(inner), L.LSTM(3), L.Dense(1))
    return compiled(model, rng), normal(rng, 10, 4, 3), normal(rng, 10, 1), {}


@case
def steps_frozen(rng):
    model = sequential(L.Input((4, 3)), L.TimeDistributed(L.BatchNormalization(momentum=0.8)), L.LSTM(3), L.Dense(1))
    model.layers[0].trainable = False
    return compiled(model, rng), normal(rng, 10, 4, 3), normal(rng, 10, 1), {}
