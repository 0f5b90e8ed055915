#!/bin/sh
# Runs the tests of the pages' scripts with node's own test runner.
set -eu
cd "$(dirname "$0")/.."
files=$(find tests/js -name '*.test.js' -o -name '*.test.mjs' | sort)
if ! command -v node >/dev/null 2>&1; then
    echo "node is not there: the tests of the pages' scripts are skipped" >&2
    [ -z "${CI:-}" ]
    exit
fi
# shellcheck disable=SC2086 # one argument a file
node --test $files
