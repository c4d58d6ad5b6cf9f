#!/usr/bin/env python3
"""The study behind the default settings of `rondo train`, and the table of its results.

    scripts/fetch_series.py build/series          # once: the series, from their packages
    scripts/study.py ask                          # the questions of docs/defaults.md, all of them (half an hour)
    scripts/study.py ask shortcut loss            # some
    scripts/study.py ask --flags "--learning-rate 0.01 --patience 5"      # a setting of your own beside the defaults
    scripts/study.py defaults                     # writes the tables of docs/defaults.md
    scripts/study.py results                      # writes docs/results.md

Every run is the command line a user would type, one thread each. What a run gave is kept in build/study.jsonl, under its
arguments and the digest of the program, so that a study that was stopped goes on where it was.
"""
import argparse
import hashlib
import json
import math
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import fetch_series

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Subject:
    series: str
    target: str
    kind: str
    half: int  # 1: settings are chosen on it; 2: they are confirmed on it
    sizes: tuple  # (lookback, horizon)
    flags: tuple = ()

    @property
    def path(self):
        return f"data/{self.series}.csv" if self.series in DATA else f"build/series/{self.series}.csv"

    def light(self):
        """Without the commands that take ten seconds: a day of hours at once."""
        return replace(self, sizes=self.sizes[:1]) if "hourly" in self.kind else self

    def command(self, lookback, horizon):
        return [self.path, "--target", self.target, "--lookback", str(lookback), "--horizon", str(horizon), *self.flags]


DATA = ("airline-passengers", "nyc-weather")
MONTHLY = "monthly, trend or season"
FORWARD = ("--missing", "forward")
YEAR, QUARTER, WEEK, DAY, STOCK, HOUR = ((12, 1), (24, 12)), ((8, 1), (8, 4)), ((52, 1), (52, 8)), ((28, 1), (28, 7)), \
    ((20, 1), (20, 5)), ((48, 1), (48, 24))
# Each half has every kind; two series of one thing (CO2, sunspots) are in the same half.
SUBJECTS = [
    Subject("airline-passengers", "Passengers", MONTHLY, 1, YEAR),
    Subject("co2", "co2", MONTHLY, 1, YEAR, FORWARD),
    Subject("elnino", "sst", MONTHLY, 1, YEAR),
    Subject("ausbeer", "megalitres", "quarterly", 1, QUARTER),
    Subject("macro", "realgdp", "quarterly", 1, QUARTER),
    Subject("co2-weekly", "co2", "weekly", 1, WEEK, FORWARD),
    Subject("gasoline", "barrels", "weekly", 1, WEEK),
    Subject("temperature", "minimum", "daily", 1, DAY),
    Subject("sp500", "close", "daily, near a random walk", 1, STOCK),
    Subject("nyc-weather", "temp", "hourly", 1, HOUR, FORWARD),
    Subject("bikes", "count", "hourly", 1, HOUR),
    Subject("taylor", "megawatts", "half-hourly", 1, ((48, 1), (96, 48))),
    Subject("nile", "volume", "yearly", 1, ((8, 1), (8, 3))),
    Subject("wineind", "bottles", MONTHLY, 2, YEAR),
    Subject("elec-equip", "turnover", MONTHLY, 2, YEAR),
    Subject("core-cpi", "cpi", MONTHLY, 2, YEAR),
    Subject("sunspots-monthly", "sunspots", "monthly, cycles without a fixed length", 2, ((24, 1), (24, 12))),
    Subject("woolyrnq", "tonnes", "quarterly", 2, QUARTER),
    Subject("austres", "thousands", "quarterly", 2, QUARTER),
    Subject("births", "births", "daily", 2, DAY),
    Subject("seattle", "temp_max", "daily", 2, DAY),
    Subject("oil", "dollars", "daily, near a random walk", 2, STOCK, FORWARD),
    Subject("electricity", "load", "hourly", 2, HOUR),
    Subject("beijing", "pm25", "hourly", 2, HOUR, FORWARD),
    Subject("sunspots", "sunspots", "yearly", 2, ((12, 1), (12, 3))),
    Subject("lynx", "lynx", "yearly", 2, ((10, 1), (10, 3))),
]

# One at a time: everything else as the defaults say. The first of each is the default.
QUESTIONS = {
    "shortcut": ["--shortcut on", "--shortcut off"],
    "min-gain": ["--min-gain 0.01", "--min-gain 0"],
    "loss": ["--loss huber", "--loss mse"],
    "learning-rate": ["--learning-rate 0.003", "--learning-rate 0.001"],
    "layers": ["--layers lstm:32", "--layers gru:32", "--layers lstm:64"],
    "patience": ["--patience 20", "--patience 10"],
    "batch-size": ["--batch-size 32", "--batch-size 64"],
    "normalize": ["--normalize window", "--normalize standard"],
}
DEFAULTS = {rows[0] for rows in QUESTIONS.values()}


# --- running ----------------------------------------------------------------------------------------------------------------


class Bench:
    def __init__(self, build, jobs, light):
        self.subjects = [s.light() for s in SUBJECTS] if light else SUBJECTS
        self.rondo = (ROOT / build / "rondo").resolve()
        if not self.rondo.is_file():
            sys.exit(f"{self.rondo} is not there: ./test.sh or ninja -C build rondo_cli builds it")
        self.digest = hashlib.sha256(self.rondo.read_bytes()).hexdigest()[:12]
        self.store = ROOT / build / "study.jsonl"
        self.jobs = jobs
        self.known = {}
        if self.store.exists():
            for line in self.store.read_text().splitlines():
                key, value = json.loads(line)
                self.known[key] = value

    def one(self, subject, size, flags, seed):
        arguments = [*subject.command(*size), *flags.split(), "--seed", str(seed)]
        key = " ".join([self.digest, *arguments])
        if key not in self.known:
            with tempfile.TemporaryDirectory() as folder:
                out, err = Path(folder) / "out", Path(folder) / "err"
                with out.open("wb") as o, err.open("wb") as e:
                    child = subprocess.Popen([self.rondo, "train", *arguments, "--threads", "1", "--json", "--out", folder + "/m.keras"],
                                             cwd=ROOT, stdin=subprocess.DEVNULL, stdout=o, stderr=e)
                    _, status, usage = os.wait4(child.pid, 0)  # CPU seconds: what the clock says depends on who else computes
                    child.returncode = os.waitstatus_to_exitcode(status)
                if child.returncode:
                    sys.exit(f"rondo train {' '.join(arguments)}\n{out.read_text()}{err.read_text()}")
                value = json.loads(out.read_text())
            self.known[key] = {"test": value["test"], "season": value["season"], "seconds": usage.ru_utime + usage.ru_stime}
            with self.store.open("a") as file:
                file.write(json.dumps([key, self.known[key]]) + "\n")
        return self.known[key]

    def all(self, subjects, flags, seeds):
        """{(subject, size): [run of each seed]}"""
        tasks = [(s, size, flags, seed) for s in subjects for size in s.sizes for seed in seeds]
        with ThreadPoolExecutor(self.jobs) as pool:
            runs = list(pool.map(lambda t: self.one(*t), tasks))
        out = {}
        for (subject, size, _, _), run in zip(tasks, runs):
            out.setdefault((subject, size), []).append(run)
        return out


def geometric(values):
    values = list(values)
    return math.exp(sum(math.log(v) for v in values) / len(values))


def ratio(run, other):
    return run["test"]["model"]["mae"] / run["test"][other]["mae"]


@dataclass
class Verdict:
    ridge: float  # geometric mean of MAE(model) / MAE(ridge)
    persistence: float
    worst: float  # largest MAE(model) / MAE(ridge), and where
    where: str
    seconds: float  # of CPU, one seed, over all series
    broken: int  # runs that lose to persistence where ridge beats it, or are 10 % behind ridge on a monthly series


def breaks(subject, run):
    """Which promise a run breaks: "" or a word."""
    model, ridge, naive = (run["test"][name]["mae"] for name in ("model", "ridge", "persistence"))
    if ridge < naive <= model:
        return "persistence"
    if subject.kind == MONTHLY and model > 1.1 * ridge:
        return "ridge"
    return ""


def judge(runs):
    cases = {case: geometric(ratio(r, "ridge") for r in many) for case, many in runs.items()}
    (subject, size), worst = max(cases.items(), key=lambda item: item[1])
    return Verdict(geometric(cases.values()), geometric(ratio(r, "persistence") for many in runs.values() for r in many), worst,
                   f"{subject.series} {size[1]}", sum(r["seconds"] for many in runs.values() for r in many) / len(next(iter(runs.values()))),
                   sum(bool(breaks(subject, r)) for (subject, _), many in runs.items() for r in many))


HEADER = """| Setting | model / ridge | model / persistence | worst, where | broken | model / ridge | model / persistence | worst, where | broken | seconds |
|---|---|---|---|---|---|---|---|---|---|"""


def line(bench, flags, seeds):
    typed = "" if flags in DEFAULTS else flags
    halves = [judge(bench.all([s for s in bench.subjects if s.half == half], typed, seeds)) for half in (1, 2)]
    cells = ["the defaults" if not flags else f"`{flags}`" if typed else f"**`{flags}`**"]
    for v in halves:
        cells += [f"{v.ridge:.3f}", f"{v.persistence:.3f}", f"{v.worst:.2f}, {v.where}", str(v.broken)]
    return "| " + " | ".join([*cells, f"{sum(v.seconds for v in halves):.0f}"]) + " |"


def question(bench, name, seeds, show=print):
    lines = [HEADER]
    show(HEADER)
    for flags in QUESTIONS[name]:
        lines.append(line(bench, flags, seeds))
        show(lines[-1])
    return "\n".join(lines)


def write_defaults(bench, seeds, names):
    """Replaces the tables between <!-- study NAME --> and <!-- end -->."""
    path = ROOT / "docs" / "defaults.md"
    text = path.read_text()
    for name in re.findall(r"<!-- study ([\w-]+) -->", text):
        if names and name not in names:
            continue
        made = question(bench, name, seeds, lambda row: print(row, flush=True)) if name != "all" else \
            "\n".join([HEADER, line(bench, "", seeds)])
        text = re.sub(rf"(<!-- study {name} -->\n).*?(<!-- end -->)", lambda m: m[1] + made + "\n" + m[2], text, flags=re.S)
        path.write_text(text)


# --- docs/results.md --------------------------------------------------------------------------------------------------------


def figure(value):
    return "-" if value is None else f"{value:.4g}" if abs(value) < 1e5 else f"{value:.0f}"


def kept(run):
    """The model is the ridge autoregression it started from, but for the last bits of single precision."""
    return abs(ratio(run, "ridge") - 1) < 1e-5


ROLES = {"model": "model", "persistence": "persistence", "seasonal_naive": "seasonal naive", "ridge": "ridge"}


def source(subject):
    for s in fetch_series.SERIES:
        if s.name == subject.series:
            package = fetch_series.PACKAGES[s.package]
            client = {"pip": "Python", "npm": "npm"}[package.client]
            return f"{s.what[0].upper()}{s.what[1:]}. Package `{s.package}` {package.version} ({client}; {package.licence}), " \
                   f"`{s.member}`; changed: {s.changed}."
    return "Monthly international airline passengers, 1949 to 1960, in thousands. See [data/README.md](../data/README.md)."


def write_results(bench, seeds):
    runs = bench.all(SUBJECTS, "", seeds)
    out = [(Path(__file__).parent / "results_head.md").read_text().rstrip(), ""]
    overview = ["| Series | kind | lookback, horizon | MAE of the model / ridge's | / persistence's | / seasonal naive's | "
                f"/ ridge's, {len(seeds)} seeds | lowest MAE | seconds |", "|---|---|---|---|---|---|---|---|---|"]
    pages, broken, wins = [], [], 0
    for subject in SUBJECTS:
        pages += [f"## {subject.series}", "", source(subject), ""]
        for size in subject.sizes:
            many = runs[subject, size]
            run = many[0]
            test = run["test"]
            best = min([role for role in ROLES if role != "model" or not kept(run)], key=lambda role: test[role]["mae"])
            wins += best == "model"
            spread = sorted(ratio(r, "ridge") for r in many)
            seasonal = f"{ratio(run, 'seasonal_naive'):.2f}"
            overview.append(f"| [{subject.series}](#{subject.series}) | {subject.kind} | {size[0]}, {size[1]} | {ratio(run, 'ridge'):.3f} | "
                            f"{ratio(run, 'persistence'):.3f} | {seasonal} | {spread[0]:.3f} to {spread[-1]:.3f} | {ROLES[best]}{' (the model is ridge)' if kept(run) and best == 'ridge' else ''} | "
                            f"{run['seconds']:.2g} |")
            for seed, r in zip(seeds, many):
                if breaks(subject, r):
                    broken.append(f"{subject.series}, horizon {size[1]}, seed {seed}: behind {breaks(subject, r)} "
                                  f"({ratio(r, 'persistence'):.4f} of persistence's MAE, {ratio(r, 'ridge'):.4f} of ridge's)")
            lost = [name for role, name in ROLES.items() if role != "model" and test[role]["mae"] < test["model"]["mae"] and
                    not (role == "ridge" and kept(run))]
            said = "The model is the ridge autoregression: no epoch gained enough on it. " if kept(run) else ""
            said += f"The model loses to {' and '.join(lost)}." if lost else "" if kept(run) else "The model has the lowest MAE."
            pages += [f"`rondo train {' '.join(subject.command(*size))}`", "",
                      f"Season {run['season']}. {said}".rstrip(), "", "| | MAE | RMSE | MASE |", "|---|---|---|---|"]
            pages += [f"| {name} | {figure(test[role]['mae'])} | {figure(test[role]['rmse'])} | {figure(test[role]['mase'])} |"
                      for role, name in ROLES.items()]
            pages.append("")
    cases = [(s, size) for s in SUBJECTS for size in s.sizes]
    first = [runs[c][0] for c in cases]
    naive = [c for c in cases if runs[c][0]["test"]["ridge"]["mae"] < runs[c][0]["test"]["persistence"]["mae"]]
    monthly = [c for c in cases if c[0].kind == MONTHLY]
    out += [f"- {len(SUBJECTS)} series, {len(cases)} commands. The model has the lowest MAE of the four in {wins}, a lower MAE than "
            f"ridge's in {sum(ratio(r, 'ridge') < 1 and not kept(r) for r in first)}, ridge's own in {sum(map(kept, first))} because no epoch "
            f"gained enough on that start, a higher one in {sum(ratio(r, 'ridge') > 1 and not kept(r) for r in first)}; lower than persistence's in "
            f"{sum(ratio(r, 'persistence') < 1 for r in first)}.",
            f"- Geometric means: {geometric(ratio(r, 'ridge') for r in first):.3f} of ridge's MAE, "
            f"{geometric(ratio(r, 'persistence') for r in first):.3f} of persistence's.",
            f"- Ridge beats persistence in {len(naive)} of them; there the model beats it in "
            f"{sum(ratio(runs[c][0], 'persistence') < 1 for c in naive)}.",
            f"- On the {len(monthly)} commands on monthly series with a trend or a season the model is within 10 % of ridge's MAE or below it in "
            f"{sum(ratio(runs[c][0], 'ridge') <= 1.1 for c in monthly)}.",
            f"- With seeds {seeds[0]} to {seeds[-1]}, {len(cases) * len(seeds)} runs, these two promises are broken {len(broken)} times"
            + (":" if broken else "."), *[f"  - {b}" for b in broken], "", *overview, "", *pages]
    (ROOT / "docs" / "results.md").write_text("\n".join(out).rstrip() + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("verb", choices=("ask", "defaults", "results"))
    parser.add_argument("questions", nargs="*", help=", ".join(QUESTIONS))
    parser.add_argument("--flags", action="append", help="settings to compare with the defaults")
    parser.add_argument("--build", default="build")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each command: seeds 0, 1, ...")
    parser.add_argument("--light", action="store_true", help="ask without the five commands that take ten seconds each")
    parser.add_argument("--jobs", type=int, default=1, help="runs at once")
    arguments = parser.parse_args()
    for name in arguments.questions:
        if name not in QUESTIONS:
            parser.error(f"no question '{name}'; there are: {', '.join(QUESTIONS)}")
    for subject in SUBJECTS:
        if not (ROOT / subject.path).exists():
            sys.exit(f"{subject.path} is not there: scripts/fetch_series.py build/series fetches it")
    bench, seeds = Bench(arguments.build, arguments.jobs, arguments.light), range(arguments.seeds)
    if arguments.verb == "results":
        write_results(bench, seeds)
    elif arguments.verb == "defaults":
        write_defaults(bench, seeds, arguments.questions)
    elif arguments.flags:
        print(HEADER)
        for flags in ["", *arguments.flags]:
            print(line(bench, flags, seeds), flush=True)
    else:
        for name in arguments.questions or QUESTIONS:
            print(f"\n{name}\n")
            question(bench, name, seeds, lambda row: print(row, flush=True))


if __name__ == "__main__":
    main()
