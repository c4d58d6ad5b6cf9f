#!/usr/bin/env python3
"""rondo fit: weights, validation, parts of epochs and callbacks, as Keras has them; and rondo evaluate on arrays."""
import json
import signal
import time
import zipfile

import numpy as np

import harness
from harness import NON_FINITE, OUTPUT, SHAPE, UNSUPPORTED, USAGE, Case


class FitOptions(Case):
    base = ("fit", "model.keras", "--x", "X.npy", "--y", "Y.npy", "--out", "n.keras")

    def compared(self, name, *options, epochs=3, batch_size=4):
        """Trains a golden case of tests/golden/fit through the command line, and compares the history with Keras's."""
        model, values = self.golden("fit/" + name)
        want = json.loads((harness.SOURCE / "tests" / "golden" / "fit" / "index.json").read_text())["cases"][name]
        words = []
        rows = want["fit"].get("validation_rows", 0)
        for letter, flag in (("x", "--x"), ("t", "--y"), ("s", "--sample-weight")):
            for key in sorted(k for k in values if k[0] == letter and k[1:].isdigit()):
                array = values[key]
                words += [flag, self.save(key + ".npy", array[:len(array) - rows])]
                if rows:
                    words += ["--validation-" + flag[2:], self.save("v" + key + ".npy", array[len(array) - rows:])]
        said = self.good_json("fit", model, *words, "--no-shuffle", "--epochs", want["fit"].get("epochs", epochs), "--batch-size",
                              want["fit"].get("batch_size", batch_size), "--out", "n.keras", "--history", "h.json", *options)
        self.assertEqual(list(said["history"]), list(want["history"]), "the order of the keys")
        for key, losses in want["history"].items():
            np.testing.assert_allclose(said["history"][key], losses, rtol=1e-5, err_msg=key)
        return said

    def test_weights(self):
        self.assertEqual(self.compared("weights_of_samples")["sample_weight"], "samples")
        self.assertEqual(self.compared("weights_of_steps")["sample_weight"], "time steps")
        self.assertEqual(self.compared("weights_each_output")["sample_weight"], "samples, time steps")
        self.assertIsNone(self.compared("weights_of_classes", "--class-weight", "0=0.2,1=3")["sample_weight"])
        self.compared("weights_of_samples_sequence")
        self.compared("weighted_metrics_samples", "--validation-split", "0.3")

    def test_as_many_samples_as_time_steps_means_samples(self):
        x, y = np.ones((5, 5, 3), "float32"), np.zeros((5, 2), "float32")
        self.save("x.npy", x), self.save("y.npy", y), self.save("w.npy", np.ones(5, "float32"))
        said = self.good_json("fit", "model.keras", "--x", "x.npy", "--y", "y.npy", "--epochs", 1, "--out", "n.keras", "--sample-weight",
                              "w.npy")
        self.assertEqual(said["sample_weight"], "samples")
        self.save("w.npy", np.ones((5, 5), "float32"))  # the output has no time steps
        self.bad(SHAPE, "fit", "model.keras", "--x", "x.npy", "--y", "y.npy", "--epochs", 1, "--out", "n.keras", "--sample-weight",
                 "w.npy", says=["sample_weight has shape (5, 5)", "w.npy"])

    def test_parts_of_epochs_and_validations(self):
        self.compared("steps_of_epoch", "--steps-per-epoch", 3)
        self.compared("later_epochs", "--initial-epoch", 2, "--validation-freq", 3)
        self.compared("frequency_listed", "--validation-freq", "1,4", "--validation-batch-size", 3)
        self.compared("steps_of_validation", "--validation-freq", 2, "--validation-steps", 2)

    def test_optimizers_with_arguments(self):
        adam = "adam:learning_rate=0.01,gradient_accumulation_steps=2,weight_decay=0.03,clipnorm=0.2"
        self.compared("optimizer_adam_0", "--optimizer", adam)
        self.compared("optimizer_sgd_2", "--optimizer",
                      "sgd:learning_rate=0.05,momentum=0.5,gradient_accumulation_steps=3,global_clipnorm=0.3,loss_scale_factor=1024")
        self.compared("swap_ema", "--swap-ema")
        self.bad(USAGE, *self.base, "--epochs", 1, "--optimizer", "adam:learning_rate=abc", says=["learning_rate must be a number", "abc"])
        self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--swap-ema", "--validation-split", "0.3",
                 says=["no moving averages", "--optimizer adam:use_ema=true"])
        self.bad(USAGE, *self.base, "--epochs", 1, "--swap-ema", says="nothing to validate with")
        self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--optimizer", "adam:clipnrom=1", says=["clipnrom", "Did you mean 'clipnorm'"])
        self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--optimizer", "adam:clipnorm", says="adam:clipnorm")
        self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--optimizer", "adam:clipnorm=1,clipvalue=1", says="only one of")
        self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--optimizer", "adam:gradient_accumulation_steps=1", says="from 2 on")
        self.compared("loss_scale_overflows", "--optimizer",
                      "loss_scale_optimizer:inner_optimizer=adam,learning_rate=0.01,initial_scale=162259276829213363391578010288128,dynamic_growth_steps=2")
        self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--optimizer", "loss_scale_optimizer", says="wraps another: loss_scale_optimizer:inner_optimizer=adam")
        self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--optimizer", "loss_scale_optimizer:inner_optimizer=adam,initial_scale=0", says="initial_scale must be")
        words = (*self.base, "--epochs", 1, "--batch-size", 2, "--no-shuffle", "--optimizer")
        decayed = [self.good_json(*words, "sgd:weight_decay=0.5" + more)["weights_digest"]
                   for more in ("", ",exclude_from_weight_decay=bias", ",exclude_from_weight_decay=[^kernel$,recurrent]", ",exclude_from_weight_decay=[no_such_word]")]
        self.assertEqual(len(set(decayed)), 3)
        self.assertEqual(decayed[0], decayed[3])
        self.bad(UNSUPPORTED, *words, "sgd:exclude_from_weight_decay=[1,2]", says="is the names of weights: sgd:exclude_from_weight_decay=[bias,gamma]")
        self.bad(UNSUPPORTED, *words, "sgd:exclude_from_weight_decay=[bias.*]", says="takes words, and of regular expressions")
        for rate in ("-1", "-0.5", "nan", "inf"):
            self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--optimizer", "sgd:learning_rate=" + rate,
                     says="SGD: learning_rate must be a number from 0 on, got " + rate)
            self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--schedule", f"exponential_decay:initial_learning_rate={rate},decay_steps=9,decay_rate=0.5",
                     says="ExponentialDecay: initial_learning_rate must be a number from 0 on, got " + rate)

    def test_schedules(self):
        words = (*self.base, "--epochs", 2, "--batch-size", 2, "--optimizer", "sgd:momentum=0.5", "--no-shuffle")
        cosine = "initial_learning_rate=0.2,decay_steps=10"
        said = self.good_json(*words, "--schedule", "cosine_decay:" + cosine)
        # Ten steps; the last one's rate, step 9: 0.2 (1 + cos(0.9 pi)) / 2
        self.assertAlmostEqual(said["learning_rate"], 0.1 * (1 + np.cos(0.9 * np.pi)), delta=1e-12)
        self.assertEqual(said["weights_digest"], self.good_json(*words, "--schedule", "CosineDecay:" + cosine)["weights_digest"])
        with zipfile.ZipFile(self.folder / "n.keras") as file:
            rate = json.loads(file.read("config.json"))["compile_config"]["optimizer"]["config"]["learning_rate"]
        self.assertEqual((rate["class_name"], rate["config"]["decay_steps"]), ("CosineDecay", 10))
        said = self.good_json(*words, "--schedule", "piecewise_constant_decay:boundaries=[3,8],values=[0.1,0.01,0.003]")
        self.assertEqual(said["learning_rate"], 0.003)
        self.bad(USAGE, *words, "--schedule", "cosine_decay:initial_learning_rate=0.2", says="'decay_steps' is missing")
        self.bad(USAGE, *words, "--schedule", "cosine_decay:" + cosine, "--learning-rate", 0.1, says="give one")
        self.bad(USAGE, *words, "--schedule", "piecewise_constant_decay:boundaries=[3],values=[0.1,x]", says="must be a number")
        self.bad(UNSUPPORTED, *words, "--schedule", "cosinus:" + cosine, says=["schedule 'cosinus'", "Known: CosineDecay"])
        self.bad(UNSUPPORTED, *words, "--schedule", "cosine_decay:initial_learning_rate=0.2,decay_steps=0", says="above 0")
        said = self.good_json(*words, "--metrics", "precision:thresholds=[0.3,0.5],name=hits")
        self.assertEqual(list(said["history"]), ["hits_0", "hits_1", "loss"])

    def test_lists_of_names_are_whole(self):
        said = self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--metrics", "foo", says=["unknown metric 'foo'", "true_positives."])
        self.assertLess(max(map(len, said.splitlines())), 125)

    def test_bad_numbers_to_validate_with(self):
        x, y = self.load("X.npy"), self.load("Y.npy")
        x[1, 2, 0], y[3, 0] = np.nan, np.inf
        self.save("bad_x.npy", x), self.save("bad_y.npy", y)
        words = (*self.base, "--epochs", 1)
        self.bad(NON_FINITE, *words, "--validation-x", "bad_x.npy", "--validation-y", "Y.npy",
                 says="--validation-x, sample 1, time step 2, feature 0")
        self.bad(NON_FINITE, *words, "--validation-x", "X.npy", "--validation-y", "bad_y.npy", says="--validation-y, sample 3, feature 0")
        self.bad(NON_FINITE, "fit", "model.keras", "--x", "X.npy", "--y", "bad_y.npy", "--out", "n.keras", "--epochs", 1, "--batch-size", 2,
                 "--validation-split", "0.7", says="y, sample 3, feature 0")
        out, _ = self.good("evaluate", "model.keras", "--x", "bad_x.npy", "--y", "Y.npy")
        self.assertIn("loss  nan", out)

    def test_a_note_is_one_line(self):
        def own(config):
            config["compile_config"]["loss"] = {"module": "mine", "class_name": "Mine", "config": {}, "registered_name": "mine>Mine"}
        self.edited_config(self.folder / "model.keras", "own.keras", own)
        _, err = self.good("fit", "own.keras", *self.base[2:], "--epochs", 1, "--optimizer", "sgd", "--loss", "mse")
        self.assertIn("fix: write the class in C++", err)
        self.assertNotIn("\\n", err)

    def test_negative_weights_are_told(self):
        weights = np.ones(10, "float32")
        weights[:3] = -1
        _, err = self.good(*self.base, "--epochs", 1, "--sample-weight", self.save("w.npy", weights))
        self.assertIn("note: 'w.npy': 3 of 10 weights are negative", err)

    def test_ids_are_not_rounded(self):
        model, values = self.golden("layers/embedding_sentiment")
        ids = values["x0"].astype("float64")
        y = self.save("y.npy", np.zeros_like(values["y0"], "float32"))
        words = ("fit", model, "--y", y, "--epochs", 1, "--optimizer", "sgd", "--loss", "mse", "--out", "n.keras", "--x")
        self.good(*words, self.save("ids.npy", ids))
        ids[1, 2] = 2.0**24 + 1
        bad = self.save("ids.npy", ids)
        for call in (words + (bad,), ("evaluate", model, "--y", y, "--loss", "mse", "--x", bad), ("predict", model, "--output", "p.npy", "--input", bad)):
            self.bad(UNSUPPORTED, *call, says=["takes ids", "index (1, 2)"])
        ids[1, 2] = 0.5
        self.bad(UNSUPPORTED, *words, self.save("ids.npy", ids), says="id 0.5 at place 2 is no whole number")
        self.bad(UNSUPPORTED, *words, self.save("ids.npy", ids.astype("int64") + 2**24 + 1), says="cannot hold exactly")

    def test_losses_and_metrics_of_each_output(self):
        words = ("fit", "two_outputs.keras", "--x", "X2.npy", "--y", "Y0.npy", "--y", "Y1.npy", "--epochs", 1, "--no-shuffle", "--out",
                 "n.keras")
        by_name = self.good_json(*words, "--loss", "level=mse", "--loss", "path=huber:delta=0.5", "--loss-weights", "path=2,level=0.5",
                                 "--metrics", "path=mae", "--metrics", "path=mse:name=squares", "--weighted-metrics", "path=mae",
                                 "--optimizer", "sgd")["history"]
        in_order = self.good_json(*words, "--loss", "mse", "--loss", "huber:delta=0.5", "--loss-weights", "0.5,2", "--metrics",
                                  "path=mae", "--metrics", "path=mse:name=squares", "--weighted-metrics", "path=mae", "--optimizer",
                                  "sgd")["history"]
        self.assertEqual(by_name, in_order)
        self.assertEqual(list(by_name), ["level_loss", "loss", "path_loss", "path_mae", "path_squares", "path_weighted_mae"])
        self.bad(USAGE, *words, "--metrics", "mae", says=["of which output", "level=mae"])
        self.bad(USAGE, *words, "--metrics", "levle=mae", says="Did you mean 'level'")
        self.bad(UNSUPPORTED, *words, "--metrics", "level=meae", says="Did you mean")
        self.bad(UNSUPPORTED, *words, "--loss", "levle=mse", says=["levle", "level, path"])
        self.bad(USAGE, *words, "--loss", "mse", "--loss", "path=mse", says="either every one")
        self.bad(USAGE, *words, "--loss", "mse", "--loss", "mse", "--loss", "mse", says="2 outputs: level, path")
        self.bad(USAGE, *words, "--loss-weights", "a", says="--loss-weights")

    def test_callbacks(self):
        said = self.good_json(*self.base, "--epochs", 30, "--validation-split", "0.3", "--csv-log", "log.csv", "--early-stopping",
                              "patience=2,min_delta=5,restore_best_weights=true", "--reduce-lr", "patience=1,min_delta=5,factor=0.5",
                              "--checkpoint", "c/{epoch:02d}-{val_loss:.2f}.keras")
        self.assertEqual((said["stopped_epoch"], said["best_epoch"], said["epochs"]), (2, 0, 3))
        rate = said["history"]["learning_rate"]
        np.testing.assert_allclose(rate, [rate[0], rate[0], rate[0] / 2])
        log = (self.folder / "log.csv").read_text().splitlines()
        self.assertEqual(log[0], "epoch,learning_rate,loss,mae,val_loss,val_mae")
        self.assertEqual(len(log), 4)
        self.assertEqual(said["checkpoint"], f"c/03-{said['history']['val_loss'][2]:.2f}.keras")
        self.assertTrue((self.folder / said["checkpoint"]).exists())
        self.good(*self.base, "--epochs", 2, "--csv-log", "log.csv", "--csv-append")
        self.assertEqual(len((self.folder / "log.csv").read_text().splitlines()), 6)
        said = self.good_json(*self.base, "--epochs", 3, "--checkpoint", "w.weights.h5", "--checkpoint-settings",
                              "save_weights_only=true,save_best_only=true,monitor=loss")
        self.assertEqual(said["checkpoint"], "w.weights.h5")

    def test_usage(self):
        for words, says in {
            ("--early-stopping", "patiense=3"): "Did you mean 'patience'",
            ("--early-stopping", "3"): "key=value",
            ("--early-stopping", "patience=x"): "patience must be a whole number",
            ("--early-stopping", "restore_best_weights=yes"): "true or false",
            ("--reduce-lr", "factor=a"): "factor must be a number",
            ("--checkpoint-settings", "monitor=loss"): "without --checkpoint",
            ("--csv-append",): "without --csv-log",
            ("--backup-freq", 3): "without --backup",
            ("--validation-x", "X.npy"): "without --validation-y",
            ("--validation-freq", "2"): "nothing to validate with",
            ("--validation-split", "0.2", "--validation-freq", "a"): "--validation-freq",
            ("--validation-split", "0.2", "--validation-x", "X.npy", "--validation-y", "Y.npy"): "give one",
            ("--class-weight", "a=1"): "--class-weight",
            ("--class-weight", "0=1", "--sample-weight", "W.npy"): "give one",
            ("--initial-epoch", 1): "leaves nothing",
            ("--csv-log", "X.npy"): "the same file",
            ("--checkpoint", "n.keras"): "the same file",
        }.items():
            with self.subTest(words):
                self.bad(USAGE, *self.base, "--epochs", 1, *words, says=says)
        for words in (("--early-stopping", "on"), ("--reduce-lr", "on"), ("--checkpoint", "c.keras", "--checkpoint-settings", "save_best_only=true")):
            self.bad(USAGE, *self.base, "--epochs", 10**9, *words, says=["val_loss", "--validation-split", "monitor=loss"])
        self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--early-stopping", "monitor=los", says=["los", "reported: loss, mae"])
        self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--reduce-lr", "factor=2,monitor=loss", says="factor")
        self.bad(UNSUPPORTED, *self.base, "--epochs", 1, "--checkpoint", "a.h5", says=".keras")
        self.bad(OUTPUT, *self.base, "--epochs", 1, "--csv-log", "missing/log.csv")

    def test_a_run_that_is_broken_off_goes_on(self):
        words = (*self.base, "--epochs", 400, "--batch-size", 2, "--seed", 3, "--validation-split", "0.3", "--optimizer",
                 "adam:use_ema=true,gradient_accumulation_steps=3")
        whole = self.good_json(*words)
        for sig in (signal.SIGKILL, signal.SIGINT):
            process = self.start(*words, "--backup", "backup", "--backup-freq", 3)
            while not (self.folder / "backup" / "latest.backup").exists():
                time.sleep(0.005)
            process.send_signal(sig)
            self.finish(process)
            self.assertTrue((self.folder / "backup" / "latest.backup").exists())
            if sig == signal.SIGINT:
                self.assertEqual(process.returncode, 130)
                self.assertIn("goes on from its backup", process.err)
            self.bad(UNSUPPORTED, *words[:13], 4, *words[14:], "--backup", "backup", says=["seed", "delete 'backup/latest.backup'"])
            out, err = self.good(*words, "--backup", "backup", "--backup-freq", 3, "--json")
            self.assertIn("going on in epoch", err)
            said = self.one_object(out)
            self.assertEqual(said["weights_digest"], whole["weights_digest"])
            self.assertEqual(said["epochs"], 400 - said["resumed_epoch"])
            self.assertEqual(said["history"]["loss"], whole["history"]["loss"][said["resumed_epoch"]:])
            self.assertFalse((self.folder / "backup").exists())

    def test_terminate_on_nan_keeps_what_was(self):
        y = self.load("Y.npy")
        y[9] = np.inf  # in the last batch
        self.save("bad.npy", y)
        words = ("fit", "model.keras", "--x", "X.npy", "--y", "bad.npy", "--out", "n.keras", "--epochs", 2, "--batch-size", 4, "--no-shuffle")
        self.bad(NON_FINITE, *words)
        said = self.good_json(*words, "--terminate-on-nan")
        self.assertIs(said["terminated_on_nan"], True)
        self.good("predict", "n.keras", "--input", "X.npy", "--output", "p.npy")
        self.assertTrue(np.isfinite(self.load("p.npy")).all())
        self.save("huge.npy", np.full_like(y, 1e25))  # finite, but Adam's squares of its gradients are not
        said = self.good_json(*words[:5], "huge.npy", *words[6:], "--optimizer", "adam", "--terminate-on-nan")
        self.assertIs(said["terminated_on_nan"], True)
        self.good("predict", "n.keras", "--input", "X.npy", "--output", "p.npy")
        self.assertTrue(np.isfinite(self.load("p.npy")).all())


class EvaluateArrays(Case):
    def test_is_keras(self):
        cases = json.loads((harness.SOURCE / "tests" / "golden" / "fit" / "index.json").read_text())["cases"]
        for name in ("weighted_metrics_steps_masked", "weights_each_output", "weights_of_samples"):
            model, values = self.golden("fit/" + name)
            words = []
            for letter, flag in (("x", "--x"), ("t", "--y"), ("s", "--sample-weight")):
                for key in sorted(k for k in values if k[0] == letter and k[1:].isdigit()):
                    words += [flag, self.save(key + ".npy", values[key])]
            self.good("fit", model, *words, "--no-shuffle", "--epochs", 3, "--batch-size", 4, "--out", "n.keras")
            out, _ = self.good("evaluate", "n.keras", *words, "--batch-size", 2, "--steps", 2)
            self.assertIn("on 4 samples", out)
            said = self.good_json("evaluate", "n.keras", *words, "--batch-size", 4)["logs"]
            self.assertEqual(set(said), set(cases[name]["evaluate"]))
            for key, value in cases[name]["evaluate"].items():
                self.assertAlmostEqual(said[key], value, delta=1e-5 * abs(value), msg=f"{name} {key}")

    def test_usage(self):
        self.bad(USAGE, "evaluate", "model.keras", says="DATA.csv, or arrays")
        self.bad(USAGE, "evaluate", "X.npy", "--x", "model.keras", "--y", "Y.npy", says=["'X.npy' is an array", "comes first"])
        self.bad(USAGE, "predict", "X.npy", "--input", "model.keras", "--output", "p.npy", says=["'X.npy' is an array", "comes first"])
        self.bad(USAGE, "evaluate", "model.keras", "--x", "X.npy", says="without --y")
        self.bad(USAGE, "evaluate", "airline.keras", "airline.csv", "--x", "X.npy", "--y", "Y.npy", says="give one")
        self.bad(USAGE, "evaluate", "airline.keras", "airline.csv", "--loss", "mse", says="for arrays")
        self.bad(USAGE, "evaluate", "any_length.keras", "--x", "X.npy", "--y", "Y.npy", says="--loss mse")
        out, _ = self.good("evaluate", "any_length.keras", "--x", self.save("a.npy", np.ones((4, 7, 2), "float32")), "--y",
                           self.save("b.npy", self.predicted("any_length.keras", "a.npy")), "--loss", "mse")
        self.assertEqual(float(out.split()[-1]), 0.0)

    def predicted(self, model, x):
        self.good("predict", model, "--input", x, "--output", "p.npy")
        return self.load("p.npy")


if __name__ == "__main__":
    harness.main()
