#!/usr/bin/env python3
"""Damaged and lying model files through the command line: python3 fuzz/mutate_models.py RONDO [--count 2000] [--seed 1]

Takes the .keras files of tests/golden in turn and changes each: bits, length, a number of config.json made absurd, a key or a list's item lost, doubled or
exchanged, a member of the zip left out. `rondo summary` and `rondo predict` may accept or refuse the result (exit codes 0 to 9), within 20 seconds
and 4 GB of address space (with a sanitizer, which needs more, no limit: --no-limit). Anything else is kept in --keep and reported.
"""
import argparse
import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden"
ABSURD = [-1, 0, -(2**31), 2**31, 2**62, 10**18, -(10**18), 1e308, -1e-308, 0.5, None, True, "", "tanh", [], {}, [[]], [0, 0, 0, 0, 0], [-1], 2**64, 1e400]


def places(value, path=()):
    """(path, value) of everything in a JSON value."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def changed(config, rng):
    found = list(places(config))
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        path, value = rng.choice(found)
        if not path:
            continue
        parent = config
        try:
            for key in path[:-1]:
                parent = parent[key]
            kind = rng.randrange(6)
            if kind <= 2:
                parent[path[-1]] = rng.choice(ABSURD)
            elif kind == 3:
                del parent[path[-1]]
            elif kind == 4:
                parent[path[-1]] = rng.choice(found)[1]  # perhaps itself: json.dumps says so
            elif isinstance(parent, list):
                parent.insert(rng.randrange(len(parent) + 1), value)
            elif isinstance(value, (int, float)):
                parent[path[-1]] = value * rng.choice([-1, 0, 2, 10**6, 10**12])
        except (KeyError, IndexError, TypeError):
            continue
    return json.dumps(config)


def mutated(file, rng):
    kind = rng.randrange(8)
    data = bytearray(file)
    if kind == 0:
        for _ in range(rng.choice([1, 2, 8, 64])):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        return bytes(data)
    if kind == 1:
        return bytes(data[: rng.randrange(len(data))])
    with zipfile.ZipFile(io.BytesIO(file)) as zipped:
        members = {name: zipped.read(name) for name in zipped.namelist()}
    if kind == 2:
        members.pop(rng.choice(list(members)))
    elif kind == 3:
        weights = bytearray(members["model.weights.h5"])
        for _ in range(rng.choice([1, 2, 8])):
            weights[rng.randrange(len(weights))] = rng.choice([0, 255, 127, rng.randrange(256)])
        members["model.weights.h5"] = bytes(weights[: rng.choice([len(weights), rng.randrange(len(weights))])])
    else:
        members["config.json"] = changed(json.loads(members["config.json"]), rng).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name, member in members.items():
            zipped.writestr(name, member)
    return out.getvalue()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("rondo")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="mutated")
    parser.add_argument("--no-limit", action="store_true")
    args = parser.parse_args()
    files = sorted(GOLDEN.rglob("*.keras"))
    rng = random.Random(args.seed)
    rng.shuffle(files)
    limit = None if args.no_limit else lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    codes, bad = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        model, y = Path(folder) / "m.keras", Path(folder) / "y.npy"
        for n in range(args.count):
            source = files[n % len(files)]
            try:
                model.write_bytes(mutated(source.read_bytes(), rng))
            except (ValueError, RecursionError):
                continue
            arrays = sorted(source.parent.glob(source.stem + "*.npz"))
            inputs, outputs = [], ["--output", str(y)]
            if arrays:
                with zipfile.ZipFile(arrays[0]) as zipped:
                    for name in sorted(name for name in zipped.namelist() if name[0] == "x"):
                        path = Path(folder) / name
                        path.write_bytes(zipped.read(name))
                        inputs += ["--input", str(path)]
                    count = sum(name[0] == "y" for name in zipped.namelist())
                outputs += [word for i in range(1, count) for word in ("--output", f"{y}{i}.npy")]
            for words in (["summary", str(model)], ["predict", str(model), *inputs, *outputs] if inputs else ["plan", str(model), "--batch-size", "4"]):
                try:
                    done = subprocess.run([args.rondo, *words], capture_output=True, text=True, errors="replace", timeout=20, preexec_fn=limit)
                    code, text = done.returncode, done.stderr
                except subprocess.TimeoutExpired:
                    code, text = "hang", ""
                codes[code] = codes.get(code, 0) + 1
                internal = "internal error" in text or "Sanitizer" in text or "runtime error:" in text
                if not isinstance(code, int) or not 0 <= code <= 9 or internal or len(text.splitlines()) > 24:
                    bad += 1
                    Path(args.keep).mkdir(exist_ok=True)
                    kept = Path(args.keep) / f"{args.seed}_{n}_{source.name}"
                    kept.write_bytes(model.read_bytes())
                    print(f"{kept}: {words[0]}: {code}: {' '.join(text.split())[:400]}", flush=True)
    print(f"{args.count} files, exit codes {dict(sorted(codes.items(), key=str))}, {bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
