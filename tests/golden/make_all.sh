#!/usr/bin/env bash
# Makes every golden file again: ./make_all.sh [FOLDER]   (default: this folder)
# Needs Python 3.11 (PYTHON=...), PyPI, about 3 GB of space and half an hour.
# Environments are made in a temporary folder, or in VENVS=... and kept there.
# With WORK=... the runs are kept too, and finished ones are not made again.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
to=$(mkdir -p "${1:-$here}" && cd "${1:-$here}" && pwd)
if [ "$to" != "$here" ]; then  # the scripts write beside themselves
  cp "$here"/*.py "$here"/requirements-*.txt "$to"
  here=$to
fi
if [ -n "${WORK:-}" ]; then
  work=$(mkdir -p "$WORK" && cd "$WORK" && pwd)
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
venvs=${VENVS:-$work/venvs}

# venv NAME VERSION: makes it if it is not there, prints its Python
venv() {
  if [ ! -x "$venvs/$1/bin/python" ]; then
    "${PYTHON:-python3}" -m venv "$venvs/$1"
    "$venvs/$1/bin/pip" install --quiet --no-deps -r "$here/requirements-$2.txt" >&2
  fi
  echo "$venvs/$1/bin/python"
}

# run BACKEND PYTHON OUT ARGUMENTS...
run() {
  local backend=$1 python=$2 out=$3
  shift 3
  [ ! -e "$work/$out/cases.json" ] || return 0
  echo "== $out"
  KERAS_BACKEND=$backend "$python" "$here/generate.py" --out "$work/$out" "$@" \
    >"$work/$out.log" 2>&1 || { cat "$work/$out.log"; exit 1; }
  tail -n 1 "$work/$out.log"
}

k315=$(venv keras315 3.15)
k315tf=$(venv keras315tf 3.15-tensorflow)
k39=$(venv keras39 3.9)
k33=$(venv keras33 3.3)

run jax "$k315" 3.15
run jax "$k315" 3.15-float64 --float64
run tensorflow "$k315tf" 3.15-tensorflow --what trained training
run tensorflow "$k315tf" 3.15-tensorflow-float64 --what trained training --float64
run jax "$k39" 3.9 --what predict trained
run jax "$k33" 3.3 --what predict trained
run numpy "$k315" numpy --what predict
run tensorflow "$k315tf" tensorflow --what predict
for what in layers images attention graphs cells; do
  rm -rf "${to:?}/$what"/*.keras "${to:?}/$what"/*.npz "${to:?}/$what"/cases.json
  KERAS_BACKEND=jax "$k315" "$here/generate.py" --what "$what" --out "$to/$what"
done
KERAS_BACKEND=jax "$k39" "$here/generate.py" --what cells --out "$to/cells/3.9"
KERAS_BACKEND=jax "$k33" "$here/generate.py" --what cells --out "$to/cells/3.3"
rm -rf "${to:?}/older"
KERAS_BACKEND=numpy "$k39" "$here/older_files.py" make "$to/older"
KERAS_BACKEND=numpy "$k33" "$here/older_files.py" make "$to/older"
KERAS_BACKEND=numpy "$k315" "$here/older_files.py" expect "$to/older"
KERAS_BACKEND=jax "$k39" "$here/older_optimizers.py" "$to/older"
KERAS_BACKEND=jax "$k33" "$here/older_optimizers.py" "$to/older"
"$k315tf" "$here/fit_cases.py"
"$k315tf" "$here/rule_cases.py"
KERAS_BACKEND=jax "$k315" "$here/matrix_cases.py" run "$work/matrix"
KERAS_BACKEND=tensorflow "$k315tf" "$here/matrix_cases.py" run "$work/matrix"
"$k315" "$here/matrix_cases.py" join "$work/matrix"
"$k315" "$here/make_index.py" --from "$work" --to "$to"
