#!/bin/bash
# Trains an LSTM on the monthly airline passengers, prints its forecast beside persistence and the seasonal naive, and writes
# the model. Leaves the command line at build/rondo and the tutorial at build/examples/tutorial.
. "$(dirname "${BASH_SOURCE[0]}")/scripts/common.sh"

install_missing $build_packages
# A build folder that already holds the tests keeps them; a new one does without.
if [ -f "$build/CMakeCache.txt" ]; then configure; else configure -DRONDO_TESTS=OFF; fi
make_targets "the library, the command line and the examples" rondo_cli example_tutorial example_forecast

cd "$root"
exec "$build/examples/forecast" data/airline-passengers.csv
