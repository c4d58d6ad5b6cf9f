"""Every metric over two batches, masked and weighted."""

import keras
import numpy as np

from reference.common import CLASSES, masked, numbers, pair, write

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
