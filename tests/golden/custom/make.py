#!/usr/bin/env python3
"""What Keras makes of the layer and the loss of examples/custom_layer.cpp and examples/custom_loss.cpp, written here in Python and
registered under the same names: custom.keras, and custom.npz with its input, output, targets and loss.

Usage: make.py [A.keras]      with a file: loads it with the same classes and prints what it predicts for that input
"""
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
import keras
import numpy as np
from keras import ops

HERE = Path(__file__).parent


@keras.saving.register_keras_serializable(package="examples")
class ExponentialAverage(keras.layers.Layer):
    def __init__(self, span=10.0, **kwargs):
        super().__init__(**kwargs)
        self.span = span
        self.supports_masking = True

    def build(self, shape):
        start = keras.initializers.Constant(np.log(self.span - 1))
        self.memory = self.add_weight(name="memory", shape=(shape[-1],), initializer=start)

    def call(self, x, mask=None):
        a = ops.sigmoid(self.memory)
        last, out = ops.zeros_like(x[:, 0]), []
        for t in range(x.shape[1]):
            now = a * last + (1 - a) * x[:, t]
            last = now if mask is None else ops.where(mask[:, t][:, None], now, last)
            out.append(last)
        return ops.stack(out, 1)

    def get_config(self):
        return {**super().get_config(), "span": self.span}


@keras.saving.register_keras_serializable(package="examples")
class Linex(keras.losses.Loss):
    def __init__(self, a=1.0, name="linex", reduction="sum_over_batch_size", dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.a = a

    def call(self, y, yhat):
        e = yhat - y
        return ops.mean(ops.exp(self.a * e) - self.a * e - 1, -1)

    def get_config(self):
        return {**super().get_config(), "a": self.a}


def main():
    if len(sys.argv) > 1:
        model = keras.models.load_model(sys.argv[1])
        x = np.load(HERE / "custom.npz")["x"]
        print([layer.name for layer in model.layers], model.predict(x, verbose=0).ravel().tolist())
        return
    keras.utils.set_random_seed(1)
    average = ExponentialAverage(4.0)
    model = keras.Sequential([keras.Input((5, 2)), keras.layers.Masking(-1.0), average, keras.layers.Dense(1)])
    average.set_weights([np.array([0.3, 1.2], "float32")])
    model.compile("sgd", Linex(2.0), metrics=["mae"])
    random = np.random.default_rng(1)
    x = random.normal(size=(3, 5, 2)).astype("float32")
    x[1, 3:] = -1
    targets = random.normal(size=(3, 5, 1)).astype("float32")
    logs = model.evaluate(x, targets, return_dict=True, verbose=0)
    model.save(HERE / "custom.keras")
    y = model.predict(x, verbose=0)
    np.savez(HERE / "custom.npz", x=x, y=y, targets=targets, loss=np.array([logs["loss"], logs["mae"]]))


main()
