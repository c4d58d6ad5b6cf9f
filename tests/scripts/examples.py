#!/usr/bin/env python3
"""An example prints what examples/README.md shows, and one epoch of it gives the same bits twice.

Numbers with a decimal point may differ by a tenth (another CPU's last digits, after training), times and small errors by anything: see
`blurred`.

Usage: examples.py PROGRAM SOURCE_DIR
"""
import difflib
import re
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from doc_snippets import blocks, same_line


def blurred(line):
    return re.sub(r"\b\d+\.\d s\b", "# s", line)


def alike(shown, got):
    return same_line(blurred(shown), blurred(got), 0.1)


def main():
    program, source = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    command = f"$ build/examples/{program.name}"
    shown = [lines[1:] for words, _, lines, _ in blocks(source / "examples" / "README.md")
             if words[:1] == ["console"] and lines[:1] == [command]]
    if len(shown) != 1:
        sys.exit(f"examples/README.md: {len(shown)} blocks begin with '{command}'")

    def run(*arguments):
        done = subprocess.run([program, *arguments], cwd=source, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)
        if done.returncode or done.stderr:
            sys.exit(f"{program.name} {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout.rstrip().splitlines()

    got = run()
    if len(got) != len(shown[0]) or not all(map(alike, shown[0], got)):
        sys.exit("\n".join(difflib.unified_diff(shown[0], got, "examples/README.md", program.name, lineterm="", n=0)))
    missing = subprocess.run([program, "no-such-file"], capture_output=True, text=True, timeout=60)
    if missing.returncode != 1 or not missing.stderr.startswith(f"{program.name}: ") or "no-such-file" not in missing.stderr:
        sys.exit(f"a file that is not there: exit {missing.returncode}, {missing.stderr!r}")
    data = next(line.split("[")[1].split()[0] for line in (source / "examples" / f"{program.name}.cpp").read_text().splitlines()
                if line.startswith("//   build/examples/"))
    if program.name == "parallel_series":
        return  # half a minute of a busy machine for what the others show
    twice = [list(map(blurred, run(data, "1"))) for _ in range(2)]
    if twice[0] != twice[1]:
        sys.exit("\n".join(["two runs differ:", *difflib.unified_diff(*twice, lineterm="", n=0)]))

main()
