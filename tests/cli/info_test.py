#!/usr/bin/env python3
"""rondo info"""
import time

import harness
from harness import UNSUPPORTED, Case


class Info(Case):
    def test_text(self):
        out, err = self.good("info")
        self.assertTrue(out.startswith("rondo "))
        self.assertIn("threads", out)
        self.assertEqual(err, "")

    def test_json(self):
        said = self.good_json("info")
        self.assertIn(said["isa"], said["isas"])
        self.assertIn("baseline", said["isas"])
        self.assertGreaterEqual(said["threads"], 1)
        self.assertTrue({"LSTM", "GRU", "Dense", "Bidirectional", "Masking"} <= set(said["layers"]))

    def test_isa_is_chosen(self):
        for isa in self.good_json("info")["isas"]:
            self.assertEqual(self.good_json("info", RONDO_ISA=isa)["isa"], isa)
        self.bad(UNSUPPORTED, "info", RONDO_ISA="avx9000", says="avx9000")

    def test_starts_at_once(self):
        self.good("info")
        start = time.monotonic()
        self.good("--help")
        self.assertLess(time.monotonic() - start, 0.5)  # a few ms of work; the rest is a busy machine's


if __name__ == "__main__":
    harness.main()
