#!/bin/sh
# make-venv.sh FOLDER: a virtual environment from the first Python on this machine that is new enough.
set -eu

fits() {
  # Run, not just found: pyenv has a shim for every version it knows, whether or not it is switched on.
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
  if fits "$candidate"; then
    python=$candidate
    break
  fi
done

if [ -z "${python:-}" ]; then
  echo "Python 3.11 or newer is needed. Found: $(python3 --version 2>&1 || true)" >&2
  echo "Install one from https://www.python.org/downloads/ or your system's packages, then run this again." >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
  echo "$("$python" --version) comes without venv. On Debian and Ubuntu: apt install python3-venv" >&2
  exit 1
fi

"$python" --version
"$python" -m venv "$1"
# 25.1 is the first pip that reads dependency groups.
"$1/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
