"""Rondo's dropout masks for Keras's recurrent layers: Philox 4x32-10, keyed as src/layers/base/draws.h,
src/layers/recurrent/drop.cpp and src/layers/rnn.cpp say. What Keras makes of equal masks can then be compared."""

import keras
import numpy as np
from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell

M64, M32 = 2**64 - 1, 2**32 - 1


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


def seed_key(seed):
    """As src/layers/base/seed.h."""
    return 0 if seed is None else 1 << 63 if seed == 0 else seed & M64


class Masks:
    """Of one cell. `node`: the layer of the model it belongs to (a Bidirectional, say); `name`: whose draws they are;
    `more`: what an RNN adds to the seed for each of its cells."""

    def __init__(self, model, node, name, more=0, fit_seed=0):
        self.model, self.node, self.name, self.more, self.fit_seed = model, node, name, more, fit_seed

    def draw(self, kind, number, shape, rate, cell_seed):
        step = step_seed(self.fit_seed, int(self.model.optimizer.iterations.numpy()))
        seed = (step + hash_of(self.node.name) + self.more) & M64
        key = philox(halves(hash_of(self.name)) + halves(seed_key(cell_seed)), halves(seed))[:2]
        rows, width = shape[0], int(np.prod(shape[1:]))
        mask = np.empty((rows, width), "float32")
        for row in range(rows):
            for i in range(width):
                if i % 4 == 0:
                    words = philox(halves((kind * 4 + number) << 40 | i // 4) + halves(row), key)
                mask[row, i] = 0 if words[i % 4] / 2**32 < rate else np.float32(1 / (1 - rate))
        return keras.ops.convert_to_tensor(mask.reshape(shape))


def draw(cell, kind, like, rate):
    if rate == 0:
        return None
    masks = [cell.masks.draw(kind, m, tuple(like.shape), rate, cell.seed) for m in range(getattr(cell, "dropout_mask_count", 1))]
    return masks if hasattr(cell, "dropout_mask_count") else masks[0]


def get_dropout_mask(cell, step_input):
    return draw(cell, 0, step_input, cell.dropout)


def get_recurrent_dropout_mask(cell, step_input):
    return draw(cell, 1, step_input, cell.recurrent_dropout)


DropoutRNNCell.get_dropout_mask = get_dropout_mask
DropoutRNNCell.get_recurrent_dropout_mask = get_recurrent_dropout_mask


def use_rondos_masks(model):
    for layer in model.layers:
        for inner in [layer, getattr(layer, "forward_layer", None), getattr(layer, "backward_layer", None)]:
            cell = getattr(inner, "cell", None)
            if cell is None:
                continue
            # Eager steps: the number of the step is known when a mask is drawn.
            model.run_eagerly = True
            if type(inner) is keras.layers.RNN:
                for k, one in enumerate(getattr(cell, "cells", [cell])):
                    one.masks = Masks(model, layer, one.name, hash_of(inner.name) + k)
            else:
                cell.masks = Masks(model, layer, inner.name)
