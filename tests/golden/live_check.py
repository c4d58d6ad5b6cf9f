"""Compares Rondo with the Keras of this environment, in both directions.

    python live_check.py check FOLDER [--tolerance 1e-5]

FOLDER, or each folder below it, holds one .keras file, X.npy (or X0.npy,
X1.npy, ...: one array per input) and Y.npy (or Y0.npy, ...: what Rondo
predicts). Keras opens the file, predicts, and has to agree:
|keras - rondo| <= tolerance * max(1, |keras|). Exits with 1 if one does not.

    python live_check.py make FOLDER [--count 50] [--seed 1]

Makes random models with random weights: FOLDER/000/model.keras, X0.npy, ...,
Y0.npy, ... (what Keras predicts) and about.txt. The same seed makes the same
models.
"""

import argparse
import os
import sys

import common
import numpy as np
import keras
from keras import layers as L


# ---------------------------------------------------------------- check


def arrays(folder, letter):
    """X.npy, or X0.npy, X1.npy, ..."""
    single = os.path.join(folder, f"{letter}.npy")
    if os.path.exists(single):
        return [np.load(single)]
    found = []
    while os.path.exists(path := os.path.join(folder, f"{letter}{len(found)}.npy")):
        found.append(np.load(path))
    return found


def check_folder(folder, file, tolerance):
    """A line of text and whether all is well."""
    inputs, wanted = arrays(folder, "X"), arrays(folder, "Y")
    if not inputs or not wanted:
        return "no X.npy or no Y.npy", False
    try:
        model = keras.models.load_model(os.path.join(folder, file))
        outputs = common.predict(model, inputs, stateful=is_stateful(model))
    except Exception as error:
        return f"{type(error).__name__}: {error}".split("\n")[0], False
    if len(outputs) != len(wanted):
        return f"{len(wanted)} outputs, Keras has {len(outputs)}", False
    largest, good = 0.0, True
    for y, want in zip(outputs, wanted):
        if y.shape != want.shape:
            return f"shape {want.shape}, Keras has {y.shape}", False
        difference = np.abs(y.astype(np.float64) - want)
        largest = max(largest, float(difference.max(initial=0)))
        # Written so that a NaN fails.
        good = good and bool(np.all(difference <= tolerance * np.maximum(1, np.abs(y))))
    return f"max difference {largest:.2e}", good


def is_stateful(model):
    return any(getattr(layer, "stateful", False) for layer in model.layers)


def check(args):
    checked = failed = 0
    for folder, _, files in sorted(os.walk(args.folder)):
        for file in sorted(f for f in files if f.endswith(".keras")):
            text, good = check_folder(folder, file, args.tolerance)
            print(f"{'ok  ' if good else 'FAIL'} {os.path.join(folder, file)}: {text}")
            checked += 1
            failed += not good
    print(f"keras {keras.__version__}: {checked - failed} passed, {failed} failed")
    return 1 if failed or not checked else 0


# ---------------------------------------------------------------- make

ACTIVATIONS = "tanh tanh tanh relu sigmoid softsign elu selu softplus hard_sigmoid linear".split()
GATES = ("sigmoid", "sigmoid", "hard_sigmoid")
HEADS = "linear relu softmax tanh sigmoid gelu silu exponential mish leaky_relu".split()


class Maker:
    """Builds one random model. `rng` decides everything."""

    def __init__(self, rng):
        self.rng = rng
        self.batch = self.number(1, 6)
        self.steps = self.number(1, 9)
        self.inputs = []
        self.data = []

    def number(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def chance(self, p):
        return bool(self.rng.random() < p)

    def pick(self, choices):
        return choices[self.number(0, len(choices) - 1)]

    def recurrent(self, sequences, units=None, backwards=None, state=False):
        options = {
            "units": units or self.number(1, 9),
            "return_sequences": sequences,
            "return_state": state,
            "activation": self.pick(ACTIVATIONS),
            "recurrent_activation": self.pick(GATES),
            "use_bias": self.chance(0.8),
            "go_backwards": self.chance(0.2) if backwards is None else backwards,
            "zero_output_for_mask": self.chance(0.2),
        }
        if self.chance(0.2) and not options["zero_output_for_mask"]:
            options["unroll"] = not self.any_length
        if self.chance(0.5):
            return L.LSTM(**options)
        return L.GRU(**options, reset_after=self.chance(0.5))

    def bidirectional(self, sequences):
        forward = self.recurrent(sequences, backwards=False)
        options = {"merge_mode": self.pick(["concat", "concat", "sum", "mul", "ave"])}
        if self.chance(0.2):
            options["backward_layer"] = self.recurrent(
                sequences, units=forward.units, backwards=True
            )
        return L.Bidirectional(forward, **options)

    def sequence_layer(self):
        kind = self.number(0, 8)
        if kind <= 3:
            return self.recurrent(True)
        if kind == 4:
            return self.bidirectional(True)
        if kind == 5:
            return L.TimeDistributed(L.Dense(self.number(1, 6), activation=self.pick(HEADS)))
        if kind == 6:
            return L.Dense(self.number(1, 6), activation=self.pick(HEADS))
        if kind == 7:
            return L.BatchNormalization(center=self.chance(0.8), scale=self.chance(0.8))
        return L.Dropout(0.3)

    def last_layers(self):
        layers = [self.recurrent(False) if self.chance(0.6) else self.bidirectional(False)]
        if self.chance(0.4):
            layers.append(L.BatchNormalization())
        layers += [
            L.Dense(self.number(1, 5), activation=self.pick(HEADS))
            for _ in range(self.number(0, 2))
        ]
        return layers

    def body(self):
        layers = [self.sequence_layer() for _ in range(self.number(0, 3))]
        return layers + (self.last_layers() if self.chance(0.6) else [])

    def input(self, features=None):
        """An Input, its data and, half of the time, padding and a Masking layer."""
        features = features or self.number(1, 5)
        length = None if self.any_length else self.steps
        x = L.Input((length, features))
        data = self.rng.standard_normal((self.batch, self.steps, features)).astype(np.float32)
        layers = []
        if self.masked:
            value = self.pick([0.0, 0.0, -1.5])
            data[self.rng.random((self.batch, self.steps)) < 0.4] = value
            if self.chance(0.3):
                data[self.number(0, self.batch - 1)] = value
            layers.append(L.Masking(mask_value=value))
        self.inputs.append(x)
        self.data.append(data)
        return x, layers

    def apply(self, x, layers):
        for layer in layers:
            x = layer(x)
        return x

    # Each shape returns a model.

    def sequential(self):
        x, layers = self.input()
        layers += self.body() or [self.recurrent(False)]
        return keras.Sequential([x, *layers])

    def two_inputs(self):
        branches = [self.apply(*self.input()) for _ in range(2)]
        y = L.Concatenate()(branches)
        return keras.Model(self.inputs, self.apply(y, self.body() or [self.recurrent(True)]))

    def joined_in_time(self):
        features = self.number(1, 4)
        branches = [self.apply(*self.input(features)) for _ in range(2)]
        y = L.Concatenate(axis=1)(branches)
        return keras.Model(self.inputs, self.apply(y, self.last_layers()))

    def shared(self):
        features = self.number(1, 4)
        layer = self.recurrent(False)
        ends = [layer(self.apply(*self.input(features))) for _ in range(2)]
        y = L.Concatenate()(ends)
        return keras.Model(self.inputs, L.Dense(self.number(1, 3))(y))

    def diamond(self):
        x, layers = self.input()
        trunk = self.apply(x, layers + [self.recurrent(True)])
        ends = [self.apply(trunk, self.last_layers()) for _ in range(2)]
        return keras.Model(x, L.Concatenate()(ends) if self.chance(0.5) else ends)

    def encoder_decoder(self):
        units = self.number(1, 7)
        cell = self.pick([L.LSTM, L.GRU])
        source = self.apply(*self.input())
        target = self.apply(*self.input())
        _, *states = cell(units, return_state=True)(source)
        y = cell(units, return_sequences=True)(target, initial_state=states)
        return keras.Model(self.inputs, L.TimeDistributed(L.Dense(self.number(1, 3)))(y))

    def states(self):
        x, layers = self.input()
        outputs = self.recurrent(self.chance(0.5), state=True)(self.apply(x, layers))
        return keras.Model(x, list(outputs))

    def both_directions(self):
        x, layers = self.input()
        layer = L.Bidirectional(self.recurrent(True, backwards=False), merge_mode=None)
        return keras.Model(x, list(layer(self.apply(x, layers))))

    def model(self):
        shapes = [
            self.sequential,
            self.sequential,
            self.sequential,
            self.sequential,
            self.two_inputs,
            self.joined_in_time,
            self.shared,
            self.diamond,
            self.encoder_decoder,
            self.states,
            self.both_directions,
        ]
        shape = self.pick(shapes)
        self.masked = self.chance(0.5)
        self.any_length = self.chance(0.3)
        return shape.__name__, shape()


def make_one(seed):
    """(description, model, inputs, outputs); an unusable draw raises."""
    rng = np.random.default_rng(seed)
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed[0] * 1000 + seed[1])
    maker = Maker(rng)
    shape, model = maker.model()
    common.randomise(model, rng)
    outputs = common.predict(model, maker.data)
    if not all(np.isfinite(y).all() and np.abs(y).max(initial=0) < 1e3 for y in outputs):
        raise ArithmeticError("too large")
    layers = " ".join(type(layer).__name__ for layer in model.layers)
    about = f"{shape} masked={maker.masked} any_length={maker.any_length}: {layers}"
    return about, model, maker.data, outputs


def make(args):
    made = draw = refused = 0
    while made < args.count:
        draw += 1
        try:
            about, model, inputs, outputs = make_one((args.seed, draw))
        except Exception as error:
            # This Keras cannot run the drawn model, or it overflows: draw again.
            refused += 1
            print(f"draw {draw} not used: {type(error).__name__}")
            if refused > 10 * args.count:
                raise
            continue
        folder = os.path.join(args.folder, f"{made:03d}")
        os.makedirs(folder, exist_ok=True)
        model.save(os.path.join(folder, "model.keras"))
        for letter, values in (("X", inputs), ("Y", outputs)):
            for i, value in enumerate(values):
                np.save(os.path.join(folder, f"{letter}{i}.npy"), value)
        with open(os.path.join(folder, "about.txt"), "w") as file:
            file.write(about + "\n")
        made += 1
    print(f"keras {keras.__version__}: {made} models in {args.folder}, {refused} draws not used")
    return 0


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    checking = commands.add_parser("check")
    checking.add_argument("folder")
    checking.add_argument("--tolerance", type=float, default=1e-5)
    checking.set_defaults(run=check)
    making = commands.add_parser("make")
    making.add_argument("folder")
    making.add_argument("--count", type=int, default=50)
    making.add_argument("--seed", type=int, default=1)
    making.set_defaults(run=make)
    args = parser.parse_args()
    return args.run(args)


if __name__ == "__main__":
    sys.exit(main())
