#!/usr/bin/env python3
"""rondo fit"""
import io
import json
import os
import resource
import signal
import time
import zipfile

import h5py
import numpy as np

import harness
from harness import NON_FINITE, OUTPUT, SHAPE, UNSUPPORTED, USAGE, Case


class Fit(Case):
    base = ("fit", "model.keras", "--x", "X.npy", "--y", "Y.npy")

    def test_gives_the_losses_and_weights_of_keras(self):
        for name in ("stacked_adam", "stacked_rmsprop", "lstm_sgd_nesterov", "gru_reset_after_adam", "lstm_mae_sgd"):
            with self.subTest(name):
                model, values = self.golden("training/" + name)
                self.save("x.npy", values["x0"])
                self.save("t.npy", values["t0"])
                self.good("fit", model, "--x", "x.npy", "--y", "t.npy", "--epochs", 3, "--batch-size", 4, "--no-shuffle",
                          "--out", "new.keras", "--history", "history.json")
                history = json.loads((self.folder / "history.json").read_text())
                for key in history:
                    np.testing.assert_allclose(history[key], values[key], rtol=1e-5)
                self.assertIn("loss", history)
                self.good("predict", "new.keras", "--input", "x.npy", "--output", "y.npy")
                np.testing.assert_allclose(self.load("y.npy"), values["y0"], rtol=1e-4, atol=1e-5)

    def test_several_inputs_and_outputs(self):
        cases = json.loads((harness.SOURCE / "tests" / "golden" / "fit" / "index.json").read_text())["cases"]
        for name in ("outputs_no_metrics", "outputs_named", "nested_several", "nested_output"):
            with self.subTest(name):
                model, values = self.golden("fit/" + name)
                arrays = lambda letter: [self.save(key + ".npy", values[key]) for key in sorted(values) if key[0] == letter]
                x, y = arrays("x"), arrays("t")
                self.good("fit", model, *(word for file in x for word in ("--x", file)), *(word for file in y for word in ("--y", file)),
                          "--epochs", 3, "--batch-size", 4, "--no-shuffle", "--out", "new.keras", "--history", "history.json")
                history = json.loads((self.folder / "history.json").read_text())
                self.assertEqual(set(history), set(cases[name]["history"]))
                for key, losses in cases[name]["history"].items():
                    np.testing.assert_allclose(history[key], losses, rtol=1e-5)
                self.good("predict", "new.keras", *(word for file in x for word in ("--input", file)),
                          *(word for i in range(len(y)) for word in ("--output", f"p{i}.npy")))
                for i in range(len(y)):
                    self.assertEqual(self.load(f"p{i}.npy").shape, values[f"t{i}"].shape)
        model, values = self.golden("fit/outputs_list")
        self.save("x0.npy", values["x0"])
        self.bad(SHAPE, "fit", model, "--x", "x0.npy", "--y", self.save("t0.npy", values["t0"]), "--epochs", 1, "--out", "n.keras",
                 says="2 outputs")

    def test_goes_on_where_it_stopped(self):
        options = ("--batch-size", 4, "--no-shuffle")
        self.good(*self.base, "--epochs", 4, "--out", "four.keras", *options)
        self.good(*self.base, "--epochs", 2, "--out", "two.keras", *options)
        self.good("fit", "two.keras", "--x", "X.npy", "--y", "Y.npy", "--epochs", 2, "--out", "two_more.keras", *options)
        for name in ("four", "two_more"):  # the optimizer's state went through the file
            self.good("predict", name + ".keras", "--input", "X.npy", "--output", name + ".npy")
        np.testing.assert_array_equal(self.load("four.npy"), self.load("two_more.npy"))

    def test_h5py_reads_what_is_written(self):
        self.good(*self.base, "--epochs", 2, "--batch-size", 5, "--out", "n.keras")
        with zipfile.ZipFile(self.folder / "n.keras") as file:
            self.assertLessEqual({"metadata.json", "config.json", "model.weights.h5"}, set(file.namelist()))
            self.assertIsNone(file.testzip())
            weights = h5py.File(io.BytesIO(file.read("model.weights.h5")), "r")
        cell = weights["layers/lstm/cell/vars"]
        units, features = cell["1"].shape[0], self.load("X.npy").shape[-1]
        self.assertEqual([cell[key].shape for key in "012"], [(features, 4 * units), (units, 4 * units), (4 * units,)])
        self.assertEqual(int(weights["optimizer/vars/0"][()]), 4)  # steps: two epochs of two batches
        with zipfile.ZipFile(self.folder / "model.keras") as file:
            before = h5py.File(io.BytesIO(file.read("model.weights.h5")), "r")["layers/lstm/cell/vars/0"]
            self.assertTrue((before[()] != cell["0"][()]).all())

    def test_seed_and_threads(self):
        digest = {}
        for threads in (1, 2, 4):
            digest[threads] = self.good_json(*self.base, "--epochs", 3, "--seed", 5, "--threads", threads, "--batch-size", 4,
                                             "--out", "n.keras")["weights_digest"]
        self.assertEqual(len(set(digest.values())), 1, digest)
        other = self.good_json(*self.base, "--epochs", 3, "--seed", 6, "--batch-size", 4, "--out", "n.keras")["weights_digest"]
        self.assertNotEqual(other, digest[1])

    def test_json(self):
        said = self.good_json(*self.base, "--epochs", 2, "--out", "n.keras", "--learning-rate", "0.5", "--optimizer", "sgd")
        self.assertEqual((said["epochs"], said["interrupted"], said["optimizer"], said["learning_rate"]), (2, False, "SGD", 0.5))
        self.assertEqual(len(said["history"]["loss"]), 2)

    def test_validation_split(self):
        said = self.good_json(*self.base, "--epochs", 2, "--out", "n.keras", "--validation-split", "0.3")
        self.assertIn("val_loss", said["history"])

    def test_progress_is_short_when_piped(self):
        _, err = self.good(*self.base, "--epochs", 50, "--out", "n.keras")
        self.assertLessEqual(len(err.splitlines()), 5)
        self.assertIn("epoch 50/50", err)

    def test_compile_settings_are_required(self):
        model, values = self.golden("3.15/lstm_dense")
        self.save("x.npy", values["x0"])
        self.save("t.npy", values["y0"])
        words = ("fit", model, "--x", "x.npy", "--y", "t.npy", "--epochs", 1, "--out", "n.keras")
        self.bad(USAGE, *words, says=["--optimizer", "--loss"])
        self.bad(USAGE, *words, "--optimizer", "adam", says="--loss")
        self.good(*words, "--optimizer", "adam", "--loss", "mse")

    def test_unknown_names(self):
        self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--out", "n.keras", "--optimizer", "adma", says=["adma", "Did you mean"])
        self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--out", "n.keras", "--loss", "msa", says=["msa", "Did you mean"])

    def test_shapes(self):
        x, y = self.load("X.npy"), self.load("Y.npy")
        self.save("short.npy", y[:-1])
        self.save("wide.npy", np.concatenate([y, y], axis=-1))
        for name in ("short.npy", "wide.npy"):
            self.bad(SHAPE, "fit", "model.keras", "--x", "X.npy", "--y", name, "--epochs", 1, "--out", "n.keras")
        self.save("flat.npy", x.ravel())
        self.bad(SHAPE, "fit", "model.keras", "--x", "flat.npy", "--y", "Y.npy", "--epochs", 1, "--out", "n.keras")

    def test_not_finite(self):
        y = self.load("Y.npy")
        y[3] = np.nan
        self.save("bad.npy", y)
        self.bad(NON_FINITE, "fit", "model.keras", "--x", "X.npy", "--y", "bad.npy", "--epochs", 1, "--out", "n.keras")
        self.bad(NON_FINITE, *self.base, "--epochs", 200, "--out", "n.keras", "--learning-rate", "1e30", "--optimizer", "sgd")

    def test_outputs_are_tried_before_training(self):
        start = time.monotonic()
        for out in ("missing/n.keras", ".", "X.npy/n.keras"):
            self.bad(OUTPUT, *self.base, "--epochs", 1000000000, "--out", out)
        self.bad(OUTPUT, *self.base, "--epochs", 1000000000, "--out", "n.keras", "--history", "missing/h.json")
        self.bad(USAGE, *self.base, "--epochs", 1000000000, "--out", "X.npy", says="the same file")
        self.bad(USAGE, *self.base, "--epochs", 1000000000, "--out", "n.keras", "--history", "n.keras", says="the same file")
        self.assertLess(time.monotonic() - start, 30)

    def test_a_full_disk_leaves_what_was_there(self):
        (self.folder / "n.keras").write_bytes(b"what was there")
        self.bad(OUTPUT, *self.base, "--epochs", 1, "--out", "n.keras", limits=[(resource.RLIMIT_FSIZE, 1000)])
        self.bad(OUTPUT, "predict", "model.keras", "--input", "X.npy", "--output", "p.npy",
                 limits=[(resource.RLIMIT_FSIZE, 16)])

    def interrupted(self, sig, *options):
        process = self.start(*self.base, "--epochs", 1000000000, "--batch-size", 1, "--out", "n.keras", *options)
        time.sleep(1.5)
        process.send_signal(sig)
        return self.finish(process, timeout=30)

    def test_ctrl_c_saves_the_model_so_far(self):
        for sig in (signal.SIGINT, signal.SIGTERM):
            done = self.interrupted(sig, "--history", "h.json")
            self.assertEqual(done.returncode, 130, done.err)
            self.assertIn("interrupted", done.err)
            self.assertIn("n.keras", done.err)
            self.good("predict", "n.keras", "--input", "X.npy", "--output", "y.npy")
            self.assertTrue(np.isfinite(self.load("y.npy")).all())
            json.loads((self.folder / "h.json").read_text())
            self.assertEqual([p for p in os.listdir(self.folder) if "tmp" in p or p.startswith(".")], [])

    def test_a_hang_up_saves_the_model_so_far_unless_nohup(self):
        self.assertEqual(self.interrupted(signal.SIGHUP).returncode, 130)

    def test_a_second_ctrl_c_ends_at_once_or_finishes_what_is_written(self):
        for pause in (0, 0.0005, 0.002, 0.005, 0.01):
            (self.folder / "n.keras").unlink(missing_ok=True)
            process = self.start(*self.base, "--epochs", 1000000000, "--batch-size", 1, "--out", "n.keras", "--json")
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            time.sleep(pause)
            process.send_signal(signal.SIGINT)
            done = self.finish(process, timeout=30)
            written = (self.folder / "n.keras").exists()
            self.assertIn(done.returncode, (130, -signal.SIGINT))
            if written:
                self.assertEqual(done.returncode, 130)
                self.assertIs(self.one_object(done.out)["interrupted"], True)
            self.assertEqual([p for p in os.listdir(self.folder) if "tmp" in p or p.startswith(".")], [])

    def test_ctrl_c_with_json(self):
        said = self.one_object(self.interrupted(signal.SIGINT, "--json").out)
        self.assertIs(said["interrupted"], True)


if __name__ == "__main__":
    harness.main()
