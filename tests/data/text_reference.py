"""text.json, what tests/data/text_test.cpp expects: keras.utils.pad_sequences and keras.layers.TextVectorization.

    KERAS_BACKEND=tensorflow python3 tests/data/text_reference.py

Needs Keras 3.15 and TensorFlow, which TextVectorization is made of; versions in tests/golden/requirements-3.15-tensorflow.txt.
"""

import json
import pathlib

import keras
import numpy as np

TRAINING = [
    "The cat sat on the mat. The END!",
    "A cat, a dog; and 12 mice\tsat --  on\nthe\vdog's mat",
    "don't stop: it's 3.14 o'clock #now @home http://x.org/a_b?c=d%20e",
    "Caf\u00e9 CAF\u00c9 \u00dcber stra\u00dfe \u4f60\u597d \u4f60 na\u00efve \u2014 \u201cquoted\u201d",
    "[UNK] the  unknown\u00a0word \U0001f600 :-) :-(",
    "",
]
OTHER = ["the dog sat", "", "Zebra cat zebra THE the cat", "!!!", "caf\u00e9 \u4f60\u597d \u00dcBER [UNK]", "a a a a b \U0001f600"]

VECTORIZATION = [
    {},
    {"max_tokens": 6},
    {"max_tokens": 10, "output_sequence_length": 4},
    {"output_sequence_length": 12},
    {"standardize": "lower"},
    {"standardize": "strip_punctuation"},
    {"standardize": None},
    {"split": "character"},
    {"split": "character", "max_tokens": 12, "standardize": "lower"},
    {"split": None},
    {"output_mode": "multi_hot"},
    {"output_mode": "multi_hot", "max_tokens": 8},
    {"output_mode": "count", "split": "character"},
    {"vocabulary": ["dog", "cat", "the"]},
    {"vocabulary": ["", "[UNK]", "cat", "zebra"], "output_sequence_length": 3},
]

LISTS = [[7, 3], [5, 1, 4], [], [9], [1, 2, 3, 4, 5]]
FLOATS = [[0.5, -1.25], [2.5], [3.25, 4.5, -0.75]]
ROWS = [np.arange(6.0).reshape(3, 2), np.arange(2.0).reshape(1, 2) - 5, np.arange(10.0).reshape(5, 2) / 4]
PADDING = [{}, {"maxlen": 3}, {"maxlen": 7}, {"padding": "post"}, {"maxlen": 2, "truncating": "post"}, {"value": -1},
           {"maxlen": 2, "padding": "post", "truncating": "post", "value": 0.5}, {"maxlen": 1}]


def vectorization(options):
    layer = keras.layers.TextVectorization(**options)
    if "vocabulary" not in options:
        layer.adapt(TRAINING)
    out = np.asarray(layer(np.array(OTHER)))
    special = layer.get_vocabulary()
    return {"options": options, "vocabulary": special, "words": layer.get_vocabulary(include_special_tokens=False),
            "shape": list(out.shape), "out": out.flatten().tolist()}


def padded(sequences, options):
    out = keras.utils.pad_sequences(sequences, dtype="float32", **options)
    return {"sequences": [np.asarray(s).tolist() for s in sequences], "options": options, "shape": list(out.shape),
            "out": out.flatten().tolist()}


cases = {"training": TRAINING, "other": OTHER, "vectorization": [vectorization(o) for o in VECTORIZATION],
         "padding": [padded(s, o) for o in PADDING for s in (LISTS, FLOATS, ROWS)]}
path = pathlib.Path(__file__).parent / "text.json"
path.write_text(json.dumps({"keras": keras.__version__, "cases": cases}, ensure_ascii=True) + "\n")
print(len(cases["vectorization"]), len(cases["padding"]))
