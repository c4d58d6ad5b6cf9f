"""What the tests of the command line share: a folder with models and arrays, and the promises every call keeps.
Each test is run as  NAME_test.py RONDO SOURCE_DIR."""
import json
import os
import resource
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
import fixtures  # noqa: E402

BINARY = ""
SOURCE = Path()

# docs/cli.md
INTERNAL, USAGE, NOT_FOUND, FORMAT, SHAPE, UNSUPPORTED, MEMORY, NON_FINITE, OUTPUT = range(1, 10)
NAMES = {USAGE: {"usage"}, NOT_FOUND: {"not_found"}, FORMAT: {"format"}, SHAPE: {"shape"},
         UNSUPPORTED: {"unsupported", "value", "state"}, MEMORY: {"memory"}, NON_FINITE: {"non_finite"}, OUTPUT: {"output"}}


class Case(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = Path(self._folder.name)
        fixtures.make(self.folder, SOURCE, BINARY)

    def golden(self, name):
        """(path of the model, its arrays); name as '3.15/lstm_seq' or with its own arrays, '3.15/a:3.15/b'."""
        model, _, arrays = name.partition(":")
        base = SOURCE / "tests" / "golden"
        with np.load(base / f"{arrays or model}.npz") as values:
            return str(base / f"{model}.keras"), {key: values[key] for key in values}

    def save(self, name, array):
        np.save(self.folder / name, array)
        return name

    def load(self, name):
        return np.load(self.folder / name, allow_pickle=False)

    def start(self, *words, limits=(), **extra):
        def limit():
            for kind, size in limits:
                resource.setrlimit(kind, (size, size))
        return subprocess.Popen([BINARY, *map(str, words)], cwd=self.folder, env=fixtures.environment(BINARY, **extra),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                preexec_fn=limit if limits else None)

    def finish(self, process, timeout=120):
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        process.out, process.err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
        self.assertNotIn("\x1b", process.out + process.err, "colour, but not on a terminal")
        self.assertNotIn("\r", process.out + process.err, "a progress bar, but not on a terminal")
        return process

    def run_rondo(self, *words, **options):
        return self.finish(self.start(*words, **options))

    def good(self, *words, **options):
        """Runs, and returns (standard output, standard error)."""
        done = self.run_rondo(*words, **options)
        self.assertEqual(done.returncode, 0, done.err)
        return done.out, done.err

    def good_json(self, *words, **options):
        out, err = self.good(*words, "--json", **options)
        return self.one_object(out)

    def one_object(self, out):
        self.assertTrue(out.startswith("{") and out.endswith("}\n"), out[:200])
        return json.loads(out)

    def bad(self, code, *words, says=(), **options):
        """Fails with `code`, once for people and once with --json; nothing is written. Returns the message."""
        before = self.listing()
        done = self.run_rondo(*words, **options)
        self.assertEqual(done.returncode, code, f"{words}\n{done.out}{done.err}")
        self.assertEqual(done.out, "")
        self.check_message(done.err)
        said = self.run_rondo(*words, "--json", **options)
        self.assertEqual(said.returncode, code, f"{words} --json\n{said.out}{said.err}")
        error = self.one_object(said.out)["error"]
        self.assertEqual(set(error), {"code", "message", "exit"})
        self.assertEqual(error["exit"], code)
        self.assertIn(error["code"], NAMES[code])
        self.check_message(said.err)
        self.assertEqual(self.listing(), before, "a failed call left or changed a file")
        for part in (says,) if isinstance(says, str) else says:
            self.assertIn(part, done.err)
            self.assertIn(part, error["message"])
        return done.err

    def check_message(self, err):
        self.assertLessEqual(len(err.splitlines()), 20, err)
        err = "\n".join(line for line in err.splitlines() if not line.startswith(("epoch ", "at the start")))  # progress before it failed
        self.assertTrue(err.startswith("rondo"), err)
        for line in err.splitlines():
            self.assertFalse(any(ord(c) < 32 or ord(c) == 127 for c in line), repr(line))

    def listing(self):
        return {p.relative_to(self.folder).as_posix(): (p.read_bytes() if p.is_file() else None)
                for p in self.folder.rglob("*") if not p.is_symlink()}

    def edited(self, source, name, edit):
        """A copy of a model file whose members went through edit(member, bytes)."""
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(self.folder / name, "w") as new:
            for member in old.namelist():
                new.writestr(member, edit(member, old.read(member)))
        return name

    def edited_config(self, source, name, edit):
        def one(member, data):
            if member != "config.json":
                return data
            config = json.loads(data)
            edit(config)
            return json.dumps(config)
        return self.edited(source, name, one)


def can_be_refused_by_permission():
    return os.geteuid() != 0


def main():
    global BINARY, SOURCE
    BINARY, SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[3:]])
