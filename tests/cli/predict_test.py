#!/usr/bin/env python3
"""rondo predict"""
import os

import numpy as np

import harness
from harness import SHAPE, UNSUPPORTED, USAGE, Case


class Predict(Case):
    def check(self, name, *options, tolerance=1e-6):
        model, values = self.golden(name)
        words = ["predict", model]
        for i in range(sum(key.startswith("x") for key in values)):
            words += ["--input", self.save(f"in{i}.npy", values[f"x{i}"])]
        outputs = [values[key] for key in sorted(values) if key.startswith("y")]
        for i in range(len(outputs)):
            words += ["--output", f"out{i}.npy"]
        self.good(*words, *options)
        for i, wanted in enumerate(outputs):
            got = self.load(f"out{i}.npy")
            self.assertEqual((got.dtype, got.shape), (np.dtype("<f4"), wanted.shape))
            np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=tolerance)

    def test_gives_the_numbers_of_keras(self):
        for name in ("lstm_dense", "lstm_stacked", "lstm_seq", "gru_reset_after_seq", "bidirectional_lstm_concat_seq",
                     "functional_two_inputs", "functional_two_outputs", "functional_shared_lstm"):
            with self.subTest(name):
                self.check("3.15/" + name)

    def test_any_length(self):
        self.check("3.15/functional_any_length:3.15/functional_any_length_T5")
        self.check("3.15/functional_any_length:3.15/functional_any_length_T9")

    def test_stream_gives_the_bits_of_the_whole_sequence(self):
        for name in ("lstm_dense", "lstm_stacked", "lstm_seq", "gru_reset_after_seq"):
            with self.subTest(name):
                model, values = self.golden("3.15/" + name)
                self.save("in.npy", np.tile(values["x0"], (5, 1, 1)))
                self.good("predict", model, "--input", "in.npy", "--output", "whole.npy")
                self.good("predict", model, "--input", "in.npy", "--output", "steps.npy", "--stream", "--batch-size", "7")
                np.testing.assert_array_equal(self.load("whole.npy").view(np.uint32), self.load("steps.npy").view(np.uint32))

    def test_batch_size_and_threads_change_no_bit(self):
        model, values = self.golden("3.15/lstm_stacked")
        self.save("in.npy", np.tile(values["x0"], (20, 1, 1)))
        self.good("predict", model, "--input", "in.npy", "--output", "one.npy", "--threads", "1")
        for options in (["--threads", "2"], ["--threads", "4"], ["--batch-size", "1"], ["--batch-size", "1000000000"]):
            self.good("predict", model, "--input", "in.npy", "--output", "other.npy", *options)
            self.assertEqual((self.folder / "one.npy").read_bytes(), (self.folder / "other.npy").read_bytes())

    def test_ids_of_any_number_type(self):
        model, values = self.golden("layers/embedding_sentiment")
        ids = values["x0"]
        for kind in ("uint8", "int16", "int32", "int64", "float32", "float64", ">i4"):
            with self.subTest(kind):
                self.save("ids.npy", ids.astype(kind))
                said = self.good_json("predict", model, "--input", "ids.npy", "--output", "out.npy")
                self.assertEqual(said["notes"], [])
                np.testing.assert_allclose(self.load("out.npy"), values["y0"], rtol=1e-6, atol=1e-6)
        for kind, wrong, words in (("float64", 1.5, "1.5 at place 2 is no whole number"), ("int32", 7, "id 7 at place 2 is out of range"),
                                   ("int64", -1, "id -1 at place 2 is out of range"), ("int64", 2**24 + 2, "is out of range"),
                                   ("uint8", 200, "id 200 at place 2 is out of range"), ("float64", 1 + 1e-12, "is float64: 1 of 24"),
                                   ("float64", float("nan"), "is no whole number")):
            with self.subTest(wrong):
                array = ids.astype(kind)
                array[1, 2] = wrong
                self.save("ids.npy", array)
                self.bad(UNSUPPORTED, "predict", model, "--input", "ids.npy", "--output", "out.npy", says=words)

    def test_says_once_which_layer_loses_the_mask(self):
        model, values = self.golden("layers/masked_pooling")
        self.save("in.npy", values["x0"])
        outputs = [word for i in range(4) for word in ("--output", f"o{i}.npy")]
        said = self.good_json("predict", model, "--input", "in.npy", *outputs)
        self.assertEqual(len(said["notes"]), 1)
        self.assertIn("'global_max_pooling1d", said["notes"][0])
        self.assertIn("loses the mask that comes from layer 'masking'", said["notes"][0])

    def test_json(self):
        model, values = self.golden("3.15/lstm_dense")
        self.save("in.npy", values["x0"])
        said = self.good_json("predict", model, "--input", "in.npy", "--output", "out.npy")
        self.assertEqual(said["outputs"], [{"path": "out.npy", "shape": [4, 1]}])
        self.assertEqual(said["inputs"], [{"path": "in.npy", "shape": [4, 7, 2]}])
        self.assertEqual((said["verb"], said["samples"], said["stream"], said["notes"]), ("predict", 4, False, []))

    def test_float64_is_rounded_with_a_note(self):
        model, values = self.golden("3.15/lstm_dense")
        x = values["x0"].astype(np.float64) + 1e-12
        self.save("in.npy", x)
        self.save("in32.npy", x.astype(np.float32))
        _, err = self.good("predict", model, "--input", "in.npy", "--output", "out.npy")
        self.assertIn("note", err)
        self.assertIn("float32", err)
        self.good("predict", model, "--input", "in32.npy", "--output", "out32.npy")
        np.testing.assert_array_equal(self.load("out.npy"), self.load("out32.npy"))

    def test_stream_refused(self):
        model, values = self.golden("3.15/bidirectional_lstm_concat_seq")
        self.save("in.npy", values["x0"])
        self.bad(UNSUPPORTED, "predict", model, "--input", "in.npy", "--output", "out.npy", "--stream", says="bidirectional")
        self.bad(UNSUPPORTED, "predict", "two_inputs.keras", "--input", "X0.npy", "--input", "X1.npy", "--output", "out.npy",
                 "--stream", says="one input")

    def test_wrong_shapes(self):
        x = self.golden("3.15/lstm_dense")[1]["x0"]
        model = self.golden("3.15/lstm_dense")[0]
        for name, array in (("flat", x.ravel()), ("two", x[0]), ("features", x[:, :, :1]), ("steps", x[:, :5]), ("four", x[None])):
            message = self.bad(SHAPE, "predict", model, "--input", self.save(name + ".npy", array), "--output", "out.npy")
            self.assertIn(str(array.shape), message, name)

    def test_number_of_inputs_and_outputs(self):
        self.bad(USAGE, "predict", "two_inputs.keras", "--input", "X0.npy", "--output", "out.npy", says="2")
        self.bad(USAGE, "predict", "model.keras", "--input", "X.npy", "--input", "X.npy", "--output", "out.npy", says="--input 1")
        self.bad(USAGE, "predict", "model.keras", "--input", "X.npy", "--output", "a.npy", "--output", "b.npy", says="--output 1")

    def test_tables_are_not_arrays(self):
        self.bad(USAGE, "predict", "model.keras", "--input", "X.npy", "--output", "P.CSV", says="ends in .npy")
        self.save("X.csv", self.load("X.npy"))
        self.bad(USAGE, "predict", "model.keras", "--input", "X.csv", "--output", "P.npy", says=["is a table", "rondo train"])

    def test_the_same_file_in_and_out(self):
        self.bad(USAGE, "predict", "model.keras", "--input", "X.npy", "--output", "X.npy", says="the same file")
        self.bad(USAGE, "predict", "model.keras", "--input", "X.npy", "--output", "model.keras", says="the same file")
        os.link(self.folder / "X.npy", self.folder / "link.npy")
        self.bad(USAGE, "predict", "model.keras", "--input", "X.npy", "--output", "link.npy", says="the same file")


if __name__ == "__main__":
    harness.main()
