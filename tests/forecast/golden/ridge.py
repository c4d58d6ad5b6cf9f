"""Writes ridge.json: what scikit-learn's Ridge makes of the windows that rondo/forecast/ridge.h speaks of.

    pip install scikit-learn && python3 tests/forecast/golden/ridge.py        (written with scikit-learn 1.9.1, NumPy 2.4.6)

Split, scales, windows and the choice of alpha are written out here a second time, in NumPy.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import Ridge

here = pathlib.Path(__file__).parent
airline = [float(l.split(",")[1]) for l in (here.parents[2] / "data" / "airline-passengers.csv").read_text().split()[1:]]
rng = np.random.default_rng(7)
t = np.arange(240)
TABLES = {
    "airline": {"Passengers": airline},
    "three": {
        "load": (100 + 10 * np.sin(2 * np.pi * t / 12) + 0.1 * t + rng.normal(0, 2, t.size)).round(3).tolist(),
        "heat": (15 - 8 * np.cos(2 * np.pi * t / 12) + rng.normal(0, 1, t.size)).round(3).tolist(),
        "flat": [4.5] * t.size,
    },
}
CASES = [  # table, targets, features, lookback, horizon, stride, gap, normalize, alpha
    ("airline", ["Passengers"], ["Passengers"], 12, 1, 1, 0, "window", 1.0),
    ("airline", ["Passengers"], ["Passengers"], 13, 4, 1, 0, "window", 0.1),
    ("airline", ["Passengers"], ["Passengers"], 1, 2, 1, 0, "window", 1.0),  # the only input is always 0
    ("airline", ["Passengers"], ["Passengers"], 12, 1, 1, 0, "none", 1000.0),
    ("three", ["load"], ["load", "heat", "flat"], 6, 3, 1, 1, "standard", 5.0),
    ("three", ["heat", "load"], ["flat", "load", "heat"], 5, 2, 2, 0, "min-max", 0.01),
    ("three", ["load", "heat"], ["load", "heat", "flat"], 60, 2, 1, 0, "standard", 10.0),  # inputs > windows
    ("three", ["load"], ["load", "heat"], 70, 1, 1, 2, "window", 50.0),  # the same
    ("three", ["load"], ["load", "heat"], 8, 1, 1, 0, "standard", 0.0),
]


def scale(v, rows, starts, lookback, first_target, horizon, kind, target):
    if kind == "none":
        return 0.0, 1.0
    train = v[:rows]
    if np.ptp(train) == 0:
        return (0.0 if kind == "window" else train[0]), 1.0
    if kind == "standard":
        return train.mean(), train.std()
    if kind == "min-max":
        return train.min(), np.ptp(train)
    d = [v[s : s + lookback - 1] - v[s + lookback - 1] for s in starts]
    if target:
        d += [v[s + first_target : s + first_target + horizon] - v[s + lookback - 1] for s in starts]
    return None, np.sqrt(np.mean(np.concatenate(d) ** 2))


def case(table, targets, features, lookback, horizon, stride, gap, kind, alpha):
    columns = {k: np.array(v) for k, v in TABLES[table].items()}
    rows = len(columns[features[0]])
    cuts = [int(0.70 * rows + 1e-6), int(0.85 * rows + 1e-6)]
    ahead = lookback + gap
    parts = {"train": [], "validation": [], "test": []}
    for s in range(0, rows - ahead - horizon + 1, stride):
        first, last = s + ahead, s + ahead + horizon - 1
        for name, low, high in (("train", 0, cuts[0]), ("validation", cuts[0], cuts[1]), ("test", cuts[1], rows)):
            if low <= first and last < high:
                parts[name].append(s)
    scales = {c: scale(columns[c], cuts[0], parts["train"], lookback, ahead, horizon, kind, c in targets) for c in {*targets, *features}}

    def z(c, at, last):
        reference, size = scales[c]
        reference = columns[c][last] if reference is None else reference
        return ((columns[c][at] - reference) * (1 / size)).astype(np.float32)  # as the network reads it

    def windows(starts):
        x = [[z(c, slice(s, s + lookback), s + lookback - 1) for c in features] for s in starts]
        y = [[z(c, slice(s + ahead, s + ahead + horizon), s + lookback - 1) for c in targets] for s in starts]
        return [np.array(a, np.float64).transpose(0, 2, 1).reshape(len(starts), -1) for a in (x, y)]

    def original(answer, starts):
        out = answer.reshape(len(starts), horizon, len(targets)).copy()
        for k, c in enumerate(targets):
            reference, size = scales[c]
            for i, s in enumerate(starts):
                out[i, :, k] = out[i, :, k] * size + (columns[c][s + lookback - 1] if reference is None else reference)
        return out

    x, y = windows(parts["train"])
    unit = np.mean(np.sum((x - x.mean(0)) ** 2, axis=0))
    model = Ridge(alpha=alpha, solver="svd").fit(x, y)
    best_alpha, margin = 1.0, np.inf
    if unit > 0:
        grid = [10.0 ** (-6 + 0.5 * i) * unit for i in range(19)]

        def errors(fitted, judged):  # (windows, alphas)
            fx, fy = windows(fitted)
            jx, jy = windows(judged)
            answers = [Ridge(alpha=a, solver="svd").fit(fx, fy).predict(jx).reshape(jy.shape) for a in grid]
            e = np.stack([np.abs(answer - jy).mean(1) for answer in answers], 1)
            return e / e.mean(0).min()

        e = [errors(parts["train"], parts["validation"])]
        first = parts["train"][0] + ahead
        for percent in (40, 55, 70, 85):
            cut, end = (first + (cuts[0] - first) * p // 100 for p in (percent, percent + 15))
            before = [s for s in parts["train"] if s + ahead + horizon <= cut]
            after = [s for s in parts["train"] if cut <= s + ahead and s + ahead + horizon <= end]
            if len(before) >= 8 and len(after) >= 2:
                e.append(errors(before, after))
        e = np.concatenate(e)
        best = e.mean(0).argmin()
        worse = e - e[:, [best]]
        error = worse.std(0, ddof=1) / np.sqrt(len(e) / max(1, horizon / stride))
        good = worse.mean(0) <= error
        best_alpha = grid[min(np.flatnonzero(good), key=lambda i: abs(np.log(grid[i])))]
        # How near a decision is to falling the other way: rounding must not decide it.
        margin = min(abs(worse.mean(0) - error)[np.arange(19) != best] / error[np.arange(19) != best])
    tx, _ = windows(parts["test"])
    forecast = original(model.predict(tx).reshape(len(tx), -1), parts["test"])
    truth = np.array([[[columns[c][s + ahead + h] for c in targets] for h in range(horizon)] for s in parts["test"]])
    error = forecast - truth
    return {
        "table": table, "targets": targets, "features": features, "lookback": lookback, "horizon": horizon, "stride": stride,
        "gap": gap, "normalize": kind, "alpha": alpha, "windows": len(x),
        "weights": model.coef_.reshape(-1, x.shape[1]).T.ravel().tolist(), "bias": np.ravel(model.intercept_).tolist(),
        "best_alpha": best_alpha, "margin": float(min(margin, 9)),
        "mae_by_step": np.abs(error[:, :, 0]).mean(0).tolist(),
        "rmse_by_step": np.sqrt((error[:, :, 0] ** 2).mean(0)).tolist(),
        "forecast": forecast[-1].ravel().tolist(),
    }


out = {"versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__}, "tables": TABLES, "cases": [case(*c) for c in CASES]}
(here / "ridge.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
for c in out["cases"]:
    print(c["table"], c["windows"], len(c["weights"]), "best alpha", c["best_alpha"], "margin", c["margin"], "mae", c["mae_by_step"])
