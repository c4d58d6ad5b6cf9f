"""Random models of random layers: chains, and graphs with several inputs, outputs, shared layers and nested models."""

import common  # noqa: F401  (sets the backend before keras is imported)
import keras
import numpy as np
from keras import layers as L

from random_layers import Draw, Unusable, shape_of, size_of

LARGEST = 700  # numbers of one sample in a tensor


def masked(tensor):
    return getattr(tensor, "_keras_mask", None) is not None


def parts(layer):
    """The layer and all layers in it."""
    return layer._flatten_layers()


class Maker(Draw):
    """One random model; `rng` decides everything. `model()` returns it, `data` holds its inputs' arrays."""

    def __init__(self, rng, training=False):
        super().__init__(rng)
        self.training = training
        self.batch = self.number(6, 12) if training else self.number(1, 6)
        self.steps = self.number(2, 8)
        self.any_length = self.chance(0.25)
        self.fixed_batch = self.chance(0.08) and not training
        self.masked = self.chance(0.5)
        self.inputs, self.data, self.masks = [], [], []
        self.free, self.all, self.called = [], [], []  # tensors nobody reads yet; all; layers with the shape they read
        self.inputs_of = {}

    # ---------------------------------------------------------------- inputs

    def keep(self):
        """A mask (samples, time steps): whole, short, late, gappy and empty samples."""
        mask = np.ones((self.batch, self.steps), bool)
        for row in mask:
            kind, cut = self.number(0, 5), self.number(0, self.steps)
            if kind == 1:
                row[cut:] = False
            elif kind == 2:
                row[:cut] = False
            elif kind == 3:
                row[self.rng.random(self.steps) < 0.5] = False
            elif kind == 4 and self.chance(0.3):
                row[:] = False
        return mask

    def symbolic(self, shape, dtype=None):
        options = {"dtype": dtype} if dtype else {}
        if self.fixed_batch:
            return L.Input(batch_shape=(self.batch, *shape), **options)
        return L.Input(shape, **options)

    def input(self, kind=None):
        kind = kind or self.pick("sequence sequence sequence sequence sequence ids ids vector image rows film".split())
        length = None if self.any_length else self.steps
        shape = {
            "vector": (self.number(1, 6),),
            "sequence": (length, self.number(1, 5)),
            "ids": (length,),
            "image": (self.number(3, 8), self.number(3, 8), self.number(1, 4)),
            "rows": (self.steps, self.number(3, 7), self.number(1, 4)),
            "film": (self.steps, self.number(4, 7), self.number(4, 7), self.number(1, 2)),
        }[kind]
        full = (self.batch, *[n or self.steps for n in shape])
        x = self.symbolic(shape, self.pick(["int32", "float32", None]) if kind == "ids" else None)
        data = self.rng.standard_normal(full).astype(np.float32)
        layers = []
        if kind == "ids":
            words = self.number(3, 9)
            data = self.rng.integers(0 if not self.masked else 1, words, full).astype(self.pick(["int32", "float32", "int64"]))
            if self.masked:
                data[~self.keep()] = 0
            layers.append(self.make(L.Embedding, words, self.number(1, 5), mask_zero=self.masked, **self.rules("embeddings")))
        elif self.masked and kind == "sequence" or self.masked and kind == "rows" and self.chance(0.3):
            value = self.pick([0.0, 0.0, -1.5])
            data[~self.keep()] = value
            layers.append(self.make(L.Masking, mask_value=value) if value else self.make(L.Masking))
        self.inputs.append(x)
        self.data.append(data)
        self.inputs_of[id(x)] = {len(self.inputs) - 1}
        self.all.append(x)
        for layer in layers:
            x = self.call(layer, [x])[0]
        return x

    # ---------------------------------------------------------------- calls

    def call(self, layer, tensors, *args, **options):
        """The outputs, booked as tensors of the graph."""
        if any(masked(t) for t in tensors) and any(type(part).__name__.startswith("ConvLSTM") for part in parts(layer)):
            raise Unusable  # Keras broadcasts the mask of a step against places or features: an error, unless sizes happen to agree
        y = layer(*args, **options) if args else layer(tensors[0] if len(tensors) == 1 else tensors, **options)
        outputs = common.as_list(y)
        if any(size_of(t) > LARGEST or 0 in shape_of(t) for t in outputs):
            raise Unusable
        if any(not n for t in outputs for n in shape_of(t)[1:]):
            raise Unusable
        read = set().union(*[self.inputs_of[id(t)] for t in tensors])
        for t in outputs:
            self.inputs_of[id(t)] = read
            self.all.append(t)
        self.free = [t for t in self.free if not any(t is u for u in tensors)] + outputs
        return outputs

    def tensor(self, *ranks):
        """A tensor to go on from, rather one that nobody reads yet."""
        pool = self.free if self.free and self.chance(0.75) else self.all
        pool = [t for t in pool if (not ranks or len(t.shape) - 1 in ranks) and "int" not in t.dtype and not (len(t.shape) == 2 and t.shape[1] is None)]
        if not pool:
            raise Unusable
        return self.pick(pool)

    def chain(self, x, count):
        """Up to `count` layers on x, one after the other."""
        for _ in range(count):
            try:
                x = self.call(self.layer(shape_of(x)), [x])[0]
            except Exception:
                continue
        return x

    # ---------------------------------------------------------------- steps of a graph

    def one_layer(self):
        x = self.tensor()
        layer = self.layer(shape_of(x))
        self.call(layer, [x])
        self.called.append((layer, x.shape[1:]))

    def shared_layer(self):
        layer, shape = self.pick(self.called) if self.called else (None, None)
        others = [t for t in self.all if t.shape[1:] == shape and "int" not in t.dtype]
        if not others or any(getattr(part, "stateful", False) for part in parts(layer)):
            raise Unusable
        self.call(layer, [self.pick(others)])

    def partner(self, x):
        """A tensor that broadcasts against x."""
        shape = shape_of(x)
        same = [t for t in self.all if shape_of(t) == shape and t is not x and "int" not in t.dtype]
        if same and self.chance(0.5):
            return self.pick(same)
        kind = self.number(0, 3)
        if kind == 1 and len(shape) == 2:
            return self.call(self.make(self.pick([L.GlobalMaxPooling1D, L.GlobalAveragePooling1D]), **self.some(keepdims=True)), [x])[0]
        return self.call(self.make(L.Dense, 1 if kind == 2 else shape[-1]), [x])[0]

    def merge(self):
        x = self.tensor()
        kind = self.pick([L.Add, L.Add, L.Subtract, L.Multiply, L.Average, L.Maximum, L.Minimum, L.Concatenate, L.Concatenate, L.Dot])
        y = self.partner(x)
        pair = [x, y] if self.chance(0.6) else [y, x]
        if kind in (L.Add, L.Multiply, L.Average, L.Maximum) and self.chance(0.2):
            pair.append(self.partner(x))
        if kind is L.Concatenate:
            self.call(self.make(kind, axis=self.pick([-1, -1, *range(1, len(x.shape))])), pair)
        elif kind is L.Dot:
            if len(x.shape) > 3:
                raise Unusable
            axis = self.number(1, len(x.shape) - 1)
            self.call(self.make(kind, axes=self.pick([axis, -1, (axis, axis)]), **self.some(normalize=True)), pair)
        else:
            self.call(self.make(kind), pair)

    def attention(self):
        q, v = self.tensor(2), self.tensor(2)
        width = q.shape[-1]
        k = None
        if self.chance(0.3):
            k = self.call(self.make(L.Dense, width), [v])[0]
        elif v.shape[-1] != width:
            v = self.call(self.make(L.Dense, width), [v])[0]
        causal = {"use_causal_mask": True} if self.chance(0.25) else {}
        kind = self.number(0, 2)
        listed = [q, v] + ([k] if k is not None else [])
        if kind == 0:
            self.call(self.make(L.Attention, **self.some(use_scale=True, score_mode="concat")), listed, listed, **causal)
        elif kind == 1:
            self.call(self.make(L.AdditiveAttention, **self.some(use_scale=False)), listed, listed, **causal)
        else:
            options = self.some(use_bias=False, output_shape=self.number(1, 4), sliding_window=2, use_gate=True)
            if self.chance(0.3):
                options["value_dim"] = self.number(1, 3)
                if not self.training:
                    options["dropout"] = 0.2
            layer = self.make(L.MultiHeadAttention, self.number(1, 3), self.number(1, 4), **options)
            self.call(layer, listed, *listed, **causal)

    def states(self):
        """A recurrent layer whose states are outputs, or start another."""
        if self.chance(0.15):
            x = self.tensor(3, 4)
            outputs = self.call(self.conv_lstm(shape_of(x), state=True), [x])
            return
        x = self.tensor(2)
        if self.chance(0.25):
            self.call(self.bidirectional(shape_of(x), merge=["concat", "sum", None], state=self.chance(0.5)), [x])
            return
        if self.chance(0.2):
            self.call(self.rnn(shape_of(x), state=True), [x])
            return
        layer = self.recurrent(shape_of(x), state=True)
        outputs = self.call(layer, [x])
        if self.chance(0.6):
            begin = outputs[1:]
            other = self.tensor(2)
            second = self.recurrent(shape_of(other), units=layer.units, kind=type(layer))
            if self.chance(0.3):
                begin = [self.call(self.make(L.Dense, layer.units), [b])[0] for b in begin]
            begin = begin if len(begin) > 1 or self.chance(0.5) else begin[0]
            self.call(second, [other, *common.as_list(begin)], other, initial_state=begin)

    def nested(self):
        x = self.tensor()
        model = self.network(shape_of(x))
        self.call(model, [x])
        self.called.append((model, x.shape[1:]))

    def network(self, shape):
        """A model of a few layers, as a layer."""
        inner = type(self)(self.rng, self.training)
        inner.any_length, inner.fixed_batch, inner.batch, inner.steps = self.any_length, False, self.batch, self.steps
        x = L.Input(shape)
        inner.all, inner.inputs_of = [x], {id(x): {0}}
        y = inner.chain(x, self.number(1, 3))
        if y is x:
            raise Unusable
        for key, n in inner.seen.items():
            self.seen[key] = self.seen.get(key, 0) + n
        if self.chance(0.4) and len(inner.all) > 2 and len(shape_of(y)) > 0:
            z = inner.call(self.make(L.Dense, y.shape[-1]), [x])[0]
            if shape_of(z) == shape_of(y):
                y = self.make(L.Add)([y, z])
        model = keras.Model(x, y)
        if self.chance(0.4):
            try:
                model = keras.Sequential([L.Input(shape), *[layer for layer in model.layers[1:]]])
            except Exception:
                pass
        self.seen["nested model"] = self.seen.get("nested model", 0) + 1
        return model

    # ---------------------------------------------------------------- models

    def sequential(self):
        x = self.input()
        layers = []
        y = x
        for _ in range(self.number(1, 5)):
            try:
                layer = self.layer(shape_of(y)) if self.chance(0.9) else self.network(shape_of(y))
                y = self.call(layer, [y])[0]
                layers.append(layer)
            except Exception:
                continue
        first = [t for t in self.all if t is not self.inputs[0]]
        if not layers or not first:
            raise Unusable
        model = keras.Model(self.inputs[0], y)
        chain = [layer for layer in model.layers if not isinstance(layer, L.InputLayer)]
        if self.chance(0.15) and not self.fixed_batch and not self.any_length:
            model = keras.Sequential(chain)  # built by its first batch
            model.build((None, *self.data[0].shape[1:]))
            return model
        return keras.Sequential([self.inputs[0], *chain])

    def graph(self):
        for _ in range(self.pick([1, 1, 2, 2, 3])):
            self.input()
        if self.chance(0.25):
            self.input("sequence")
        steps = [self.one_layer] * 9 + [self.merge] * 4 + [self.attention] * 2 + [self.states] * 2 + [self.nested, self.shared_layer, self.shared_layer]
        for _ in range(self.number(3, 11)):
            try:
                self.pick(steps)()
            except Exception:
                continue
        made = [t for t in self.all if not any(t is x for x in self.inputs)]
        ends = [t for t in self.free if not any(t is x for x in self.inputs)] or made[-1:]
        if not ends:
            raise Unusable
        self.rng.shuffle(ends)
        ends = ends[: self.number(1, 4)]
        if self.chance(0.1):
            ends.append(self.pick([t for t in made if not any(t is e for e in ends)] or ends[:1]))
        return self.graph_model(ends)

    def graph_model(self, ends):
        read = sorted(set().union(*[self.inputs_of[id(t)] for t in ends]))
        self.inputs = [self.inputs[i] for i in read]
        self.data = [self.data[i] for i in read]
        return keras.Model(self.inputs if len(read) > 1 else self.inputs[0], ends if len(ends) > 1 else ends[0])

    def model(self):
        shape = self.sequential if self.chance(0.35) else self.graph
        return shape.__name__, shape()
