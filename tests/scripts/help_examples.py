#!/usr/bin/env python3
"""Runs every example that --help shows. Usage: help_examples.py RONDO SOURCE_DIR"""
import json
import shlex
import sys
import tempfile
from pathlib import Path

import fixtures


def examples(text):
    """The indented lines after 'Examples:', up to the next empty line."""
    lines, inside = [], False
    for line in text.splitlines():
        if line.strip() == "Examples:":
            inside = True
        elif inside and not line.strip():
            break
        elif inside:
            lines.append(line.strip())
    return lines


def main(binary, source):
    failures, count = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        root_help = fixtures.run([binary, "--help"], folder, binary).stdout
        verbs = ["train", "forecast", "evaluate", "shape", "predict", "fit", "summary", "plan", "info"]
        missing = [verb for verb in verbs if f"  {verb}" not in root_help]
        assert not missing, f"rondo --help does not list {missing}"
        pages = {"": root_help}
        for verb in verbs:
            pages[verb] = fixtures.run([binary, verb, "--help"], folder, binary).stdout
        for verb, page in pages.items():
            found = examples(page)
            if not found:
                print(f"rondo {verb} --help shows no example")
                failures += 1
            for line in found:
                with tempfile.TemporaryDirectory() as fresh:
                    fixtures.make(fresh, source, binary)
                    result = fixtures.run(shlex.split(line), fresh, binary)
                    count += 1
                    wanted = [Path(fresh) / word for flag, word in zip(shlex.split(line), shlex.split(line)[1:])
                              if flag in ("--output", "--out", "--history")]
                    good = result.returncode == 0 and all(path.exists() for path in wanted)
                    if good and "--json" in line:
                        json.loads(result.stdout)
                    if not good:
                        failures += 1
                        print(f"$ {line}\nexit {result.returncode}\n{result.stdout}{result.stderr}")
    print(f"{count} examples run, {failures} failed")
    return 1 if failures or not count else 0


if __name__ == "__main__":
    sys.exit(main(str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()))
