"""rondo shape: what tables and arrays are, what is wrong with them, and that every line it says to type works."""
import shlex
import subprocess
import sys

import numpy as np

import harness
from harness import FORMAT, NOT_FOUND, SHAPE, UNSUPPORTED, USAGE


class Shape(harness.Case):
    def write(self, name, text):
        (self.folder / name).write_text(text)
        return name

    def table(self, name, rows, header="date,load", line=lambda i: f"2020-{i // 28 + 1:02d}-{i % 28 + 1:02d},{i % 7 + i / 100}"):
        return self.write(name, header + "\n" + "".join(line(i) + "\n" for i in range(rows)))

    def shape(self, *words):
        """Says the same to people and to programs, in 80 columns; returns the object."""
        out, _ = self.good("shape", *words)
        for line in out.splitlines():
            if not line.startswith("  rondo ") and not line.startswith("  python3 ") and not line.startswith("  awk "):
                self.assertLessEqual(len(line), 80, line)
        result = self.good_json("shape", *words)
        for line in result["next"]:
            self.assertIn(line, out)
        self.assertEqual(result["verb"], "shape")
        return result

    def codes(self, result):
        return [p["code"] for p in result["problems"]]

    def types(self, lines):
        """Runs what it says to type, as a shell would."""
        for line in lines:
            done = subprocess.run(["bash", "-c", line.replace("python3", shlex.quote(sys.executable))], cwd=self.folder, capture_output=True,
                                  env=harness.fixtures.environment(harness.BINARY), stdin=subprocess.DEVNULL, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, line + "\n" + done.stderr)

    def trains(self, result):
        self.assertEqual(len(result["next"]), 1)
        self.assertTrue(result["next"][0].startswith("rondo train "), result["next"])
        self.types([result["next"][0] + " --epochs 1 --out trained.keras"])

    def test_airline(self):
        result = self.shape("airline.csv")
        self.assertEqual((result["kind"], result["rows"], result["samples"], result["x"], result["y"]),
                         ("table", 144, 132, [132, 12, 1], [132, 1]))
        self.assertEqual(result["dates"]["frequency"], "monthly")
        self.assertEqual(result["columns"][1], {"name": "Passengers", "kind": "number", "min": 104, "max": 622, "missing": 0,
                                                "infinite": 0, "constant": False})
        self.assertEqual(result["problems"], [])
        self.trains(result)
        longer = self.shape("airline.csv", "--lookback", 24, "--horizon", 12)
        self.assertEqual((longer["samples"], longer["x"], longer["y"]), (144 - 24 - 12 + 1, [109, 24, 1], [109, 12]))
        self.trains(longer)

    def test_must_it_be_one_sample(self):
        out, _ = self.good("shape", "airline.csv")
        self.assertIn("would be ONE sample", out)
        self.assertIn("(1, 144, 1)", out)
        self.assertIn("sample 0: x = rows 0 .. 11 (1949-01 .. 1949-12) of Passengers\n            y = row 12 (1950-01) of Passengers", out)

    def test_order_of_rows(self):
        airline = (self.folder / "airline.csv").read_text().splitlines()
        self.write("newest.csv", "\n".join(airline[:1] + airline[:0:-1]) + "\n")
        result = self.shape("newest.csv")
        self.assertEqual(self.codes(result), ["newest_first"])
        self.assertEqual(result["columns"][0]["first"], "1949-01")
        self.trains(result)
        self.write("gaps.csv", "\n".join(airline[:20] + airline[23:]) + "\n")
        result = self.shape("gaps.csv")
        self.assertEqual(self.codes(result), ["gaps"])
        self.assertEqual((result["dates"]["gaps"], result["dates"]["missing_rows"]), (1, 3))
        self.write("one.csv", "\n".join(airline[:20] + [airline[25]] + airline[20:25] + airline[26:]) + "\n")
        self.assertEqual(self.codes(self.shape("one.csv")), ["disorder"])
        self.write("twice.csv", "\n".join(airline[:20] + [airline[19]] + airline[20:]) + "\n")
        self.assertEqual(self.codes(self.shape("twice.csv")), ["duplicates"])

    def test_several_series_below_one_another(self):
        line = lambda i: f"{'oslo' if i < 100 else 'rome'},2020-{i % 100 // 28 + 1:02d}-{i % 100 % 28 + 1:02d},{i % 7}.5"
        self.table("cities.csv", 200, "city,date,t", line)
        result = self.shape("cities.csv")
        self.assertEqual(self.codes(result), ["several_series"])
        self.assertIn("'city' tells them apart", result["problems"][0]["text"])
        self.types(result["next"])
        self.assertEqual(self.shape("one_series.csv")["rows"], 100)

    def test_dates_that_are_open_or_spoiled(self):
        self.table("open.csv", 12, line=lambda i: f"01/{i + 1:02d}/2020,{i * i}")
        result = self.shape("open.csv", "--lookback", 2)
        self.assertEqual(self.codes(result)[0], "open_dates")
        self.assertIn("Say --date-order dmy or --date-order mdy.", result["problems"][0]["text"])
        result = self.shape("open.csv", "--date-order", "mdy", "--lookback", 2)
        self.assertEqual(result["dates"]["frequency"], "daily")
        self.assertIn("--date-order mdy", result["next"][0])
        self.table("bad.csv", 31, line=lambda i: f"2020-02-{i + 1:02d},{i % 3}.5")
        result = self.shape("bad.csv")
        self.assertIn("no_dates", self.codes(result))
        self.assertIn("'2020-02-30' is no date", result["problems"][0]["text"])

    def test_missing_constant_and_counting_columns(self):
        def line(i):
            return f"{i},{'' if i in (3, 9) else i % 7},5,{'' if i == 0 else i % 3},{i % 5}.25"
        self.table("messy.csv", 120, "n,load,five,late,price", line)
        result = self.shape("messy.csv")
        self.assertEqual(self.codes(result), ["counter", "constant_feature", "missing"])
        self.assertEqual(result["target"], "price")
        self.assertEqual(result["features"], ["load", "five", "late", "price"])
        self.assertIn("--missing drop", result["next"][0])  # 'late' begins with a missing value
        self.trains(result)
        result = self.shape("messy.csv", "--target", "five")
        self.assertIn("constant_target", self.codes(result))
        self.assertEqual(result["next"], [])

    def test_too_few_rows_and_turned_tables(self):
        result = self.shape(self.table("short.csv", 14))
        self.assertEqual(self.codes(result), ["windows"])
        self.assertLess(result["lookback"], 12)
        self.trains(result)
        result = self.shape(self.table("tiny.csv", 3))
        self.assertEqual(self.codes(result)[0], "too_few_rows")
        self.write("turned.csv", ",".join(f"t{i}" for i in range(50)) + "\n" + (",".join(str(i % 9) for i in range(50)) + "\n") * 2)
        self.assertIn("turned", self.codes(self.shape("turned.csv")))
        self.write("words.csv", "a,b\nx,y\nz,w\n")
        self.assertEqual(self.codes(self.shape("words.csv")), ["no_numbers"])

    def test_names_that_a_shell_would_read(self):
        self.table("my $(data) file's.csv", 120, "date,the load; $(rm)")
        result = self.shape("my $(data) file's.csv")
        self.trains(result)
        result = self.shape("./" + self.table("-x.csv", 120))
        self.trains(result)

    def test_arrays(self):
        rng = np.random.default_rng(0)
        result = self.shape(self.save("table.npy", rng.normal(size=(120, 3))))
        self.assertEqual((result["kind"], result["dtype"], result["rows"]), ("table", "float64", 120))
        self.assertEqual(result["x"], [108, 12, 3])
        self.trains(result)
        result = self.shape(self.save("line.npy", rng.normal(size=120).astype("f4")))
        self.assertEqual(result["x"], [108, 12, 1])
        self.trains(result)
        result = self.shape("X.npy")
        self.assertEqual((result["kind"], result["arrays"][0]["shape"]), ("array", [10, 5, 3]))
        self.assertEqual(result["problems"], [])
        swapped = self.shape(self.save("swapped.npy", rng.normal(size=(10, 1, 24))))
        self.assertEqual(self.codes(swapped), ["one_time_step"])
        holes = rng.normal(size=(10, 5, 3))
        holes[2, 1, 0] = np.nan
        holes[3, 1, 0] = np.inf
        result = self.shape(self.save("holes.npy", holes))
        self.assertEqual(self.codes(result), ["missing"])
        self.assertEqual((result["arrays"][0]["missing"], result["arrays"][0]["infinite"]), (1, 1))
        self.assertEqual(self.codes(self.shape(self.save("four.npy", np.zeros((2, 3, 4, 5))))), ["axes"])
        for shape in ((), (0,), (0, 3), (3, 0), (0, 5, 3)):
            self.shape(self.save("odd.npy", np.zeros(shape)))
        np.savez(self.folder / "several.npz", a=np.zeros((4, 3, 2)), b=np.zeros(4))
        result = self.shape("several.npz")
        self.assertEqual([a["name"] for a in result["arrays"]], ["a", "b"])
        np.savez(self.folder / "empty.npz")
        self.shape("empty.npz")

    def test_model_that_takes_it(self):
        result = self.shape("X.npy", "--model", "model.keras")
        self.assertTrue(result["model"]["takes"])
        self.assertEqual(result["next"], ["rondo predict model.keras --input X.npy --output P.npy"])
        self.types(result["next"])
        np.savez(self.folder / "both.npz", x0=self.load("X0.npy"), x1=self.load("X1.npy"))
        result = self.shape("both.npz", "--model", "two_inputs.keras")
        self.assertTrue(result["model"]["takes"])
        self.types(result["next"])

    def test_model_that_does_not(self):
        """Each line it says to type makes an array that the model takes."""
        x = self.load("X.npy")
        for name, array in (("one", x[0]), ("turned", x[0].T), ("flat", x.reshape(10, 15)), ("long", x.reshape(50, 3)), ("swapped", x.transpose(0, 2, 1))):
            with self.subTest(name):
                result = self.shape(self.save(f"{name}.npy", array), "--model", "model.keras")
                self.assertFalse(result["model"]["takes"])
                self.assertIn("got:", result["model"]["text"])
                lines = [line for line in result["next"] if not line.startswith("rondo train")]
                self.assertEqual(len(lines), 2, result["model"]["text"])
                self.types(lines)
        np.testing.assert_array_equal(self.load("X_fixed.npy"), x)  # the last one: swapped
        result = self.shape("Y.npy", "--model", "model.keras")
        self.assertFalse(result["model"]["takes"])
        result = self.shape("X.npy", "--model", "two_inputs.keras")
        self.assertFalse(result["model"]["takes"])

    def test_network_and_table(self):
        rng = np.random.default_rng(1)
        self.table("three.csv", 40, "date,a,b,c", lambda i: f"2020-{i // 28 + 1:02d}-{i % 28 + 1:02d}," + ",".join(f"{v:.3f}" for v in rng.normal(size=3)))
        result = self.shape("three.csv", "--model", "model.keras")
        self.assertFalse(result["model"]["takes"])
        self.types(result["next"][-2:])
        self.assertEqual(self.load("X_windows.npy").shape, (36, 5, 3))
        values = np.genfromtxt(self.folder / "three.csv", delimiter=",", skip_header=1)[:, 1:]
        np.testing.assert_array_equal(self.load("X_windows.npy")[7], values[7:12])
        self.assertIn("3 features, and the table has 1 number column", self.shape("airline.csv", "--model", "model.keras")["model"]["text"])

    def test_forecaster(self):
        result = self.shape("airline.csv", "--model", "airline.keras")
        self.assertTrue(result["model"]["takes"])
        self.assertEqual(result["next"], ["rondo forecast airline.keras airline.csv", "rondo evaluate airline.keras airline.csv"])
        self.types(result["next"])
        text = (self.folder / "airline.csv").read_text()
        self.write("typo.csv", text.replace("Passengers", "Pasengers"))
        result = self.shape("typo.csv", "--model", "airline.keras")
        self.assertFalse(result["model"]["takes"])
        self.assertIn("no column 'Passengers'. Did you mean 'Pasengers'?", result["model"]["text"])
        self.write("few.csv", "\n".join(text.splitlines()[:8]) + "\n")
        self.assertIn("reads the last 12 rows, and the table has 7", self.shape("few.csv", "--model", "airline.keras")["model"]["text"])

    def test_hostile_input(self):
        self.bad(NOT_FOUND, "shape", "none.csv", says="none.csv")
        self.bad(NOT_FOUND, "shape", "none.npy")
        self.bad(NOT_FOUND, "shape", ".")
        self.bad(FORMAT, "shape", self.write("empty.csv", ""))
        self.bad(FORMAT, "shape", self.write("header.csv", "a,b\n"))
        self.bad(FORMAT, "shape", self.write("ragged.csv", "a,b\n1,2\n3\n"), says="line 3")
        self.bad(FORMAT, "shape", self.write("text.npy", "a,b\n"))
        self.bad(FORMAT, "shape", self.write("text.npz", "a,b\n"))
        self.bad(FORMAT, "shape", "model.keras", says="zip")
        self.bad(FORMAT, "shape", self.write("word.csv", "a\n1\n2\nword\n"), says=("line 4", "leave the cell empty or write NA"))
        self.bad(UNSUPPORTED, "shape", "airline.csv", "--target", "Pasengers", says="Did you mean 'Passengers'?")
        self.bad(UNSUPPORTED, "shape", "airline.csv", "--target", "Month", says="column of text")
        self.bad(UNSUPPORTED, "shape", "airline.csv", "--date", "Pasengers", says="Did you mean 'Passengers'?")
        self.bad(UNSUPPORTED, "shape", "airline.csv", "--date", "Passengers", says="is no date")
        self.bad(UNSUPPORTED, "shape", "airline.csv", "--date-order", "ymd", says="dmy")
        self.bad(NOT_FOUND, "shape", "airline.csv", "--model", "none.keras")
        self.bad(FORMAT, "shape", "airline.csv", "--model", "airline.csv")
        for flag in ("--lookback", "--horizon"):
            for value in ("0", "-1", "1e99", "99999999999999999999", "x", ""):
                self.bad(USAGE, "shape", "airline.csv", f"{flag}={value}")
        self.bad(USAGE, "shape", "airline.csv", "--target", "")
        self.bad(USAGE, "shape")
        self.shape("airline.csv", "--lookback", 1_000_000_000, "--horizon", 1_000_000_000)
        self.write("esc.csv", "da\x1b[31mte,lo\x07ad\n2020-01-01,1\n2020-01-02,3\n")
        out, _ = self.good("shape", "esc.csv")
        self.assertNotIn("\x07", out)
        self.save("objects.npy", np.array(["a", None], dtype=object))
        self.bad(UNSUPPORTED, "shape", "objects.npy")
        self.save("huge.npy", np.array([1e300]))
        self.bad(UNSUPPORTED, "shape", "huge.npy")


if __name__ == "__main__":
    harness.main()
