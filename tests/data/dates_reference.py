"""Writes dates.json: columns of dates as Python's datetime and pandas read them, go on, and find their frequency.
pandas 2 or later. Usage: dates_reference.py > dates.json"""
import json
import random
from datetime import datetime, timedelta, timezone

import pandas as pd

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
random.seed(0)


def micros(moment):
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - EPOCH) // timedelta(microseconds=1)


def text(moment, form):
    """strftime, and -d, -m, -H, -I without leading zeros, QQ for the quarter, FFF for milliseconds."""
    out = form.replace("QQ", str((moment.month + 2) // 3)).replace("FFF", f"{moment.microsecond // 1000:03d}")
    for code in "dmHI":
        out = out.replace(f"%-{code}", str(int(moment.strftime(f"%{code}"))))
    return moment.strftime(out)


# Columns of one form each: what datetime.strptime reads of them. (form to write, form to read, with a time)
FORMS = [
    ("%Y-%m-%d", None), ("%Y/%m/%d", None), ("%Y.%m.%d", None), ("%Y%m%d", None), ("%Y-%-m-%-d", "%Y-%m-%d"),
    ("%Y-%m-%dT%H:%M:%S", None), ("%Y-%m-%d %H:%M:%S", None), ("%Y-%m-%d %H:%M", None), ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%SZ"),
    ("%Y-%m-%d %H:%M:%S.%f", None), ("%Y-%m-%dT%H:%M:%S.FFFZ", "%Y-%m-%dT%H:%M:%S.%fZ"), ("%Y-%m-%dT%H:%M:%S+05:30", "%Y-%m-%dT%H:%M:%S%z"),
    ("%Y-%m-%d %H:%M:%S-0800", "%Y-%m-%d %H:%M:%S%z"), ("%Y%m%dT%H%M%S", None), ("%Y%m%d%H%M%S", None),
    ("%d.%m.%Y", None), ("%d/%m/%Y", None), ("%m/%d/%Y", None), ("%-m/%-d/%Y", "%m/%d/%Y"), ("%d-%m-%Y", None),
    ("%m/%d/%y", None), ("%d.%m.%y", None), ("%d.%m.%Y %H:%M", None), ("%m/%d/%Y %I:%M:%S %p", None), ("%-m/%-d/%Y %-I:%M %p", "%m/%d/%Y %I:%M %p"),
    ("%d-%b-%y", None), ("%d-%b-%Y", None), ("%-d %B %Y", "%d %B %Y"), ("%B %-d, %Y", "%B %d, %Y"), ("%b %d %Y", None), ("%d%b%Y", None),
    ("%A, %B %d, %Y", None), ("%a %d %b %Y %H:%M:%S", None), ("%Y-%b-%d", None), ("%d-%b-%Y %H:%M:%S", None),
    ("%Y-%m", None), ("%Y/%m", None), ("%m/%Y", None), ("%b %Y", None), ("%B %Y", None), ("%b-%y", None), ("%Y %b", None), ("%Y-%b", None),
    ("%YM%m", None), ("%Y", None),
]


def forms():
    out = []
    for write, read in FORMS:
        moments = []
        for _ in range(30):
            moment = datetime(1971, 1, 1) + timedelta(microseconds=random.randrange(60 * 365 * 86400 * 10**6 // 2))
            moments.append(moment)
        cells = [text(m, write) for m in moments]
        out.append({"form": write, "cells": cells, "micros": [micros(datetime.strptime(c, read or write)) for c in cells]})
    cells = [f"{y}-W{w:02d}-{d}" for y, w, d in ((2020, 1, 1), (2020, 53, 7), (1981, 1, 3), (2009, 53, 5), (1976, 53, 6))]
    out.append({"form": "iso week", "cells": cells, "micros": [micros(datetime.strptime(c, "%G-W%V-%u")) for c in cells]})
    for form in ("%YQQQ", "%Y-QQQ", "QQQ %Y", "%Y QQQ", "QQQ-%Y"):
        moments = [datetime(1900 + random.randrange(150), 1 + 3 * random.randrange(4), 1) for _ in range(30)]
        # the first QQ of QQQ is the letter Q and one digit
        cells = [text(m, form.replace("QQQ", "Q@")).replace("@", str((m.month + 2) // 3)) for m in moments]
        out.append({"form": form, "cells": cells, "micros": [micros(m) for m in moments]})
    return out


# Columns that go on. (pandas frequency, rows, start, form, frequency in words, season)
RANGES = [
    ("MS", 144, "1949-01-01", "%Y-%m", "monthly", 12), ("MS", 30, "1960-11-01", "%b %Y", "monthly", 12),
    ("MS", 25, "1960-01-01", "%-m/%-d/%Y", "monthly", 12), ("MS", 40, "1958-01-01", "%-d-%b-%y", "monthly", 12),
    ("ME", 14, "2019-01-31", "%Y-%m-%d", "monthly", 12), ("ME", 50, "2019-02-28", "%d.%m.%Y", "monthly", 12),
    ("BME", 60, "2019-01-31", "%Y-%m-%d", "monthly", 12), ("2MS", 20, "2000-03-01", "%B %Y", "every 2 months", 6),
    ("QS", 40, "1960-01-01", "%Y-%m-%d", "quarterly", 4), ("QE", 40, "1960-03-31", "%m/%d/%Y", "quarterly", 4),
    ("YS", 40, "1960-01-01", "%Y", "yearly", 1), ("YE", 30, "1960-12-31", "%Y-%m-%d", "yearly", 1), ("5YS", 12, "1900-01-01", "%Y", "every 5 years", 1),
    ("D", 70, "2019-12-25", "%Y-%m-%d", "daily", 7), ("D", 400, "2019-12-25", "%d/%m/%Y", "daily", 7), ("D", 400, "2019-12-25", "%-m/%-d/%y", "daily", 7),
    ("B", 300, "2019-12-25", "%Y-%m-%d", "business days", 5), ("B", 11, "2020-01-01", "%A, %B %d, %Y", "business days", 5),
    ("W-SUN", 60, "2020-01-05", "%Y-%m-%d", "weekly", 52), ("2W-MON", 60, "2020-01-06", "%Y%m%d", "every 2 weeks", 26),
    ("4h", 60, "2020-02-27 20:00", "%Y-%m-%d %H:%M", "every 4 hours", 6), ("h", 60, "2020-02-27 20:00", "%Y-%m-%dT%H:%M:%SZ", "hourly", 24),
    ("h", 60, "2020-02-27 20:00", "%m/%d/%Y %I:%M %p", "hourly", 24), ("30min", 99, "2020-02-28 20:00", "%Y-%m-%d %H:%M:%S", "every 30 minutes", 48),
    ("10min", 99, "2009-01-01 00:10", "%d.%m.%Y %H:%M:%S", "every 10 minutes", 144), ("min", 99, "2020-02-28 23:00", "%Y-%m-%d %H:%M", "every minute", 1440),
    ("s", 99, "2020-02-28 23:59", "%d-%b-%Y %H:%M:%S", "every second", 86400), ("5s", 99, "2020-02-28 23:59", "%Y-%m-%dT%H:%M:%S+02:00", "every 5 seconds", 17280),
    ("20ms", 99, "2020-02-28 23:59:59", "%Y-%m-%d %H:%M:%S.FFF", "every 20 milliseconds", 1), ("28D", 40, "2020-01-01", "%Y-%m-%d", "every 4 weeks", 1),
    ("30D", 40, "2020-01-01", "%Y-%m-%d", "every 30 days", 1), ("D", 3, "2020-12-30", "%B %-d, %Y", "daily", 7),
]


def ranges():
    out = []
    for freq, rows, start, form, words, season in RANGES:
        moments = [m.to_pydatetime() for m in pd.date_range(start, periods=rows + 30, freq=freq)]
        cells = [text(m, form) for m in moments]
        out.append({"freq": freq, "form": form, "cells": cells[:rows], "after": cells[rows:], "words": words, "season": season})
    quarters = pd.period_range("1959Q3", periods=50, freq="Q")
    for form in ("{y}Q{q}", "{y}-Q{q}", "Q{q} {y}"):
        cells = [form.format(y=p.year, q=p.quarter) for p in quarters]
        out.append({"freq": "Q", "form": form, "cells": cells[:20], "after": cells[20:], "words": "quarterly", "season": 4})
    weeks = [d.strftime("%G-W%V") for d in pd.date_range("2019-06-03", periods=150, freq="7D")]
    out.append({"freq": "7D", "form": "%G-W%V", "cells": weeks[:60], "after": weeks[60:], "words": "weekly", "season": 52})
    return out


# Rows taken out of a regular column: how many gaps, how many rows, and the row after the first.
def gaps():
    out = []
    for freq, rows, start, form, *_ in RANGES:
        if rows < 40:
            continue
        moments = [m.to_pydatetime() for m in pd.date_range(start, periods=rows, freq=freq)]
        taken = sorted(random.sample(range(1, rows - 1), rows // 12))
        kept = [i for i in range(rows) if i not in taken]
        starts = [i for i in taken if i - 1 not in taken]
        out.append({"freq": freq, "form": form, "cells": [text(moments[i], form) for i in kept], "gaps": len(starts),
                    "missing_rows": len(taken), "first_gap": kept.index(starts[0] - 1) + 1})
    return out


NO_DATES = ["1960-02-30", "2021-02-29", "1960-13", "1960-00-10", "1960-01-32", "31.04.1960", "1960Q5", "1960-Q0", "Q1", "2021-W53", "1960-1-1-1",
            "1960-01-01 25:00", "1960-01-01 12:60", "1960-01-01 13:00 PM", "1960-01-01T", "1960-01-01 +01:00", "19600230", "196", "12:30", "Jan", "Jam 1960",
            "32-Jan-60", "January 45, 1960", "1960-01-01x", "-1960", "1/2", "1.5", "--", "2020-01-01 12:30 +25:00", "0000-01-01", "1900-02-29", "monday"]


def numbers():
    """Number columns: the values, and what pandas makes of them."""
    hours = pd.date_range("2020-02-28", periods=60, freq="h")
    days = pd.date_range("2019-12-25", periods=60, freq="D")
    months = pd.date_range("1949-01-01", periods=60, freq="MS")
    years = pd.date_range("1821-01-01", periods=60, freq="YS")
    unix = [micros(m.to_pydatetime()) for m in hours]
    def case(name, values, moments, words, after):
        return {"name": name, "values": values, "micros": [micros(m.to_pydatetime()) for m in moments], "words": words, "after": after}
    return [
        case("Year", [m.year for m in years], years, "yearly", ["1881", "1882"]),
        case("time", [m.year + (m.month - 1) / 12 for m in months], months, "monthly", ["1954", "1954.0833"]),
        case("yearmonth", [m.year * 100 + m.month for m in months], months, "monthly", ["195401", "195402"]),
        case("DATE", [int(m.strftime("%Y%m%d")) for m in days], days, "daily", ["20200223", "20200224"]),
        case("date", [int(m.strftime("%Y%m%d%H")) for m in hours], hours, "hourly", ["2020030112", "2020030113"]),
        case("date", [int(m.strftime("%Y%m%d%H%M")) for m in hours], hours, "hourly", ["202003011200", "202003011300"]),
        case("dt", [int(m.strftime("%Y%m%d%H%M%S")) for m in hours], hours, "hourly", ["20200301120000", "20200301130000"]),
        case("timestamp", [u // 10**6 for u in unix], hours, "hourly", [str(unix[-1] // 10**6 + 3600), str(unix[-1] // 10**6 + 7200)]),
        case("open_time", [u // 10**3 for u in unix], hours, "hourly", [str(unix[-1] // 10**3 + 3600000)]),
        case("Time", unix, hours, "hourly", [str(unix[-1] + 3600 * 10**6)]),
    ]


CASES = {"forms": forms(), "ranges": ranges(), "gaps": gaps(), "no_dates": NO_DATES, "numbers": numbers()}
print(json.dumps({"pandas": pd.__version__, "cases": CASES}, indent=None,
                 separators=(",", ":")).replace('{"f', '\n{"f').replace('{"name', '\n{"name'))
