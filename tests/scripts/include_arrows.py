#!/usr/bin/env python3
"""Reads every #include of the project's own headers against the table of allowed arrows (docs/architecture.md): a folder may
include itself and everything that lies before it on the road. Usage: include_arrows.py SOURCE_DIR"""
import re
import sys
from pathlib import Path

# folder: what it may include directly; "may include a" brings all that a may.
ARROWS = {
    "core": [],
    "io": ["core"],
    "data": ["io"],
    "kernels": ["core"],
    "activations": ["core", "kernels"],
    "initializers": ["core", "kernels"],
    "regularizers": ["core", "kernels"],
    "constraints": ["core", "kernels"],
    "layers": ["activations", "initializers", "regularizers", "constraints"],
    "losses": ["core", "kernels"],
    "metrics": ["losses"],
    "optimizers": ["core", "kernels"],
    "model": ["layers", "losses", "metrics", "optimizers"],
    "interop": ["model", "io", "data"],
    "train": ["interop"],
    "forecast": ["train"],
    "report": ["forecast"],
    "cli": ["report"],
}
# One header each, with the reason.
EXCEPTIONS = {
    ("model", "rondo/data/source.h"): "Model::fit takes batches from a Source, which knows core only",
    ("model", "rondo/data/sequences.h"): "Model::fit takes samples of different lengths, which know core only",
}
COLLECTED = {"rondo/rondo.hpp", "rondo/rondo_all.h"}  # everything: for users, never for src/
GENERATED = {"rondo/layers.h": "layers"}


def reachable():
    closed = {}

    def visit(folder):
        if folder not in closed:
            closed[folder] = {folder}
            for below in ARROWS[folder]:
                closed[folder] |= visit(below)
        return closed[folder]

    for folder in ARROWS:
        visit(folder)
    return closed


def folder_of(include):
    """'rondo/core/array.h' and 'core/random.h' belong to core; None: not one of ours."""
    parts = include.split("/")
    if parts[0] == "rondo":
        parts = parts[1:]
    return parts[0] if len(parts) > 1 and parts[0] in ARROWS else None


def sources(root):
    for base, strip in ((root / "include" / "rondo", None), (root / "src", None), (root / "cli", "cli")):
        for path in sorted(base.rglob("*")):
            if path.suffix in (".h", ".hpp", ".cpp", ".inc"):
                relative = path.relative_to(base)
                folder = strip or (relative.parts[0] if len(relative.parts) > 1 else None)
                yield path, folder


def main(root):
    allowed = reachable()
    wrong, seen = [], 0
    for path, folder in sources(root):
        name = path.relative_to(root)
        if folder is None:
            if str(name) != "include/rondo/rondo.hpp":
                wrong.append(f"{name}: a file outside every folder of the table")
            continue
        if folder not in ARROWS:
            wrong.append(f"{name}: folder '{folder}' is not in the table of tests/scripts/include_arrows.py")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if not match:
                continue
            quote, include = match.groups()
            where = f"{name}:{number}"
            if include in COLLECTED:
                if folder != "cli":
                    wrong.append(f"{where}: '{include}' brings every folder; include what is needed")
                continue
            if quote == "<":
                if include.startswith("rondo/"):
                    wrong.append(f'{where}: write "{include}", with quotes, inside the project')
                continue
            if ".." in include.split("/"):
                wrong.append(f"{where}: '{include}' climbs out of its folder")
                continue
            seen += 1
            target = GENERATED.get(include) or folder_of(include)
            if target is None:
                if "/" not in include and (path.parent / include).exists():
                    continue  # a neighbour
                wrong.append(f"{where}: '{include}' is in no folder of the table; write it from src/ or include/")
            elif target not in allowed[folder] and (folder, include) not in EXCEPTIONS:
                wrong.append(f"{where}: {folder} may not include {target} ('{include}')")
    for line in wrong:
        print(line)
    if not seen:
        print(f"no includes found under {root}")
    print(f"{seen} includes read, {len(wrong)} wrong")
    return 1 if wrong or not seen else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
