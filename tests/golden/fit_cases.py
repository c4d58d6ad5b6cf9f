"""What fit's other arguments do in real Keras: python fit_cases.py [NAME ...], on the TensorFlow backend (requirements-3.15-tensorflow.txt).

Writes fit/<case>.keras (the compiled model before training), fit/<case>.npz (x0.., t0.., weights s0.., final weights w0..) and
fit/index.json: the arguments of fit, its history and what evaluate says afterwards.

Dropout: the masks are a matter of the random generator, so Keras is given Rondo's (rondo_draws.py).
"""

import json
import pathlib
import sys
import zipfile

from fit_common import CASES, case, compiled, normal, sequential  # chooses the backend before keras is imported
import keras
import numpy as np
from keras import layers as L

import activity_cases  # noqa: F401 (its cases)
import lost_mask_cases  # noqa: F401 (its cases)
import masked_attention_cases  # noqa: F401 (its cases)
import nested_cases  # noqa: F401 (its cases)
import optimizer_cases  # noqa: F401 (its cases)
import overlap_mask_cases  # noqa: F401 (its cases)
from rondo_draws import use_rondos_masks

HERE = pathlib.Path(__file__).resolve().parent


def packed(path):
    """The same file, compressed: most of it is HDF5's padding."""
    with zipfile.ZipFile(path) as old:
        members = [(name, old.read(name)) for name in old.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members:
            new.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def listed(value):
    if isinstance(value, dict):  # in Keras's order
        return [value[key] for key in sorted(value)]
    return list(value) if isinstance(value, (list, tuple)) else [value]


def run(name, out):
    rng = np.random.default_rng(sum(name.encode()) * 7919)
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    made = CASES[name](rng)
    model, x, y, options = made[:4]
    weights = made[4] if len(made) > 4 else None
    model.save(out / f"{name}.keras")
    packed(out / f"{name}.keras")
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
    if "swap_ema" in passed:
        passed["callbacks"] = [keras.callbacks.SwapEMAWeights(swap_on_epoch=passed.pop("swap_ema"))]
    if "class_weight" in passed:
        passed["class_weight"] = {int(k): v for k, v in passed["class_weight"].items()}
    history = model.fit(x, y, shuffle=False, verbose=0, **passed).history
    for i, w in enumerate(model.get_weights()):
        arrays[f"w{i}"] = w
    np.savez(out / f"{name}.npz", **arrays)
    evaluated = model.evaluate(x, y, batch_size=4, sample_weight=passed.get("sample_weight"), verbose=0, return_dict=True)
    entry = {"fit": options, "history": {k: [float(v) for v in values] for k, values in history.items()},
             "evaluate": {k: float(v) for k, v in evaluated.items()}, "weights": [v.path for v in model.weights]}
    if isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer):
        o = model.optimizer
        entry["loss_scale"] = {"scale": float(o.dynamic_scale), "steps": int(o.step_counter), "iterations": int(o.iterations)}
        print(entry["loss_scale"])
    print(name, {k: v[-1] for k, v in entry["history"].items()})
    return entry


# ---------------------------------------------------------------- dropout of recurrent layers


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
def dropout_conv_lstm1d(rng):
    model = sequential(L.Input((4, 5, 2)), L.ConvLSTM1D(3, 2, dropout=0.3, seed=2, return_sequences=True), L.Flatten(), L.Dense(2))
    return compiled(model, rng), normal(rng, 10, 4, 5, 2), normal(rng, 10, 2), {}


@case
def both_dropouts_conv_lstm2d(rng):
    layer = L.ConvLSTM2D(2, 2, strides=2, padding="same", dropout=0.3, recurrent_dropout=0.4)
    model = sequential(L.Input((3, 4, 3, 2)), layer, L.Flatten(), L.Dense(2))
    return compiled(model, rng), normal(rng, 10, 3, 4, 3, 2), normal(rng, 10, 2), {}


@case
def dropouts_rnn_stacked(rng):
    cells = [L.LSTMCell(4, dropout=0.3, recurrent_dropout=0.2), L.GRUCell(3, dropout=0.4, seed=3), L.SimpleRNNCell(3, recurrent_dropout=0.3)]
    return dropped(L.RNN(cells, return_sequences=True, go_backwards=True), rng, mask=True)


@case
def dropouts_bidirectional_rnn(rng):
    return dropped(L.Bidirectional(L.RNN(L.GRUCell(4, dropout=0.3, recurrent_dropout=0.2))), rng)


@case
def rare_activations_gru(rng):
    return dropped(L.GRU(4, activation="softmax", recurrent_activation="squareplus", recurrent_dropout=0.2), rng, mask=True)


@case
def rare_activations_lstm(rng):
    return dropped(L.LSTM(4, activation="celu", recurrent_activation="softmax", return_sequences=True), rng)


@case
def rare_activations_gru_reset_before(rng):
    return dropped(L.GRU(4, activation="sparsemax", recurrent_activation="softmax", reset_after=False), rng)


@case
def dropouts_of_one(rng):
    model = sequential(
        L.Input((5, 3)),
        L.LSTM(4, dropout=1.0, recurrent_dropout=1.0, return_sequences=True),
        L.SimpleRNN(4, recurrent_dropout=1.0, return_sequences=True),
        L.SimpleRNN(2, dropout=1.0),
    )
    return compiled(model, rng), normal(rng, 8, 5, 3), normal(rng, 8, 2), {}


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


def keyed(rng, **options):
    """Outputs in an object, whose keys name them; Keras orders those."""
    x = L.Input((5, 2), name="series")
    h = L.LSTM(4, return_sequences=True, name="memory")(x)
    outputs = {"last": L.Dense(1, name="all")(L.LSTM(3)(h)), "all": L.Dense(2, name="path")(h)}
    model = compiled(keras.Model(x, outputs), rng, **options)
    return model, normal(rng, 10, 5, 2), {"all": normal(rng, 10, 5, 2), "last": normal(rng, 10, 1)}, {}


@case
def outputs_keyed(rng):
    return keyed(rng, loss={"last": "mse", "all": "mae"}, loss_weights={"last": 2.0, "all": 0.5},
                 metrics={"all": ["mse"], "last": ["mae"]}, weighted_metrics={"all": ["mae"]})


@case
def outputs_keyed_one_loss(rng):
    return keyed(rng, loss="mse")


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


def write(folder, made_by, cases):
    """All cases, or those named on the command line, with an index of what they are."""
    out = HERE / folder
    out.mkdir(exist_ok=True)
    index_file = out / "index.json"
    index = json.loads(index_file.read_text())["cases"] if sys.argv[1:] and index_file.exists() else {}
    for name in sys.argv[1:] or cases:
        index[name] = run(name, out)
    versions = {"keras": keras.__version__, "backend": "tensorflow", "numpy": np.__version__}
    index_file.write_text(json.dumps({"made_by": f"tests/golden/{made_by}", "versions": versions, "cases": index}, indent=1) + "\n")


if __name__ == "__main__":
    write("fit", "fit_cases.py", list(CASES))
