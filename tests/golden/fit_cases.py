"""What fit's other arguments do in real Keras: python fit_cases.py [NAME ...], on the TensorFlow backend (requirements-3.15-tensorflow.txt).

Writes fit/<case>.keras (the compiled model before training), fit/<case>.npz (x0.., t0.., weights s0.., final weights w0..) and
fit/index.json: the arguments of fit, its history and what evaluate says afterwards.

Dropout: the masks are a matter of the random generator, so Keras is given Rondo's. Masks below are Philox 4x32-10 keyed as
src/layers/base/draws.h and src/layers/recurrent/drop.cpp say; what Keras makes of them is compared.
"""

import json
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy as np
from keras import layers as L
from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell

OUT = pathlib.Path(__file__).resolve().parent / "fit"
INDEX = OUT / "index.json"
M64, M32 = 2**64 - 1, 2**32 - 1
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


# ---------------------------------------------------------------- Rondo's draws


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & M32, (a >> 32) ^ c[3] ^ k[1], a & M32]
        k = [(k[0] + 0x9E3779B9) & M32, (k[1] + 0xBB67AE85) & M32]
    return c


def halves(n):
    return [n & M32, n >> 32]


def hash_of(name):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & M64
    return h


def step_seed(seed, step):
    word = philox(halves(step) + [0, 0], halves(seed))
    return word[0] << 32 | word[1]


class Masks:
    """Of one layer; `node`: the layer of the model it belongs to (a Bidirectional, say)."""

    def __init__(self, model, node, layer, fit_seed=0):
        self.model, self.node, self.layer, self.fit_seed = model, node, layer, fit_seed

    def draw(self, kind, number, rows, width, rate):
        seed = (step_seed(self.fit_seed, int(self.model.optimizer.iterations.numpy())) + hash_of(self.node.name)) & M64
        word = philox(halves(hash_of(self.layer.name)) + halves(self.layer.cell.seed or 0), halves(seed))
        key = word[:2]
        mask = np.empty((rows, width), "float32")
        for row in range(rows):
            for i in range(width):
                if i % 4 == 0:
                    words = philox(halves((kind * 4 + number) << 40 | i // 4) + halves(row), key)
                mask[row, i] = 0 if words[i % 4] / 2**32 < rate else np.float32(1 / (1 - rate))
        return keras.ops.convert_to_tensor(mask)


def get_dropout_mask(cell, step_input):
    if cell.dropout == 0:
        return None
    rows, width = step_input.shape
    if hasattr(cell, "dropout_mask_count"):
        return [cell.masks.draw(0, m, rows, width, cell.dropout) for m in range(cell.dropout_mask_count)]
    return cell.masks.draw(0, 0, rows, width, cell.dropout)


def get_recurrent_dropout_mask(cell, step_input):
    if cell.recurrent_dropout == 0:
        return None
    rows, width = step_input.shape
    if not hasattr(cell, "dropout_mask_count"):
        return cell.masks.draw(1, 0, rows, width, cell.recurrent_dropout)
    return [cell.masks.draw(1, m, rows, width, cell.recurrent_dropout) for m in range(cell.dropout_mask_count)]


DropoutRNNCell.get_dropout_mask = get_dropout_mask
DropoutRNNCell.get_recurrent_dropout_mask = get_recurrent_dropout_mask


def use_rondos_masks(model):
    for layer in model.layers:
        for inner in [layer, getattr(layer, "forward_layer", None), getattr(layer, "backward_layer", None)]:
            cell = getattr(inner, "cell", None)
            if cell is not None:
                cell.masks = Masks(model, layer, inner)
                # Eager steps: the number of the step is known when a mask is drawn.
                model.run_eagerly = True


# ---------------------------------------------------------------- making a case


def normal(rng, *shape):
    return rng.normal(size=shape).astype("float32")


def randomise(model, rng):
    model.set_weights([
        np.abs(rng.normal(size=w.shape)) * 0.5 + 0.5 if "variance" in v.path else rng.normal(size=w.shape) * 0.4
        for v, w in zip(model.weights, model.get_weights())
    ])


def compiled(model, rng, optimizer=None, **options):
    randomise(model, rng)
    model.compile(optimizer=optimizer or keras.optimizers.SGD(0.05), **{"loss": "mse", **options})
    return model


def listed(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def run(name):
    rng = np.random.default_rng(sum(name.encode()) * 7919)
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    made = CASES[name](rng)
    model, x, y, options = made[:4]
    weights = made[4] if len(made) > 4 else None
    model.save(OUT / f"{name}.keras")
    use_rondos_masks(model)
    arrays = {}
    for letter, values in (("x", x), ("t", y), ("s", weights)):
        for i, a in enumerate(listed(values) if values is not None else []):
            arrays[f"{letter}{i}"] = a
    options = {"batch_size": 4, "epochs": 3, **options}
    passed = dict(options)
    if weights is not None:
        passed["sample_weight"] = weights
    if "validation_rows" in passed:  # the last rows, given as validation_data
        n = passed.pop("validation_rows")
        cut = lambda v, s: [a[s] for a in v] if isinstance(v, list) else v[s]
        first, last = slice(None, -n), slice(-n, None)
        passed["validation_data"] = (cut(x, last), cut(y, last)) + ((cut(weights, last),) if weights is not None else ())
        x, y = cut(x, first), cut(y, first)
        if weights is not None:
            passed["sample_weight"] = cut(weights, first)
    if "class_weight" in passed:
        passed["class_weight"] = {int(k): v for k, v in passed["class_weight"].items()}
    history = model.fit(x, y, shuffle=False, verbose=0, **passed).history
    for i, w in enumerate(model.get_weights()):
        arrays[f"w{i}"] = w
    np.savez(OUT / f"{name}.npz", **arrays)
    evaluated = model.evaluate(x, y, batch_size=4, sample_weight=passed.get("sample_weight"), verbose=0, return_dict=True)
    entry = {"fit": options, "history": {k: [float(v) for v in values] for k, values in history.items()},
             "evaluate": {k: float(v) for k, v in evaluated.items()}, "weights": [v.path for v in model.weights]}
    print(name, {k: v[-1] for k, v in entry["history"].items()})
    return entry


# ---------------------------------------------------------------- dropout of recurrent layers


def sequential(*layers):
    return keras.Sequential(list(layers))


def dropped(layer, rng, mask=False):
    model = sequential(L.Input((5, 3)), *([L.Masking()] if mask else []), layer, L.Dense(2))
    x = normal(rng, 10, 5, 3)
    if mask:
        x[1, 3:] = 0
        x[4, :2] = 0
        x[6, 1::2] = 0
        x[8] = 0
    return compiled(model, rng), x, normal(rng, *model.compute_output_shape((10, 5, 3))), {}


@case
def dropout_lstm(rng):
    return dropped(L.LSTM(6, dropout=0.3, name="memory"), rng)


@case
def recurrent_dropout_lstm(rng):
    return dropped(L.LSTM(6, recurrent_dropout=0.3, seed=5, return_sequences=True), rng)


@case
def both_dropouts_lstm(rng):
    return dropped(L.LSTM(5, dropout=0.4, recurrent_dropout=0.25, activation="softsign"), rng, mask=True)


@case
def dropout_gru(rng):
    return dropped(L.GRU(6, dropout=0.5, return_sequences=True, go_backwards=True), rng)


@case
def both_dropouts_gru(rng):
    return dropped(L.GRU(5, dropout=0.4, recurrent_dropout=0.25), rng)


@case
def both_dropouts_gru_masked(rng):
    return dropped(L.GRU(5, dropout=0.4, recurrent_dropout=0.25, return_sequences=True), rng, mask=True)


@case
def both_dropouts_gru_reset_before(rng):
    return dropped(L.GRU(5, dropout=0.4, recurrent_dropout=0.25, reset_after=False), rng)


@case
def recurrent_dropout_gru_no_bias(rng):
    return dropped(L.GRU(5, recurrent_dropout=0.25, use_bias=False), rng)


@case
def both_dropouts_simple_rnn(rng):
    return dropped(L.SimpleRNN(5, dropout=0.4, recurrent_dropout=0.25, return_sequences=True), rng, mask=True)


@case
def both_dropouts_bidirectional(rng):
    return dropped(L.Bidirectional(L.LSTM(4, dropout=0.2, recurrent_dropout=0.4)), rng)


# ---------------------------------------------------------------- several outputs


def heads(rng, **options):
    x = L.Input((5, 2), name="series")
    h = L.LSTM(4, return_sequences=True, name="memory")(x)
    level = L.Dense(1, name="level")(L.LSTM(3)(h))
    path = L.Dense(2, name="path")(h)
    model = keras.Model(x, [level, path])
    return compiled(model, rng, **options), normal(rng, 10, 5, 2), [normal(rng, 10, 1), normal(rng, 10, 5, 2)], {}


@case
def outputs_one_loss(rng):
    return heads(rng, loss="mae", metrics=[["mae"], ["mse", "mae"]])


@case
def outputs_list(rng):
    return heads(rng, loss=["mse", "mae"], loss_weights=[0.3, 2.0], metrics=[["mae"], ["mse"]])[:3] + ({"validation_split": 0.3},)


@case
def outputs_named(rng):
    return heads(rng, loss={"path": "huber", "level": "mse"}, loss_weights={"level": 0.5, "path": 1.5}, metrics={"path": ["mae", "mse"]})


@case
def outputs_loss_objects(rng):
    return heads(rng, loss=[keras.losses.Huber(), keras.losses.MeanSquaredError()], metrics=["mae", "mae"])


@case
def outputs_no_metrics(rng):
    return heads(rng, loss=["mse", "mse"], loss_weights=[2.0, 0.5])


@case
def outputs_three(rng):
    a, b = L.Input((4, 2)), L.Input((3,))
    h, s, c = L.LSTM(3, return_state=True)(a)
    j = L.Concatenate()([h, L.Dense(4)(b)])
    model = keras.Model([a, b], [L.Dense(1, name="p")(j), L.Dense(2, name="q")(c), L.Dense(1, name="r")(s)])
    compiled(model, rng, loss=["mse", "mae", "mse"], metrics=[["mae"], None, ["mse"]])
    return model, [normal(rng, 10, 4, 2), normal(rng, 10, 3)], [normal(rng, 10, 1), normal(rng, 10, 2), normal(rng, 10, 1)], {"validation_rows": 3}


@case
def one_output_loss_weight(rng):
    model = sequential(L.Input((5, 2)), L.LSTM(4), L.Dense(1))
    return compiled(model, rng, loss_weights=[0.25], metrics=["mae"]), normal(rng, 10, 5, 2), normal(rng, 10, 1), {}


# ---------------------------------------------------------------- weights


def last(rng, units=1, **options):
    model = sequential(L.Input((5, 2)), L.LSTM(4), L.Dense(units))
    return compiled(model, rng, metrics=["mae"], **options), normal(rng, 10, 5, 2), normal(rng, 10, units)


def steps(rng, mask=False, **options):
    model = sequential(L.Input((5, 2)), *([L.Masking()] if mask else []), L.LSTM(4, return_sequences=True), L.Dense(3))
    x = normal(rng, 10, 5, 2)
    if mask:
        x[1, 3:] = 0
        x[4, :2] = 0
        x[8] = 0
    return compiled(model, rng, metrics=["mae"], **options), x, normal(rng, 10, 5, 3)


@case
def weights_of_samples(rng):
    return last(rng, 2) + ({}, rng.random(10).astype("float32"))


@case
def weights_of_samples_sequence(rng):
    return steps(rng) + ({"validation_rows": 3}, rng.random((10, 1)).astype("float32"))


@case
def weights_of_steps(rng):
    return steps(rng) + ({}, rng.random((10, 5)).astype("float32"))


@case
def weights_of_steps_masked(rng):
    return steps(rng, mask=True) + ({"validation_split": 0.3}, rng.random((10, 5)).astype("float32"))


@case
def weights_each_output(rng):
    model, x, y, options = heads(rng, loss=["mse", "mae"], loss_weights=[1.0, 0.5])
    return model, x, y, options, [rng.random(10).astype("float32"), rng.random((10, 5)).astype("float32")]


@case
def weights_all_outputs(rng):
    model, x, y, options = heads(rng, loss=["mse", "mse"])
    one = rng.random((10, 1)).astype("float32")
    return model, x, y, options, [one, one]


@case
def weights_of_classes(rng):
    model, x, _ = last(rng)
    return model, x, rng.integers(0, 3, (10, 1)).astype("float32"), {"class_weight": {0: 0.2, 1: 3.0}}


@case
def weights_of_classes_one_hot(rng):
    model, x, _ = last(rng, 3)
    return model, x, np.eye(3, dtype="float32")[rng.integers(0, 3, 10)], {"class_weight": {0: 0.2, 1: 3.0, 2: 1.5}}


# ---------------------------------------------------------------- how many steps


@case
def steps_of_validation(rng):
    return last(rng) + ({"epochs": 5, "batch_size": 2, "validation_rows": 5, "validation_steps": 2, "validation_freq": 2},)


@case
def steps_of_epoch(rng):
    return last(rng) + ({"epochs": 6, "batch_size": 3, "steps_per_epoch": 3},)


@case
def steps_of_epoch_many(rng):
    return last(rng) + ({"epochs": 3, "batch_size": 3, "steps_per_epoch": 9},)


@case
def frequency_listed(rng):
    return last(rng) + ({"epochs": 5, "validation_rows": 4, "validation_freq": [1, 4], "validation_batch_size": 3},)


@case
def later_epochs(rng):
    return last(rng) + ({"epochs": 5, "initial_epoch": 2, "validation_rows": 4, "validation_freq": 3},)


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    names = sys.argv[1:] or list(CASES)
    index = json.loads(INDEX.read_text())["cases"] if sys.argv[1:] and INDEX.exists() else {}
    for n in names:
        index[n] = run(n)
    versions = {"keras": keras.__version__, "backend": "tensorflow", "numpy": np.__version__}
    INDEX.write_text(json.dumps({"made_by": "tests/golden/fit_cases.py", "versions": versions, "cases": index}, indent=1) + "\n")
