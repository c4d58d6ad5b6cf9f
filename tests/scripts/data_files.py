#!/usr/bin/env python3
"""The files of data/ that scripts/fetch_examples.py makes are those whose SHA-256 it and data/README.md give, and all of data/
is described. Usage: data_files.py SOURCE_DIR"""
import hashlib
import sys
import zipfile
from pathlib import Path


def content(path):
    if path.suffix != ".npz":
        return path.read_bytes()
    with zipfile.ZipFile(path) as file:
        return b"".join(file.read(name) for name in file.namelist())


def main():
    root = Path(sys.argv[1])
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(root / "scripts"))
    import fetch_examples
    page = (root / "data" / "README.md").read_text(encoding="utf-8")
    wrong = []
    for name, (_, _, sha256) in fetch_examples.FILES.items():
        got = hashlib.sha256(content(root / "data" / name)).hexdigest()
        if got != sha256:
            wrong.append(f"data/{name}: SHA-256 {got}, not {sha256}")
        if f"| `{name}` | `{sha256}` |" not in page:
            wrong.append(f"data/README.md: no line | `{name}` | `{sha256}` |")
    wrong += [f"data/README.md says nothing of {path.name}" for path in (root / "data").iterdir()
              if path.name != "README.md" and f"| `{path.name}` |" not in page]
    print(f"{len(fetch_examples.FILES)} files read")
    sys.exit("\n".join(wrong) or 0)


main()
