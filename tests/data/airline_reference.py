"""The figures of the airline series that tests/data and tests/forecast expect, by NumPy (any version).

    python3 tests/data/airline_reference.py
"""

import pathlib

import numpy as np

path = pathlib.Path(__file__).parents[2] / "data" / "airline-passengers.csv"
v = np.array([float(line.split(",")[1]) for line in path.read_text().split()[1:]])
rows, lookback, horizon = len(v), 12, 1
train, validation = int(0.70 * rows + 1e-6), int(0.85 * rows + 1e-6)
print("rows", rows, "sum", v.sum(), "cuts", train, validation)
print("standard", repr(v[:train].mean()), repr(v[:train].std()), "min_max", v[:train].min(), np.ptp(v[:train]))

differences = []
for s in range(train - lookback - horizon + 1):
    window = v[s : s + lookback + horizon]
    last = window[lookback - 1]
    differences += list(window[: lookback - 1] - last) + list(window[lookback:] - last)
print("window", repr(np.sqrt(np.mean(np.square(differences)))))

t = np.arange(validation, rows)
for name, season, forecast in (("persistence", 1, v[t - 1]), ("seasonal naive", 12, v[t - 12])):
    error = np.abs(v[t] - forecast)
    scale = np.abs(v[season:train] - v[: train - season]).mean()
    print(name, "mae", repr(error.mean()), "rmse", repr(np.sqrt((error**2).mean())), "mase, season", season, repr(error.mean() / scale))

# Conformal intervals of the persistence forecast, three steps, coverage 0.8, from the validation part.
horizon, c = 3, 0.8
starts = np.arange(train, validation - horizon + 1)
for h in range(horizon):
    error = np.sort(v[starts + h] - v[starts - 1])
    n = len(error)
    print("step", h + 1, "of", n, "windows:", error[int(np.floor((n + 1) * (1 - c) / 2)) - 1], error[int(np.ceil((n + 1) * (1 + c) / 2)) - 1])
