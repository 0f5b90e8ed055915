#!/bin/sh
# Writes the four lock files anew: the widest first, the narrower ones held to the same versions.
# Releases younger than ten days are left out: by then a bad one has mostly been withdrawn.
set -eu
cd "$(dirname "$0")/.."
before=$(date --utc --date "10 days ago" +%F)
lock() { # lock FOLDER NAME [CONSTRAINT]
    uv pip compile --quiet --upgrade --universal --exclude-newer "$before" --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-header --no-annotate ${3:+--constraint "$3"} "$1/$2.in" --output-file "$1/$2.txt"
}
lock requirements dev
lock requirements run requirements/dev.txt
lock requirements sam # tools of the template's tests, each in an environment of its own
lock requirements ric
lock functions/ui requirements requirements/dev.txt
lock layers/core requirements requirements/dev.txt
