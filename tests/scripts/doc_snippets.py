#!/usr/bin/env python3
"""Compiles and runs what README.md, CONTRIBUTING.md and docs/*.md show.

    ```cpp              the body of main after `#include <rondo/rondo.hpp>` and `using namespace rondo;`, or a whole program if it
                        contains `int main`. Its output, and the message of an Error it throws, are one text.
    ```cpp continued    goes on where the previous block of the page ended
    ```cpp fragment     not compiled here: part of a larger thing, which another test compiles (worked_example.py)
    ```text             right after a cpp block: exactly what that block prints
    ```console          lines after `$ ` run in a folder with the files of fixtures.py; the lines below are the output

In shown output a line `...` stands for any lines, `...` within a line for anything, and in console blocks numbers with a decimal
point may differ by 2 %: the last digits are another CPU's.

Usage: doc_snippets.py generate SOURCE_DIR OUT.cpp       writes all cpp blocks as one program
       doc_snippets.py cpp PROGRAM SOURCE_DIR            runs it and compares
       doc_snippets.py console RONDO SOURCE_DIR          runs the console blocks
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROLOGUE = """// Generated from the documentation by tests/scripts/doc_snippets.py.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <rondo/rondo.hpp>
#include <sstream>
#include <string>
#include <vector>
"""

MAIN = """
namespace {
int guarded(int (*body)()) {
  try {
    return body();
  } catch (const rondo::Error& error) {
    std::cout << error.what() << '\\n';
    return 0;
  }
}
}  // namespace

int main(int argc, char** argv) {
  const int number = argc > 1 ? std::atoi(argv[1]) : -1;
  switch (number) {
CASES
    default:
      return 2;
  }
}
"""
SEPARATOR = "\\x1e"  # between the blocks of one run


def pages(root):
    return [p for p in [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").glob("*.md"))] if p.exists()]


def blocks(path):
    """(language and words, first line number, lines) of every fenced block."""
    found, fence, start, lines = [], None, 0, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = re.match(r"^(\s*)```(.*)$", line)
        if match and fence is None:
            fence, start, lines, indent = match.group(2).split(), number, [], len(match.group(1))
        elif match:
            found.append((fence, start, lines, number))
            fence = None
        elif fence is not None:
            lines.append(line[indent:] if line[:indent].isspace() or not indent else line)
    if fence is not None:
        sys.exit(f"{path}:{start}: a block that does not end")
    return found


def runs(root):
    """Each program: a list of (page, line, code, expected text or None)."""
    out = []
    for page in pages(root):
        found = blocks(page)
        for i, (words, start, lines, end) in enumerate(found):
            if words[:1] != ["cpp"] or "fragment" in words:
                continue
            follows = i + 1 < len(found) and found[i + 1][0] == ["text"] and found[i + 1][1] - end <= 4
            piece = (page, start, lines, found[i + 1][2] if follows else None)
            if "continued" in words:
                if not out or out[-1][-1][0] != page:
                    sys.exit(f"{page}:{start}: 'continued', but nothing before it")
                out[-1].append(piece)
            else:
                out.append([piece])
    return out


def generate(root, target):
    includes, bodies, cases = [], [], []
    for number, pieces in enumerate(runs(root)):
        whole = any("int main" in line for _, _, lines, _ in pieces for line in lines)
        code = []
        for i, (page, start, lines, _) in enumerate(pieces):
            if i:
                code.append(f'std::cout << "{SEPARATOR}";')
            code.append(f'#line {start + 1} "{page.relative_to(root)}"')
            for line in lines:
                if re.match(r"\s*#\s*include", line):
                    includes.append(line)
                    code.append("")
                else:
                    code.append(re.sub(r"\bint main\(\s*\)", "int body()", line) if whole else line)
        if whole:  # what main leaves out
            code.insert(max(i for i, line in enumerate(code) if line.startswith("}")), "return 0;")
        text = "\n".join(code)
        bodies.append(f"namespace snippet_{number} {{\nusing namespace rondo;\n" +
                      (text if whole else f"static int body() {{\n{text}\nreturn 0;\n}}") + "\n}\n")
        cases.append(f"    case {number}: return guarded(snippet_{number}::body);")
    content = PROLOGUE + "\n".join(dict.fromkeys(includes)) + "\n" + "\n".join(bodies)
    content += '#line 1 "main"\n' + MAIN.replace("CASES", "\n".join(cases))
    if not target.exists() or target.read_text(encoding="utf-8") != content:
        target.write_text(content, encoding="utf-8")
    return 0


NUMBER = re.compile(r"[-+]?\d+\.\d+(?:[eE][-+]?\d+)?")


def same_line(shown, got, tolerance):
    if "..." in shown:
        # Any text for "...", the rest to the letter; runs of spaces count as one, since a column may be wider elsewhere.
        pattern = ".*".join(re.escape(" ".join(part.split())) for part in shown.split("..."))
        return re.fullmatch(pattern, " ".join(got.split())) is not None
    if shown.rstrip() == got.rstrip():
        return True
    if not tolerance or NUMBER.sub("#", " ".join(shown.split())) != NUMBER.sub("#", " ".join(got.split())):
        return False
    return all(abs(float(a) - float(b)) <= tolerance * max(abs(float(a)), abs(float(b)))
               for a, b in zip(NUMBER.findall(shown), NUMBER.findall(got)))


def same(shown, got, tolerance=0.0):
    """Whether the lines `got` are what `shown` says."""
    if not shown:
        return not any(line.strip() for line in got)
    if shown[0].strip() == "...":
        return any(same(shown[1:], got[i:], tolerance) for i in range(len(got) + 1))
    if not got:
        return not any(line.strip() for line in shown)
    return same_line(shown[0], got[0], tolerance) and same(shown[1:], got[1:], tolerance)


def difference(where, shown, got):
    print(f"{where}: the page shows\n" + "\n".join("    " + line for line in shown) + "\nbut it printed\n" +
          "\n".join("    " + line for line in got))


def check_cpp(program, root):
    failures, programs = 0, runs(root)
    for number, pieces in enumerate(programs):
        with tempfile.TemporaryDirectory() as folder:
            stock(folder, root)
            result = subprocess.run([program, str(number)], cwd=folder, capture_output=True, text=True, timeout=300,
                                    stdin=subprocess.DEVNULL)
        where = f"{pieces[0][0].relative_to(root)}:{pieces[0][1]}"
        outputs = result.stdout.split("\x1e")
        if result.returncode or len(outputs) != len(pieces):
            failures += 1
            print(f"{where}: exit {result.returncode}\n{result.stdout}{result.stderr}")
            continue
        for (page, start, _, shown), got in zip(pieces, outputs):
            if shown is not None and not same(shown, got.splitlines()):
                failures += 1
                difference(f"{page.relative_to(root)}:{start}", shown, got.splitlines())
    print(f"{len(programs)} programs run, {failures} differ")
    return 1 if failures or not programs else 0


def stock(folder, root, binary=None):
    import fixtures
    fixtures.make(folder, root, binary)
    data = root / "data"
    (Path(folder) / "build").mkdir()
    if data.exists():
        (Path(folder) / "data").symlink_to(data)


STAGES = re.compile(r"^(installing|configuring|building) ")


def check_console(binary, root):
    import fixtures
    failures, count = 0, 0
    for page in pages(root):
        with tempfile.TemporaryDirectory() as folder:  # one folder a page: a later command uses what an earlier one wrote
            stock(folder, root, binary)
            for words, start, lines, _ in blocks(page):
                if words[:1] != ["console"]:
                    continue
                steps = []
                for line in lines:
                    if line.startswith("$ "):
                        steps.append((line[2:], []))
                    elif steps:
                        steps[-1][1].append(line)
                for command, shown in steps:
                    if command.startswith(("git ", "./test.sh", "cmake ", "sudo ", "cd ")):
                        continue  # what brought us here
                    if command == "./demo.sh":  # its stages are those of this build; the rest is the example itself
                        command = f"'{Path(binary).parent}/examples/forecast' data/airline-passengers.csv"
                        shown = [line for line in shown if not STAGES.match(line)]
                    result = fixtures.run(["bash", "-c", command + " 2>&1; echo \"exit $?\""], folder, binary)
                    count += 1
                    got = result.stdout.splitlines()
                    code = got.pop() if got else "exit ?"
                    if shown and shown[-1].startswith("exit "):
                        wanted, shown = shown[-1], shown[:-1]
                    else:
                        wanted = "exit 0"
                    if code != wanted or (shown and not same(shown, got, 0.02)):
                        failures += 1
                        difference(f"{page.relative_to(root)}:{start}: $ {command}", shown + [wanted], got + [code])
    print(f"{count} commands run, {failures} differ")
    return 1 if failures or not count else 0


if __name__ == "__main__":
    mode, first, second = sys.argv[1:4]
    if mode == "generate":
        sys.exit(generate(Path(first).resolve(), Path(second)))
    sys.path.insert(0, str(Path(__file__).parent))
    sys.exit({"cpp": check_cpp, "console": check_console}[mode](str(Path(first).resolve()), Path(second).resolve()))
