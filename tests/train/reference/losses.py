"""Every loss and its gradient, and the same under every reduction, masked and weighted."""

import jax
import keras
import numpy as np
from keras import ops

from reference.common import CLASSES, masked, numbers, pair, write

L = keras.losses
# name, class, options, what y and yhat are
LOSSES = [
    ("mse", L.MeanSquaredError, {}, "numbers"),
    ("mae", L.MeanAbsoluteError, {}, "numbers"),
    ("mape", L.MeanAbsolutePercentageError, {}, "numbers"),
    ("msle", L.MeanSquaredLogarithmicError, {}, "above 0"),
    ("huber", L.Huber, {}, "numbers"),
    ("huber", L.Huber, {"delta": 0.4}, "numbers"),
    ("log_cosh", L.LogCosh, {}, "numbers"),
    ("poisson", L.Poisson, {}, "above 0"),
    ("cosine_similarity", L.CosineSimilarity, {}, "numbers"),
    ("kl_divergence", L.KLDivergence, {}, "distributions"),
    ("hinge", L.Hinge, {}, "signs"),
    ("hinge", L.Hinge, {}, "bits"),
    ("squared_hinge", L.SquaredHinge, {}, "signs"),
    ("squared_hinge", L.SquaredHinge, {}, "bits"),
    ("categorical_hinge", L.CategoricalHinge, {}, "one-hot scores"),
    ("binary_crossentropy", L.BinaryCrossentropy, {}, "bits"),
    ("binary_crossentropy", L.BinaryCrossentropy, {"label_smoothing": 0.2}, "bits"),
    ("binary_crossentropy", L.BinaryCrossentropy, {"from_logits": True, "label_smoothing": 0.1}, "bits of logits"),
    ("binary_focal_crossentropy", L.BinaryFocalCrossentropy, {}, "bits"),
    ("binary_focal_crossentropy", L.BinaryFocalCrossentropy,
     {"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5, "label_smoothing": 0.1}, "bits"),
    ("binary_focal_crossentropy", L.BinaryFocalCrossentropy, {"from_logits": True}, "bits of logits"),
    ("categorical_crossentropy", L.CategoricalCrossentropy, {}, "one-hot"),
    ("categorical_crossentropy", L.CategoricalCrossentropy, {"label_smoothing": 0.3}, "one-hot"),
    ("categorical_crossentropy", L.CategoricalCrossentropy, {"from_logits": True, "label_smoothing": 0.1}, "one-hot of logits"),
    ("categorical_focal_crossentropy", L.CategoricalFocalCrossentropy, {"label_smoothing": 0.1}, "one-hot"),
    ("categorical_focal_crossentropy", L.CategoricalFocalCrossentropy, {"alpha": 0.4, "gamma": 1.5, "from_logits": True},
     "one-hot of logits"),
    ("sparse_categorical_crossentropy", L.SparseCategoricalCrossentropy, {}, "classes"),
    ("sparse_categorical_crossentropy", L.SparseCategoricalCrossentropy, {"ignore_class": 1}, "classes"),
    ("sparse_categorical_crossentropy", L.SparseCategoricalCrossentropy, {"from_logits": True}, "classes of logits"),
]


def losses():
    cases = []
    for name, kind, options, what in LOSSES:
        for shape, with_mask in (((6, 3), False), ((6, 1), False), ((4, 5, 2), False), ((4, 5, 2), True), ((2, 3, 1), "nothing")):
            if shape[-1] == 1 and what in CLASSES:
                shape = shape[:-1] + (4,)
            rng = np.random.default_rng(len(cases))
            y, yhat = pair(what, shape, rng)
            mask = None
            if with_mask:
                mask = rng.random(shape[:-1]) < 0.6 if with_mask is True else np.zeros(shape[:-1], bool)
            loss = kind(**options)

            def value(p):
                if mask is not None:
                    keras.src.backend.set_keras_mask(p, ops.convert_to_tensor(mask))
                return loss(y, p)

            cases.append({
                "name": name, "options": options, "shape": shape, "y": numbers(y), "yhat": numbers(yhat),
                "mask": None if mask is None else [int(m) for m in mask.reshape(-1)],
                "loss": numbers(value(ops.convert_to_tensor(yhat)))[0],
                "gradient": numbers(jax.grad(value)(ops.convert_to_tensor(yhat))),
            })
    write("losses", "reference.json", cases)


# Every loss of LOSSES under every reduction, masked and weighted by time step; then losses of more than rows, and other axes:
# name, class, options, what, shape of yhat, with a mask, with weights "rows" or "samples".
REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]
WIDE_LOSSES = [
    ("ctc", L.CTC, {}, "labels", (4, 7, 4), False, None),
    ("ctc", L.CTC, {}, "labels", (3, 5, 3), False, "samples"),
    ("circle", L.Circle, {}, "embeddings", (8, 4), False, None),
    ("circle", L.Circle, {"gamma": 5.0, "margin": 0.2, "remove_diagonal": False}, "embeddings", (6, 3), False, "samples"),
    ("circle", L.Circle, {"gamma": 12.0}, "embeddings", (5, 3), False, "samples"),
    ("CategoricalGeneralizedCrossEntropy", L.CategoricalGeneralizedCrossEntropy, {}, "flat classes", (6, 4), False, "samples"),
    ("CategoricalGeneralizedCrossEntropy", L.CategoricalGeneralizedCrossEntropy, {"q": 0.8}, "flat classes", (2, 3, 4), True, "rows"),
    ("dice", L.Dice, {}, "bits", (4, 3, 2), False, None),
    ("dice", L.Dice, {}, "bits", (4, 3), False, "samples"),
    ("dice", L.Dice, {"axis": [1, 2]}, "bits", (4, 3, 2), False, "samples"),
    ("dice", L.Dice, {"axis": -1}, "bits", (2, 4, 3), True, "rows"),
    ("dice", L.Dice, {"axis": [0, 2]}, "bits", (3, 4, 2), False, None),
    ("tversky", L.Tversky, {"alpha": 0.3, "beta": 0.8}, "bits", (4, 3, 2), False, None),
    ("tversky", L.Tversky, {"alpha": 0.3, "beta": 0.8, "axis": [2]}, "bits", (3, 4, 3), True, "rows"),
    ("binary_crossentropy", L.BinaryCrossentropy, {"axis": 1, "label_smoothing": 0.2}, "bits", (3, 4, 2), False, "flat"),
    ("binary_focal_crossentropy", L.BinaryFocalCrossentropy, {"axis": 1}, "bits", (3, 4, 2), False, None),
    ("categorical_crossentropy", L.CategoricalCrossentropy, {"axis": 1}, "shares of axis 1", (3, 4, 2), False, "flat"),
    ("categorical_focal_crossentropy", L.CategoricalFocalCrossentropy, {"axis": -2}, "shares of axis 1", (3, 4, 2), False, None),
    ("cosine_similarity", L.CosineSimilarity, {"axis": 1}, "numbers", (3, 4, 2), False, "flat"),
]


def wide_pair(what, shape, rng):
    if what == "labels":
        y = np.zeros((shape[0], 3), "float32")
        for i in range(shape[0]):  # lengths 3, 2, 1, 0, equal neighbours among them
            y[i, :3 - i % 4] = rng.integers(1, shape[2], 3 - i % 4)
        y[0, :2] = 1
        return y, rng.normal(size=shape).astype("float32")
    if what == "embeddings":
        yhat = rng.normal(size=shape).astype("float32")
        return rng.integers(0, 3, shape[0]).astype("float32"), yhat / np.linalg.norm(yhat, axis=-1, keepdims=True)
    if what == "flat classes":
        y, yhat = pair("classes", shape, rng)
        return y[..., 0], yhat
    if what.endswith("axis 1"):
        y, yhat = rng.normal(size=shape), rng.normal(size=shape).astype("float32")
        return ((y == y.max(1, keepdims=True)).astype("float32"),
                (np.exp(yhat) / np.exp(yhat).sum(1, keepdims=True)).astype("float32"))
    return pair(what, shape, rng)


def reductions():
    wide = [(name, kind, options, what, (2, 3, 4 if what in CLASSES else 2), True, "rows") for name, kind, options, what in LOSSES]
    cases = []
    for name, kind, options, what, shape, with_mask, weighted in wide + WIDE_LOSSES:
        rng = np.random.default_rng(len(cases))
        y, yhat = wide_pair(what, shape, rng)
        mask = rng.random(shape[:-1]) < 0.6 if with_mask else None
        rows = None if weighted is None else (rng.integers(0, 5, shape[:-1] if weighted == "rows" else shape[:1]) / 4).astype("float32")
        given = rows
        if rows is not None and weighted != "rows":  # one weight a sample, for each of its rows
            rows = np.broadcast_to(rows.reshape((-1,) + (1,) * (len(shape) - 2)), shape[:-1])
        if weighted == "flat":  # Keras multiplies what is left of the shape by the weights
            given = given[:, None] * np.ones((1, shape[2]), "float32")
        case = {"name": name, "options": options, "shape": shape, "y": numbers(y), "yhat": numbers(yhat),
                "mask": None if mask is None else [int(m) for m in mask.reshape(-1)],
                "weights": None if rows is None else numbers(rows), "reductions": {}}
        for reduction in REDUCTIONS:
            arguments = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
            loss = kind(reduction=reduction, **arguments)

            def value(p):
                if mask is not None:
                    keras.src.backend.set_keras_mask(p, ops.convert_to_tensor(mask))
                return ops.sum(loss(y, p, given))  # "none" trains on the sum, and reports the mean

            result = loss(y, masked(yhat, mask), given)
            case["reductions"][reduction] = {"loss": numbers(ops.mean(result))[0],
                                             "gradient": numbers(jax.grad(value)(ops.convert_to_tensor(yhat)))}
        cases.append(case)
    write("losses", "reductions.json", cases)
