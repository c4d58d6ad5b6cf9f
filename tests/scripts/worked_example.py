#!/usr/bin/env python3
"""CONTRIBUTING.md's layer: its three files are added to a copy of the sources, the build's own generator must pick them up, and
their tests and the contract test must pass. Only the new files and the generated table are compiled; the rest comes
from the library that is already built. Usage: worked_example.py SOURCE_DIR BUILD_DIR"""
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

COPIED = ["CMakeLists.txt", "cmake", "include", "src", "cli", "examples", "tests"]


def files_of(page):
    found = re.findall(r"^```cpp fragment (\S+/\S+)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
    return dict(found)


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout[-6000:]}{done.stderr[-6000:]}")
    return done.stdout


def main(source, build):
    files = files_of(source / "CONTRIBUTING.md")
    folders = sorted(str(Path(name).parent) for name in files)
    assert folders == ["include/rondo/layers", "src/layers", "tests/layers"], f"three files in three folders, not {sorted(files)}"
    library = build / "librondo_double.a"
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary) / "tree"
        tree.mkdir()
        for name in COPIED:
            if (source / name).is_dir():
                shutil.copytree(source / name, tree / name, ignore=shutil.ignore_patterns("golden", "__pycache__"))
            else:
                shutil.copy(source / name, tree / name)
        for page in source.glob("*.md"):
            shutil.copy(page, tree / page.name)
        for name, text in files.items():
            assert not (tree / name).exists(), f"{name} exists: the example must add files only"
            (tree / name).write_text(text, encoding="utf-8")
        out = Path(temporary) / "build"
        compiler = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.M).group(1)
        sanitize = re.search(r"^RONDO_SANITIZE:\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.M).group(1)
        run(["cmake", "-G", "Ninja", "-S", tree, "-B", out, f"-DCMAKE_CXX_COMPILER={compiler}", "-DRONDO_CLI=OFF",
             "-DRONDO_EXAMPLES=OFF", f"-DRONDO_SANITIZE={sanitize}"], temporary)
        collected = (out / "generated/include/rondo/layers.h").read_text()
        assert "rondo/layers/scale.h" in collected, "the generated header does not include the new declaration"
        new = {"src/layers/scale.cpp": "rondo_double.dir", "generated/layers_registrations.cpp": "rondo_double.dir",
               "tests/layers/scale_test.cpp": "test_layers_double.dir"}
        objects = []
        for entry in json.loads((out / "compile_commands.json").read_text()):
            for file, target in new.items():
                if entry["file"].endswith(file) and target in entry["command"]:
                    words = shlex.split(entry["command"])
                    place = Path(temporary) / (Path(file).stem + ".o")
                    words[words.index("-o") + 1] = str(place)
                    run(words, entry["directory"])
                    objects.append(place)
        assert len(objects) == len(new), f"compiled {objects}"
        # The contract test and what it needs, as they were built.
        for entry in json.loads((build / "compile_commands.json").read_text()):
            if re.search(r"tests/(layers/contract\w*|support/\w+)\.cpp$", entry["file"]) and "test_layers_double.dir" in entry["command"]:
                words = shlex.split(entry["command"])
                objects.append(Path(entry["directory"]) / words[words.index("-o") + 1])
        program = Path(temporary) / "example"
        link = ["-fsanitize=" + sanitize] if sanitize else []
        run([compiler, *link, "-o", program, *objects, library, "-lgtest", "-lgtest_main", "-lzip", "-pthread"], temporary)
        said = run([program, "--gtest_filter=*Scale*"], temporary)
        passed = int(re.search(r"\[  PASSED  \] (\d+) test", said).group(1))
        own = said.count("[       OK ] Scale.")
        contract = passed - own
        print(f"{own} tests of its own and {contract} of the contract passed")
        return 0 if own >= 2 and contract >= 10 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
