#!/usr/bin/env python3
"""rondo plan"""
import harness
from harness import FORMAT, MEMORY, NOT_FOUND, UNSUPPORTED, USAGE, Case


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

    def test_over_a_table(self):
        said = self.good_json("plan", "airline.csv", "--lookback", 24, "--horizon", 6, "--layers", "lstm:8", "--epochs", 50, "--threads", 1)
        self.assertEqual((said["rows"], said["windows"], said["target"], said["features"], said["batch_size"]), (144, 115, "Passengers", ["Passengers"], 32))
        self.assertEqual(said["table_bytes"], 144 * 8)
        self.assertGreater(said["seconds_per_epoch"], 0)
        self.assertAlmostEqual(said["seconds"], 50 * said["seconds_per_epoch"])
        self.good("train", "airline.csv", "--target", "Passengers", "--lookback", 24, "--horizon", 6, "--layers", "lstm:8", "--epochs", 1, "--out", "n.keras")
        written = (self.folder / "n.keras").stat().st_size
        self.assertLess(abs(said["file_bytes"] - written), 1500)  # the rows it saw are not in the plan
        trained = self.good_json("plan", "n.keras", "--batch-size", 32, "--threads", 1)
        for part in ("weights", "gradients", "optimizer", "saved", "activations"):  # the same network, the same session
            self.assertEqual(said["training"][part], trained["training"][part], part)
        out, _ = self.good("plan", "airline.csv", "--lookback", 24, "--horizon", 6)
        for word in ("115 windows", "model file", "an epoch", "3 measured steps", "this machine", "total, bytes"):
            self.assertIn(word, out)

    def test_a_network_larger_than_memory(self):
        self.bad(MEMORY, "plan", "airline.csv", "--layers", "lstm:1000000", says="needs")

    def test_table_or_model(self):
        self.bad(USAGE, "plan", "model.keras", says="--batch-size")
        self.bad(USAGE, "plan", "model.keras", "--batch-size", 8, "--lookback", 3, says="is a model")
        self.bad(USAGE, "plan", "airline.csv", "--steps", 3, says="--lookback")
        self.bad(NOT_FOUND, "plan", "none.csv", says="none.csv")
        self.bad(NOT_FOUND, "plan", "none.keras", "--batch-size", 1, says="none.keras")
        (self.folder / "empty.csv").write_text("")
        self.bad(FORMAT, "plan", "empty.csv", says="empty")
        self.bad(USAGE, "plan", "airline.csv", "--lookback", 0, says="--lookback must be a whole number from 1")
        self.bad(UNSUPPORTED, "plan", "airline.csv", "--layers", "lstn:4", says="Did you mean 'lstm'?")
        self.bad(UNSUPPORTED, "plan", "airline.csv", "--target", "Pasengers", says="Did you mean 'Passengers'?")


if __name__ == "__main__":
    harness.main()
