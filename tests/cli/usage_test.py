#!/usr/bin/env python3
"""What every call keeps: usage, numbers, colour, control characters."""
import os
import pty
import subprocess

import harness
from harness import NOT_FOUND, OUTPUT, USAGE, Case


class Usage(Case):
    def test_alone_is_a_short_usage_on_standard_error(self):
        done = self.run_rondo()
        self.assertEqual((done.returncode, done.out), (USAGE, ""))
        self.assertLessEqual(len(done.err.splitlines()), 20)
        for verb in ("train", "forecast", "evaluate", "predict", "fit", "summary", "plan", "info"):
            self.assertIn(verb, done.err)

    def test_help_of_every_verb_has_examples(self):
        for verb in ((), ("train",), ("forecast",), ("evaluate",), ("predict",), ("fit",), ("summary",), ("plan",), ("info",)):
            out, err = self.good(*verb, "--help")
            self.assertIn("Examples:", out)
            self.assertEqual(err, "")

    def test_version(self):
        out, _ = self.good("--version")
        self.assertRegex(out, r"^\d+\.\d+\.\d+\n$")

    def test_unknown_verb(self):
        self.bad(USAGE, "predcit", "x", says=["unknown verb 'predcit'", "Did you mean 'predict'?"])

    def test_unknown_option(self):
        self.bad(USAGE, "plan", "model.keras", "--batchsize", "3", says=["'--batchsize'", "Did you mean '--batch-size'?"])
        self.bad(USAGE, "info", "extra", says="'extra'")

    def test_missing_arguments(self):
        self.bad(USAGE, "predict", says="MODEL.keras")
        self.bad(USAGE, "predict", "model.keras", "--output", "y.npy", says="--input")
        self.bad(USAGE, "fit", "model.keras", "--x", "X.npy", "--y", "Y.npy", "--out", "n.keras", says="--epochs")
        self.bad(USAGE, "plan", "model.keras", "--batch-size")
        # All that are missing, at once.
        self.bad(USAGE, "fit", "model.keras", says="--x, --y, --out and --epochs are required")
        self.bad(USAGE, "fit", "model.keras", "--x", "X.npy", "--epochs", "3", says="--y and --out are required")
        self.bad(USAGE, "fit", says="MODEL.keras, --x, --y, --out and --epochs are required")
        self.bad(USAGE, "predict", "model.keras", "--input", "X.npy", says="--output is required")

    def test_option_given_twice(self):
        self.bad(USAGE, "plan", "model.keras", "--batch-size", "3", "--batch-size", "4")

    def test_numbers_out_of_range(self):
        for value in ("0", "-1", "1.5", "1e3", "many", "", " 3", "3 ", "0x10", "99999999999999999999", "nan", "+-3"):
            self.bad(USAGE, "plan", "model.keras", "--batch-size", value, says="--batch-size must be a whole number from 1")
        for flag in ("--epochs", "--batch-size", "--threads"):
            words = ["fit", "model.keras", "--x", "X.npy", "--y", "Y.npy", "--out", "n.keras"]
            if flag != "--epochs":
                words += ["--epochs", "1"]
            for value in ("0", "-5", "two", "18446744073709551616"):
                self.bad(USAGE, *words, flag, value, says=flag)
        for value in ("0", "-0.1", "inf", "nan", "1e999", "fast"):
            self.bad(USAGE, "fit", "model.keras", "--x", "X.npy", "--y", "Y.npy", "--out", "n.keras", "--epochs", "1",
                     "--learning-rate", value, says="--learning-rate must be a number above 0")
        for value in ("1", "-0.5", "nan"):
            self.bad(USAGE, "fit", "model.keras", "--x", "X.npy", "--y", "Y.npy", "--out", "n.keras", "--epochs", "1",
                     "--validation-split", value, says="--validation-split")

    def test_control_characters_are_escaped(self):
        message = self.bad(NOT_FOUND, "summary", "no\x1b[31m\nsuch\x07.keras")
        self.assertIn("\\x1b", message)

    def test_standard_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
                done = subprocess.run([harness.BINARY, "info"], stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, OUTPUT)

    def test_colour_only_on_a_terminal_and_not_against_no_color(self):
        for extra, coloured in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            self.assertEqual(b"\x1b[3" in self.on_terminal(["summary", "none.keras"], **extra), coloured, extra)

    def on_terminal(self, words, **extra):
        try:
            ours, theirs = pty.openpty()
        except OSError as error:
            self.skipTest(f"no terminals here: {error}")  # a chroot without /dev/pts
        process = subprocess.Popen([harness.BINARY, *words], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
                                   env=harness.fixtures.environment(harness.BINARY, **extra))
        os.close(theirs)
        seen = b""
        try:
            while chunk := os.read(ours, 4096):
                seen += chunk
        except OSError:
            pass  # the other end is closed
        process.wait(60)
        os.close(ours)
        return seen


if __name__ == "__main__":
    harness.main()
