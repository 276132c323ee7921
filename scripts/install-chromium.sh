#!/bin/sh
# Installs Debian's Chromium for the browser tests, where there is none.
set -eu
if [ ! -x "${CHROMIUM_PATH:-/usr/bin/chromium}" ]; then
    echo 'Installing chromium and fonts from the distribution, for the browser tests.' >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends chromium fonts-inter fonts-dejavu-core >/dev/null
fi
