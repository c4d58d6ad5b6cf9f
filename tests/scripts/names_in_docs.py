#!/usr/bin/env python3
"""Every name that `rondo info` lists stands on a page of docs/: what is not written down does not exist for a reader.

Usage: names_in_docs.py RONDO SOURCE_DIR
"""
import json
import re
import subprocess
import sys
from pathlib import Path

# What `rondo info --json` lists -> the page that must name it.
PAGES = {"layers": "layers.md", "optimizers": "losses.md", "losses": "losses.md", "metrics": "losses.md"}


def plain(name):
    """adam, Adam and ADAM are one name; so are mean_squared_error and MeanSquaredError."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def main():
    rondo, source = sys.argv[1], Path(sys.argv[2])
    info = json.loads(subprocess.run([rondo, "info", "--json"], check=True, capture_output=True, text=True).stdout)
    missing = []
    for kind, page in PAGES.items():
        words = {plain(word) for word in re.findall(r"\w+", (source / "docs" / page).read_text())}
        assert info[kind], f"rondo info lists no {kind}"
        missing += [f"docs/{page} does not name {name} ({kind})" for name in info[kind] if plain(name) not in words]
    print("\n".join(missing) or "every name is documented")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
