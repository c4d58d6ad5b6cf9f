#!/usr/bin/env python3
"""rondo forecast"""
import csv
import json

import numpy as np

import harness
from harness import FORMAT, NOT_FOUND, OUTPUT, UNSUPPORTED, USAGE, Case


class Forecast(Case):
    base = ("forecast", "airline.keras", "airline.csv")

    def rows(self, name):
        with open(self.folder / name, newline="") as file:
            return list(csv.reader(file))

    def head(self, name, rows):
        """The first rows of airline.csv."""
        lines = (self.folder / "airline.csv").read_text().splitlines()
        (self.folder / name).write_text("\n".join(lines[:rows + 1]) + "\n")
        return name

    def test_goes_on_with_the_dates(self):
        out, err = self.good(*self.base, "--steps", 14, "--out", "f.csv")
        self.assertEqual(err, "")
        rows = self.rows("f.csv")
        self.assertEqual(rows[0], ["Month", "Passengers"])
        months = [f"1961-{m:02}" for m in range(1, 13)] + ["1962-01", "1962-02"]
        self.assertEqual([row[0] for row in rows[1:]], months)
        values = np.array([float(row[1]) for row in rows[1:]])
        self.assertTrue(((values > 300) & (values < 800)).all(), values)  # in passengers, not in what the network sees
        self.assertEqual(np.argmax(values[:12]), 6)  # July, as in each of the twelve years before
        for part in ("1961-01", "1962-02", "o forecast", "written to f.csv", "reads its own forecasts"):
            self.assertIn(part, out)

    def test_no_name_twice(self):
        values = [float(line.split(",")[1]) for line in (self.folder / "airline.csv").read_text().splitlines()[1:]]
        for name in ("row", "date"):
            (self.folder / "t.csv").write_text("\n".join([name] + [str(v) for v in values]) + "\n")
            self.good("train", "t.csv", "--target", name, "--lookback", 12, "--epochs", 1, "--out", "n.keras")
            out, _ = self.good("forecast", "n.keras", "t.csv", "--out", "f.csv", "--json")
            keys = [key for key, _ in json.loads(out, object_pairs_hook=list)[-3][1][0]]
            self.assertEqual(keys, ["row", "date", f"{name} (forecast)"])
            self.assertEqual(self.rows("f.csv")[0], ["row number" if name == "row" else "row", name])

    def test_dates_that_cannot_be_written(self):
        for last, steps, dated in ((9998, 1, True), (9998, 2, False), (9999, 1, False)):
            lines = [f"{last - 59 + i}-01-01,{i * 7 % 11}" for i in range(60)]
            (self.folder / "t.csv").write_text("\n".join(["d,v"] + lines) + "\n")
            self.good("train", "t.csv", "--target", "v", "--lookback", 12, "--epochs", 1, "--out", "n.keras")
            out, err = self.good("forecast", "n.keras", "t.csv", "--steps", steps)
            self.assertEqual("  9999-01-01  " in out, dated, out)
            self.assertEqual("later than can be written" in err, not dated, err)

    def test_is_the_model_of_the_test_part(self):
        # What train's table is about, one row at a time: the mean absolute error comes out again.
        said = self.good_json("train", "airline.csv", "--target", "Passengers", "--lookback", 12, "--out", "n.keras")["test"]["model"]
        values = np.loadtxt(self.folder / "airline.csv", delimiter=",", skiprows=1, usecols=1)
        errors = []
        for row in range(122, 144):
            one = self.good_json("forecast", "n.keras", self.head("head.csv", row))["forecast"]
            self.assertEqual((len(one), one[0]["row"]), (1, row))
            errors.append(one[0]["Passengers"] - values[row])
        self.assertAlmostEqual(np.abs(errors).mean(), said["mae"], places=4)

    def test_steps_one_after_another_are_the_forecast_of_forecasts(self):
        two = [step["Passengers"] for step in self.good_json(*self.base, "--steps", 2)["forecast"]]
        one = self.good_json(*self.base)["forecast"][0]
        self.assertEqual(one["Passengers"], two[0])
        text = (self.folder / "airline.csv").read_text()
        (self.folder / "more.csv").write_text(f"{text.rstrip()}\n1961-01,{two[0]!r}\n")
        self.assertAlmostEqual(self.good_json("forecast", "airline.keras", "more.csv")["forecast"][0]["Passengers"], two[1], places=3)

    def test_a_forecaster_that_fit_trained_further_still_is_one(self):
        np.save(self.folder / "Xw.npy", np.zeros((8, 12, 1), np.float32))
        np.save(self.folder / "yw.npy", np.zeros((8, 1), np.float32))
        self.good("fit", "airline.keras", "--x", "Xw.npy", "--y", "yw.npy", "--epochs", 1, "--out", "more.keras")
        self.good("forecast", "more.keras", "airline.csv", "--out", "more.csv")
        self.assertEqual(self.rows("more.csv")[0], ["Month", "Passengers"])

    def test_json(self):
        said = self.good_json(*self.base, "--steps", 2)
        self.assertEqual((said["verb"], said["rows"], said["steps"], said["horizon"], said["targets"], said["out"]),
                         ("forecast", 144, 2, 1, ["Passengers"], None))
        self.assertEqual([(row["row"], row["date"]) for row in said["forecast"]], [(144, "1961-01"), (145, "1961-02")])

    def test_without_dates_rows_are_numbered(self):
        lines = (self.folder / "airline.csv").read_text().splitlines()
        (self.folder / "plain.csv").write_text("Passengers\n" + "\n".join(line.split(",")[1] for line in lines[1:]) + "\n")
        self.good("forecast", "airline.keras", "plain.csv", "--out", "f.csv", "--steps", 2)
        self.assertEqual([row[0] for row in self.rows("f.csv")], ["row", "144", "145"])
        self.assertEqual([row["date"] for row in self.good_json("forecast", "airline.keras", "plain.csv", "--steps", 2)["forecast"]], [None, None])

    def test_a_gap_is_counted(self):
        self.good("train", "airline.csv", "--target", "Passengers", "--lookback", 12, "--horizon", 2, "--gap", 3, "--epochs", 1, "--out", "n.keras")
        said = self.good_json("forecast", "n.keras", "airline.csv")["forecast"]
        self.assertEqual([(row["row"], row["date"]) for row in said], [(147, "1961-04"), (148, "1961-05")])

    def test_newest_first(self):
        lines = (self.folder / "airline.csv").read_text().splitlines()
        (self.folder / "newest.csv").write_text("\n".join(lines[:1] + lines[:0:-1]) + "\n")
        one, other = self.good_json(*self.base), self.good_json("forecast", "airline.keras", "newest.csv")
        self.assertEqual(one["forecast"], other["forecast"])
        self.assertIn("newest first", " ".join(other["remarks"]))

    def test_only_the_last_rows_are_needed(self):
        lines = (self.folder / "airline.csv").read_text().splitlines()
        (self.folder / "tail.csv").write_text("\n".join(lines[:1] + lines[-12:]) + "\n")
        self.assertEqual(self.good_json("forecast", "airline.keras", "tail.csv")["forecast"][0]["Passengers"],
                         self.good_json(*self.base)["forecast"][0]["Passengers"])
        (self.folder / "tail.csv").write_text("\n".join(lines[:1] + lines[-11:]) + "\n")
        self.bad(UNSUPPORTED, "forecast", "airline.keras", "tail.csv", says=["12", "11"])

    def test_names_that_csv_must_quote(self):
        (self.folder / "t.csv").write_text('"a ""b"", c",x\n' + "".join(f"{(i * 7) % 31 + i / 5},{i % 5}\n" for i in range(120)))
        self.good("train", "t.csv", "--target", 'a "b", c', "--lookback", 5, "--epochs", 1, "--out", "n.keras")
        self.good("forecast", "n.keras", "t.csv", "--out", "f.csv")
        self.assertEqual(self.rows("f.csv")[0], ["row", 'a "b", c'])

    def test_beyond_the_horizon_every_feature_must_be_forecast(self):
        (self.folder / "t.csv").write_text("v,w\n" + "".join(f"{(i * 7) % 31 + i / 5},{i % 5}\n" for i in range(120)))
        self.good("train", "t.csv", "--target", "v", "--lookback", 5, "--horizon", 2, "--epochs", 1, "--out", "n.keras")
        self.good("forecast", "n.keras", "t.csv", "--steps", 1)
        self.bad(UNSUPPORTED, "forecast", "n.keras", "t.csv", "--steps", 3, says=["'w'", "horizon"])

    def test_bad_input(self):
        self.bad(FORMAT, "forecast", "airline.csv", "airline.csv")
        self.bad(FORMAT, "forecast", "model.keras", "airline.csv", says="rondo train")  # a model, but no forecaster
        self.bad(NOT_FOUND, "forecast", "none.keras", "airline.csv", says="none.keras")
        self.bad(NOT_FOUND, "forecast", "airline.keras", "none.csv", says="none.csv")
        (self.folder / "other.csv").write_text("Month,Passenger\n" + "".join(f"{i},{i}\n" for i in range(30)))
        self.bad(UNSUPPORTED, "forecast", "airline.keras", "other.csv", says=["no column 'Passengers'", "Did you mean 'Passenger'?"])
        lines = (self.folder / "airline.csv").read_text().splitlines()
        (self.folder / "holes.csv").write_text("\n".join(lines[:-2] + ["1960-11,", lines[-1]]) + "\n")
        self.bad(UNSUPPORTED, "forecast", "airline.keras", "holes.csv", says=["'Passengers'", "missing", "1960-11"])
        self.bad(USAGE, *self.base, "--steps", 0, says="--steps must be a whole number from 1")
        self.bad(USAGE, *self.base, "--out", "airline.csv", says="the same file")
        self.bad(USAGE, *self.base, "--out", "airline.keras", says="the same file")
        self.bad(OUTPUT, *self.base, "--out", "missing/f.csv")


class Swapped(Case):
    def test_says_so(self):
        for verb in ("forecast", "evaluate"):
            self.bad(USAGE, verb, "airline.csv", "airline.keras", says=["swapped", f"rondo {verb} airline.keras airline.csv"])


if __name__ == "__main__":
    harness.main()
