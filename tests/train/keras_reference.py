"""Writes reference.json beside the tests of optimizers, losses, metrics, initializers and training, from real Keras.

    KERAS_BACKEND=jax python tests/train/keras_reference.py [optimizers] [losses] ...

Numbers are float32 written with nine digits, which name each of them exactly. One module of reference/ a subject.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")

from reference.callbacks import checkpoints, early_stopping, logs, rate_callbacks
from reference.losses import losses, reductions
from reference.metrics import metrics
from reference.optimizers import optimizers, schedules
from reference.weights import constraints, initializers, regularizers

if __name__ == "__main__":
    for write_one in (optimizers, losses, reductions, metrics, initializers, schedules, regularizers, constraints, early_stopping,
                      rate_callbacks, checkpoints, logs):
        if len(sys.argv) == 1 or write_one.__name__ in sys.argv[1:]:
            write_one()
