#!/usr/bin/env python3
"""What train, forecast, evaluate and plan show on a terminal: at 80 and at 200 columns, without colour, without UTF-8, piped."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import harness
from harness import Case

COLOUR = re.compile(r"\x1b\[\d*m")


class Screens(Case):
    train = ("train", "airline.csv", "--target", "Passengers", "--lookback", 24, "--horizon", 6, "--epochs", 3, "--patience", 0)
    screens = (train, ("forecast", "airline.keras", "airline.csv", "--steps", 30), ("evaluate", "airline.keras", "airline.csv"),
               ("plan", "airline.csv", "--lookback", 24, "--horizon", 6))

    def on_terminal(self, words, columns, **extra):
        try:
            ours, theirs = pty.openpty()
        except OSError as error:
            self.skipTest(f"no terminals here: {error}")  # a chroot without /dev/pts
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        env = harness.fixtures.environment(harness.BINARY, TERM="xterm", **extra)
        process = subprocess.Popen([harness.BINARY, *map(str, words)], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=env)
        os.close(theirs)
        seen = b""
        try:
            while chunk := os.read(ours, 4096):
                seen += chunk
        except OSError:
            pass  # the other end is closed
        self.assertEqual(process.wait(60), 0)
        os.close(ours)
        return seen.decode()

    def lines(self, seen):
        """What stands on the screen in the end: a line drawn over counts once."""
        text = COLOUR.sub("", seen).replace("\r\n", "\n")
        return [line.split("\r")[-1].rstrip() for line in text.split("\n")]

    def test_width(self):
        for words in self.screens:
            narrow, wide = (self.lines(self.on_terminal(words, columns)) for columns in (80, 200))
            self.assertLessEqual(max(map(len, narrow)), 80)
            self.assertLessEqual(max(map(len, wide)), 200)
        # With room, a plot is wider and every step of the horizon has its column.
        self.assertTrue(any(re.search(r"step 1 +2 +3 +4 +5 +6$", line) for line in self.lines(self.on_terminal(self.train, 200))))
        forecast = self.lines(self.on_terminal(self.screens[1], 200))
        self.assertGreater(max(len(line) for line in forecast), 150)

    def test_a_line_for_every_epoch(self):
        lines = self.lines(self.on_terminal(self.train, 80))
        self.assertEqual([line.split()[1] for line in lines if line.startswith("epoch ")], ["1/3", "2/3", "3/3"])

    def test_a_bar_while_an_epoch_runs(self):
        seen = self.on_terminal(("train", "airline.csv", "--target", "Passengers", "--lookback", 100, "--batch-size", 1, "--epochs", 2,
                                 "--split", "80/0/20", "--layers", "lstm:256,lstm:256", "--threads", 1), 80)
        self.assertRegex(seen, r"\repoch 1/2  \[#*\.*\]  batch \d+/\d+")
        self.assertLessEqual(max(map(len, self.lines(seen))), 80)

    def test_colour_is_an_extra(self):
        for words in self.screens[:3]:
            coloured, plain = self.on_terminal(words, 80), self.on_terminal(words, 80, NO_COLOR="1")
            self.assertNotIn("\x1b", plain)
            self.assertIn("\x1b[1m" if words[0] != "forecast" else "\x1b[35m", coloured)
            # Magenta and bold are what can be read on light and on dark.
            self.assertLessEqual(set(COLOUR.findall(coloured)), {"\x1b[0m", "\x1b[1m", "\x1b[35m"})
            without_times = [re.sub(r"[\d.,]+ (windows/s|ms|s)\b", "", line) for line in self.lines(plain)]
            self.assertEqual([re.sub(r"[\d.,]+ (windows/s|ms|s)\b", "", line) for line in self.lines(coloured)], without_times)

    def test_ascii_where_the_locale_is_not_utf8(self):
        for words in self.screens:
            for locale in ({"LC_ALL": "C"}, {"LC_ALL": "", "LANG": "POSIX"}, {"LC_ALL": "", "LC_CTYPE": "de_DE.ISO-8859-1", "LANG": "C.UTF-8"}):
                self.assertTrue(self.on_terminal(words, 80, **locale).isascii(), locale)
        self.assertFalse(self.on_terminal(self.train, 80, LC_ALL="", LANG="en_US.utf8").isascii())

    def test_piped(self):
        for words in self.screens:
            out, err = self.good(*words)  # no colour, nothing drawn over: harness
            self.assertLessEqual(max(map(len, (out + err).splitlines())), 80)

    def test_names_and_dates_that_would_steer_the_terminal(self):
        name = "load\x1b[2J\x07"
        (self.folder / "t.csv").write_text(f"when\x1b]0;x,{name}\n" + "".join(f"d\x1b[31m{i},{(i * 7919) % 100 + i}\n" for i in range(120)))
        out, err = self.good("train", "t.csv", "--target", name, "--lookback", 5, "--epochs", 1, "--out", "n.keras")
        out += self.good("forecast", "n.keras", "t.csv")[0] + self.good("evaluate", "n.keras", "t.csv")[0] + self.good("plan", "t.csv")[0]
        self.assertFalse(any(ord(c) < 32 and c != "\n" or ord(c) == 127 for c in out + err))


if __name__ == "__main__":
    harness.main()
