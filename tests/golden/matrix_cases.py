"""Whole training runs: six architectures, twelve optimizers, three epochs each, on two backends of Keras.

    KERAS_BACKEND=jax python matrix_cases.py run WORK                  (requirements-3.15.txt)
    KERAS_BACKEND=tensorflow python matrix_cases.py run WORK           (requirements-3.15-tensorflow.txt)
    python matrix_cases.py join WORK

`run` trains and writes WORK/<backend>.json: the loss of every epoch. The first also writes matrix/<architecture>.keras (the model
before training, not compiled) and matrix/<architecture>.npz (x0.., t0). `join` puts the losses into matrix/index.json.
"""

import json
import os
import pathlib
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "matrix"
FIT = {"epochs": 3, "batch_size": 4, "shuffle": False}

# As Keras's config has them; the learning rates are those at which so small a model learns in three epochs.
OPTIMIZERS = {
    "SGD": {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
    "RMSprop": {"learning_rate": 0.005},
    "Adam": {"learning_rate": 0.01},
    "AdamW": {"learning_rate": 0.01, "weight_decay": 0.02},
    "Adamax": {"learning_rate": 0.01},
    "Nadam": {"learning_rate": 0.01},
    "Adagrad": {"learning_rate": 0.05},
    "Adadelta": {"learning_rate": 1.0, "epsilon": 1e-3},
    "Lion": {"learning_rate": 0.002},
    "Ftrl": {"learning_rate": 0.05},
    "Adafactor": {"learning_rate": 0.05},
    "Lamb": {"learning_rate": 0.01},
}


def join(work):
    read = lambda name: json.loads((pathlib.Path(work) / name).read_text())
    jax, tf = read("jax.json"), read("tensorflow.json")
    cases = []
    for cell, losses in jax["losses"].items():
        architecture, optimizer = cell.split(" ")
        cases.append({"architecture": architecture, "loss": jax["loss"][architecture], "optimizer": optimizer,
                      "config": OPTIMIZERS[optimizer], "jax": losses, "tensorflow": tf["losses"][cell]})
    index = {"made_by": "tests/golden/matrix_cases.py", "fit": FIT, "versions": {r["backend"]: r["versions"] for r in (jax, tf)},
             "cases": cases}
    lines = json.dumps({**index, "cases": []}, indent=1)[: -len("[]\n}")]
    (OUT / "index.json").write_text(lines + "[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n}\n")
    far = lambda a, b: max(abs(u - v) / abs(u) for u, v in zip(a, b))
    print("JAX and TensorFlow apart by up to", max(far(c["jax"], c["tensorflow"]) for c in cases))


if __name__ == "__main__" and sys.argv[1] == "join":
    join(sys.argv[2])
    sys.exit()

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np
from keras import layers as L


def normal(rng, *shape):
    return rng.normal(size=shape).astype("float32")


# Each returns (model, inputs, targets, loss).


def lstm(rng):
    model = keras.Sequential([L.Input((6, 2)), L.LSTM(5), L.Dense(1)])
    return model, [normal(rng, 14, 6, 2)], normal(rng, 14, 1), "mse"


def gru_stacked(rng):
    model = keras.Sequential([
        L.Input((6, 2)), L.GRU(4, return_sequences=True), L.GRU(3, reset_after=False, return_sequences=True), L.TimeDistributed(L.Dense(2))
    ])
    return model, [normal(rng, 14, 6, 2)], normal(rng, 14, 6, 2), "mae"


def bidirectional_masked(rng):
    model = keras.Sequential([L.Input((6, 3)), L.Masking(), L.Bidirectional(L.LSTM(3)), L.Dense(2, activation="tanh"), L.Dense(1)])
    x = normal(rng, 14, 6, 3)
    for sample, steps in enumerate(rng.integers(1, 7, 14)):
        x[sample, steps:] = 0
    return model, [x], normal(rng, 14, 1), "huber"


def words(rng):
    model = keras.Sequential([L.Input((7,)), L.Embedding(11, 4, mask_zero=True), L.LSTM(4), L.Dense(3, activation="softmax")])
    x = rng.integers(0, 11, (14, 7)).astype("float32")
    x[:, 0] = rng.integers(1, 11, 14)
    return model, [x], rng.integers(0, 3, (14, 1)).astype("float32"), "sparse_categorical_crossentropy"


def convolutions(rng):
    model = keras.Sequential([
        L.Input((8, 2)), L.Conv1D(4, 3, padding="causal", activation="relu"), L.BatchNormalization(momentum=0.8), L.MaxPooling1D(2),
        L.SimpleRNN(4), L.LayerNormalization(), L.Dense(1, activation="sigmoid"),
    ])
    return model, [normal(rng, 14, 8, 2)], rng.integers(0, 2, (14, 1)).astype("float32"), "binary_crossentropy"


def encoder_decoder(rng):
    source, target = L.Input((5, 2)), L.Input((4, 3))
    memory, h, c = L.LSTM(4, return_sequences=True, return_state=True)(source)
    y = L.LSTM(4, return_sequences=True)(target, initial_state=[h, c])
    y = L.Concatenate()([y, L.Attention()([y, memory])])
    model = keras.Model([source, target], L.Dense(1)(y))
    return model, [normal(rng, 14, 5, 2), normal(rng, 14, 4, 3)], normal(rng, 14, 4, 1), "log_cosh"


ARCHITECTURES = [lstm, gru_stacked, bidirectional_masked, words, convolutions, encoder_decoder]


def made(architecture):
    rng = np.random.default_rng(sum(architecture.__name__.encode()) * 7919)
    keras.utils.clear_session()
    model, x, y, loss = architecture(rng)
    model.set_weights([
        np.abs(rng.normal(size=w.shape)) * 0.5 + 0.5 if "variance" in v.path else rng.normal(size=w.shape) * 0.4
        for v, w in zip(model.weights, model.get_weights())
    ])
    return model, x, y, loss


def packed(path):
    with zipfile.ZipFile(path) as old:
        members = [(name, old.read(name)) for name in old.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members:
            new.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def run(work):
    backend = keras.backend.backend()
    losses, names = {}, {}
    for architecture in ARCHITECTURES:
        name = architecture.__name__
        if backend == "jax":
            model, x, y, _ = made(architecture)
            OUT.mkdir(exist_ok=True)
            model.save(OUT / f"{name}.keras")
            packed(OUT / f"{name}.keras")
            np.savez(OUT / f"{name}.npz", **{f"x{i}": a for i, a in enumerate(x)}, t0=y)
        model, x, y, names[name] = made(architecture)
        start = model.get_weights()
        for optimizer, config in OPTIMIZERS.items():
            model.set_weights(start)
            model.compile(optimizer=getattr(keras.optimizers, optimizer)(**config), loss=names[name])
            history = model.fit(x if len(x) > 1 else x[0], y, verbose=0, **FIT).history
            losses[f"{name} {optimizer}"] = [float(v) for v in history["loss"]]
            print(name, optimizer, history["loss"], flush=True)
    versions = {"keras": keras.__version__, "numpy": np.__version__}
    out = {"backend": backend, "versions": versions, "loss": names, "losses": losses}
    pathlib.Path(work).mkdir(parents=True, exist_ok=True)
    (pathlib.Path(work) / f"{backend}.json").write_text(json.dumps(out))


if __name__ == "__main__":
    run(sys.argv[2])
