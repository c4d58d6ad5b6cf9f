#!/usr/bin/env python3
"""Rondo as a stranger has it: installs the build into a scratch prefix, builds examples in a project outside
with find_package(rondo) alone, and runs them. The layer is also built with rondo::rondo_double, where gradcheck asks for 1e-7.

Usage: installed.py CMAKE SOURCE_DIR BUILD_DIR
"""
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAMS = ["different_lengths", "sentiment"]  # of examples/README.md; run with one epoch
EXAMPLES = ["custom_layer", "custom_loss", "custom_metric", "custom_callback"]
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(stranger LANGUAGES CXX)
find_package(rondo REQUIRED)
foreach(name {examples} {programs})
  add_executable(${{name}} ${{name}}.cpp)
  target_link_libraries(${{name}} PRIVATE rondo::rondo)
endforeach()
add_executable(in_double custom_layer.cpp)
target_link_libraries(in_double PRIVATE rondo::rondo_double)
"""


def run(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def main():
    cmake, source, build = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    with tempfile.TemporaryDirectory() as scratch:
        prefix, project = Path(scratch) / "prefix", Path(scratch) / "project"
        run(cmake, "--install", build, "--prefix", prefix)
        if list(prefix.glob("include/rondo/**/base")):
            sys.exit("headers of src/ were installed")
        project.mkdir()
        for name in EXAMPLES + PROGRAMS:
            (project / f"{name}.cpp").write_text((source / "examples" / f"{name}.cpp").read_text())
        (project / "CMakeLists.txt").write_text(PROJECT.format(examples=" ".join(EXAMPLES), programs=" ".join(PROGRAMS)))
        run(cmake, "-G", "Ninja", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_CXX_FLAGS=-O0 -Wall -Wextra -Werror")
        run(cmake, "--build", project / "build", "-j", "2")
        for name in EXAMPLES:
            run(project / "build" / name)
        for name, data in zip(PROGRAMS, ["japanese-vowels.npz", "tweets.csv"]):
            run(project / "build" / name, source / "data" / data, "1")
        text = run(project / "build" / "in_double")
        if "real = double, tolerance 1e-07" not in text or "WRONG" in text:
            sys.exit(f"gradcheck in double:\n{text}")
        run(prefix / "bin" / "rondo", "--version")


main()
