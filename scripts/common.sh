# Shared by demo.sh and test.sh: installs what is missing, configures, builds, and says in one line what it is doing.
# Works from any folder, needs no standard input, and asks nothing.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
exec </dev/null

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${RONDO_BUILD_DIR:-$root/build}
jobs=${RONDO_JOBS:-$(nproc 2>/dev/null || echo 2)}

build_packages="g++ cmake ninja-build pkg-config nlohmann-json3-dev libzip-dev libcli11-dev"
test_packages="libgtest-dev libhdf5-dev python3 python3-numpy python3-h5py"

# stage TEXT COMMAND...: prints TEXT, runs COMMAND with its output in a log, then prints the seconds it took; on failure shows the
# end of the log and stops.
stage() {
  local text=$1 log start=$SECONDS
  shift
  log=$(mktemp "${TMPDIR:-/tmp}/rondo-log.XXXXXX")
  printf '%s ... ' "$text"
  if "$@" >"$log" 2>&1; then
    printf '%d s\n' $((SECONDS - start))
    rm -f "$log"
  else
    printf 'failed after %d s\n' $((SECONDS - start))
    # The compiler's own words first, then the end of the log.
    grep -nE '(error|Error|FAILED|E):' "$log" | head -20 >&2 || true
    echo "--- the last lines of $log" >&2
    tail -40 "$log" >&2
    exit 1
  fi
}

installed() { dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed'; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    env "$@"
  else
    sudo env "$@"
  fi
}

apt_install() {
  local apt="apt-get -y -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3"
  # A failed update is no reason to stop if the lists at hand are good enough for the install.
  as_root DEBIAN_FRONTEND=noninteractive $apt update || echo "apt-get update failed; trying with the lists at hand"
  as_root DEBIAN_FRONTEND=noninteractive $apt install --no-install-recommends "$@"
}

# install_missing PACKAGE...: nothing is touched when everything is there.
install_missing() {
  local missing=() package
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "not a Debian system: these packages, or their like, must be there: $*"
    return
  fi
  for package in "$@"; do
    installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    echo "missing packages, and neither root nor sudo to install them. As root: apt-get install -y ${missing[*]}" >&2
    exit 1
  fi
  stage "installing ${missing[*]}" apt_install "${missing[@]}"
}

# configure [CMAKE OPTION...]: options of an earlier configuration stay as they are.
configure() {
  mkdir -p "$build"
  stage "configuring ${build#"$root"/}" cmake -G Ninja -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release "$@"
}

# make_targets TEXT TARGET...
make_targets() {
  local text=$1
  shift
  stage "building $text" cmake --build "$build" -j "$jobs" --target "$@"
}
