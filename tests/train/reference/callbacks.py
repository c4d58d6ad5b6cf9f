"""Callbacks that are told the same epochs: when they stop, what rate they set, what they save and log."""

import os
import tempfile

import keras
import numpy as np

from reference.common import write


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
                    texts.append(open(path, newline="").read())  # with the line ends as they are
                finite = [{k: str(v) if v != v else v for k, v in one.items()} for one in epochs]
                cases.append({"name": name, "separator": separator, "epochs": finite, "texts": texts})
    write("train", "logs.json", cases)
