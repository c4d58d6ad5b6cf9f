#!/usr/bin/env python3
"""rondo train"""
import json
import math
import os
import re
import shlex
import signal
import time
import zipfile

import numpy as np

import harness
from harness import FORMAT, NON_FINITE, NOT_FOUND, OUTPUT, UNSUPPORTED, USAGE, Case

KEYS = {"mae", "rmse", "mase", "by_step"}


class Train(Case):
    airline = ("train", "airline.csv", "--target", "Passengers")

    def csv(self, name, columns, rows=None):
        """A file of these columns: {name: list of cells}."""
        lines = [",".join(columns)] + [",".join(map(str, row)) for row in zip(*columns.values())]
        (self.folder / name).write_text("\n".join(lines) + "\n")
        return name

    def wave(self, rows=160):
        return [f"{math.sin(i / 3) * 10 + 0.1 * i + (i * 7919 % 13) / 13:.5f}" for i in range(rows)]

    def days(self, rows, first="2024-01-01"):
        return [str(d) for d in np.datetime64(first) + np.arange(rows)]

    # ---- the story ----

    def test_story_in_order(self):
        out, err = self.good(*self.airline, "--lookback", 12, "--horizon", 1, "--out", "n.keras")
        told = ["airline.csv: 144 rows x 2 columns", "monthly, 1949-01 .. 1960-12",
                "rows 144 (time) x columns 1 (feature) -> 132 windows of (12, 1)", "text column left out: Month",
                "row  Month    Passengers   sample 0   1   2", "0  1949-01         112          x   .   .",
                "11  1949-12         118          x   x   x", "12  1950-01         115          y   x   x",
                "train        rows 0 .. 99 (1949-01 .. 1957-04), 88 windows",
                "validation   rows 100 .. 121 (1957-05 .. 1959-02), 22 windows",
                "test         rows 122 .. 143 (1959-03 .. 1960-12), 22 windows", "normalised   window",
                "season       12 rows: the dates are monthly", "network", "memory", "TEST", "\n  model  ", "\n  persistence ",
                "seasonal naive (12)", "\n  ridge autoregression   ", "The model ", "o forecast, one row ahead", "saved to n.keras",
                "rondo forecast n.keras airline.csv"]
        at = -1
        for part in told:
            self.assertIn(part, out)
            self.assertGreater(out.index(part), at, part)
            at = out.index(part)
        self.assertIn("at the start", err)
        self.assertRegex(err, r"epoch +1/\d+  loss \d\.\d+  val \d\.\d+\*? +skill +-?\d+ %")
        self.assertLessEqual(len(err.splitlines()), 8)
        self.assertLessEqual(max(map(len, (out + err).splitlines())), 80)

    def test_without_out_nothing_is_kept_and_it_says_so(self):
        before = self.listing()
        out, _ = self.good(*self.airline, "--epochs", 2)
        self.assertIn("not saved", out)
        self.assertIn("--out", out)
        self.assertEqual(self.listing(), before)

    def test_json(self):
        said = self.good_json(*self.airline, "--lookback", 12, "--horizon", 3, "--out", "n.keras", "--epochs", 4)
        self.assertEqual((said["verb"], said["rows"], said["columns"], said["windows"], said["season"], said["season_from"]),
                         ("train", 144, ["Passengers"], 130, 12, "dates"))
        self.assertEqual(said["split"]["train"], {"rows": {"first": 0, "end": 100, "first_label": "1949-01", "last_label": "1957-04"},
                                                  "windows": 86})
        self.assertEqual(sum(part["windows"] for part in said["split"].values()), 130 - 2 * 2)  # two straddle each cut
        self.assertGreater(said["seconds"], 0)
        self.assertEqual(set(said["test"]), {"model", "persistence", "seasonal_naive", "ridge"})
        for scores in said["test"].values():
            self.assertLessEqual(KEYS, set(scores))
            self.assertEqual([step["step"] for step in scores["by_step"]], [1, 2, 3])
            for key in ("mae", "mase"):
                self.assertAlmostEqual(scores[key], np.mean([step[key] for step in scores["by_step"]]), places=9)
            self.assertAlmostEqual(scores["rmse"], np.sqrt(np.mean([step["rmse"] ** 2 for step in scores["by_step"]])), places=9)
        self.assertEqual((said["epochs"], said["interrupted"], said["out"], said["target"]), (4, False, "n.keras", "Passengers"))
        self.assertEqual(len(said["history"]["validation_loss"]), 5)  # the start, and each epoch
        self.assertIsNone(said["history"]["loss"][0])
        best = min(range(5), key=said["history"]["validation_loss"].__getitem__)
        self.assertEqual(said["best_epoch"], best)

    def test_naive_scores_are_those_of_a_plain_loop(self):
        said = self.good_json(*self.airline, "--lookback", 12, "--horizon", 2, "--epochs", 1)["test"]
        values = np.loadtxt(self.folder / "airline.csv", delimiter=",", skiprows=1, usecols=1)
        scale = np.abs(values[12:100] - values[:88]).mean()  # the training part's seasonal naive error
        first = range(122, 143)  # first target rows of the test part's windows
        for name, known in (("persistence", lambda t, last: values[last]), ("seasonal_naive", lambda t, last: values[t - 12])):
            errors = np.array([[values[t + h] - known(t + h, t - 1) for h in (0, 1)] for t in first])
            self.assertAlmostEqual(said[name]["mae"], np.abs(errors).mean(), places=9)
            self.assertAlmostEqual(said[name]["rmse"], np.sqrt((errors ** 2).mean()), places=9)
            self.assertAlmostEqual(said[name]["mase"], np.abs(errors).mean() / scale, places=9)
            self.assertAlmostEqual(said[name]["by_step"][1]["mae"], np.abs(errors[:, 1]).mean(), places=9)

    def test_every_number_column_is_used_unless_features_says_otherwise(self):
        self.csv("t.csv", {"day": self.days(160), "v": self.wave(), "w": self.wave()[::-1], "note": ["a"] * 160})
        said = self.good_json("train", "t.csv", "--target", "v", "--lookback", 5, "--epochs", 1)
        self.assertEqual((said["columns"], said["left_out"]), (["v", "w"], ["day", "note"]))
        self.assertIn("text columns left out: day, note", self.good("train", "t.csv", "--target", "v", "--epochs", 1)[0])
        said = self.good_json("train", "t.csv", "--target", "v", "--features", "w", "--lookback", 5, "--epochs", 1)
        self.assertEqual(said["columns"], ["w", "v"])

    def test_dates_in_numbers_are_no_feature(self):
        self.csv("t.csv", {"year": range(1800, 1960), "v": self.wave()})
        said = self.good_json("train", "t.csv", "--target", "v", "--lookback", 5, "--epochs", 1)
        self.assertEqual((said["columns"], said["left_out"], said["dates"]["column"]), (["v"], ["year"], "year"))
        self.assertIn("as they are the dates: year", self.good("train", "t.csv", "--target", "v", "--lookback", 5, "--epochs", 1)[0])
        said = self.good_json("train", "t.csv", "--target", "v", "--features", "year,v", "--lookback", 5, "--epochs", 1)
        self.assertEqual(said["columns"], ["year", "v"])

    def test_an_array_is_a_table(self):
        np.save(self.folder / "a.npy", np.array([[float(v), i % 5] for i, v in enumerate(self.wave())]))
        said = self.good_json("train", "a.npy", "--target", "c0", "--lookback", 5, "--epochs", 1, "--out", "n.keras")
        self.assertEqual((said["rows"], said["columns"]), (160, ["c0", "c1"]))
        self.assertEqual(self.good_json("evaluate", "n.keras", "a.npy")["recognised_by"], "values")

    def test_a_column_name_may_hold_a_comma(self):
        (self.folder / "t.csv").write_text('"a,b",c d\n' + "".join(f"{v},{i % 9}\n" for i, v in enumerate(self.wave())))
        said = self.good_json("train", "t.csv", "--target", "a,b", "--features", "c d,a,b", "--lookback", 5, "--epochs", 1)
        self.assertEqual(said["columns"], ["c d", "a,b"])

    def test_season(self):
        self.csv("daily.csv", {"day": self.days(160), "v": self.wave()})
        self.csv("none.csv", {"v": self.wave()})
        self.csv("short.csv", {"week": [str(np.datetime64("2024-01-01") + 7 * i) for i in range(60)], "v": self.wave(60)})
        words = ("--target", "v", "--lookback", 5, "--epochs", 1)
        for name, season, source in (("daily.csv", 7, "dates"), ("none.csv", 1, "none"), ("short.csv", 1, "none")):
            said = self.good_json("train", name, *words)
            self.assertEqual((said["season"], said["season_from"]), (season, source), name)
        self.assertIn("too few for a season of 52", " ".join(self.good("train", "short.csv", *words)[0].split()))
        said = self.good_json("train", "none.csv", *words, "--season", 9)
        self.assertEqual((said["season"], said["season_from"]), (9, "option"))
        self.assertIn("seasonal naive (1)", self.good("train", "none.csv", *words)[0])
        self.bad(UNSUPPORTED, "train", "none.csv", *words, "--season", 112, says="a season of 112 rows is too long")

    def test_lookback_is_a_season_unless_given(self):
        self.csv("week.csv", {"week": [str(np.datetime64("2015-01-01") + 7 * i) for i in range(300)], "v": self.wave(300)})
        minutes = [str(np.datetime64("2024-01-01T00:00") + np.timedelta64(i, "m")) for i in range(600)]
        self.csv("minute.csv", {"t": minutes, "v": self.wave(600)})
        self.csv("day.csv", {"day": self.days(160), "v": self.wave()})
        for name, rows in (("week.csv", 52), ("minute.csv", 168), ("day.csv", 12)):
            self.assertEqual(self.good_json("train", name, "--target", "v", "--epochs", 1)["lookback"], rows)
            self.assertIn(f"lookback {rows}", self.good("train", name, "--target", "v", "--epochs", 1)[0])

    def test_options_reach_the_model(self):
        said = self.good_json(*self.airline, "--layers", "gru:3,dense:2", "--shortcut", "off", "--optimizer", "sgd", "--learning-rate", "0.5",
                              "--loss", "mae", "--normalize", "standard", "--epochs", 1, "--batch-size", 7, "--stride", 2, "--gap", 1, "--seed", 5)
        for key, value in {"layers": "gru:3,dense:2", "shortcut": False, "optimizer": "sgd", "learning_rate": 0.5, "loss": "mae",
                           "normalize": "standard", "batch_size": 7, "stride": 2, "gap": 1, "seed": 5}.items():
            self.assertEqual(said[key], value)
        # GRU(3) of one feature, Dense(2), Dense(1)
        self.assertEqual(said["parameters"], 3 * (1 * 3 + 3 * 3 + 2 * 3) + (3 * 2 + 2) + (2 + 1))
        self.assertEqual(said["windows"], (144 - 12 - 1 - 1) // 2 + 1)

    def test_a_split_without_test_or_validation(self):
        said = self.good_json(*self.airline, "--split", "85/15/0", "--epochs", 1)
        self.assertEqual(said["split"]["test"]["windows"], 0)
        for name in ("model", "persistence", "seasonal_naive", "ridge"):
            self.assertEqual(said["test"][name], {"mae": None, "rmse": None, "mase": None, "by_step": []})
        self.assertIn("nothing is known of how good", self.good(*self.airline, "--split", "0.85/0.15/0", "--epochs", 1)[0])
        self.assertEqual(self.good_json(*self.airline, "--split", "80/0/20", "--epochs", 1)["split"]["validation"]["windows"], 0)

    def test_seed_and_threads(self):
        digest = {t: self.good_json(*self.airline, "--epochs", 3, "--seed", 5, "--threads", t)["weights_digest"] for t in (1, 2, 4)}
        self.assertEqual(len(set(digest.values())), 1, digest)
        self.assertNotEqual(self.good_json(*self.airline, "--epochs", 3, "--seed", 6)["weights_digest"], digest[1])

    def test_the_sentence_says_who_wins_and_by_how_much(self):
        lost = self.good_json(*self.airline, "--shortcut", "off", "--epochs", 1)
        mae = {name: scores["mae"] for name, scores in lost["test"].items()}
        self.assertGreater(mae["model"], 1.1 * mae["ridge"])
        match = re.search(r"The model loses to .*ridge autoregression by ([\d.]+) %", lost["verdict"])
        self.assertAlmostEqual(float(match[1]), 100 * (mae["model"] / mae["ridge"] - 1), delta=0.5)
        self.assertIn(lost["verdict"], " ".join(self.good(*self.airline, "--shortcut", "off", "--epochs", 1)[0].split()))
        # Without a season the seasonal naive forecast is persistence: it is not named twice.
        self.csv("t.csv", {"v": [f"{x:.3f}" for x in np.cumsum(np.random.default_rng(1).normal(size=300))]})
        said = self.good_json("train", "t.csv", "--target", "v", "--shortcut", "off", "--epochs", 1, "--seed", 3)
        self.assertNotIn("seasonal", said["verdict"])

    def test_the_next_command_can_be_typed(self):
        (self.folder / "my data.csv").write_text((self.folder / "airline.csv").read_text())
        out, _ = self.good("train", "my data.csv", "--target", "Passengers", "--epochs", 1, "--out", "my model's.keras")
        self.good(*shlex.split(out.splitlines()[-1])[1:])

    def test_numbers_of_any_size_keep_their_columns_apart(self):
        for factor in ("e200", "e-12", "e30"):
            self.csv("t.csv", {"v": [v + factor for v in self.wave()]})
            out, _ = self.good("train", "t.csv", "--target", "v", "--horizon", 3, "--epochs", 1)
            for line in out.splitlines():
                if line.startswith("  ridge autoregression"):
                    self.assertEqual(len(line[24:].split()), 3, line)
            self.assertLessEqual(max(map(len, out.splitlines())), 80)

    # ---- leakage ----

    def test_the_test_part_changes_no_bit_of_the_weights(self):
        lines = (self.folder / "airline.csv").read_text().splitlines()
        # Line 0 is the header: rows 122 .. 143 are the test part of 70/15/15.
        changed = lines[:123] + [f"{line.split(',')[0]},{(i * 7919) % 5000 - 900}" for i, line in enumerate(lines[123:])]
        (self.folder / "changed.csv").write_text("\n".join(changed) + "\n")
        for options in ((), ("--normalize", "standard"), ("--normalize", "min-max"), ("--shortcut", "off"), ("--horizon", 4),
                        ("--missing", "forward"), ("--season", 6), ("--layers", "gru:8,dropout:0.3,lstm:4")):
            with self.subTest(options):
                one, other = (self.good_json("train", name, "--target", "Passengers", "--epochs", 6, *options)
                              for name in ("airline.csv", "changed.csv"))
                self.assertEqual(one["weights_digest"], other["weights_digest"])
                self.assertEqual(one["history"], other["history"])
                self.assertNotEqual(one["test"]["model"]["mae"], other["test"]["model"]["mae"])
        # And a change of one training row changes them: the test above can fail.
        lines[50] = lines[50].split(",")[0] + ",1"
        (self.folder / "trained.csv").write_text("\n".join(lines) + "\n")
        self.assertNotEqual(self.good_json("train", "trained.csv", "--target", "Passengers", "--epochs", 6)["weights_digest"],
                            self.good_json(*self.airline, "--epochs", 6)["weights_digest"])

    # ---- order of the rows ----

    def test_newest_first_and_disorder_are_put_in_order(self):
        lines = (self.folder / "airline.csv").read_text().splitlines()
        wanted = self.good_json(*self.airline, "--epochs", 2)
        (self.folder / "newest.csv").write_text("\n".join(lines[:1] + lines[:0:-1]) + "\n")
        mixed = lines[:1] + lines[60:80] + lines[1:60] + lines[80:]
        (self.folder / "mixed.csv").write_text("\n".join(mixed) + "\n")
        for name, says in (("newest.csv", "newest first"), ("mixed.csv", "read in order of time")):
            said = self.good_json("train", name, "--target", "Passengers", "--epochs", 2)
            self.assertEqual(said["weights_digest"], wanted["weights_digest"])
            self.assertIn(says, " ".join(said["remarks"]))
            self.assertIn(says, " ".join(self.good("train", name, "--target", "Passengers", "--epochs", 1)[0].split()))

    def test_several_series_below_one_another_are_refused(self):
        days = self.days(60)
        self.csv("panel.csv", {"day": days * 2, "v": self.wave(120)})
        self.bad(UNSUPPORTED, "train", "panel.csv", "--target", "v", "--lookback", 5, says="several series below one another")

    def test_gaps_and_duplicates_are_told(self):
        days = self.days(170)
        self.csv("gaps.csv", {"day": days[:50] + days[53:163], "v": self.wave()})
        said = self.good_json("train", "gaps.csv", "--target", "v", "--lookback", 5, "--epochs", 1)
        self.assertEqual((said["dates"]["gaps"], said["dates"]["missing_rows"]), (1, 3))
        self.assertIn("3 rows missing", self.good("train", "gaps.csv", "--target", "v", "--lookback", 5, "--epochs", 1)[0])
        self.csv("twice.csv", {"day": days[:50] + days[49:159], "v": self.wave()})
        self.assertEqual(self.good_json("train", "twice.csv", "--target", "v", "--lookback", 5, "--epochs", 1)["dates"]["duplicates"], 1)

    # ---- what bad input gets ----

    def test_files(self):
        (self.folder / "empty.csv").write_text("")
        (self.folder / "header.csv").write_text("a,b\n")
        (self.folder / "ragged.csv").write_text("a,b\n1,2\n3\n4,5\n")
        self.bad(FORMAT, "train", "empty.csv", "--target", "a", says="empty")
        self.bad(FORMAT, "train", "header.csv", "--target", "a", says="no row")
        self.bad(FORMAT, "train", "ragged.csv", "--target", "a", says=["line 3", "1 cell"])
        self.bad(NOT_FOUND, "train", "none.csv", "--target", "a", says="none.csv")
        self.bad(NOT_FOUND, "train", ".", "--target", "a")
        self.bad(FORMAT, "train", "airline.keras", "--target", "a", says="zip")

    def test_columns(self):
        self.bad(UNSUPPORTED, "train", "airline.csv", "--target", "Pasengers", says=["no column 'Pasengers'", "Did you mean 'Passengers'?"])
        self.bad(UNSUPPORTED, *self.airline, "--features", "Passengers,passenger", says=["'passenger'", "Did you mean 'Passengers'?"])
        self.bad(UNSUPPORTED, "train", "airline.csv", "--target", "Month", says=["'Month'", "text", "Passengers"])
        self.bad(UNSUPPORTED, *self.airline, "--features", "Month", says=["'Month'", "text"])
        self.bad(UNSUPPORTED, *self.airline, "--date", "Passengers", says=["'Passengers'", "no date"])
        self.bad(UNSUPPORTED, *self.airline, "--date", "Day", says="no column 'Day'")
        self.bad(USAGE, "train", "airline.csv", says=["--target", "Passengers"])
        self.bad(USAGE, "train", "airline.csv", "--target", "", says="--target is empty")
        values = self.wave()
        values[40] = "many"
        self.csv("text.csv", {"v": values})
        self.bad(FORMAT, "train", "text.csv", "--target", "v", says=["'v'", "line 42", "many"])

    def test_values(self):
        for bad, count in (("nan", "2 missing values"), ("", "2 missing values"), ("inf", "2 infinite")):
            values = self.wave()
            values[30] = values[31] = bad
            self.csv("bad.csv", {"v": values, "w": self.wave()})
            words = ("train", "bad.csv", "--target", "v", "--lookback", 5, "--epochs", 1)
            self.bad(UNSUPPORTED, *words, says=["column 'v'", count, "row 30 (line 32"])
            for policy, windows in (("drop", 160 - 5 - 2 - 5), ("forward", 155)):
                said = self.good_json(*words, "--missing", policy)
                self.assertEqual(said["windows"], windows)
                self.assertEqual([(gap["column"], gap["missing"] + gap["infinite"], gap["first_row"]) for gap in said["missing_values"]], [("v", 2, 30)])
                self.assertIn("first at row 30", " ".join(self.good(*words, "--missing", policy)[0].split()))
        values[5] = "1e999"
        self.csv("bad.csv", {"v": values})
        self.bad(FORMAT, "train", "bad.csv", "--target", "v", says=["line 7", "1e999"])

    def test_constants(self):
        self.csv("t.csv", {"v": self.wave(), "k": [5] * 160, "late": [1] * 130 + self.wave(30)})
        said = self.good_json("train", "t.csv", "--target", "v", "--lookback", 5, "--epochs", 2)
        self.assertEqual(said["columns"], ["v", "k", "late"])
        self.assertTrue(math.isfinite(said["test"]["model"]["mae"]))
        for name in ("k", "late"):  # constant in the training part is enough
            self.bad(UNSUPPORTED, "train", "t.csv", "--target", name, "--lookback", 5, says=[f"target '{name}' is constant"])

    def test_too_few_rows(self):
        self.bad(UNSUPPORTED, *self.airline, "--lookback", 140, "--horizon", 5, says=["145 rows", "144"])
        self.bad(UNSUPPORTED, *self.airline, "--lookback", 1000000000, "--horizon", 1000000000, says="144")
        self.bad(UNSUPPORTED, *self.airline, "--horizon", 23, says="the validation part holds no window")
        self.bad(UNSUPPORTED, *self.airline, "--horizon", 5, "--split", "90/8/2", says="the test part holds no window")
        self.bad(UNSUPPORTED, *self.airline, "--split", "5/45/50", says="the train part holds no window")

    def test_splits(self):
        for text in ("70/15", "70/15/15/0", "a/b/c", "70,15,15", "", "70/15/", "nan/50/50", "70/15/15 "):
            self.bad(USAGE, *self.airline, "--split", text, says="--split is three numbers")
        self.bad(USAGE, *self.airline, "--split", "70/15/25", says="makes 110")
        self.bad(USAGE, *self.airline, "--split", "0/50/50", says="nothing to train on")
        self.bad(USAGE, *self.airline, "--split", "120/-10/-10", says="negative")
        for text in ("70/15/15", "0.7/0.15/0.15", "70.0/15/15.0"):
            self.assertEqual(self.good_json(*self.airline, "--split", text, "--epochs", 1)["split"]["train"]["rows"]["end"], 100)

    def test_numbers_out_of_range(self):
        for flag in ("--lookback", "--horizon", "--epochs", "--batch-size", "--threads", "--stride", "--season"):
            for value in ("0", "-1", "99999999999999999999", "1e3", "many", ""):
                self.bad(USAGE, *self.airline, flag, value, says=f"{flag} must be a whole number from 1")
        for flag in ("--gap", "--patience", "--seed"):
            for value in ("-1", "99999999999999999999", "x"):
                self.bad(USAGE, *self.airline, flag, value, says=f"{flag} must be a whole number from 0")
        for value in ("0", "-0.1", "inf", "nan", "1e999", "fast"):
            self.bad(USAGE, *self.airline, "--learning-rate", value, says="--learning-rate must be a number above 0")

    def test_layers(self):
        for text, says in (("lstm:-4", "lstm:-4"), ("lstn:4", ["'lstn'", "Did you mean 'lstm'?"]), ("lstm:1000000000", "lstm:1000000000"),
                           ("lstm", "lstm"), ("lstm:", "lstm:"), ("lstm:4,", "lstm:4,"), ("dropout:1.5", "dropout"), ("lstm:0", "lstm:0"),
                           ("lstm:4:5", "lstm:4:5"), ("lstm:99999999999999999999999", "lstm")):
            self.bad(UNSUPPORTED, *self.airline, "--layers", text, says=says)
        self.bad(USAGE, *self.airline, "--layers", "", says="--layers is empty")

    def test_unknown_names(self):
        for flag, value, meant in (("--optimizer", "adma", "adam"), ("--loss", "msa", "mse"), ("--normalize", "windw", "window"),
                                   ("--missing", "frward", "forward")):
            self.bad(UNSUPPORTED, *self.airline, flag, value, says=[value, f"Did you mean '{meant}'"])
        self.bad(UNSUPPORTED, *self.airline, "--optimizer", "foo", says="Known: adadelta, ")
        self.bad(UNSUPPORTED, *self.airline, "--loss", "foo", says=[" mae,", " mse,"])
        self.bad(USAGE, *self.airline, "--shortcut", "maybe", says="on or off")

    def test_a_name_that_no_model_file_could_hold(self):
        (self.folder / "latin.csv").write_bytes("Größe\n".encode("latin-1") + "\n".join(self.wave()).encode())
        words = ("train", "latin.csv", "--target", os.fsdecode(b"Gr\xf6\xdfe"), "--lookback", 5, "--epochs", 1)
        self.bad(UNSUPPORTED, *words, "--out", "n.keras", says=["Gr\\xf6\\xdfe", "save the table as UTF-8"])
        self.good(*words)

    def test_training_that_runs_away(self):
        done = self.run_rondo(*self.airline, "--optimizer", "sgd", "--learning-rate", "1e30", "--out", "n.keras")
        self.assertEqual(done.returncode, NON_FINITE, done.err)
        self.assertRegex(done.err, "not finite|too large")
        self.assertIn("n.keras", done.err)  # the start was usable, and is kept
        self.assertEqual(self.good_json("forecast", "n.keras", "airline.csv")["steps"], 1)

    def test_outputs_are_tried_before_training(self):
        for out in ("missing/n.keras", ".", "airline.csv/n.keras"):
            self.bad(OUTPUT, *self.airline, "--epochs", 1000000000, "--patience", 0, "--out", out)
        self.bad(USAGE, *self.airline, "--out", "airline.csv", says="the same file")

    # ---- the file ----

    def test_the_file_is_a_keras_model_with_its_framing(self):
        self.good(*self.airline, "--lookback", 12, "--out", "n.keras", "--epochs", 3)
        with zipfile.ZipFile(self.folder / "n.keras") as file:
            self.assertLessEqual({"metadata.json", "config.json", "model.weights.h5", "rondo.json"}, set(file.namelist()))
            self.assertIn("Passengers", file.read("rondo.json").decode())
        self.assertEqual(self.good_json("summary", "n.keras")["inputs"], [[None, 12, 1]])

    # ---- Ctrl-C ----

    def interrupted(self, sig, *options):
        process = self.start(*self.airline, "--epochs", 1000000000, "--patience", 0, "--batch-size", 1, *options)
        time.sleep(1.5)
        process.send_signal(sig)
        return self.finish(process, timeout=30)

    def test_ctrl_c_saves_the_best_model_so_far(self):
        for sig in (signal.SIGINT, signal.SIGTERM):
            done = self.interrupted(sig, "--out", "n.keras")
            self.assertEqual(done.returncode, 130, done.err)
            self.assertIn("interrupted: the best model so far is in 'n.keras'", done.err)
            self.assertIn("TEST", done.out)
            self.good("forecast", "n.keras", "airline.csv")
            self.assertEqual([p for p in os.listdir(self.folder) if "tmp" in p or p.startswith(".")], [])

    def test_ctrl_c_without_out(self):
        done = self.interrupted(signal.SIGINT)
        self.assertEqual(done.returncode, 130, done.err)
        self.assertIn("nothing was kept", done.err)

    def test_ctrl_c_with_json(self):
        said = self.one_object(self.interrupted(signal.SIGINT, "--json", "--out", "n.keras").out)
        self.assertIs(said["interrupted"], True)
        loss, mae = said["history"]["validation_loss"], said["history"]["mae"]
        gains = [i for i in range(len(loss)) if loss[i] < 0.99 * loss[0] and mae[i] < 0.99 * mae[0]]  # --min-gain 0.01
        self.assertEqual(said["best_epoch"], min(gains, key=lambda i: loss[i]) if gains else 0)


if __name__ == "__main__":
    harness.main()
