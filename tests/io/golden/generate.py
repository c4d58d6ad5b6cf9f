#!/usr/bin/python3
"""Writes npy.json: files as NumPy writes them (in hex), and the values they hold.

Run with Debian 12's NumPy (1.24.2):  /usr/bin/python3 tests/io/golden/generate.py
"""
import io
import json
import os

import numpy as np

rng = np.random.default_rng(7)


def npy(a, version=None):
    f = io.BytesIO()
    np.lib.format.write_array(f, a, version=version)
    return f.getvalue()


def values(a):
    # repr of float64 keeps every number; integers beyond 2**53 are kept as text
    return [str(int(x)) if a.dtype.kind in "iu" else repr(float(x)) for x in a.ravel(order="C")]


def case(name, a, version=None):
    return {"name": name, "dtype": a.dtype.name, "fortran": bool(a.flags.f_contiguous and not a.flags.c_contiguous),
            "big_endian": a.dtype.byteorder == ">", "shape": list(a.shape), "values": values(a), "hex": npy(a, version).hex()}


cases = []
for dtype in ["?", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
    kind = np.dtype(dtype).kind
    if kind == "b":
        a = np.array([[True, False, True], [False, False, True]])
    elif kind in "iu":
        info = np.iinfo(dtype)
        edge = min(info.max, 2**24)
        a = np.array([[0, 1, edge], [max(info.min, -(2**24)), 7, edge - 1]], dtype)
    else:
        a = np.array([[0.0, -0.0, 1.5], [-2.25, np.inf, 2.0**-14]], dtype)
    for order in "CF":
        cases.append(case(f"{dtype} {order}", np.array(a, dtype, order=order)))
cases.append(case("half subnormals and limits", np.array([2.0**-24, -(2.0**-24), 1023 * 2.0**-24, 65504, -65504, 1 / 3, -np.inf, np.nan], "<f2")))
cases.append(case("float limits", np.array([1.4e-45, 3.4028235e38, 1.17549435e-38, -np.inf, np.nan], "<f4")))
for name, shape in [("0-d", ()), ("empty", (0,)), ("empty 2-d", (3, 0)), ("1-d", (5,)), ("3-d", (2, 3, 4)), ("4-d", (2, 1, 3, 2))]:
    a = np.arange(int(np.prod(shape)), dtype="<f4").reshape(shape)
    cases.append(case(name, a))
    cases.append(case(name + " Fortran", np.asfortranarray(a)))
for version in [(1, 0), (2, 0), (3, 0)]:
    cases.append(case(f"version {version[0]}.0", np.arange(6, dtype="<f4").reshape(2, 3), version))
cases.append(case("large integers that are powers of two", np.array([2**62, -(2**63), 2**40, 3 * 2**60], "<i8")))
cases.append(case("large unsigned", np.array([2**63, 2**64 - 2**40], "<u8")))

lossy = []
for name, a, kind in [
    ("tenths", np.array([[0.5, 0.1], [0.2, 0.25]]), "rounded"),
    ("big-endian tenths, Fortran", np.asfortranarray(np.array([[0.5, 0.5], [0.2, 0.25]], ">f8")), "rounded"),
    ("tiny", np.array([1e-60, 0.0]), "rounded"),
    ("huge", np.array([0.5, 1e39]), "overflow"),
    ("2**24 + 1", np.array([1, 2**24 + 1], "<i4"), "integer"),
    ("-(2**24) - 1", np.array([1, -(2**24) - 1], "<i8"), "integer"),
    ("nanoseconds", np.array([1700000000123456789], "<i8"), "integer"),
    ("u8", np.array([2**64 - 1], "<u8"), "integer"),
]:
    c = case(name, a)
    c.update({"kind": kind, "nearest": [repr(float(x)) for x in a.astype("f4").ravel(order="C")]})
    lossy.append(c)

refused = []
for name, a in [
    ("complex", np.zeros(2, "c8")),
    ("complex128", np.zeros(2, "c16")),
    ("string", np.array(["a", "bc"])),
    ("bytes", np.array([b"a", b"bc"])),
    ("object", np.array([{}, None], object)),
    ("structured", np.zeros(2, [("day", "<M8[D]"), ("kW", "<f8")])),
    ("datetime", np.zeros(2, "<M8[s]")),
    ("timedelta", np.zeros(2, "<m8[s]")),
    ("longdouble", np.zeros(2, np.longdouble)),
    ("void", np.zeros(2, "V3")),
]:
    f = io.BytesIO()
    np.lib.format.write_array(f, a, allow_pickle=True)
    refused.append({"name": name, "hex": f.getvalue().hex()})

archives = []
for name, save in [("stored", np.savez), ("deflated", np.savez_compressed)]:
    f = io.BytesIO()
    save(f, X=np.arange(6, dtype="f4").reshape(2, 3), y=np.array([1, 2]), zeros=np.zeros((50, 50)))
    archives.append({"name": name, "hex": f.getvalue().hex()})

written = []
for shape in [(), (0,), (1,), (10,), (1, 10, 1), (1, 10, 2), (100000, 0), (2, 3, 4, 5, 0)]:
    a = np.arange(int(np.prod(shape)), dtype="<f4").reshape(shape)
    written.append({"shape": list(shape), "hex": npy(a).hex()})

out = {"numpy": np.__version__, "read": cases, "lossy": lossy, "refused": refused, "archives": archives, "written": written}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "npy.json")
with open(path, "w") as f:
    f.write("{\n" + ",\n".join(" " + json.dumps(k) + ": " + ("[\n" + ",\n".join("  " + json.dumps(c, separators=(",", ":")) for c in v) + "\n ]"
                                                                 if isinstance(v, list) else json.dumps(v)) for k, v in out.items()) + "\n}\n")
