"""What the golden-value scripts share: seeding, random weights, saving."""

import os
import zlib

# Must be set before keras or jax is imported.
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import numpy as np
import keras


def rng_for(name):
    """A generator that depends on the case's name only, not on its position."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def start_case(name):
    """Fresh automatic layer names and seeds, so a case never depends on others."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(zlib.crc32(name.encode()) & 0x7FFFFFFF)


def uniform(rng, low, high, shape):
    return rng.uniform(low, high, shape).astype(np.float32)


def random_value(rng, name, shape):
    """Every weight gets a value that no other weight has: a swapped gate shows."""
    if name in ("gamma", "moving_variance"):
        return uniform(rng, 0.4, 1.8, shape)
    if name in ("beta", "moving_mean", "bias"):
        return uniform(rng, -0.5, 0.5, shape)
    limit = min(0.8, 2.4 / np.sqrt(shape[0])) if shape else 0.8
    return uniform(rng, -limit, limit, shape)


def randomise(model, rng):
    for variable in model.weights:
        if "rnn_state" in variable.name or "seed" in variable.name:
            continue
        if variable.name in ("mean", "variance", "count"):
            continue  # what Normalization learned from data
        variable.assign(random_value(rng, variable.name, tuple(variable.shape)))
    return model


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def predict(model, inputs, stateful=False):
    """What Keras predicts for one batch that holds all samples.

    A stateful model is called directly: on JAX, predict() forgets the states.
    """
    x = inputs if len(inputs) > 1 else inputs[0]
    if stateful:
        outputs = model(x)
    else:
        outputs = model.predict(x, batch_size=len(inputs[0]), verbose=0)
    return [np.asarray(y) for y in keras.tree.flatten(outputs)]


def numbered(prefix, arrays):
    return {f"{prefix}{i}": a for i, a in enumerate(arrays)}
