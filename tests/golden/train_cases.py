"""Models that are trained: an optimizer, a loss and how fit() is called.

The file is long because it is one list: a few lines a case.
"""

import dataclasses
from typing import Callable

import numpy as np
import keras
from keras import layers as L
from keras import optimizers as O

from predict_cases import MASK, MASK_2, normal, sequential

TRAINING = {}
TRAINED = {}


@dataclasses.dataclass
class Case:
    """backend: on JAX the metrics reported while training do not see the mask of
    the model's output (the loss does, and so do the validation metrics). Cases
    that record such a metric are made on TensorFlow, where they do.
    """

    build: Callable
    optimizer: Callable
    tags: tuple
    loss: object = "mse"
    metrics: object = None
    fit: dict = dataclasses.field(default_factory=dict)
    trained_before: int = 0
    backend: str = "jax"


# ---------------------------------------------------------------- models
# Each returns (model, inputs, targets).


def lstm(rng, samples=10):
    model = sequential(L.Input((5, 2)), L.LSTM(4), L.Dense(1))
    return model, [normal(rng, samples, 5, 2)], [normal(rng, samples, 1)]


def lstm_seq(rng):
    model = sequential(L.Input((5, 2)), L.LSTM(4, return_sequences=True), L.Dense(2))
    return model, [normal(rng, 10, 5, 2)], [normal(rng, 10, 5, 2)]


def gru(reset_after):
    def build(rng):
        model = sequential(L.Input((5, 2)), L.GRU(4, reset_after=reset_after), L.Dense(1))
        return model, [normal(rng, 10, 5, 2)], [normal(rng, 10, 1)]

    return build


def stacked(rng):
    model = sequential(
        L.Input((5, 3)), L.LSTM(5, return_sequences=True), L.LSTM(3), L.Dense(2)
    )
    return model, [normal(rng, 10, 5, 3)], [normal(rng, 10, 2)]


def bidirectional(rng):
    model = sequential(
        L.Input((5, 2)),
        L.Bidirectional(L.LSTM(3)),
        L.Dense(1),
    )
    return model, [normal(rng, 10, 5, 2)], [normal(rng, 10, 1)]


def bidirectional_gru(rng):
    model = sequential(
        L.Input((5, 2)), L.Bidirectional(L.GRU(4), merge_mode="mul"), L.Dense(1)
    )
    return model, [normal(rng, 10, 5, 2)], [normal(rng, 10, 1)]


def padded_twice(rng, features):
    """Ten samples with every kind of padding; batches mask different amounts."""
    mask = np.concatenate([MASK, MASK_2])
    x = normal(rng, *mask.shape, features)
    x[~mask] = 0
    return x


def masked_td(rng):
    model = sequential(
        L.Input((6, 3)),
        L.Masking(),
        L.LSTM(4, return_sequences=True),
        L.TimeDistributed(L.Dense(2)),
    )
    return model, [padded_twice(rng, 3)], [normal(rng, 10, 6, 2)]


def masked_last(rng):
    model = sequential(L.Input((6, 3)), L.Masking(), L.GRU(4), L.Dense(1))
    return model, [padded_twice(rng, 3)], [normal(rng, 10, 1)]


def masked_bidirectional(rng):
    model = sequential(
        L.Input((6, 3)),
        L.Masking(),
        L.Bidirectional(L.LSTM(3, return_sequences=True)),
        L.LSTM(4, return_sequences=True, go_backwards=True),
        L.Dense(1),
    )
    return model, [padded_twice(rng, 3)], [normal(rng, 10, 6, 1)]


def masked_zero_output(rng):
    model = sequential(
        L.Input((6, 3)),
        L.Masking(),
        L.LSTM(4, return_sequences=True, zero_output_for_mask=True),
        L.Dense(2),
    )
    return model, [padded_twice(rng, 3)], [normal(rng, 10, 6, 2)]


def masked_batchnorm(rng):
    model = sequential(
        L.Input((6, 3)),
        L.Masking(),
        L.LSTM(4, return_sequences=True),
        L.BatchNormalization(momentum=0.9),
        L.Dense(1),
    )
    return model, [padded_twice(rng, 3)], [normal(rng, 10, 6, 1)]


def batchnorm(rng):
    model = sequential(
        L.Input((5, 2)), L.LSTM(4), L.BatchNormalization(momentum=0.9), L.Dense(1)
    )
    return model, [normal(rng, 10, 5, 2)], [normal(rng, 10, 1)]


def batchnorm_seq(rng):
    model = sequential(
        L.Input((5, 2)),
        L.BatchNormalization(center=False),
        L.LSTM(4, return_sequences=True),
        L.BatchNormalization(momentum=0.8, scale=False),
        L.TimeDistributed(L.Dense(2)),
    )
    return model, [normal(rng, 10, 5, 2)], [normal(rng, 10, 5, 2)]


def td_batchnorm(rng):
    model = sequential(
        L.Input((4, 3)),
        L.TimeDistributed(L.BatchNormalization(momentum=0.8)),
        L.LSTM(3),
        L.Dense(1),
    )
    return model, [normal(rng, 10, 4, 3)], [normal(rng, 10, 1)]


def shared(rng):
    a, b = L.Input((5, 2)), L.Input((5, 2))
    layer = L.LSTM(4)
    y = L.Dense(1)(L.Concatenate()([layer(a), layer(b)]))
    model = keras.Model([a, b], y)
    return model, [normal(rng, 10, 5, 2), normal(rng, 10, 5, 2)], [normal(rng, 10, 1)]


def two_outputs(rng):
    x = L.Input((5, 2))
    y = L.LSTM(4)(x)
    model = keras.Model(x, [L.Dense(1, name="level")(y), L.Dense(2, name="slope")(y)])
    return model, [normal(rng, 10, 5, 2)], [normal(rng, 10, 1), normal(rng, 10, 2)]


def encoder_decoder(rng):
    source, target = L.Input((5, 2)), L.Input((4, 3))
    _, h, c = L.LSTM(4, return_state=True)(source)
    y = L.LSTM(4, return_sequences=True)(target, initial_state=[h, c])
    model = keras.Model([source, target], L.TimeDistributed(L.Dense(1))(y))
    return model, [normal(rng, 10, 5, 2), normal(rng, 10, 4, 3)], [normal(rng, 10, 4, 1)]


def activations(rng):
    model = sequential(
        L.Input((5, 2)),
        L.LSTM(4, activation="softsign", recurrent_activation="hard_sigmoid", return_sequences=True),
        L.GRU(4, activation="relu", reset_after=False),
        L.Dense(3, activation="elu"),
        L.Dense(1, activation="softplus"),
    )
    return model, [normal(rng, 10, 5, 2)], [normal(rng, 10, 1)]


def go_backwards(rng):
    model = sequential(
        L.Input((5, 2)),
        L.LSTM(4, go_backwards=True, return_sequences=True, use_bias=False),
        L.GRU(3, go_backwards=True, unroll=True),
        L.Dense(1),
    )
    return model, [normal(rng, 10, 5, 2)], [normal(rng, 10, 1)]


def td_lstm(rng):
    model = sequential(
        L.Input((3, 4, 2)), L.TimeDistributed(L.LSTM(3)), L.GRU(4), L.Dense(1)
    )
    return model, [normal(rng, 10, 3, 4, 2)], [normal(rng, 10, 1)]


def regularized(rng):
    R, C = keras.regularizers, keras.constraints
    model = sequential(
        L.Input((5, 2)),
        L.LSTM(
            4,
            kernel_regularizer=R.L2(0.02),
            recurrent_regularizer=R.L1L2(l1=0.01, l2=0.02),
            bias_regularizer=R.L1(0.03),
            kernel_constraint=C.MaxNorm(0.9),
            recurrent_constraint=C.MinMaxNorm(0.3, 0.8, rate=0.5, axis=1),
            return_sequences=True,
        ),
        L.GRU(3, kernel_regularizer="l2", bias_constraint="non_neg"),
        L.BatchNormalization(momentum=0.9, gamma_regularizer=R.L2(0.1), beta_constraint=C.NonNeg()),
        L.Dense(3, kernel_regularizer=R.OrthogonalRegularizer(0.1, mode="columns")),
        L.Dense(1, kernel_constraint=C.UnitNorm()),
    )
    return model, [normal(rng, 10, 5, 2)], [normal(rng, 10, 1)]


def classes(kind, logits=False):
    """Three classes; targets one-hot or numbers."""

    def build(rng):
        model = sequential(L.Input((5, 2)), L.LSTM(4), L.Dense(3, activation=None if logits else "softmax"))
        y = rng.integers(0, 3, 10)
        y = np.eye(3, dtype="float32")[y] if kind == "one-hot" else y.astype("float32")[:, None]
        return model, [normal(rng, 10, 5, 2)], [y]

    return build


def yes_or_no(rng):
    model = sequential(L.Input((6, 3)), L.Masking(), L.GRU(4), L.Dense(1, activation="sigmoid"))
    return model, [padded_twice(rng, 3)], [rng.integers(0, 2, (10, 1)).astype("float32")]


def tagged(rng):
    """A class for every time step."""
    model = sequential(
        L.Input((6, 3)), L.Masking(), L.LSTM(4, return_sequences=True), L.Dense(3, activation="softmax")
    )
    return model, [padded_twice(rng, 3)], [rng.integers(0, 3, (10, 6, 1)).astype("float32")]


# ---------------------------------------------------------------- optimizers

S = O.schedules
OPTIMIZERS = {
    "adam": lambda: O.Adam(0.02),
    "sgd": lambda: O.SGD(0.05),
    "sgd_momentum": lambda: O.SGD(0.05, momentum=0.9),
    "sgd_nesterov": lambda: O.SGD(0.05, momentum=0.9, nesterov=True),
    "rmsprop": lambda: O.RMSprop(0.01),
    "rmsprop_momentum": lambda: O.RMSprop(0.005, momentum=0.8),
    "rmsprop_centered": lambda: O.RMSprop(0.01, centered=True),
    "rmsprop_centered_momentum": lambda: O.RMSprop(0.005, momentum=0.8, centered=True),
    "adam_amsgrad": lambda: O.Adam(0.02, amsgrad=True),
    "adam_clipnorm": lambda: O.Adam(0.02, clipnorm=0.1),
    "sgd_clipnorm": lambda: O.SGD(0.1, clipnorm=0.2),
    "sgd_clipvalue": lambda: O.SGD(0.1, clipvalue=0.05),
    "sgd_global_clipnorm": lambda: O.SGD(0.1, global_clipnorm=0.5),
    "adam_weight_decay": lambda: O.Adam(0.02, weight_decay=0.05),
    "sgd_weight_decay": lambda: O.SGD(0.05, weight_decay=0.05),
    "adam_ema": lambda: O.Adam(0.02, use_ema=True, ema_momentum=0.8),
    "sgd_ema_overwrite": lambda: O.SGD(
        0.05, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=2
    ),
    "adam_betas": lambda: O.Adam(0.02, beta_1=0.8, beta_2=0.9, epsilon=1e-3),
    "rmsprop_rho": lambda: O.RMSprop(0.01, rho=0.5, epsilon=1e-4),
    "adamw": lambda: O.AdamW(0.02),
    "adamw_amsgrad": lambda: O.AdamW(0.02, weight_decay=0.1, amsgrad=True),
    "adamax": lambda: O.Adamax(0.02),
    "nadam": lambda: O.Nadam(0.02),
    "nadam_ema": lambda: O.Nadam(0.02, use_ema=True, ema_momentum=0.8),
    "adagrad": lambda: O.Adagrad(0.05),
    "adadelta": lambda: O.Adadelta(1.0, epsilon=1e-3),
    "lion": lambda: O.Lion(0.005),
    "ftrl": lambda: O.Ftrl(0.05),
    "ftrl_regularized": lambda: O.Ftrl(
        0.05,
        l1_regularization_strength=0.01,
        l2_regularization_strength=0.02,
        l2_shrinkage_regularization_strength=0.01,
        beta=0.1,
    ),
    "adafactor": lambda: O.Adafactor(0.05),
    "lamb": lambda: O.Lamb(0.02),
    "adam_exponential_decay": lambda: O.Adam(S.ExponentialDecay(0.05, 4, 0.5)),
    "sgd_cosine_decay": lambda: O.SGD(S.CosineDecay(0.02, 6, warmup_target=0.1, warmup_steps=3), momentum=0.5),
    "rmsprop_piecewise": lambda: O.RMSprop(S.PiecewiseConstantDecay([2, 5], [0.02, 0.01, 0.005])),
}


MASKED_OUTPUT = ("masked_td", "masked_bidirectional", "masked_zero_output", "masked_batchnorm")


def add(
    name,
    build,
    optimizer,
    *tags,
    trained_before=0,
    loss="mse",
    metrics=None,
    backend="jax",
    **fit,
):
    into = TRAINED if trained_before else TRAINING
    fit = {"epochs": 2 if trained_before else 3, "batch_size": 4, **fit}
    if metrics and name.startswith(MASKED_OUTPUT):
        backend = "tensorflow"
    into[name] = Case(
        build,
        OPTIMIZERS[optimizer],
        tags + (optimizer,),
        loss,
        metrics,
        fit,
        trained_before,
        backend,
    )


for optimizer in OPTIMIZERS:
    add(f"lstm_{optimizer}", lstm, optimizer, "lstm")

MODELS = {
    "lstm_seq": lstm_seq,
    "gru_reset_after": gru(True),
    "gru_reset_before": gru(False),
    "stacked": stacked,
    "bidirectional": bidirectional,
    "masked_td": masked_td,
    "batchnorm": batchnorm,
    "batchnorm_seq": batchnorm_seq,
    "shared": shared,
}
for model_name, build in MODELS.items():
    for optimizer in ("adam", "sgd", "rmsprop"):
        add(
            f"{model_name}_{optimizer}",
            build,
            optimizer,
            model_name,
            metrics=["mae"] if optimizer != "rmsprop" else None,
            loss="mae" if optimizer == "rmsprop" and model_name == "masked_td" else "mse",
        )

for model_name, build in {
    "bidirectional_gru": bidirectional_gru,
    "masked_last": masked_last,
    "masked_bidirectional": masked_bidirectional,
    "masked_zero_output": masked_zero_output,
    "masked_batchnorm": masked_batchnorm,
    "td_batchnorm": td_batchnorm,
    "td_lstm": td_lstm,
    "encoder_decoder": encoder_decoder,
    "activations": activations,
    "go_backwards": go_backwards,
}.items():
    add(f"{model_name}_sgd", build, "sgd", model_name, metrics=["mae", "mse"])

for optimizer in ("adam", "sgd"):
    add(f"regularized_{optimizer}", regularized, optimizer, "regularized", metrics=["mae"], validation_split=0.2)
add("classes_sparse_adam", classes("numbers"), "adam", "classes", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
add("classes_one_hot_sgd", classes("one-hot"), "sgd", "classes",
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1), metrics=["accuracy", "categorical_crossentropy"])
add("classes_logits_adam", classes("numbers", logits=True), "adam", "classes",
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseTopKCategoricalAccuracy(k=2, name="top_two")])
add("yes_or_no_adam", yes_or_no, "adam", "classes", loss="binary_crossentropy",
    metrics=["accuracy", keras.metrics.AUC(name="area"), keras.metrics.Precision(thresholds=0.4), "recall"])
add("tagged_sgd", tagged, "sgd", "classes", loss="sparse_categorical_crossentropy", backend="tensorflow", metrics=["accuracy"])
for loss in ("huber", "log_cosh", "hinge"):
    add(f"lstm_{loss}_sgd", lstm, "sgd", "lstm", loss=loss)

add("two_outputs_sgd", two_outputs, "sgd", "two_outputs")
add("two_outputs_adam_metrics", two_outputs, "adam", "two_outputs", loss=["mse", "mae"], metrics=[["mae"], ["mse"]])
add("lstm_mae_sgd", lstm, "sgd", "lstm", loss="mae", metrics=["mse"])
add("lstm_mae_adam", lstm, "adam", "lstm", loss="mae")
add("lstm_even_batches_adam", lambda rng: lstm(rng, 12), "adam", "lstm", metrics=["mae"])
add("lstm_one_batch_sgd", lstm, "sgd", "lstm", batch_size=32)
add("lstm_validation_split_adam", lstm, "adam", "lstm", "validation_split", metrics=["mae"], validation_split=0.25)
add("masked_td_validation_split_sgd", masked_td, "sgd", "masked_td", "validation_split", metrics=["mae"], validation_split=0.3)
add("batchnorm_validation_split_sgd", batchnorm, "sgd", "batchnorm", "validation_split", metrics=["mae"], validation_split=0.3)

for optimizer in ("adam", "adam_amsgrad", "sgd", "sgd_momentum", "rmsprop", "rmsprop_centered_momentum", "adam_ema",
                  "adamw", "adamax", "nadam", "nadam_ema", "adagrad", "adadelta", "lion", "ftrl", "adafactor", "lamb",
                  "adam_exponential_decay"):
    add(f"trained_{optimizer}", lstm, optimizer, "lstm", trained_before=2)
add("trained_batchnorm_adam", batchnorm, "adam", "batchnorm", trained_before=2, metrics=["mae"])
# TensorFlow writes the iteration as int64, the other backends as int32.
add("trained_adam_tensorflow", lstm, "adam", "lstm", trained_before=2, backend="tensorflow")
