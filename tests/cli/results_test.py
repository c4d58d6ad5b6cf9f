#!/usr/bin/env python3
"""docs/results.md tells the truth: its commands on the files of data/ give the figures it shows."""
import re

import harness
from harness import Case

ROLES = {"model": "model", "persistence": "persistence", "seasonal naive": "seasonal_naive", "ridge": "ridge"}
SECONDS = 1  # a slower command trains for one epoch here, and only what needs no training is compared


class Results(Case):
    def setUp(self):
        super().setUp()
        self.text = (harness.SOURCE / "docs" / "results.md").read_text(encoding="utf-8")

    def commands(self):
        """(arguments, whether it is slow, {role: [MAE, RMSE, MASE]}) of every command on a file of data/."""
        slow = set()
        for name, lookback, horizon, seconds in re.findall(r"^\| \[([\w-]+)\].*?\| (\d+), (\d+) \|.*\| ([\d.e+]+) \|$", self.text, re.M):
            if float(seconds) > SECONDS:
                slow.add((name, lookback, horizon))
        for words, table in re.findall(r"^`rondo train (data/[^`]+)`$(.*?)(?=^`rondo|^## |\Z)", self.text, re.M | re.S):
            name, lookback, horizon = re.match(r"data/([\w-]+)\.csv .*--lookback (\d+) --horizon (\d+)", words).groups()
            rows = {row[0]: [float(cell) for cell in row[1:]] for row in
                    re.findall(r"^\| ([a-z ]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", table, re.M)}
            yield words.split(), (name, lookback, horizon) in slow, rows

    def test_commands_on_data_give_the_figures_shown(self):
        commands = list(self.commands())
        self.assertEqual({words[0] for words, _, _ in commands}, {"data/airline-passengers.csv", "data/nyc-weather.csv"})
        self.assertIn(False, [slow for _, slow, _ in commands])
        for words, slow, rows in commands:
            with self.subTest(" ".join(words)):
                self.assertEqual(set(rows), set(ROLES))
                result = self.good_json("train", harness.SOURCE / words[0], *words[1:], *(["--epochs", 1] if slow else []))
                for name, role in ROLES.items():
                    if slow and name == "model":
                        continue
                    for score, shown in zip(("mae", "rmse", "mase"), rows[name]):
                        # Four digits are shown. What needs no training is exact; training on another instruction set differs in
                        # the last bits of every step, and its result by less than 1 %.
                        tolerance = 0.01 if name == "model" else 0.0006
                        self.assertAlmostEqual(result["test"][role][score] / shown, 1, delta=tolerance, msg=f"{name}, {score}")


if __name__ == "__main__":
    harness.main()
