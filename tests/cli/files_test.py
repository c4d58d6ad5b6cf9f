#!/usr/bin/env python3
"""Files that are missing, empty, truncated, foreign or lying: for every verb that reads them."""
import os
import time

import numpy as np

import harness
from harness import FORMAT, NOT_FOUND, SHAPE, UNSUPPORTED, USAGE, Case


class Files(Case):
    def bad_model(self, code, name, says=()):
        for words in (("summary", name), ("plan", name, "--batch-size", 1),
                      ("predict", name, "--input", "X.npy", "--output", "out.npy"),
                      ("fit", name, "--x", "X.npy", "--y", "Y.npy", "--epochs", 1, "--out", "out.keras")):
            self.bad(code, *words, says=says)

    def test_missing_and_unreadable(self):
        self.bad_model(NOT_FOUND, "none.keras", says="none.keras")
        self.bad_model(NOT_FOUND, ".")
        self.bad(NOT_FOUND, "predict", "model.keras", "--input", "none.npy", "--output", "out.npy", says="none.npy")
        if harness.can_be_refused_by_permission():
            os.chmod(self.folder / "X.npy", 0)
            self.bad(NOT_FOUND, "predict", "model.keras", "--input", "X.npy", "--output", "out.npy")

    def test_empty_truncated_foreign(self):
        whole = (self.folder / "model.keras").read_bytes()
        (self.folder / "empty.keras").write_bytes(b"")
        self.bad_model(FORMAT, "empty.keras")
        (self.folder / "text.keras").write_text("not a model\x1b[2J\n" * 50)
        self.bad_model(FORMAT, "text.keras")
        (self.folder / "array.keras").write_bytes((self.folder / "X.npy").read_bytes())
        self.bad_model(USAGE, "array.keras", says="is an array")
        self.bad(USAGE, "summary", "X.npy", says="is an array")
        self.bad(SHAPE, "plan", "X.npy", "--batch-size", 1, says="(10, 5, 3)")  # an array may be a table; this one is none
        for part in (0.1, 0.5, 0.9, 0.999):
            (self.folder / "cut.keras").write_bytes(whole[:int(len(whole) * part)])
            self.bad(FORMAT, "summary", "cut.keras")
        array = (self.folder / "X.npy").read_bytes()
        for name, data in (("empty.npy", b""), ("cut.npy", array[:-5]), ("head.npy", array[:30]), ("model.npy", whole)):
            (self.folder / name).write_bytes(data)
            self.bad(FORMAT, "predict", "model.keras", "--input", name, "--output", "out.npy", says=name)

    def test_every_flipped_byte_of_the_front_is_survived(self):
        whole = bytearray((self.folder / "model.keras").read_bytes())
        for at in range(0, len(whole), max(len(whole) // 40, 1)):
            changed = bytearray(whole)
            changed[at] ^= 0xFF
            (self.folder / "flipped.keras").write_bytes(changed)
            done = self.run_rondo("summary", "flipped.keras")
            self.assertIn(done.returncode, (0, FORMAT, SHAPE, UNSUPPORTED, 7), (at, done.err))

    def layer(self, config, index=1):
        return config["config"]["layers"][index]

    def test_unknown_layer(self):
        name = self.edited_config(self.folder / "model.keras", "unknown.keras",
                                  lambda c: self.layer(c).update(class_name="LSTN"))
        self.bad_model(UNSUPPORTED, name, says=["LSTN", "Did you mean"])

    def test_shapes_that_lie(self):
        name = self.edited_config(self.folder / "model.keras", "lying.keras",
                                  lambda c: self.layer(c)["config"].update(units=self.layer(c)["config"]["units"] + 3))
        done = self.run_rondo("summary", name)
        self.assertIn(done.returncode, (FORMAT, SHAPE), done.err)

    def test_sizes_that_overflow(self):
        for units in (10**9, 2**31, 2**40, 2**62, 2**63, 10**30, -1, 0, 1.5, "many", None):
            name = self.edited_config(self.folder / "model.keras", "huge.keras",
                                      lambda c: self.layer(c)["config"].update(units=units))
            start = time.monotonic()
            done = self.run_rondo("summary", name)
            self.assertIn(done.returncode, (FORMAT, SHAPE, UNSUPPORTED, 7), (units, done.err))
            self.check_message(done.err)
            self.assertLess(time.monotonic() - start, 5)

    def test_larger_than_memory(self):
        x = np.lib.format.header_data_from_array_1_0(np.zeros(1, np.float32))
        x["shape"] = (10**9, 10**6, 10)
        with open(self.folder / "lie.npy", "wb") as file:
            np.lib.format.write_array_header_1_0(file, x)
            file.write(b"\0" * 64)
        done = self.run_rondo("predict", "model.keras", "--input", "lie.npy", "--output", "out.npy")
        self.assertIn(done.returncode, (FORMAT, 7), done.err)


if __name__ == "__main__":
    harness.main()
