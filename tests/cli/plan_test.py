#!/usr/bin/env python3
"""rondo plan"""
import harness
from harness import USAGE, Case


class Plan(Case):
    def test_table(self):
        out, _ = self.good("plan", "model.keras", "--batch-size", 32)
        for word in ("training", "inference", "weights", "gradients", "optimizer", "total", "this machine"):
            self.assertIn(word, out)

    def test_json(self):
        small = self.good_json("plan", "model.keras", "--batch-size", 32, "--threads", 1)
        large = self.good_json("plan", "model.keras", "--batch-size", 3200, "--threads", 1)
        for kind in ("training", "inference"):
            parts = {k: v for k, v in small[kind].items() if k != "total"}
            self.assertEqual(sum(parts.values()), small[kind]["total"])
            self.assertGreater(large[kind]["total"], small[kind]["total"])
        self.assertEqual(small["inference"]["gradients"], 0)
        self.assertEqual(small["inference"]["saved"], 0)
        weights = self.good_json("summary", "model.keras")["trainable_params"] * 4
        self.assertGreaterEqual(small["training"]["weights"], weights)
        self.assertGreaterEqual(small["training"]["optimizer"], 2 * weights)  # Adam: momentum and velocity
        self.assertTrue(small["fits"]["training"])

    def test_larger_than_memory(self):
        said = self.good_json("plan", "model.keras", "--batch-size", 10**11)
        self.assertFalse(said["fits"]["inference"])

    def test_steps(self):
        self.bad(USAGE, "plan", "any_length.keras", "--batch-size", 8, says=["--steps"])
        self.assertIn("--steps changes nothing", self.good("plan", "model.keras", "--batch-size", 8, "--steps", 10)[1])
        few = self.good_json("plan", "any_length.keras", "--batch-size", 8, "--steps", 10)
        many = self.good_json("plan", "any_length.keras", "--batch-size", 8, "--steps", 1000)
        self.assertGreater(many["inference"]["total"], few["inference"]["total"])

    def test_optimizer(self):
        model, _ = self.golden("3.15/lstm_dense")
        without = self.good_json("plan", model, "--batch-size", 8)
        adam = self.good_json("plan", model, "--batch-size", 8, "--optimizer", "adam")
        self.assertEqual(without["training"]["optimizer"], 0)
        self.assertGreater(adam["training"]["optimizer"], 0)
        self.assertTrue(without["notes"])


if __name__ == "__main__":
    harness.main()
