#!/usr/bin/env python3
"""Puts into the pages what the commands of their console blocks print now, where it is no longer what they show: to be run when the
default settings change. What depends on the machine (times, memory) becomes `...`; look at the difference before you commit it.
Usage: rewrite_console.py RONDO SOURCE_DIR [PAGE ...]"""
import re
import sys
import tempfile
from pathlib import Path

import doc_snippets
import fixtures

OTHERS = ("git ", "./", "cmake ", "sudo ", "cd ")
MACHINE = [(r"\([\d.]+ (ms|s|min) in all\)", "(... in all)"), (r"  [\d,]+ windows/s.*", "  ..."), (r"about [\d.]+ (ms|s|min|h)", "about ..."),
           (r"has [\d.]+ GB of memory, [\d.]+ GB of it free now", "has ... of memory, ... of it free now"),
           (r'"seconds": [\d.e-]+', '"seconds": ...'), (r'"weights_digest": "\w+"', '"weights_digest": ...')]


def printed(command, folder, binary):
    result = fixtures.run(["bash", "-c", command + ' 2>&1; echo "exit $?"'], folder, binary)
    lines = result.stdout.splitlines()
    code = lines.pop()
    out = []
    for line in lines:
        if out and out[-1] == "..." and line.startswith("      "):
            continue  # the memory of training, wrapped
        memory = re.match(r"(  memory +.*? of the table, ).* to train", line)
        if memory:
            out += [memory.group(1) + "...", "..."]
            continue
        for pattern, text in MACHINE:
            line = re.sub(pattern, text, line)
        out.append(line.rstrip())
    return out + ([code] if code != "exit 0" else [])


def rewrite(page, binary, root):
    lines, out, changed, inside = page.read_text(encoding="utf-8").splitlines(), [], 0, False
    with tempfile.TemporaryDirectory() as folder:
        doc_snippets.stock(folder, root, binary)
        at = 0
        while at < len(lines):
            line = lines[at]
            at += 1
            out.append(line)
            if line.startswith("```"):
                inside = line.startswith("```console")
            if not inside or not line.startswith("$ ") or line[2:].startswith(OTHERS):
                continue
            end = next(i for i in range(at, len(lines)) if lines[i].startswith(("```", "$ ")))
            shown, got = lines[at:end], printed(line[2:], folder, binary)
            same = doc_snippets.same(shown, got, 0.02) if shown else got[-1:] != ["exit 0"]
            changed += not same
            out += shown if same else got
            at = end
    if changed:
        page.write_text("\n".join(out) + "\n", encoding="utf-8")
        print(f"{page.relative_to(root)}: {changed} commands now show something else")


if __name__ == "__main__":
    program, source = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    for one in [source / name for name in sys.argv[3:]] or doc_snippets.pages(source):
        rewrite(one, program, source)
