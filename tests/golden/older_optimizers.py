"""Files whose optimizer's state lies in the order of Keras before 3.10, and how the same Keras trains on from them:

    KERAS_BACKEND=jax python older_optimizers.py older

once with Keras 3.3 and once with 3.9. Each case is a .keras, trained for two epochs, and a .npz: x, y and the losses of three more epochs.
"""

import os
import sys

import common
import keras
import numpy as np
from keras import layers as L

CASES = {
    "nadam": lambda: keras.optimizers.Nadam(0.01),
    "nadam_ema": lambda: keras.optimizers.Nadam(0.01, use_ema=True, ema_momentum=0.7),
    "adam_ema_accumulation": lambda: keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=2, gradient_accumulation_steps=2),
}


def main(folder):
    version = ".".join(keras.__version__.split(".")[:2])
    for name, optimizer in CASES.items():
        rng = common.rng_for(name)
        common.start_case(name)
        x, y = (rng.standard_normal(shape).astype("float32") for shape in ((12, 5, 2), (12, 1)))
        model = keras.Sequential([L.Input((5, 2)), L.LSTM(4), L.Dense(1)])
        model.compile(optimizer(), "mse")
        fit = {"batch_size": 4, "shuffle": False, "verbose": 0}
        model.fit(x, y, epochs=2, **fit)
        path = os.path.join(folder, f"{version}_state_{name}")
        model.save(path + ".keras")
        model = keras.models.load_model(path + ".keras")
        np.savez(path + ".npz", x=x, y=y, loss=model.fit(x, y, epochs=3, **fit).history["loss"])


if __name__ == "__main__":
    main(sys.argv[1])
