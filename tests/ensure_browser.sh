#!/bin/sh
# Sees to the programs that the tests drive: Chromium, node, real monitoring plug-ins. Installs them through apt when
# they are missing and the user is root. With CI set a missing program is an error, otherwise its tests say why they skip.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing="$missing chromium fonts-dejavu-core"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
[ -d /usr/lib/nagios/plugins ] || missing="$missing monitoring-plugins-basic"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # the names are separate words
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null; then exit 0; fi
    reason="apt-get could not install them"
else
    reason="only root can install them through apt-get"
fi
echo "Not there:$missing ($reason); tests that need them are skipped" >&2
[ -z "${CI:-}" ]
