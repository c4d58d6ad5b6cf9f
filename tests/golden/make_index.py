"""Puts the generated files together and describes them in index.json.

    python make_index.py --from WORK --to FOLDER [--add]

WORK holds one folder per run of generate.py (see make_all.sh). All cases are
compared across versions and backends; the files of 3.15 are kept, and for the
older versions those listed in KEPT_FOR_OLDER.

With --add, WORK needs the folders 3.15 and 3.15-float64 alone: their cases join
the index, and what is there already stays as it is.
"""

import argparse
import json
import math
import os
import shutil

import numpy as np

# The cases whose files are also kept for the older versions of Keras: every
# layer, every way of writing a graph, and the cases in which versions differ.
KEPT_FOR_OLDER = """
lstm_last lstm_stacked lstm_go_backwards_seq lstm_relu_hard_sigmoid lstm_dropout
lstm_names lstm_encoder_decoder lstm_stateful lstm_return_state
gru_reset_after_seq gru_reset_before_last gru_reset_after_no_bias
masked_lstm_seq masked_lstm_value masked_lstm_zero_output_seq masked_gru_reset_after_last
masked_batchnorm_lstm masked_bidirectional_lstm_seq masked_lstm_td_dense
masked_concatenate_features masked_concatenate_time
bidirectional_lstm_concat_seq bidirectional_gru_none_seq bidirectional_backward_layer
td_lstm batchnorm_sequence batchnorm_no_center_no_scale dense_3d dense_activations
functional_two_inputs functional_shared_lstm functional_diamond functional_two_outputs
functional_any_length sequential_without_input trained_adam trained_rmsprop
""".split()

RULE = "|got - want| <= tolerance * max(1, |want|), for every value"
DEFAULT = 1e-6
# A value counts as different between versions or backends from here on.
DIFFERENT = 2e-6


def cases_of(folder):
    with open(os.path.join(folder, "cases.json")) as file:
        return json.load(file)


def npz_files(case):
    return [run["npz"] for run in case["runs"]] if "runs" in case else [case["npz"]]


def is_given(key):
    return key[0] in "xt" and key[1:].isdigit()


def distance(folder, other, case):
    """Largest difference of a case between two runs, relative above 1."""
    largest = 0.0
    for name in npz_files(case):
        with np.load(os.path.join(folder, name)) as a, np.load(os.path.join(other, name)) as b:
            for key in a.files:
                want, got = a[key].astype(np.float64), b[key].astype(np.float64)
                difference = np.abs(got - want) / np.maximum(1, np.abs(want))
                if is_given(key):
                    assert difference.max() < 1e-6, (name, key)
                else:
                    largest = max(largest, float(difference.max()))
    return largest


def compare(folder, other, cases, other_cases):
    """What differs, and the largest difference among all that does not."""
    same, differs = 0.0, {}
    common = [n for n in cases if n in other_cases]
    for name in common:
        d = distance(folder, other, cases[name])
        if d > DIFFERENT:
            differs[name] = float(f"{d:.3g}")
        else:
            same = max(same, d)
    return {
        "compared": len(common),
        "largest_difference_of_the_rest": float(f"{same:.2g}"),
        "differs": differs,
    }


def round_up(value):
    """To one significant digit."""
    step = 10.0 ** math.floor(math.log10(value))
    return float(f"{math.ceil(value / step - 1e-9) * step:.0e}")


def tolerance_of(rounding):
    """A float32 run is allowed three times what float32 costs Keras itself."""
    if 3 * rounding <= DEFAULT:
        return DEFAULT, None
    return round_up(3 * rounding), f"Keras in float32 is {rounding:.1e} from Keras in float64"


def entry(name, case, folder, keras, rounding):
    tolerance, reason = tolerance_of(rounding)
    described = {"name": name, "keras": keras, **case}
    described["file"] = f"{folder}/{case['file']}"
    if "runs" in case:
        described["runs"] = [{**r, "npz": f"{folder}/{r['npz']}"} for r in case["runs"]]
    else:
        described["npz"] = f"{folder}/{case['npz']}"
    described["tolerance"] = tolerance
    if reason:
        described["reason"] = reason
    return described


def copy(case, source, target):
    os.makedirs(target, exist_ok=True)
    for name in [case["file"], *npz_files(case)]:
        shutil.copy(os.path.join(source, name), target)


def add(to, path):
    """New cases go behind the last one of their kind."""
    with open(os.path.join(to, "index.json")) as file:
        index = json.load(file)
    cases = index["cases"]
    for name, case in cases_of(path("3.15"))["cases"].items():
        folder = "training" if case["kind"] == "training" else "3.15"
        copy(case, path("3.15"), os.path.join(to, folder))
        new = entry(name, case, folder, "3.15", distance(path("3.15"), path("3.15-float64"), case))
        new["folder"] = folder
        for key in ("file", "npz"):
            new[key] = case[key]
        old = [i for i, c in enumerate(cases) if c["name"] == name and c["keras"] == "3.15"]
        kin = [i for i, c in enumerate(cases) if c["kind"] == case["kind"] and c["keras"] == "3.15"]
        at = old[0] if old else kin[-1] + 1
        cases[at : at + len(old)] = [new]
    with open(os.path.join(to, "index.json"), "w") as file:
        json.dump(index, file, indent=1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--from", dest="work", required=True)
    parser.add_argument("--to", required=True)
    parser.add_argument("--add", action="store_true")
    args = parser.parse_args()

    def path(run):
        return os.path.join(args.work, run)

    if args.add:
        return add(args.to, path)

    runs = ["3.15", "3.15-tensorflow", "3.9", "3.3", "numpy", "tensorflow"]
    read = {run: cases_of(path(run)) for run in runs}
    for folder in ("3.15", "3.9", "3.3", "training"):
        shutil.rmtree(os.path.join(args.to, folder), ignore_errors=True)
    entries = []
    for run in ("3.15", "3.15-tensorflow"):
        for name, case in read[run]["cases"].items():
            rounding = distance(path(run), path(run + "-float64"), case)
            folder = "training" if case["kind"] == "training" else "3.15"
            copy(case, path(run), os.path.join(args.to, folder))
            entries.append(entry(name, case, folder, "3.15", rounding))
    newest = {e["name"]: e for e in entries}
    for run in ("3.9", "3.3"):
        for name, case in read[run]["cases"].items():
            # Rondo follows 3.15.1: where an older version gives other numbers (a mask that it loses), its own are nothing to compare with.
            if name in KEPT_FOR_OLDER and distance(path("3.15"), path(run), case) <= DIFFERENT:
                copy(case, path(run), os.path.join(args.to, run))
                described = entry(name, case, run, run, 0)
                for key in ("tolerance", "reason"):
                    if key in newest[name]:
                        described[key] = newest[name][key]
                entries.append(described)

    main_cases = read["3.15"]["cases"]
    older = {}
    for run in ("3.9", "3.3"):
        older[run] = compare(path("3.15"), path(run), main_cases, read[run]["cases"])
        older[run]["absent"] = read[run]["failed"]
    backends = {
        run: compare(path("3.15"), path(run), main_cases, read[run]["cases"])
        for run in ("numpy", "tensorflow")
    }
    with open(os.path.join(args.to, "index.json"), "w") as file:
        file.write('{\n"tolerance_rule": %s,\n' % json.dumps(RULE))
        file.write('"older_versions_compared_with_3.15": %s,\n' % json.dumps(older))
        file.write('"other_backends_compared_with_jax": %s,\n' % json.dumps(backends))
        file.write('"cases": [\n')
        file.write(",\n".join(json.dumps(e, separators=(",", ":")) for e in entries))
        file.write("\n]\n}\n")
    with open(os.path.join(args.to, "versions.json"), "w") as file:
        made_by = ("3.15", "3.15-tensorflow", "3.9", "3.3")
        json.dump({run: read[run]["versions"] for run in made_by}, file, indent=1)
        file.write("\n")
    print(json.dumps({"older": older, "backends": backends}, indent=1))
    print(f"{len(entries)} cases")


if __name__ == "__main__":
    main()
