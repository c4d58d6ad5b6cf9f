#!/usr/bin/env python3
"""rondo summary"""
import harness
from harness import Case


class Summary(Case):
    def test_fits_the_page_and_names_axes(self):
        out, err = self.good("summary", "model.keras")
        self.assertLessEqual(max(map(len, out.splitlines())), 80)
        self.assertIn("lstm", out)
        self.assertIn("samples", out)
        self.assertEqual(err, "")

    def test_json(self):
        said = self.good_json("summary", "model.keras")
        self.assertEqual(said["params"], sum(layer["params"] for layer in said["layers"]))
        self.assertEqual([layer["class"] for layer in said["layers"]], ["LSTM", "LSTM", "Dense"])
        self.assertEqual(said["inputs"][0][0], None)
        self.assertEqual(said["optimizer"], "Adam")
        # Keras's count: 4 (u (F + u) + u)
        units, features = said["layers"][0]["output_shapes"][0][0][-1], said["inputs"][0][-1]
        self.assertEqual(said["layers"][0]["params"], 4 * (units * (features + units) + units))

    def test_every_golden_model(self):
        models = sorted((harness.SOURCE / "tests" / "golden" / "3.15").glob("*.keras"))
        self.assertTrue(models)
        for model in models[::7]:
            with self.subTest(model.name):
                self.good_json("summary", model)


if __name__ == "__main__":
    harness.main()
