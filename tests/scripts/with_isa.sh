#!/bin/bash
# with_isa.sh ISA RONDO PROGRAM...: runs PROGRAM under that instruction set; exit 77 (skipped) if this CPU cannot.
export RONDO_ISA=$1
shift
"$1" info >/dev/null 2>&1 || { echo "this CPU does not run $RONDO_ISA"; exit 77; }
shift
exec "$@"
