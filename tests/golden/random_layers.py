"""One random layer after another, of every kind, with random options: what random_graphs.py builds its models of.

A function below draws one layer for an input of `shape` (without samples; None is any length). Sizes stay small.
"""

import functools
import inspect

import common  # noqa: F401  (sets the backend before keras is imported)
import keras
import numpy as np
from keras import layers as L

SMOOTH = "tanh sigmoid elu selu softplus softsign silu gelu mish celu tanh_shrink log_sigmoid squareplus sparse_plus leaky_relu linear".split()
KINKED = "relu relu6 hard_sigmoid hard_silu hard_tanh soft_shrink sparse_sigmoid hard_swish swish".split()
ROWS = "softmax log_softmax sparsemax".split()
RARE = "exponential hard_shrink glu".split()


def known_activations():
    return {name for name in dir(keras.activations) if name[0].islower()}


class Unusable(Exception):
    """This draw cannot be built: another one is made."""


class Draw:
    """Random choices. `training` leaves out what is random in training."""

    any_length = False  # the inputs' number of time steps is not fixed
    fixed_batch = False  # the inputs' number of samples is, so layers may be stateful
    training = False

    def __init__(self, rng):
        self.rng = rng
        known = known_activations()
        self.elementwise = [a for a in SMOOTH * 2 + KINKED if a in known]
        self.everywhere = [a for a in self.elementwise * 2 + ROWS + RARE if a in known]
        self.seen = {}  # how often each layer and each of its options came up

    def number(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def chance(self, p):
        return bool(self.rng.random() < p)

    def pick(self, choices):
        return choices[self.number(0, len(choices) - 1)]

    def some(self, **options):
        """Each option with one chance in three; a value that is a list of choices is drawn from."""
        return {key: self.pick(value) if isinstance(value, list) else value for key, value in options.items() if self.chance(0.33)}

    def make(self, kind, *args, **options):
        """The layer. Options that this version of Keras lacks are left out."""
        accepted = inspect.signature(kind.__init__).parameters
        for key in ("sliding_window", "use_gate"):
            if key not in accepted:
                options.pop(key, None)
        for key in [kind.__name__] + [f"{kind.__name__}.{key}" for key in options]:
            self.seen[key] = self.seen.get(key, 0) + 1
        return kind(*args, **options)

    # ---------------------------------------------------------------- what many layers have

    def activation(self, size=1):
        """glu halves the last axis, which in a convolution contradicts the shape that Keras works out: given the size, it may come."""
        name = self.pick(self.everywhere) if self.chance(0.7) else None
        return "tanh" if name == "glu" and size % 2 else name

    def rules(self, *parts):
        """Initializers, regularizers and constraints: they change no prediction, but they are in the file."""
        options = {}
        for part in parts:
            if self.chance(0.05):
                options[part + "_initializer"] = self.pick(["he_normal", "zeros", keras.initializers.RandomUniform(-0.1, 0.2, seed=3), "lecun_uniform"])
            if self.chance(0.05):
                options[part + "_regularizer"] = self.pick([keras.regularizers.L2(0.002), keras.regularizers.L1L2(0.001, 0.003), "l1"])
            if self.chance(0.03) and part != "embeddings":
                options[part + "_constraint"] = self.pick([keras.constraints.MaxNorm(1.5), keras.constraints.NonNeg(), keras.constraints.UnitNorm()])
        return options

    # ---------------------------------------------------------------- any number of axes

    def dense(self, shape):
        units = self.number(1, 6)
        return self.make(L.Dense, units, activation=self.activation(units), use_bias=self.chance(0.85), **self.rules("kernel", "bias"))

    def activation_layer(self, shape):
        kind = self.number(0, 5)
        if kind == 0:
            name = self.pick([a for a in self.everywhere if a != "glu" or (shape[-1] or 1) % 2 == 0])
            return self.make(L.Activation, name)
        if kind == 1:
            return self.make(L.ReLU, **self.some(max_value=[0.5, 6.0], negative_slope=[0.1, 0.3], threshold=[0.2, 0.7]))
        if kind == 2:
            return self.make(L.LeakyReLU, **self.some(negative_slope=[0.0, 0.05, 0.5]))
        if kind == 3:
            shared = [axis for axis, size in enumerate(shape, 1) if size is None or self.chance(0.4)]
            return self.make(L.PReLU, **({"shared_axes": shared} if shared else {}))
        if kind == 4:
            return self.make(L.ELU, **self.some(alpha=[0.3, 1.7]))
        return self.make(L.Softmax, **self.some(axis=[-1, *range(1, len(shape) + 1)]))

    def noise(self, shape):
        if self.training:
            return self.activation_layer(shape)
        kinds = [lambda: self.make(L.Dropout, 0.4, **self.some(noise_shape=(None,) * (len(shape)) + (1,), seed=3)),
                 lambda: self.make(L.GaussianNoise, 0.3)]
        if len(shape) == 2:
            kinds.append(lambda: self.make(L.SpatialDropout1D, 0.3))
        return self.pick(kinds)()

    def normalisation(self, shape):
        fixed = [axis for axis, size in enumerate(shape, 1) if size]
        kind = self.number(0, 2)
        if kind == 0:
            options = self.some(axis=[-1, *fixed], momentum=0.9, epsilon=[1e-3, 0.1], center=False, scale=False)
            return self.make(L.BatchNormalization, **options, **self.rules("gamma", "beta"))
        if kind == 1:
            options = self.some(epsilon=[0.01, 0.3], center=False, scale=False)
            several = [axis for axis in fixed if self.chance(0.5)]
            if self.chance(0.4) and several:
                options["axis"] = several if self.chance(0.5) else several[0]
            # Few numbers that are nearly equal are divided by nearly nothing.
            return self.make(L.LayerNormalization, **{"epsilon": 0.05, **options})
        size = shape[-1]
        if not size:
            raise Unusable
        if self.chance(0.3):
            return self.make(L.Normalization, axis=None, mean=0.3, variance=2.0, invert=self.chance(0.4))
        mean, variance = self.rng.standard_normal(size), self.rng.uniform(0.5, 3, size)
        if self.chance(0.5):
            return self.make(L.Normalization, axis=-1, mean=mean.tolist(), variance=variance.tolist(), invert=self.chance(0.4))
        layer = self.make(L.Normalization, axis=-1, invert=self.chance(0.3))
        layer.adapt(self.rng.standard_normal((20, *[n or 4 for n in shape])).astype("float32") * 2 + 1)
        return layer

    def reshape(self, shape):
        kind = self.number(0, 2)
        if kind == 0:
            return self.make(L.Flatten, **self.some(data_format=["channels_last", "channels_first"]))
        if kind == 1 and len(shape) > 1:
            return self.make(L.Permute, tuple(int(a) for a in self.rng.permutation(len(shape)) + 1))
        if None in shape:
            raise Unusable
        size = int(np.prod(shape))
        first = self.pick([n for n in range(1, size + 1) if size % n == 0])
        target = self.pick([(size,), (first, -1), (-1, first), (first, size // first), (-1,), (1, size)])
        return self.make(L.Reshape, target)

    # ---------------------------------------------------------------- (time steps, features)

    def recurrent_options(self, sequences=None, state=False, zeros=False):
        options = {
            "units": self.number(1, 7),
            "return_sequences": self.chance(0.6) if sequences is None else sequences,
            "return_state": state,
            "go_backwards": self.chance(0.2),
            "use_bias": self.chance(0.8),
            "zero_output_for_mask": self.chance(0.2),
            **self.rules("kernel", "recurrent", "bias"),
        }
        if self.chance(0.5):
            options["activation"] = self.pick(self.elementwise)
        # Keras forgets zero_output_for_mask where it unrolls, also the one that Bidirectional sets; here unroll changes no number.
        if self.chance(0.15) and not self.any_length and not options["zero_output_for_mask"] and not zeros:
            options["unroll"] = True
        if self.chance(0.4) and self.fixed_batch:
            options["stateful"] = True
        if self.chance(0.2) and not self.training:
            options |= {"dropout": 0.2, "recurrent_dropout": 0.3, "seed": 1}
        return options

    def recurrent(self, shape, sequences=None, state=False, units=None, kind=None, backwards=None, zeros=False):
        kind = kind or self.pick([L.LSTM, L.LSTM, L.GRU, L.GRU, L.SimpleRNN])
        options = self.recurrent_options(sequences, state, zeros)
        if units:
            options["units"] = units
        if backwards is not None:
            options["go_backwards"] = backwards
        if kind is not L.SimpleRNN and self.chance(0.4):
            options["recurrent_activation"] = self.pick(["hard_sigmoid", "sigmoid", "tanh", "softsign", "sparse_sigmoid" if "sparse_sigmoid" in self.elementwise else "linear"])
        if kind is L.LSTM and self.chance(0.2):
            options["unit_forget_bias"] = False
        if kind is L.GRU:
            options["reset_after"] = self.chance(0.5)
        return self.make(kind, **options)

    def cell(self):
        kind = self.pick([L.LSTMCell, L.GRUCell, L.SimpleRNNCell])
        options = {"use_bias": self.chance(0.8), **self.some(activation=self.elementwise), **self.rules("kernel", "recurrent", "bias")}
        if kind is L.GRUCell:
            options["reset_after"] = self.chance(0.5)
        if kind is not L.SimpleRNNCell:
            options |= self.some(recurrent_activation=["hard_sigmoid", "tanh"])
        if self.chance(0.2) and not self.training:
            options |= {"dropout": 0.2, "recurrent_dropout": 0.3}
        return self.make(kind, self.number(1, 5), **options)

    def rnn(self, shape, sequences=None, state=False, backwards=None):
        cells = [self.cell() for _ in range(self.pick([1, 1, 2, 3]))]
        options = {"return_sequences": self.chance(0.6) if sequences is None else sequences, "return_state": state,
                   "go_backwards": self.chance(0.2) if backwards is None else backwards, **self.some(zero_output_for_mask=True)}
        form = self.number(0, 2)
        cell = cells if len(cells) > 1 and form else self.make(L.StackedRNNCells, cells) if len(cells) > 1 else cells[0]
        return self.make(L.RNN, cell, **options)

    def bidirectional(self, shape, sequences=None, merge=("concat", "concat", "sum", "mul", "ave"), state=False):
        sequences = self.chance(0.6) if sequences is None else sequences
        own = self.chance(0.15)
        forward = self.rnn(shape, sequences, state, backwards=False) if own else self.recurrent(shape, sequences, state, backwards=False, zeros=sequences)
        options = {"merge_mode": self.pick(merge)}
        if self.chance(0.25) and not own:
            backward = self.recurrent(shape, sequences, state, units=forward.units, kind=type(forward), backwards=True, zeros=sequences)
            if backward.stateful == forward.stateful and backward.zero_output_for_mask == forward.zero_output_for_mask:
                options["backward_layer"] = backward
        return self.make(L.Bidirectional, forward, **options)

    def order(self, shape, leading=0):
        """Options for the axis of channels, and its size. TensorFlow has no channels_first on a CPU."""
        if keras.backend.backend() == "tensorflow" or shape[leading] is None or not self.chance(0.25):
            return {}, shape[-1]
        return {"data_format": "channels_first"}, shape[leading]

    def place_activation(self, options):
        """In a convolution. One of whole rows goes over places where the channels are first: Rondo refuses it."""
        if "data_format" not in options:
            return self.activation()
        return self.pick(self.elementwise) if self.chance(0.7) else None

    def conv1d(self, shape):
        filters = self.number(1, 4)
        order, channels = self.order(shape)
        options = {"padding": self.pick(["valid", "same", "causal"]), "use_bias": self.chance(0.8), **order}
        options |= self.pick([{}, {"strides": self.number(2, 3)}, {"dilation_rate": self.number(2, 3)}])
        if self.chance(0.3) and channels % 2 == 0:
            options["groups"], filters = 2, 2 * filters
        return self.make(L.Conv1D, filters, self.number(1, 3), activation=self.place_activation(options), **options, **self.rules("kernel", "bias"))

    def pooling1d(self, shape):
        kind = self.pick([L.MaxPooling1D, L.AveragePooling1D])
        options = {**self.some(strides=[1, 2, 3]), **self.order(shape)[0]}
        return self.make(kind, pool_size=self.number(1, 3), padding=self.pick(["valid", "same"]), **options)

    def global1d(self, shape):
        kind = self.pick([L.GlobalMaxPooling1D, L.GlobalAveragePooling1D])
        return self.make(kind, **self.some(keepdims=True), **self.order(shape)[0])

    def time_distributed(self, shape):
        inner = shape[1:]
        if len(inner) == 1 and self.chance(0.25):
            return self.make(L.TimeDistributed, self.network(inner))
        if len(inner) > 1 and self.chance(0.2):
            return self.make(L.TimeDistributed, self.network(inner))
        if None in inner:
            raise Unusable
        any_length, self.any_length = self.any_length, False
        try:
            return self.make(L.TimeDistributed, self.layer(inner, inside=True))
        finally:
            self.any_length = any_length

    # ---------------------------------------------------------------- images and films

    def conv2d(self, shape):
        filters = self.number(1, 4)
        order, channels = self.order(shape)
        options = {"padding": self.pick(["valid", "same"]), "use_bias": self.chance(0.8), **order}
        options |= self.pick([{}, {"strides": (self.number(1, 2), self.number(1, 2))}, {"dilation_rate": self.number(2, 3)}])
        if self.chance(0.3) and channels % 2 == 0:
            options["groups"], filters = 2, 2 * filters
        size = self.pick([1, 2, 3, (2, 3), (1, 2)])
        return self.make(L.Conv2D, filters, size, activation=self.place_activation(options), **options, **self.rules("kernel", "bias"))

    def pooling2d(self, shape):
        kind = self.pick([L.MaxPooling2D, L.AveragePooling2D])
        options = {**self.some(strides=[1, 2, (2, 1)]), **self.order(shape)[0]}
        return self.make(kind, pool_size=self.pick([1, 2, (2, 1), (1, 3)]), padding=self.pick(["valid", "same"]), **options)

    def global2d(self, shape):
        kind = self.pick([L.GlobalMaxPooling2D, L.GlobalAveragePooling2D])
        return self.make(kind, **self.some(keepdims=True), **self.order(shape)[0])

    def conv_lstm(self, shape, sequences=None, state=False):
        kind = {3: L.ConvLSTM1D, 4: L.ConvLSTM2D}[len(shape)]
        options = {"return_sequences": self.chance(0.5) if sequences is None else sequences, "return_state": state,
                   "padding": self.pick(["valid", "same"]), **self.order(shape, 1)[0]}
        options |= self.some(activation=self.elementwise, recurrent_activation=["hard_sigmoid", "tanh"], use_bias=False,
                             go_backwards=True, unit_forget_bias=False)
        options |= self.pick([{}, {}, {"strides": 2}, {"dilation_rate": 2}])
        return self.make(kind, self.number(1, 3), self.number(1, 3), **options, **self.rules("kernel", "recurrent"))

    # ---------------------------------------------------------------- the choice

    def network(self, shape):
        """A nested model."""
        raise Unusable

    def layer(self, shape, inside=False):
        """Any layer with one input and one output that suits the shape."""
        anything = [self.dense, self.dense, self.activation_layer, self.noise, self.normalisation, self.normalisation, self.reshape]
        # TimeDistributed and Bidirectional want a layer that needs no more than one input; states are for graphs.
        more = {
            1: [self.dense] * 3 + ([] if inside else [lambda shape: self.make(L.RepeatVector, self.number(1, 4))] * 2),
            2: [self.recurrent] * 7 + [self.rnn] * 2 + [self.bidirectional] * 4 + [self.conv1d] * 3 + [self.pooling1d] * 2 + [self.global1d] * 2
            + [self.time_distributed] * 4,
            3: [self.conv2d] * 4 + [self.pooling2d] * 3 + [self.global2d] * 2 + [self.conv_lstm] * 3 + [self.time_distributed] * 5,
            4: [self.conv_lstm] * 5 + [self.time_distributed] * 9,
        }
        if len(shape) not in more:
            raise Unusable
        return self.pick(anything + more[len(shape)])(tuple(shape))


def shape_of(tensor):
    return tuple(tensor.shape[1:])


def size_of(tensor):
    return functools.reduce(lambda a, b: a * b, [n or 9 for n in shape_of(tensor)], 1)
