#!/usr/bin/env python3
"""No source file is longer than 400 lines unless its first comment says why ("long because ..."). Usage: file_length.py SOURCE_DIR"""
import sys
from pathlib import Path

LIMIT = 400
FOLDERS = ("include", "src", "cli", "tests", "examples", "benchmarks", "fuzz", "scripts", "cmake")
SUFFIXES = {".h", ".hpp", ".cpp", ".inc", ".py", ".sh", ".cmake", ".txt"}


def first_comment(lines):
    """The comment (or Python docstring) a file opens with."""
    comment, quotes = [], None
    for line in lines:
        text = line.strip()
        if quotes:
            comment.append(text)
            if quotes in text:
                break
        elif text.startswith(('"""', 'r"""')):
            comment.append(text)
            if text.count('"""') > 1:
                break
            quotes = '"""'
        elif text.startswith(("//", "#")) and not text.startswith(("#include", "#pragma", "#ifndef", "#define")):
            comment.append(text)
        elif comment or text:
            break
    return " ".join(comment).lower()


def main(root):
    wrong, count = [], 0
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SUFFIXES or not path.is_file() or (path.suffix == ".txt" and path.name != "CMakeLists.txt"):
                continue
            count += 1
            lines = path.read_text(encoding="utf-8").splitlines()
            if len(lines) > LIMIT and "long because" not in first_comment(lines):
                wrong.append(f"{path.relative_to(root)}: {len(lines)} lines, over {LIMIT}, and its first comment does not say "
                             "'long because ...'")
    print("\n".join(wrong + [f"{count} files read, {len(wrong)} too long"]))
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
