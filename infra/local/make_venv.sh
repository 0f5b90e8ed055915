#!/bin/sh
# Makes .venv and installs what a lock file names: make_venv.sh run|dev. Does nothing when all of it is there.
set -eu
cd "$(dirname "$0")/../.."
kind=$1
export PIP_DISABLE_PIP_VERSION_CHECK=1

# A stamp holds the checksum of what was installed, and the place: a virtual environment cannot be moved.
stamp_of() { { pwd; cat "requirements/$1.txt" pyproject.toml layers/core/pyproject.toml agent/pyproject.toml; } | cksum; }
installed() { [ "$(cat ".venv/.installed-$1" 2>/dev/null)" = "$(stamp_of "$1")" ]; }
works() { .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
moved() { [ -f .venv/.place ] && [ "$(cat .venv/.place)" != "$(pwd)" ]; }

if works && ! moved; then
    # dev holds everything of run
    if installed "$kind" || { [ "$kind" = run ] && installed dev; }; then exit 0; fi
    .venv/bin/python -m pip --version >/dev/null 2>&1 || rm -rf .venv # its making was cut short
else
    rm -rf .venv
fi

if [ ! -d .venv ]; then
    python=$(infra/local/find_python.sh)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python cannot make virtual environments: apt-get install python3-venv" >&2
        exit 1
    fi
    echo "Making .venv with $python"
    "$python" -m venv .venv
    pwd >.venv/.place
fi

echo "Installing what requirements/$kind.txt names (only when it changed)"
pip() { .venv/bin/python -m pip install -qq "$@"; }
if ! { pip --require-hashes -r "requirements/$kind.txt" &&
    pip --no-build-isolation --no-deps --config-settings editable_mode=compat -e agent -e layers/core -e .; }; then
    echo "pip could not install requirements/$kind.txt (see above): check the network or set PIP_INDEX_URL, and try again." >&2
    exit 1
fi
rm -f .venv/.installed-*
stamp_of "$kind" >".venv/.installed-$kind"
