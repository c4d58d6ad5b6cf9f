"""Writes the HDF5 files that tests/io/hdf5_test.cpp reads, with h5py (any 3.x), and what they hold as JSON.

    python3 make_hdf5.py

Everything here goes through libhdf5, so the values are the reference.
"""

import json
import os

import h5py
import numpy as np

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hdf5")
os.makedirs(HERE, exist_ok=True)
for name in os.listdir(HERE):
    os.remove(os.path.join(HERE, name))


def create(name, **options):
    return h5py.File(os.path.join(HERE, name), "w", **options)


def describe(file):
    out = {}

    def visit(path, item):
        if isinstance(item, h5py.Dataset):
            out[path] = {
                "type": str(item.dtype),
                "shape": list(item.shape),
                "values": np.asarray(item[()]).astype(np.float64).ravel().tolist(),
            }
        else:
            out[path] = {"names": sorted(item)}
        text = {k: v for k, v in item.attrs.items() if isinstance(v, str)}
        if text:
            out[path]["attributes"] = text

    file.visititems(visit)
    return out


expected = {}
rng = np.random.default_rng(0)

# Every number type, ranks 0 to 4, empty arrays, compact storage, strings of both kinds as attributes.
with create("types.h5") as f:
    for dtype in "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8".split():
        f[f"numbers/{dtype}"] = (rng.standard_normal((2, 3)) * 50).astype(np.int8 if dtype[0] == "i" else np.float32).astype(dtype) \
            if dtype[0] != "u" else rng.integers(0, 200, (2, 3)).astype(dtype)
    f["bool"] = np.array([True, False, True])
    f["half"] = np.array([0.0, -0.0, 1.5, -2.0, 65504.0, 6.1e-5, 6e-8, 5.96e-8], "f2")
    f["scalar"] = np.float32(0.25)
    f["iterations"] = np.int64(1234567890123)
    for rank in range(1, 5):
        f[f"rank{rank}"] = rng.standard_normal((2,) * rank).astype("f4")
    f["empty"] = np.zeros((0, 4), "f4")
    space, plist = h5py.h5s.create_simple((3,)), h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    compact = h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F32LE, space, plist)
    compact.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([1, 2, 3], "f4"))
    f.create_group("nothing/in/here")
    f["scalar"].attrs["dtype"] = "float32"
    f["numbers"].attrs["name"] = "variable length"
    f["numbers"].attrs.create("fixed", "fixed length", dtype=h5py.string_dtype("utf-8", 20))
    f["numbers"].attrs["count"] = 7  # not text: left out
    f["numbers"].attrs["list"] = ["a", "b"]
    expected["types.h5"] = describe(f)

# Attributes that overflow the header into a continuation block, and a heap with many strings.
with create("attributes.h5") as f:
    g = f.create_group("g")
    for i in range(40):
        g.attrs[f"attribute_{i}"] = "value " * i
    expected["attributes.h5"] = describe(f)

# A group that needs several levels of nodes, filled in an order that is not that of its names.
with create("many.h5") as f:
    g = f.create_group("many")
    for i in rng.permutation(300):
        g[f"{i}"] = np.float32(i)
    expected["many.h5"] = {"many": {"names": sorted(g)}}  # each holds its name

# What must be refused, each with a word the message must hold.
refused = {}


def refuse(name, word, build, **options):
    with create(name, **options) as f:
        build(f)
    refused[name] = word


refuse("chunked.h5", "chunked", lambda f: f.create_dataset("x", data=np.zeros(8, "f4"), chunks=(4,)))
refuse("gzip.h5", "compression", lambda f: f.create_dataset("x", data=np.zeros(8, "f4"), compression="gzip"))


def soft(f):
    f["x"] = np.zeros(2, "f4")
    f["y"] = h5py.SoftLink("/x")


def hard(f):
    f["x"] = np.zeros(2, "f4")
    f["y"] = f["x"]


refuse("soft_link.h5", "soft links", soft)
refuse("hard_link.h5", "hard links", hard)
refuse("external_link.h5", "link info", lambda f: f.__setitem__("y", h5py.ExternalLink("/etc/passwd", "/x")))
refuse("latest.h5", "superblock", lambda f: f.create_group("g"), libver="latest")
refuse("compound.h5", "compound", lambda f: f.create_dataset("x", data=np.zeros(2, [("a", "f4"), ("b", "i4")])))
refuse("big_endian.h5", "big-endian", lambda f: f.create_dataset("x", data=np.zeros(2, ">f4")))
refuse("strings.h5", "strings", lambda f: f.create_dataset("x", data=["a", "b"], dtype=h5py.string_dtype()))
refuse("ragged.h5", "variable length", lambda f: f.create_dataset("x", (2,), dtype=h5py.vlen_dtype(np.float32)))
refuse("reference.h5", "references", lambda f: f.create_dataset("x", data=f.ref, dtype=h5py.ref_dtype))
refuse("opaque.h5", "opaque", lambda f: f.create_dataset("x", data=np.zeros(2, "V2")))
refuse("complex.h5", "compound", lambda f: f.create_dataset("x", data=np.zeros(2, "c8")))
refuse("array_type.h5", "array types", lambda f: f.create_dataset("x", (2,), dtype=np.dtype(("f4", (3,)))))
refuse("null_space.h5", "empty dataspaces", lambda f: f.create_dataset("x", data=h5py.Empty("f4")))
refuse("creation_order.h5", "version 2", lambda f: f.create_group("g", track_order=True))
refuse("external_data.h5", "external", lambda f: f.create_dataset("x", (2,), "f4", external=[("/etc/passwd", 0, 8)]))
refuse("never_written.h5", "never written", lambda f: f.create_dataset("x", (2,), "f4"))

with open(os.path.join(HERE, "expected.json"), "w") as out:
    json.dump({"made_with": {"h5py": h5py.__version__, "libhdf5": h5py.version.hdf5_version}, "files": expected, "refused": refused}, out)
    out.write("\n")
