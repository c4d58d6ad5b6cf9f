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

    def test_models_of_keras(self):
        for name in ("functional_two_inputs", "functional_two_outputs", "functional_shared_lstm", "bidirectional_lstm_concat_seq",
                     "batchnorm_after_lstm", "masked_any_length"):
            with self.subTest(name):
                said = self.good_json("summary", self.golden(f"3.15/{name}:3.15/lstm_dense")[0])
                self.assertTrue(said["layers"])
                out, _ = self.good("summary", self.golden(f"3.15/{name}:3.15/lstm_dense")[0])
                self.assertLessEqual(max(map(len, out.splitlines())), 80)


if __name__ == "__main__":
    harness.main()
