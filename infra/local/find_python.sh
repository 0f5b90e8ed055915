#!/bin/sh
# Prints the Python to use: $PYTHON, or the first of the usual names that is 3.11 or newer.
set -eu
recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

for name in ${PYTHON:-python3.11 python3.12 python3.13 python3.14 python3}; do
    if recent "$name"; then
        command -v "$name"
        exit 0
    fi
done
echo "No Python 3.11 or newer${PYTHON:+ in PYTHON=$PYTHON}: install one (apt-get install python3 python3-venv), or set PYTHON to its path." >&2
exit 1
