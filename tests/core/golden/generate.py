#!/usr/bin/python3
"""Writes numpy.json: how NumPy prints float32 arrays, what reshape makes of shapes, and the words of its refusals.

Run with Debian 12's NumPy (1.24.2):  /usr/bin/python3 tests/core/golden/generate.py
Values are stored as the bits of float32 numbers, so that none is lost in text.
"""
import json
import os
import warnings

import numpy as np

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20240601)
F = np.float32


def bits(a):
    return np.ascontiguousarray(a, F).view(np.uint32).ravel().tolist()


def printing():
    cases = []

    def add(values, shape=None):
        a = np.array(values, F)
        if shape is not None:
            a = a.reshape(shape)
        cases.append({"shape": list(a.shape), "bits": bits(a), "text": str(a)})

    for v in [[], [0], [-0.0], [1], [0.1], [0.1, 0.25], [1, 10, 100], [1, 1000], [1, 1001], [1000, 1], [0.001, 1], [0.0001],
              [0.00011], [0.00009], [1e8], [99999992], [99999984, 1e5], [16777216], [16777217], [1e7, 1e4], [1e7, 0.1],
              [np.nan], [np.inf], [-np.inf], [np.nan, 1], [np.inf, 1], [-np.inf, 1], [np.nan, -np.inf, 0.5], [np.inf, 0.5, 12],
              [np.nan, 1e-5], [-np.inf, 1e-5, 1], [np.inf, np.nan], [-1, 1], [-0.5, 10], [1e-45], [3.4028235e38], [1e-45, 3e38],
              [1.17549435e-38], [1 / 3], [1 / 3, 2 / 3], [1e10, 1e-10], [-1e10, 1e-10, 1], [0, 1e-5], [0, 0, 1e9], [1.5e-5, 1],
              [123456.789], [0.012345679], [0.00012345679], [2.5, 1e-3], [1.1, 123456.78, 1e-9], [1e15], [1e16], [5e-324],
              [0.5, 0.25, 0.125, 0.0625], [1e-4, 1e-1], [0.3, -0.3], [9.9999997e-05], [1.0000001], [8388608.5, 0.5]]:
        add(v)
    for v in [1, 0.1, -0.0, 0, 1e16, 1e15, 9.9e15, 1e-5, 1e-4, 0.00012, 123456789, np.nan, np.inf, -np.inf, 1e38, 1.17549435e-38, 2.5, -7,
              16777216, 1 / 3, 1.5e-7]:
        add(v, ())
    for shape in [(0,), (0, 3), (3, 0), (2, 0, 3), (1,), (1, 1), (1, 1, 1), (2, 3), (1, 10, 1), (1, 10, 2), (2, 3, 4), (2, 2, 2, 2), (1, 2, 1, 2, 1),
                  (30,), (3, 30), (2, 2, 30), (999,), (1000,), (1001,), (25, 40), (25, 41), (7, 200), (6, 200), (10, 10, 11), (3, 3, 3, 50),
                  (2, 600), (600, 2), (1001, 1), (1, 1001), (5, 5, 5, 5, 5), (100, 1, 100), (7, 7, 30)]:
        n = int(np.prod(shape))
        if n > 300:  # by formula, to keep the file small: exact in float32
            for divisor in [1, 64, 4096]:
                a = (((np.arange(n) * 7919) % 10007 - 5000) / divisor).astype(F).reshape(shape)
                cases.append({"shape": list(shape), "divisor": divisor, "text": str(a)})
            continue
        add(np.arange(n), shape)
        add(rng.standard_normal(n), shape)
        add(rng.standard_normal(n) * 10.0 ** rng.integers(-6, 6, n), shape)
        add(np.round(rng.uniform(-10, 10, n), 1), shape)
    for _ in range(120):  # random bits: every exponent
        n = int(rng.integers(1, 12))
        add(rng.integers(0, 2**32, n, dtype=np.uint32).view(F))
    for _ in range(120):  # few digits, many sizes
        n = int(rng.integers(1, 14))
        add(np.round(rng.uniform(-1, 1, n), int(rng.integers(0, 9))) * 10.0 ** int(rng.integers(-5, 9)))
    for _ in range(60):  # with specials, wrapped
        a = (rng.standard_normal(40) * 10.0 ** int(rng.integers(-5, 9))).astype(F)
        a[rng.integers(0, 40, 3)] = [np.nan, np.inf, -np.inf]
        add(a[: int(rng.integers(1, 40))])
    return cases


def outcome(f):
    try:
        return {"shape": list(f().shape)}
    except Exception as e:  # noqa: BLE001
        return {"error": str(e)}


def reshaping():
    cases = []
    sizes = [(), (0,), (1,), (6,), (10,), (24,), (2, 3), (2, 3, 4), (0, 3), (1, 10, 1), (10, 2)]
    wanted = [(), (-1,), (1,), (0,), (6,), (10,), (3, 4), (-1, 3), (3, -1), (-1, -1), (0, -1), (-1, 0), (2, -1, 3), (1, 10, 1), (1, 10, 2), (-2, 2), (2, -5),
              (-1, 1, 1), (1, -1, 1), (2, 3, 4), (4, 3, 2), (2, 2, 2, 3), (-1, 2, -1), (1, 1, 1, -1), (2**40, 2**40), (2**40, 2**40, -1), (5, 0, -1), (0, 3),
              (7,), (1,) * 32, (1,) * 33, (-7, 1, 7), (3, -9, -9), (5, -1)]
    for size in sizes:
        for want in wanted:
            a = np.zeros(size, F)
            cases.append({"from": list(size), "to": list(want), **outcome(lambda: a.reshape(want))})
    return cases


def slicing():
    cases = []
    a = np.arange(10, dtype=F)
    ends = [None, 0, 1, 3, 9, 10, 11, 100, -1, -3, -10, -11, -100]
    for start in ends:
        for stop in ends:
            for step in [1, 2, 3, -1, -2, -7, 100, -100]:
                cases.append({"start": start, "stop": stop, "step": step, "values": a[start:stop:step].tolist()})
    return cases


def arranging():
    cases = []
    rank = {1: (3,), 2: (2, 3), 3: (2, 3, 4), 4: (2, 1, 3, 2)}

    def add(op, shapes, argument, f):
        arrays = []
        for k, shape in enumerate(shapes):
            arrays.append(np.arange(int(np.prod(shape)), dtype=F).reshape(shape) + 100 * k)
        case = {"op": op, "shapes": [list(s) for s in shapes], "argument": argument}
        try:
            out = f(arrays)
            case.update({"shape": list(out.shape), "values": out.ravel().tolist()})
        except Exception as e:  # noqa: BLE001
            case["error"] = str(e)
        cases.append(case)

    for axes in [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 1), (2, 0, 1), (-1, 0, 1), (0, 1), (0, 1, 1), (0, 1, 3), (0, 1, 2, 3), (0, -1, 2), (-4, 0, 1)]:
        add("transpose", [rank[3]], list(axes), lambda a: a[0].transpose(axes))
    for r in rank:
        add("transpose", [rank[r]], [], lambda a: a[0].T)
        for axis in range(-r - 2, r + 2):
            add("concatenate", [rank[r], rank[r]], axis, lambda a: np.concatenate(a, axis))
            add("stack", [rank[r], rank[r], rank[r]], axis, lambda a: np.stack(a, axis))
    for shapes, axis in [([(2, 3), (4, 3)], 0), ([(2, 3), (4, 3)], 1), ([(2, 3), (2, 4)], 1), ([(2, 3), (3,)], 0), ([(2, 3), (2, 3), (2, 5)], 0), ([(0, 3), (2, 3)], 0),
                         ([(), ()], 0), ([], 0), ([(2, 3)], 0)]:
        add("concatenate", shapes, axis, lambda a: np.concatenate(a, axis))
        add("stack", shapes, axis, lambda a: np.stack(a, axis))
    for index in [(0,), (0, 0), (2, 0, 0), (0, 3, 0), (0, 0, 4), (-2, -3, -4), (-3, 0, 0), (0, 0, 0, 0), (1, 2, 3), (0, -4, 0)]:
        add("index", [rank[3]], list(index), lambda a: a[0][index])
    for i in [0, 1, -1, -2, 2, -3]:
        add("index", [rank[3]], [i], lambda a: a[0][i])
    return cases


if __name__ == "__main__":
    out = {"numpy": np.__version__, "printing": printing(), "reshape": reshaping(), "slice": slicing(), "arrange": arranging()}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "numpy.json")
    lines = ["{", ' "numpy": ' + json.dumps(out["numpy"])]
    for key in ["printing", "reshape", "slice", "arrange"]:
        lines[-1] += ","
        lines.append(" " + json.dumps(key) + ": [\n" + ",\n".join("  " + json.dumps(c, separators=(",", ":")) for c in out[key]) + "\n ]")
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n}\n")
