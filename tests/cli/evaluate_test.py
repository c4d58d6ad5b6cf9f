#!/usr/bin/env python3
"""rondo evaluate"""
import numpy as np

import harness
from harness import FORMAT, NOT_FOUND, UNSUPPORTED, USAGE, Case


class Evaluate(Case):
    base = ("evaluate", "airline.keras", "airline.csv")

    def lines(self):
        return (self.folder / "airline.csv").read_text().splitlines()

    def write(self, name, lines):
        (self.folder / name).write_text("\n".join(lines) + "\n")
        return name

    def test_says_which_rows_it_saw_and_scores_them_apart(self):
        out, err = self.good(*self.base)
        self.assertEqual(err, "")
        told = ["Rows it was trained on: rows 0 .. 99 (1949-01 .. 1957-04), 88 windows",
                "Rows it chose its epoch by: rows 100 .. 121 (1957-05 .. 1959-02), 22 windows",
                "Rows it has never seen: rows 122 .. 143 (1959-03 .. 1960-12), 22 windows", "The model "]
        at = [out.index(part) for part in told]
        self.assertEqual(at, sorted(at))
        self.assertEqual(out.count("persistence "), 3)

    def test_the_new_rows_score_as_in_training(self):
        trained = self.good_json("train", "airline.csv", "--target", "Passengers", "--lookback", 12, "--horizon", 3, "--out", "n.keras")["test"]
        said = self.good_json("evaluate", "n.keras", "airline.csv")
        self.assertEqual((said["verb"], said["rows"], said["season"], said["recognised_by"]), ("evaluate", 144, 12, "values"))
        for name in ("model", "persistence", "seasonal_naive"):
            for key in ("mae", "rmse", "mase"):
                self.assertAlmostEqual(said["parts"]["new"][name][key], trained[name][key], delta=1e-6 * trained[name][key])
        self.assertEqual([said["parts"][part]["windows"] for part in ("train", "validation", "new")], [86, 20, 20])

    def test_more_rows_are_new_rows(self):
        lines = self.lines()
        self.write("more.csv", lines + [f"{1961 + i // 12}-{i % 12 + 1:02},{450 + 20 * (i % 3)}" for i in range(30)])
        said = self.good_json("evaluate", "airline.keras", "more.csv")
        self.assertEqual((said["recognised_by"], said["parts"]["new"]["windows"], said["parts"]["train"]["windows"]), ("values", 22 + 30, 88))

    def test_rows_are_recognised_by_date_when_the_table_begins_elsewhere(self):
        lines = self.lines()
        self.write("later.csv", lines[:1] + lines[41:])
        said = self.good_json("evaluate", "airline.keras", "later.csv")
        self.assertEqual(said["recognised_by"], "dates")
        self.assertEqual([said["parts"][part]["rows"]["end"] for part in ("train", "validation", "new")], [60, 82, 104])
        self.assertAlmostEqual(said["parts"]["new"]["model"]["mae"], self.good_json(*self.base)["parts"]["new"]["model"]["mae"], places=9)
        told = " ".join(self.good("evaluate", "airline.keras", "later.csv")[0].split())
        self.assertIn("Rows it was trained on, or that are older: rows 0 .. 59 (1952-05 .. 1957-04)", told)
        self.assertIn("the table begins elsewhere, or its values differ", told)

    def test_another_table_is_all_new(self):
        self.write("other.csv", ["Passengers"] + [str(100 + (i * 7919) % 50 + i) for i in range(60)])
        said = self.good_json("evaluate", "airline.keras", "other.csv")
        self.assertEqual(said["recognised_by"], "nothing")
        self.assertEqual([said["parts"][part]["windows"] for part in ("train", "validation", "new")], [0, 0, 48])
        self.assertIsNone(said["parts"]["train"]["model"]["mae"])
        self.assertIsNone(said["parts"]["new"]["model"]["mase"])  # no training rows to divide by
        told = " ".join(self.good("evaluate", "airline.keras", "other.csv")[0].split())
        self.assertIn("all count as new", told)
        self.assertNotIn("never seen", told)  # it may have: nothing tells

    def test_nothing_new(self):
        self.write("seen.csv", self.lines()[:123])
        said = self.good_json("evaluate", "airline.keras", "seen.csv")
        self.assertEqual(said["parts"]["new"]["windows"], 0)
        self.assertIn("cannot be told", " ".join(self.good("evaluate", "airline.keras", "seen.csv")[0].split()))

    def test_naive_scores_are_those_of_a_plain_loop(self):
        said = self.good_json(*self.base, "--season", 6)["parts"]["validation"]
        values = np.loadtxt(self.folder / "airline.csv", delimiter=",", skiprows=1, usecols=1)
        rows = np.arange(100, 122)
        for name, known in (("persistence", rows - 1), ("seasonal_naive", rows - 6)):
            self.assertAlmostEqual(said[name]["mae"], np.abs(values[rows] - values[known]).mean(), places=9)

    def test_bad_input(self):
        self.bad(FORMAT, "evaluate", "airline.csv", "airline.csv")
        self.bad(FORMAT, "evaluate", "model.keras", "airline.csv", says="rondo train")
        self.bad(NOT_FOUND, "evaluate", "none.keras", "airline.csv", says="none.keras")
        self.bad(UNSUPPORTED, "evaluate", "airline.keras", self.write("short.csv", self.lines()[:12]), says=["lookback 12", "short.csv has 11"])
        self.bad(UNSUPPORTED, *self.base, "--season", 1000, says="season of 1,000")
        self.bad(USAGE, *self.base, "--season", 0, says="--season must be a whole number from 1")
        self.write("other.csv", ["Passenger"] + [str(i) for i in range(60)])
        self.bad(UNSUPPORTED, "evaluate", "airline.keras", "other.csv", says="Did you mean 'Passenger'?")


if __name__ == "__main__":
    harness.main()
