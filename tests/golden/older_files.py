"""Files of older versions of Keras, for every layer they have, and what Keras 3.15.1 predicts with each file.

    KERAS_BACKEND=numpy keras33/bin/python older_files.py make older       # in an old version: older/3.3_<case>.keras
    KERAS_BACKEND=numpy keras315/bin/python older_files.py expect older    # then in 3.15.1: older/3.3_<case>.npz, older/cases.json

The cases are those of the other *_cases.py, so that each layer comes up. One that a version cannot build, or 3.15.1 not open, is left out.
Keras 3.9 on NumPy knows no masks while it builds a model, and writes that attention was called with `mask: [null, null]`: in 3.15.1, too, such a call
sees no mask, and its output has none.
"""

import json
import os
import sys

import common
import keras
import numpy as np

import attention_cases
import graph_cases
import image_cases
import layer_cases
from common import numbered

CASES = {
    layer_cases: """activation_layers softmax masked_activation_layers dot pooling masked_pooling conv1d conv1d_lstm embedding embedding_sentiment
        normalization normalization_invert normalization_two_axes simple_rnn_stacked masked_simple_rnn simple_rnn_state reshape_permute repeat_vector
        masked_noise layer_normalization masked_layer_normalization add_residual_masked subtract_broadcast multiply_half_masked
        average_broadcast maximum_masked minimum flatten_channels_first dropout_seed_noise_shape""",
    image_cases: """conv2d_strides_same conv2d_groups max_pooling2d_same average_pooling2d_strides_same global_max_pooling2d_keepdims
        global_average_pooling2d film_flatten_lstm conv_lstm1d_strides conv_lstm2d_activations conv_lstm2d_states image_network_shared""",
    attention_cases: """attention_scale attention_concat_scale additive_attention masked_both_attention masked_self_additive_attention
        multi_head_attention multi_head_attention_key masked_both_multi_head_attention masked_causal_attention""",
    graph_cases: "model_as_output masked_time_distributed",
}


def make(folder):
    os.makedirs(folder, exist_ok=True)
    version = ".".join(keras.__version__.split(".")[:2])
    for module, names in CASES.items():
        for name in names.split():
            rng = common.rng_for(name)
            common.start_case(name)
            try:
                model, inputs = module.CASES[name][0](rng)
            except Exception as error:
                print(f"{name}: {type(error).__name__}")
                continue
            common.randomise(model, rng)
            model.save(os.path.join(folder, f"{version}_{name}.keras"))
            np.savez(os.path.join(folder, f"{version}_{name}.npz"), **numbered("x", inputs))


def expect(folder):
    cases = {}
    for file in sorted(f for f in os.listdir(folder) if f.endswith(".keras")):
        name, path = file[: -len(".keras")], os.path.join(folder, file)
        arrays = f"{name}.npz"
        with np.load(os.path.join(folder, arrays)) as given:
            inputs = [given[f"x{i}"] for i in range(sum(key[0] == "x" for key in given.files))]
        keras.utils.clear_session()
        try:
            model = keras.models.load_model(path)
            outputs = common.predict(model, inputs)
            assert all(np.isfinite(y).all() for y in outputs)
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {error}"[:300])
            os.remove(path)
            os.remove(os.path.join(folder, arrays))
            continue
        np.savez(os.path.join(folder, arrays), **numbered("x", inputs), **numbered("y", outputs))
        cases[name] = {"kind": "predict", "keras": name.split("_")[0], "file": file, "runs": [{"npz": arrays}], "tags": [], "tolerance": None}
    with open(os.path.join(folder, "cases.json"), "w") as out:
        json.dump({"expected_from": {"keras": keras.__version__, "backend": keras.backend.backend()}, "cases": cases}, out, indent=1)
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    {"make": make, "expect": expect}[sys.argv[1]](sys.argv[2])
