"""Writes reference.json beside the tests of optimizers, losses, metrics, initializers and training, from real Keras.

    KERAS_BACKEND=jax python tests/train/keras_reference.py [optimizers] [losses] ...

Numbers are float32 written with nine digits, which name each of them exactly. The file is long because it is one list after
another.
"""

import json
import os
import pathlib
import sys
import tempfile

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import keras
import numpy as np
from keras import ops
from keras.src.initializers.random_initializers import compute_fans

TESTS = pathlib.Path(__file__).resolve().parent.parent
VERSIONS = {"keras": keras.__version__, "backend": keras.backend.backend(), "jax": jax.__version__, "numpy": np.__version__}


def numbers(array):
    return [float("%.9g" % x) for x in np.asarray(array, "float32").reshape(-1)]


def write(folder, name, cases):
    path = TESTS / folder / name
    path.write_text(json.dumps({"made_by": "tests/train/keras_reference.py", "versions": VERSIONS, "cases": cases}, indent=None,
                               separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
    print(path, len(cases))


# ---------------------------------------------------------------- optimizers

OPTIMIZERS = [
    ("Adam", {}),
    ("Adam", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
    ("Adam", {"learning_rate": 0.05, "amsgrad": True}),
    ("Adam", {"learning_rate": 0.05, "weight_decay": 0.1}),
    ("Adam", {"learning_rate": 0.05, "clipnorm": 0.7}),
    ("Adam", {"learning_rate": 0.05, "use_ema": True, "ema_momentum": 0.7}),
    ("SGD", {}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"learning_rate": 0.1, "clipnorm": 0.7}),
    ("SGD", {"learning_rate": 0.1, "clipvalue": 0.3}),
    ("SGD", {"learning_rate": 0.1, "global_clipnorm": 0.7}),
    ("SGD", {"learning_rate": 0.1, "weight_decay": 0.1}),
    ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 2}),
    ("RMSprop", {}),
    ("RMSprop", {"learning_rate": 0.05, "rho": 0.7, "epsilon": 1e-3}),
    ("RMSprop", {"learning_rate": 0.05, "momentum": 0.8}),
    ("RMSprop", {"learning_rate": 0.05, "centered": True}),
    ("RMSprop", {"learning_rate": 0.05, "momentum": 0.8, "centered": True}),
    ("AdamW", {}),
    ("AdamW", {"learning_rate": 0.05, "weight_decay": 0.1, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "amsgrad": True}),
    ("Adamax", {}),
    ("Adamax", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.7, "epsilon": 1e-3, "weight_decay": 0.1}),
    ("Nadam", {}),
    ("Nadam", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
    ("Nadam", {"learning_rate": 0.05, "use_ema": True, "ema_momentum": 0.7, "global_clipnorm": 0.7}),
    ("Adagrad", {}),
    ("Adagrad", {"learning_rate": 0.05, "initial_accumulator_value": 0.3, "epsilon": 1e-2, "clipnorm": 0.7}),
    ("Adadelta", {}),
    ("Adadelta", {"learning_rate": 0.8, "rho": 0.7, "epsilon": 1e-3, "clipvalue": 0.3}),
    ("Lion", {}),
    ("Lion", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.7, "weight_decay": 0.1}),
    ("Ftrl", {}),
    ("Ftrl", {"learning_rate": 0.05, "initial_accumulator_value": 0.3, "l1_regularization_strength": 0.4,
              "l2_regularization_strength": 0.2, "l2_shrinkage_regularization_strength": 0.1, "beta": 0.3}),
    ("Ftrl", {"learning_rate": 0.05, "learning_rate_power": -0.8}),
    ("Adafactor", {}),
    ("Adafactor", {"learning_rate": 0.9, "beta_2_decay": -0.5, "epsilon_2": 0.1, "clip_threshold": 0.5}),
    ("Adafactor", {"learning_rate": 0.05, "relative_step": False, "use_ema": True, "weight_decay": 0.1}),
    ("Lamb", {}),
    ("Lamb", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "global_clipnorm": 0.7}),
]
SHAPES = [(3, 7), (5,)]  # 21 numbers: a whole block of 16 and a rest
STEPS = 6


def optimizers():
    cases = []
    for kind, options in OPTIMIZERS:
        rng = np.random.default_rng(1)
        shapes = SHAPES + [(2, 3, 4)] if kind == "Adafactor" else SHAPES  # it looks at the last two axes
        weights = [keras.Variable(rng.normal(size=s).astype("float32")) for s in shapes]
        optimizer = getattr(keras.optimizers, kind)(**options)
        optimizer.build(weights)
        case = {"name": kind, "options": options, "shapes": shapes, "start": [numbers(w) for w in weights], "steps": []}
        for _ in range(STEPS):
            gradients = [rng.normal(size=s).astype("float32") for s in shapes]
            gradients[1] *= 0.1
            optimizer.apply([ops.convert_to_tensor(g) for g in gradients], weights)
            case["steps"].append({"gradients": [numbers(g) for g in gradients], "weights": [numbers(w) for w in weights]})
        # Variables as the file has them, behind iteration and learning_rate.
        case["slots"] = [{"name": v.path.split("/")[-1], "value": numbers(v)} for v in optimizer.variables[2:]]
        optimizer.finalize_variable_values(weights)
        case["final"] = [numbers(w) for w in weights]
        case["config"] = list(optimizer.get_config())
        cases.append(case)
    write("optimizers", "reference.json", cases)


# ---------------------------------------------------------------- losses

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
CLASSES = ("one-hot", "one-hot of logits", "one-hot scores", "classes", "classes of logits", "distributions")


def pair(what, shape, rng):
    """y and yhat of a kind."""
    y = (rng.normal(size=shape) * 1.5).astype("float32")
    yhat = (rng.normal(size=shape) * 1.5).astype("float32")
    if what == "above 0":
        y, yhat = np.abs(y), np.abs(yhat)
    elif what == "signs":
        y = np.sign(y)
    elif what in ("bits", "bits of logits"):
        y = (y > 0).astype("float32")
    elif what == "distributions":
        y = np.exp(y) / np.exp(y).sum(-1, keepdims=True)
    elif what.startswith("one-hot"):
        y = np.eye(shape[-1], dtype="float32")[y.argmax(-1)]
    elif what.startswith("classes"):
        y = y.argmax(-1)[..., None].astype("float32")
    elif what == "whole numbers":
        y, yhat = np.round(np.abs(y)), np.round(np.abs(yhat))
    if what == "bits":
        yhat = (1 / (1 + np.exp(-yhat))).astype("float32")
    elif what in ("one-hot", "classes", "distributions"):
        yhat = (np.exp(yhat) / np.exp(yhat).sum(-1, keepdims=True)).astype("float32")
    return y, yhat


def masked(values, mask):
    values = ops.convert_to_tensor(values)
    if mask is not None:
        keras.src.backend.set_keras_mask(values, ops.convert_to_tensor(mask))
    return values


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


# ---------------------------------------------------------------- metrics

M = keras.metrics
METRICS = [
    ("mse", M.MeanSquaredError, {}, "numbers"),
    ("mae", M.MeanAbsoluteError, {}, "numbers"),
    ("root_mean_squared_error", M.RootMeanSquaredError, {}, "numbers"),
    ("mape", M.MeanAbsolutePercentageError, {}, "numbers"),
    ("msle", M.MeanSquaredLogarithmicError, {}, "above 0"),
    ("log_cosh_error", M.LogCoshError, {}, "numbers"),
    ("cosine_similarity", M.CosineSimilarity, {}, "numbers"),
    ("poisson", M.Poisson, {}, "above 0"),
    ("kl_divergence", M.KLDivergence, {}, "distributions"),
    ("hinge", M.Hinge, {}, "signs"),
    ("squared_hinge", M.SquaredHinge, {}, "bits"),
    ("categorical_hinge", M.CategoricalHinge, {}, "one-hot scores"),
    ("binary_crossentropy", M.BinaryCrossentropy, {"label_smoothing": 0.1}, "bits"),
    ("categorical_crossentropy", M.CategoricalCrossentropy, {"from_logits": True}, "one-hot of logits"),
    ("sparse_categorical_crossentropy", M.SparseCategoricalCrossentropy, {}, "classes"),
    ("binary_accuracy", M.BinaryAccuracy, {}, "bits"),
    ("binary_accuracy", M.BinaryAccuracy, {"threshold": 0.3}, "bits"),
    ("categorical_accuracy", M.CategoricalAccuracy, {}, "one-hot"),
    ("sparse_categorical_accuracy", M.SparseCategoricalAccuracy, {}, "classes"),
    ("top_k_categorical_accuracy", M.TopKCategoricalAccuracy, {"k": 2}, "one-hot"),
    ("sparse_top_k_categorical_accuracy", M.SparseTopKCategoricalAccuracy, {"k": 2}, "classes"),
    ("precision", M.Precision, {}, "bits"),
    ("precision", M.Precision, {"thresholds": 0.3, "class_id": 1}, "bits"),
    ("precision", M.Precision, {"top_k": 2}, "one-hot"),
    ("recall", M.Recall, {}, "bits"),
    ("recall", M.Recall, {"top_k": 2}, "one-hot"),
    ("true_positives", M.TruePositives, {"thresholds": 0.4}, "bits"),
    ("false_positives", M.FalsePositives, {}, "bits"),
    ("true_negatives", M.TrueNegatives, {}, "bits"),
    ("false_negatives", M.FalseNegatives, {}, "bits"),
    ("auc", M.AUC, {}, "bits"),
    ("auc", M.AUC, {"num_thresholds": 7, "summation_method": "minoring"}, "bits"),
    ("auc", M.AUC, {"num_thresholds": 20, "summation_method": "majoring", "from_logits": True}, "bits of logits"),
    ("auc", M.AUC, {"curve": "PR"}, "bits"),
    ("auc", M.AUC, {"curve": "PR", "num_thresholds": 9, "summation_method": "majoring"}, "bits"),
    ("auc", M.AUC, {"thresholds": [0.2, 0.35, 0.9]}, "bits"),
    ("r2_score", M.R2Score, {}, "numbers"),
    ("r2_score", M.R2Score, {"class_aggregation": "variance_weighted_average"}, "numbers"),
    ("r2_score", M.R2Score, {"class_aggregation": None, "num_regressors": 2}, "numbers"),
    ("r2_score", M.R2Score, {"num_regressors": 40}, "numbers"),
    ("Accuracy", M.Accuracy, {}, "whole numbers"),
    ("precision", M.Precision, {"thresholds": [0.7, 0.2, 0.4]}, "bits"),
    ("precision", M.Precision, {"thresholds": [0.0, 0.5, 1.0]}, "bits"),
    ("precision", M.Precision, {"top_k": 2, "thresholds": 0.4, "class_id": 1}, "one-hot"),
    ("recall", M.Recall, {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0], "class_id": 2}, "one-hot"),
    ("true_negatives", M.TrueNegatives, {"thresholds": [0.3, 0.6]}, "bits"),
    ("auc", M.AUC, {"curve": "PRGAIN"}, "bits"),
    ("auc", M.AUC, {"curve": "PRGAIN", "num_thresholds": 12, "summation_method": "minoring"}, "bits"),
    ("auc", M.AUC, {"thresholds": [0.75, 0.25, 0.5], "curve": "PR"}, "bits"),
    ("auc", M.AUC, {"label_weights": [0.5, 2.0, 1.0], "num_thresholds": 20}, "bits"),
    ("auc", M.AUC, {"multi_label": True, "num_thresholds": 20}, "bits"),
    ("auc", M.AUC, {"multi_label": True, "num_labels": 3, "label_weights": [0.5, 2.0, 1.0], "curve": "PR"}, "bits"),
    ("sensitivity_at_specificity", M.SensitivityAtSpecificity, {"specificity": 0.5}, "bits"),
    ("specificity_at_sensitivity", M.SpecificityAtSensitivity, {"sensitivity": 0.4, "num_thresholds": 9}, "bits"),
    ("precision_at_recall", M.PrecisionAtRecall, {"recall": 0.6, "class_id": 1}, "bits"),
    ("recall_at_precision", M.RecallAtPrecision, {"precision": 0.5, "num_thresholds": 1}, "bits"),
    ("recall_at_precision", M.RecallAtPrecision, {"precision": 0.6}, "bits"),
    ("f1_score", M.F1Score, {}, "one-hot"),
    ("f1_score", M.F1Score, {"average": "weighted", "threshold": 0.4}, "one-hot"),
    ("f_beta_score", M.FBetaScore, {"beta": 2.0, "average": "macro"}, "one-hot"),
    ("f_beta_score", M.FBetaScore, {"beta": 0.5, "average": "micro", "threshold": 0.3}, "one-hot"),
    ("io_u", M.IoU, {"num_classes": 3, "target_class_ids": [0, 2]}, "whole numbers"),
    ("io_u", M.IoU, {"num_classes": 4, "target_class_ids": [0, 3], "sparse_y_pred": False}, "classes"),
    ("mean_io_u", M.MeanIoU, {"num_classes": 5}, "whole numbers"),
    ("mean_io_u", M.MeanIoU, {"num_classes": 3, "ignore_class": 1}, "whole numbers"),
    ("binary_io_u", M.BinaryIoU, {"target_class_ids": [1], "threshold": 0.3}, "bits"),
    ("one_hot_io_u", M.OneHotIoU, {"num_classes": 4, "target_class_ids": [1, 2]}, "one-hot"),
    ("one_hot_mean_io_u", M.OneHotMeanIoU, {"num_classes": 4, "ignore_class": 0}, "one-hot"),
    ("pearson_correlation", M.PearsonCorrelation, {}, "numbers"),
    ("pearson_correlation", M.PearsonCorrelation, {"axis": 0}, "numbers"),
    ("concordance_correlation", M.ConcordanceCorrelation, {}, "numbers"),
    ("concordance_correlation", M.ConcordanceCorrelation, {"axis": 0}, "numbers"),
]
# Keras forgets the mask in these; Rondo's leave masked rows out.
MASKLESS = ("precision", "recall", "true_positives", "false_positives", "true_negatives", "false_negatives", "auc", "r2_score",
            "sensitivity_at_specificity", "specificity_at_sensitivity", "precision_at_recall", "recall_at_precision", "f1_score",
            "f_beta_score", "io_u", "mean_io_u", "binary_io_u", "one_hot_io_u", "one_hot_mean_io_u")
# Keras knows these for two axes only.
FLAT = ("r2_score", "f1_score", "f_beta_score")


def metrics():
    cases = []
    # Two batches: plain, plain and weighted by sample, by time step and masked, masked and weighted by time step.
    for name, kind, options, what in METRICS:
        for shapes, with_mask, weighted in ((((6, 3), (2, 3)), False, False), (((5, 3), (3, 3)), False, True),
                                            (((4, 5, 2), (1, 5, 2)), True, False), (((3, 4, 2), (2, 4, 2)), True, True)):
            over_samples = options.get("axis") == 0
            if what in CLASSES:
                shapes = [s[:-1] + (4,) for s in shapes]
            three = len(shapes[0]) == 3
            if three and (name in FLAT or "top_k" in options or "label_weights" in options or options.get("multi_label") or
                          options.get("class_id") == 2):
                continue
            if with_mask and (name in MASKLESS or over_samples):
                with_mask = False
            if weighted and (over_samples or ("io_u" in name and what not in CLASSES) or (name == "root_mean_squared_error" and three)):
                continue
            rng = np.random.default_rng(len(cases))
            metric, batches = kind(**options), []
            for shape in shapes:
                y, yhat = pair(what, shape, rng)
                mask = rng.random(shape[:-1]) < 0.6 if with_mask else None
                weights = rng.integers(0, 4, shape[:-1]).astype("float32") if weighted else None
                if weighted and "io_u" not in name:
                    weights *= np.float32(0.75)
                given = {} if weights is None else {"sample_weight": weights}
                metric.update_state(y, masked(yhat, mask), **given)
                batches.append({"shape": shape, "y": numbers(y), "yhat": numbers(yhat),
                                "mask": None if mask is None else [int(m) for m in mask.reshape(-1)],
                                "weights": None if weights is None else numbers(weights), "result": [None if r != r else r for r in numbers(metric.result())]})
            cases.append({"name": name, "options": options, "batches": batches})
    write("metrics", "reference.json", cases)


# ---------------------------------------------------------------- initializers

INITIALIZERS = ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
                "random_uniform", "random_normal", "truncated_normal", "orthogonal", "identity", "zeros", "ones"]


def initializers():
    """What Keras's own draws look like: their standard deviation and extremes at a size where these are sharp."""
    cases = []
    for name in INITIALIZERS:
        for shape in ((200, 800), (3, 40, 500)):
            if name == "identity" and len(shape) != 2:
                continue
            kind = type(keras.initializers.get(name))
            fixed = name in ("identity", "zeros", "ones")
            draws = np.stack([np.asarray(kind()(shape) if fixed else kind(seed=s)(shape)) for s in range(3)])
            cases.append({"name": name, "class_name": kind.__name__, "shape": shape, "fans": compute_fans(shape),
                          "mean": float(draws.mean()), "stddev": float(draws.std()), "max": float(np.abs(draws).max())})
    write("initializers", "reference.json", cases)


# ---------------------------------------------------------------- learning rate schedules

S = keras.optimizers.schedules
SCHEDULES = [
    (S.ExponentialDecay, {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5}),
    (S.ExponentialDecay, {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True}),
    (S.InverseTimeDecay, {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5}),
    (S.InverseTimeDecay, {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True}),
    (S.PiecewiseConstantDecay, {"boundaries": [3, 10, 20], "values": [0.3, 0.2, 0.1, 0.05]}),
    (S.PolynomialDecay, {"initial_learning_rate": 0.1, "decay_steps": 12}),
    (S.PolynomialDecay, {"initial_learning_rate": 0.1, "decay_steps": 12, "end_learning_rate": 0.02, "power": 0.5, "cycle": True}),
    (S.CosineDecay, {"initial_learning_rate": 0.1, "decay_steps": 12, "alpha": 0.1}),
    (S.CosineDecay, {"initial_learning_rate": 0.01, "decay_steps": 12, "warmup_target": 0.2, "warmup_steps": 6}),
    (S.CosineDecayRestarts, {"initial_learning_rate": 0.1, "first_decay_steps": 5}),
    (S.CosineDecayRestarts, {"initial_learning_rate": 0.1, "first_decay_steps": 5, "t_mul": 1.0, "m_mul": 0.7, "alpha": 0.1}),
    (S.CosineDecayRestarts, {"initial_learning_rate": 0.1, "first_decay_steps": 4, "t_mul": 1.5, "m_mul": 0.8}),
]


def schedules():
    cases = []
    for kind, options in SCHEDULES:
        schedule = kind(**options)
        cases.append({"name": kind.__name__, "options": options, "rates": [numbers(schedule(step))[0] for step in range(40)],
                      "config": [key for key in schedule.get_config() if key != "name"]})
    write("optimizers", "schedules.json", cases)


# ---------------------------------------------------------------- regularizers and constraints

REGULARIZERS = [
    ("L1", {}), ("L1", {"l1": 0.3}), ("L2", {}), ("L2", {"l2": 0.3}), ("L1L2", {}), ("L1L2", {"l1": 0.1, "l2": 0.2}),
    ("OrthogonalRegularizer", {}), ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
]
CONSTRAINTS = [
    ("MaxNorm", {}), ("MaxNorm", {"max_value": 0.8}), ("MaxNorm", {"max_value": 0.8, "axis": 1}), ("NonNeg", {}),
    ("UnitNorm", {}), ("UnitNorm", {"axis": -1}), ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 1.2, "max_value": 1.5, "rate": 0.6, "axis": 1}), ("MaxNorm", {"max_value": 0.8, "axis": [0, 1]}),
]


def regularizers():
    cases = []
    for name, options in REGULARIZERS:
        for shape in ((4, 3), (3, 4), (6,)):
            if len(shape) != 2 and name == "OrthogonalRegularizer":
                continue
            w = np.random.default_rng(len(cases)).normal(size=shape).astype("float32")
            penalty = getattr(keras.regularizers, name)(**options)
            cases.append({"name": name, "options": options, "shape": shape, "w": numbers(w), "penalty": numbers(penalty(ops.convert_to_tensor(w)))[0],
                          "gradient": numbers(jax.grad(lambda v: penalty(v) + 0.0)(ops.convert_to_tensor(w)))})
    write("regularizers", "reference.json", cases)


def constraints():
    cases = []
    for name, options in CONSTRAINTS:
        for shape in ((4, 3), (2, 3, 2), (5,)):
            axes = options.get("axis", 0)
            if len(shape) == 1 and (axes == 1 or isinstance(axes, list)):
                continue
            w = np.random.default_rng(len(cases)).normal(size=shape).astype("float32")
            result = getattr(keras.constraints, name)(**options)(ops.convert_to_tensor(w))
            cases.append({"name": name, "options": options, "shape": shape, "w": numbers(w), "result": numbers(result)})
    write("constraints", "reference.json", cases)


# ---------------------------------------------------------------- early stopping


class Stub:
    """As much of a model as the callback looks at; its weights are the number of the epoch."""

    metrics = ()

    def __init__(self):
        self.stop_training = False
        self.weights = None

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


TRACES = {
    "falls": [5, 4, 3, 2, 1],
    "rises": [1, 2, 3, 4, 5, 6],
    "dips": [5, 4, 4.5, 4.2, 4.1, 3.9, 4.0, 4.0, 4.0, 3.0],
    "flat": [2, 2, 2, 2, 2],
    "creeps": [5, 4.95, 4.9, 4.85, 4.8, 4.75, 4.7],
    "nan first": [float("nan"), 3, 2, 1, 0.5],
    "nan later": [3, float("nan"), 2, 2.5, 2.5, 2.5],
}
STOPPERS = [
    {}, {"patience": 1}, {"patience": 2}, {"patience": 2, "min_delta": 0.08}, {"patience": 1, "mode": "max"},
    {"patience": 2, "baseline": 3.5}, {"patience": 1, "start_from_epoch": 2},
    {"patience": 2, "restore_best_weights": True}, {"patience": 1, "restore_best_weights": True, "start_from_epoch": 3},
    {"patience": 1, "restore_best_weights": True, "mode": "max", "baseline": 4},
]


def early_stopping():
    cases = []
    for options in STOPPERS:
        for trace_name, trace in TRACES.items():
            stub, callback = Stub(), keras.callbacks.EarlyStopping(**options)
            callback.set_model(stub)
            callback.on_train_begin()
            epochs = 0
            for epoch, value in enumerate(trace):
                stub.weights = [np.array([float(epoch)], "float32")]
                callback.on_epoch_end(epoch, {"loss": 0.0, "val_loss": value})
                epochs += 1
                if stub.stop_training:
                    break
            callback.on_train_end()
            best = callback.best
            cases.append({"name": trace_name, "options": options, "trace": [None if v != v else v for v in trace], "epochs": epochs,
                          "stopped_epoch": callback.stopped_epoch, "best_epoch": callback.best_epoch,
                          "best": None if best is None or best != best else float(best), "weights": float(stub.weights[0][0])})
    write("train", "early_stopping.json", cases)


# ---------------------------------------------------------------- plateaus, checkpoints, logs


PLATEAUS = [
    {}, {"patience": 1}, {"patience": 2, "factor": 0.5}, {"patience": 1, "min_delta": 0.08}, {"patience": 1, "mode": "max"},
    {"patience": 1, "cooldown": 2}, {"patience": 1, "cooldown": 1, "factor": 0.3, "min_lr": 0.02}, {"patience": 0, "min_lr": 0.05},
]
CHECKPOINTS = [
    {}, {"save_best_only": True}, {"save_best_only": True, "mode": "max"}, {"save_best_only": True, "initial_value_threshold": 3.5},
    {"save_best_only": True, "monitor": "loss"}, {"save_freq": 3}, {"save_freq": 4, "save_weights_only": True},
]


class Rated(Stub):
    """A Stub that also notes where it is saved."""

    def __init__(self):
        super().__init__()
        self.optimizer = keras.optimizers.SGD(0.1)
        self.saved = []

    def save(self, path, overwrite=True):
        self.saved.append(path)

    save_weights = save


def rate_callbacks():
    cases = []
    for options in PLATEAUS:
        for trace_name, trace in TRACES.items():
            stub, callback = Rated(), keras.callbacks.ReduceLROnPlateau(**options)
            callback.set_model(stub)
            callback.on_train_begin()
            rates = []
            for epoch, value in enumerate(trace + trace):
                callback.on_epoch_end(epoch, {"loss": 0.0, "val_loss": value})
                rates.append(float(stub.optimizer.learning_rate.numpy()))
            cases.append({"name": trace_name, "options": options, "trace": [None if v != v else v for v in trace + trace], "rates": rates})
    write("train", "plateau.json", cases)


def checkpoints():
    cases = []
    for options in CHECKPOINTS:
        ending = ".weights.h5" if options.get("save_weights_only") else ".keras"
        path = "e{epoch:02d}b{batch}" + ending if "save_freq" in options else "e{epoch:02d}-{val_loss:.2f}" + ending
        for trace_name in ("falls", "dips", "rises", "nan later"):
            stub, callback = Rated(), keras.callbacks.ModelCheckpoint(path, **options)
            callback.set_model(stub)
            for epoch, value in enumerate(TRACES[trace_name]):
                callback.on_epoch_begin(epoch)
                for batch in range(2 + epoch % 2):
                    callback.on_train_batch_end(batch, {"loss": value})
                callback.on_epoch_end(epoch, {"loss": value, "val_loss": value})
            trace = [None if v != v else v for v in TRACES[trace_name]]
            cases.append({"name": trace_name, "path": path, "options": options, "trace": trace, "saved": stub.saved})
    write("train", "checkpoints.json", cases)


def logs():
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        for name, epochs in {
            "validated": [{"loss": 0.5, "val_loss": 1.25, "mae": 1e-5}, {"loss": 0.1, "val_loss": float("nan"), "mae": 123456789.0}],
            "not validated": [{"loss": 0.5}, {"loss": 1e22}],
            "validated later": [{"loss": 0.5, "mae": 3.0}, {"loss": 0.25, "mae": 2.0, "val_loss": 7.0, "val_mae": 1.5}],
            "validated first": [{"loss": 0.5, "val_loss": 2.0}, {"loss": 0.25}],
        }.items():
            for separator in (",", ";"):
                path = folder + "/log.csv"
                if os.path.exists(path):
                    os.remove(path)
                texts = []
                for append in (False, True, False):
                    callback = keras.callbacks.CSVLogger(path, separator=separator, append=append)
                    callback.on_train_begin()
                    for epoch, one in enumerate(epochs):
                        callback.on_epoch_end(epoch, one)
                    callback.on_train_end()
                    texts.append(open(path).read())
                finite = [{k: str(v) if v != v else v for k, v in one.items()} for one in epochs]
                cases.append({"name": name, "separator": separator, "epochs": finite, "texts": texts})
    write("train", "logs.json", cases)


if __name__ == "__main__":
    for write_one in (optimizers, losses, reductions, metrics, initializers, schedules, regularizers, constraints, early_stopping,
                      rate_callbacks, checkpoints, logs):
        if len(sys.argv) == 1 or write_one.__name__ in sys.argv[1:]:
            write_one()
