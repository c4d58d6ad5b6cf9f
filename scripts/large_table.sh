#!/bin/sh
# What a large table costs: 1,000,000 rows x 10 columns made here, then `rondo train` on it until its first epoch runs, and the peak
# of its memory. The table in float64 is 80 MB; the aim is a start in under 5 s and at most 100 MB more.
# Usage: scripts/large_table.sh [build/rondo] [ROWS] [more options of rondo train ...]
set -eu
cd "$(dirname "$0")/.."
RONDO=$(realpath "${1:-build/rondo}")
ROWS=${2:-1000000}
[ $# -gt 2 ] && shift 2 || set --
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PATH="/usr/bin:$PATH" python3 - "$RONDO" "$ROWS" "$folder" "$@" <<'PYTHON'
import os, re, resource, subprocess, sys, time
import numpy as np

rondo, rows, folder, options = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
path = os.path.join(folder, "large.csv")
random = np.random.default_rng(0)
with open(path, "w") as file:
    file.write(",".join(f"c{i}" for i in range(10)) + "\n")
    level = np.zeros(10)
    for start in range(0, rows, 10000):
        count = min(10000, rows - start)
        steps = random.standard_normal((count, 10)) + np.sin(np.arange(start, start + count) / 24)[:, None]
        values = level + np.cumsum(steps * 0.1, axis=0)
        level = values[-1]
        np.savetxt(file, values, fmt="%.5f", delimiter=",")
megabytes = 1e6
print(f"{rows:,} rows x 10 columns: {os.path.getsize(path) / megabytes:.0f} MB of CSV, {rows * 80 / megabytes:.0f} MB in float64")

words = [rondo, "train", path, "--target", "c9", "--epochs", "1"] + options
begin = time.monotonic()
process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
for line in process.stdout:
    if re.match(r"  (windows|memory|train) |at the start|epoch|TEST|not saved|rondo", line):
        print(f"{time.monotonic() - begin:6.2f} s  {line.strip()[:90]}", flush=True)
process.wait()
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(f"{time.monotonic() - begin:6.2f} s  in all; peak memory {peak / megabytes:.0f} MB: the table in float64 and "
      f"{(peak - rows * 80) / megabytes:.0f} MB")
sys.exit(process.returncode)
PYTHON
