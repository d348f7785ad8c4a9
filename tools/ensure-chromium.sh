#!/bin/sh
# ensure-chromium.sh: a Chromium for the browser tests. One on this machine, else Debian's, else Playwright's own.
set -eu
if [ -n "${CHROMIUM:-}" ] || command -v chromium || command -v chromium-browser || command -v google-chrome; then
  exit 0
fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  if apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; then
    exit 0
  fi
  echo "Debian's chromium could not be installed; trying Playwright's." >&2
fi
python -m playwright install chromium
