#!/usr/bin/env python3
"""Every C++ file is as clang-format-14 writes it. Usage: format_check.py CLANG_FORMAT SOURCE_DIR"""
import subprocess
import sys
from pathlib import Path


def main(clang_format, root):
    files = [p for folder in ("include", "src", "cli", "tests", "examples", "benchmarks", "fuzz")
             for p in sorted((root / folder).rglob("*")) if p.suffix in (".h", ".hpp", ".cpp")]
    result = subprocess.run([clang_format, "--dry-run", "--Werror", *map(str, files)], capture_output=True, text=True)
    bad = sorted({line.split(":")[0] for line in result.stderr.splitlines() if "[-Wclang-format-violations]" in line})
    for path in bad:
        print(f"clang-format-14 -i {Path(path).relative_to(root)}")
    print(f"{len(files)} files read, {len(bad)} to be formatted")
    return 1 if bad or result.returncode else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]).resolve()))
