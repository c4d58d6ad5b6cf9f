#!/usr/bin/env python3
"""Three of the examples in real Keras: the same data, cut, network, optimizer and epochs, under several seeds. What it prints stands
beside ours in examples/README.md.

    KERAS_BACKEND=jax python3 tests/examples/keras_check.py [seeds]
"""
import csv
import pathlib
import sys

import keras
import numpy as np
from keras import layers
from keras.utils import pad_sequences

DATA = pathlib.Path(__file__).parents[2] / "data"


def train(network, x, y, x_test, y_test, rate, loss, metric, **fit):
    network.compile(keras.optimizers.Adam(rate), loss, metrics=[metric])
    network.fit(x, y, verbose=0, **fit)
    return 100 * network.evaluate(x_test, y_test, verbose=0)[1]


def vowels():
    data = np.load(DATA / "japanese-vowels.npz")
    ends = np.cumsum(data["lengths"].astype(int))
    x = pad_sequences(np.split(data["x"].astype("float32"), ends[:-1]), dtype="float32", padding="post")
    y = data["speaker"].astype("int32")
    network = keras.Sequential([layers.Input((None, 12)), layers.Masking(), layers.Bidirectional(layers.LSTM(32)),
                                layers.Dense(9, activation="softmax")])
    return train(network, x[:270], y[:270], x[270:], y[270:], 0.01, "sparse_categorical_crossentropy", "accuracy", batch_size=16,
                 epochs=40)


PUNCTUATION = str.maketrans("", "", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def tweets():
    rows = [(float(r["rating"]), r["text"]) for r in csv.DictReader(open(DATA / "tweets.csv", encoding="utf-8"))]
    rows = [(r, "".join(c.lower() if c < "\x80" else c for c in t).translate(PUNCTUATION).split()) for r, t in rows if abs(r) > 0.5]
    parts = {False: [], True: []}
    for i, row in enumerate(rows):
        parts[(i + 1) % 5 == 0].append(row)
    counts = {}
    for _, words in parts[False]:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    ids = {w: i + 2 for i, (_, w) in enumerate(sorted(((n, w) for w, n in counts.items()), reverse=True)[:1998])}
    arrays = {test: (pad_sequences([[ids.get(w, 1) for w in words] for _, words in rows], maxlen=30),
                     np.array([float(r > 0) for r, _ in rows])) for test, rows in parts.items()}
    network = keras.Sequential([layers.Input((30,)), layers.Embedding(2000, 24, mask_zero=True), layers.Dropout(0.5),
                                layers.LSTM(24), layers.Dense(1, activation="sigmoid")])
    return train(network, *arrays[False], *arrays[True], 0.003, "binary_crossentropy", "accuracy", batch_size=32, epochs=5)


def watch():
    data = np.load(DATA / "watch.npz")
    parts = {False: ([], []), True: ([], [])}
    start = 0
    for length, exercise, subject in zip(data["lengths"].astype(int), data["exercise"], data["subject"]):
        one = data["x"][start:start + length].astype("float32")
        start += length
        for first in range(0, length - 39, 20):
            parts[subject > 7][0].append(one[first:first + 40])
            parts[subject > 7][1].append(exercise)
    (x, y), (x_test, y_test) = [(np.stack(w), np.array(e, "int32")) for w, e in parts.values()]
    scale = layers.Normalization()
    scale.adapt(x)
    network = keras.Sequential([layers.Input((40, 6)), scale, layers.Bidirectional(layers.LSTM(24, return_sequences=True)),
                                layers.Bidirectional(layers.LSTM(24)), layers.Dense(7, activation="softmax")])
    return train(network, x, y, x_test, y_test, 0.005, "sparse_categorical_crossentropy", "accuracy", batch_size=32, epochs=8)


for name, run in (("different_lengths", vowels), ("sentiment", tweets), ("stacked_bidirectional", watch)):
    scores = []
    for seed in range(int(sys.argv[1]) if len(sys.argv) > 1 else 5):
        keras.utils.set_random_seed(seed)
        scores.append(run())
    print(f"{name:24} Keras {keras.__version__}: {min(scores):.1f} to {max(scores):.1f} %, mean {np.mean(scores):.1f}", flush=True)
