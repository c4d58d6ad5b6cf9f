"""Writes windows.json: 500 random framings as keras.utils.timeseries_dataset_from_array sees them, under the alignment that
rondo/data/frame.h states.

    pip install keras tensorflow && python3 tests/data/golden/windows.py        (written with Keras 3.15.1, TensorFlow 2.21.0)

The cell of row r and column c of a table of n columns is r * n + c, so a window's values say which cells it was made of. Kept of
every framing: the number of windows, a hash of every cell of x and y in order (FNV-1a, 64 bits, over the cells as integers), and
the cells of the first and last window.
"""

import json
import os
import pathlib
import random

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np
import tensorflow as tf

windows_of = keras.utils.timeseries_dataset_from_array


def fnv(values):
    h = 0xCBF29CE484222325
    for v in values:
        h = ((h ^ v) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{h:016x}"


def whole(dataset):
    return np.concatenate([batch.numpy() for batch in dataset])


def setting(rng):
    large = rng.random() < 0.1
    while True:
        rows = rng.randint(2, 900 if large else 90)
        columns = rng.randint(1, 5)
        lookback = rng.randint(1, 120 if large else 16)
        horizon = rng.randint(1, 30 if large else 6)
        gap = rng.choice([0, 0, rng.randint(0, 7)])
        stride = rng.choice([1, 1, rng.randint(1, 9)])
        # Keras refuses a stride as long as its data, from which both datasets below are made.
        if lookback + gap + horizon <= rows and stride < rows - lookback - gap:
            break
    features = rng.sample(range(columns), rng.randint(1, columns))
    targets = rng.sample(range(columns), rng.randint(1, min(3, columns)))
    return rows, columns, features, targets, lookback, horizon, stride, gap


def answer(rows, columns, features, targets, lookback, horizon, stride, gap):
    table = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    past = table[:, features]
    starts = rows - lookback - gap - horizon + 1
    # targets[s]: what belongs to the window that starts at row s. Keras makes no window whose target is not there.
    ahead = np.stack([table[s + lookback + gap : s + lookback + gap + horizon][:, targets] for s in range(starts)])
    x, y = [], []
    for bx, by in windows_of(past, ahead, sequence_length=lookback, sequence_stride=stride, batch_size=256):
        x.append(bx.numpy())
        y.append(by.numpy())
    x, y = np.concatenate(x), np.concatenate(y)
    # The same once more, the targets cut by Keras too: windows of `horizon` rows, from the first target row on.
    y2 = whole(windows_of(table[lookback + gap :][:, targets], None, sequence_length=horizon, sequence_stride=stride, batch_size=256))
    x2 = whole(windows_of(past, None, sequence_length=lookback, sequence_stride=stride, batch_size=256))
    assert np.array_equal(y, y2) and np.array_equal(x, x2[: len(y2)])
    return {
        "setting": [rows, columns, features, targets, lookback, horizon, stride, gap],
        "windows": len(x),
        "x": fnv(x.ravel().tolist()),
        "y": fnv(y.ravel().tolist()),
        # first and last cell of the first and of the last window
        "ends": [int(a[i].ravel()[j]) for a in (x, y) for i in (0, -1) for j in (0, -1)],
    }


if __name__ == "__main__":
    rng = random.Random(2026)
    cases = [answer(*setting(rng)) for _ in range(500)]
    head = json.dumps({"keras": keras.__version__, "tensorflow": tf.__version__})[1:-1]
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text("{" + head + ',"cases":[\n' + lines + "\n]}\n")
    print(len(cases), "framings,", sum(c["windows"] for c in cases), "windows,", path.stat().st_size, "bytes")
