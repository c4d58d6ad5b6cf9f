"""Random architectures, trained for two epochs in Keras and here: every epoch's loss and metrics have to be the same to 1e-5.

    python random_training.py --rondo ../../build/rondo [--count 40] [--seed 1] [FOLDER]

On the TensorFlow backend (requirements-3.15-tensorflow.txt): on JAX a metric reported in training does not see masks. The models are those of
random_graphs.py without what is random in training; each output gets a random loss with targets that suit it, and metrics; then an optimizer with
random options. `rondo fit` reads the compiled model that Keras saved before its own fit(shuffle=False). |got - keras| <= 1e-5 max(1, |keras|); a
model that amplifies rounding beyond that is measured as in random_architectures.py. (No Huber with a delta: Keras's file does not hold it. No Lion: it takes signs.)
"""

import argparse
import collections
import json
import os
import sys
import tempfile
import warnings

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import common  # noqa: E402
import keras
import numpy as np
from keras import layers as L
from keras import losses, metrics
from keras import optimizers as O

from random_architectures import TOLERANCE, run, save
from random_graphs import Maker
from random_layers import Unusable, shape_of

EPOCHS, BATCH = 2, 4


class Trainer(Maker):
    """A Maker whose models end in heads with losses."""

    def __init__(self, rng):
        super().__init__(rng, training=True)
        self.fixed_batch = False
        self.heads = []

    def head(self, x):
        """(output, loss, targets, metrics) of a tensor."""
        size = self.number(2, 4)
        shape = (self.batch, *[n or self.steps for n in shape_of(x)[:-1]], size)
        numbers = self.rng.standard_normal(shape).astype("float32")
        kind = self.number(0, 8)
        if kind <= 2:
            loss = self.pick(["mse", "mae", "huber", "log_cosh", losses.MeanSquaredError(reduction="sum"), losses.CosineSimilarity(axis=-1)])
            return L.Dense(size)(x), loss, numbers, self.pick([["mae"], ["mse", metrics.RootMeanSquaredError()], ["cosine_similarity"], []])
        if kind == 3:
            return L.Dense(size, activation="tanh")(x), self.pick(["hinge", "squared_hinge"]), np.sign(numbers), self.pick([["mae"], []])
        if kind == 4:
            return L.Dense(size, activation="softplus")(x), self.pick(["poisson", "msle"]), np.abs(numbers), self.pick([["mse"], []])
        if kind == 5:
            loss = self.pick(["binary_crossentropy", losses.BinaryCrossentropy(label_smoothing=0.1), losses.BinaryFocalCrossentropy(gamma=1.5)])
            found = self.pick([["binary_accuracy"], [metrics.Precision(), metrics.Recall()], []])
            return L.Dense(size, activation="sigmoid")(x), loss, (numbers > 0).astype("float32"), found
        if kind == 6:
            loss, activation = self.pick([("categorical_crossentropy", "softmax"), (losses.CategoricalCrossentropy(from_logits=True), None),
                                          ("categorical_focal_crossentropy", "softmax")])
            targets = np.eye(size, dtype="float32")[self.rng.integers(0, size, shape[:-1])]
            return L.Dense(size, activation=activation)(x), loss, targets, self.pick([["categorical_accuracy"], []])
        if kind == 7:
            loss, activation = self.pick([("sparse_categorical_crossentropy", "softmax"), (losses.SparseCategoricalCrossentropy(from_logits=True), None)])
            targets = self.rng.integers(0, size, shape[:-1]).astype(self.pick(["int32", "float32"]))
            return L.Dense(size, activation=activation)(x), loss, targets, self.pick([["sparse_categorical_accuracy"], []])
        weights = np.exp(numbers)
        return L.Dense(size, activation="softmax")(x), "kl_divergence", (weights / weights.sum(-1, keepdims=True)).astype("float32"), []

    def graph_model(self, ends):
        self.heads = [self.head(x) for x in ends[:2]]
        for x, (y, *_) in zip(ends, self.heads):
            self.inputs_of[id(y)] = self.inputs_of[id(x)]
        return super().graph_model([y for y, *_ in self.heads])

    def sequential(self):
        model = super().sequential()
        self.heads = [self.head(model.outputs[0])]
        return keras.Model(model.inputs, self.heads[0][0])

    def optimizer(self):
        rate = self.pick([0.002, 0.01, 0.01])
        if self.chance(0.15):
            rate = self.pick([O.schedules.ExponentialDecay(rate, 2, 0.8), O.schedules.CosineDecay(rate, 9)])
        common_options = self.pick([{}, {}, {"clipnorm": 0.7}, {"clipvalue": 0.05}, {"global_clipnorm": 0.5}, {"weight_decay": 0.01}])
        kind, options = self.pick([
            (O.SGD, {}), (O.SGD, {"momentum": 0.8}), (O.SGD, {"momentum": 0.9, "nesterov": True}), (O.Adam, {}), (O.Adam, {"amsgrad": True, "beta_1": 0.8}),
            (O.RMSprop, {}), (O.RMSprop, {"momentum": 0.5, "centered": True}), (O.AdamW, {}), (O.Adamax, {}), (O.Nadam, {}), (O.Adagrad, {}),
            (O.Adadelta, {}), (O.Ftrl, {}), (O.Adafactor, {}), (O.Lamb, {}),
        ])  # not Lion: it takes the sign of a gradient, also of one that is rounding alone
        return kind, {"learning_rate": rate, **options, **common_options}

    def compiled(self, model, kind, options):
        found = [m for *_, m in self.heads]
        several = len(self.heads) > 1
        chosen = [loss for _, loss, *_ in self.heads]
        model.compile(optimizer=kind(**options), loss=chosen if several else chosen[0],
                      metrics=(found if several else found[0]) if any(found) else None, run_eagerly=True)
        return model


def fit(model, x, y):
    x, y = (v if len(v) > 1 else v[0] for v in (x, y))
    return model.fit(x, y, epochs=EPOCHS, batch_size=BATCH, shuffle=False, verbose=0).history


def difference(got, want):
    """Largest of a history; infinite if it has other keys."""
    if set(got) != set(want):
        return float("inf")
    worst = 0.0
    for key, values in want.items():
        if len(got[key]) != len(values):
            return float("inf")
        for g, w in zip(got[key], values):
            worst = max(worst, abs(g - w) / max(1, abs(w)) if np.isfinite([g, w]).all() else float("inf"))
    return worst


def make(folder, seed):
    """What the files in `folder` are of, or an exception."""
    rng = np.random.default_rng(seed)
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed[0] * 10000 + seed[1])
    trainer = Trainer(rng)
    kind, model = trainer.model()
    common.randomise(model, rng)
    optimizer, options = trainer.optimizer()
    if keras.backend.backend() == "tensorflow" and "Embedding" in trainer.seen:
        raise Unusable  # its gradient is sparse there: ids seen twice are not added up as on JAX, which is what Rondo does
    trainer.compiled(model, optimizer, options)
    targets = [t for _, _, t, _ in trainer.heads]
    made = [y.shape for y in common.predict(model, trainer.data)]
    if any(t.shape != y[: t.ndim] for t, y in zip(targets, made)):
        raise Unusable  # a length that was not known: Keras would broadcast the targets, which is an error here
    about = f"{seed[0]} {seed[1]} {kind}{' masked' * trainer.masked}: {' '.join(type(layer).__name__ for layer in model.layers)}; "
    about += f"{optimizer.__name__} {sorted(options)}; {[getattr(l, 'name', l) for _, l, *_ in trainer.heads]}"
    save(folder, model, trainer.data, targets, about)
    before = model.get_weights()
    history = fit(model, trainer.data, targets)
    if not all(np.isfinite(v).all() and np.max(np.abs(v)) < 1e3 for v in history.values()):
        raise ArithmeticError("not finite")

    def moved():
        """How far Keras's history moves if the first weights do by one part in ten million."""
        largest, random = 0.0, np.random.default_rng(5)
        for _ in range(2):
            model.set_weights([(w * (1 + 1e-7 * random.choice([-1.0, 1.0], w.shape))).astype(w.dtype) if w.dtype.kind == "f" else w for w in before])
            trainer.compiled(model, optimizer, options)
            largest = max(largest, difference(fit(model, trainer.data, targets), history))
        return largest

    return about, history, moved, len(trainer.data), len(targets)


def rondo_fits(rondo, folder, inputs, outputs):
    words = ["--epochs", str(EPOCHS), "--batch-size", str(BATCH), "--no-shuffle", "--threads", "1"]
    for i in range(inputs):
        words += ["--x", os.path.join(folder, f"X{i}.npy")]
    for i in range(outputs):
        words += ["--y", os.path.join(folder, f"Y{i}.npy")]
    history = os.path.join(folder, "history.json")
    run(rondo, "fit", os.path.join(folder, "model.keras"), *words, "--out", os.path.join(folder, "rondo.keras"), "--history", history)
    with open(history) as file:
        return json.load(file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--rondo", required=True)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    base = args.folder or tempfile.mkdtemp()
    passed = failed = amplified = number = 0
    worst, refused = 0.0, collections.Counter()
    while passed + failed < args.count and number < 20 * args.count:
        number += 1
        folder = os.path.join(base, f"{number:03d}")
        try:
            about, history, moved, inputs, outputs = make(folder, (args.seed, number))
        except Exception as error:
            refused[type(error).__name__] += 1
            continue
        wrong, allowed = "", TOLERANCE
        try:
            got = rondo_fits(args.rondo, folder, inputs, outputs)
            found = difference(got, history)
            if found > allowed and np.isfinite(found):
                allowed = max(allowed, min(1e-3, 3 * moved()))
            if not found <= allowed:
                wrong = f"{found:.2e}: keras {history}, rondo {got}"
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}"[:700]
        if wrong:
            failed += 1
            print(f"FAIL {folder}: {about}\n     {wrong}", flush=True)
            continue
        passed += 1
        amplified += allowed > TOLERANCE
        worst = max(worst, found if allowed == TOLERANCE else 0)
    print(f"keras {keras.__version__} ({keras.backend.backend()}): {passed} of {passed + failed} architectures train alike, largest difference {worst:.1e}"
          f"; {amplified} of them amplify rounding beyond {TOLERANCE:g}; draws not used: {dict(refused)}")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
