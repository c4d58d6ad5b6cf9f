#!/bin/bash
# Builds everything and runs all tests; ends with ctest's summary. Arguments go to ctest: ./test.sh -R io
#   ./test.sh --sanitize    the same programs, built with AddressSanitizer and UBSan in build-asan
. "$(dirname "${BASH_SOURCE[0]}")/scripts/common.sh"

options=()
if [ "${1:-}" = --sanitize ]; then
  shift
  build=$root/build-asan
  options=(-DRONDO_SANITIZE=address,undefined "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -g1")
  export ASAN_OPTIONS=${ASAN_OPTIONS:-allocator_may_return_null=0:detect_stack_use_after_return=1}
  export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
fi

install_missing $build_packages $test_packages
configure -DRONDO_TESTS=ON -DRONDO_CLI=ON -DRONDO_EXAMPLES=ON "${options[@]}"
make_targets "everything, with $jobs jobs" all

cd "$root"
exec ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$jobs" "$@"
