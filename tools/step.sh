#!/bin/sh
# step.sh TITLE COMMAND...: a heading, the command, and how long it took.
title=$1
shift
printf '\n==> %s\n' "$title"
started=$(date +%s)
"$@"
code=$?
seconds=$(($(date +%s) - started))
if [ "$code" -eq 0 ]; then
  printf '    %s: %s s\n' "$title" "$seconds"
else
  printf '    %s: failed after %s s\n' "$title" "$seconds" >&2
fi
exit "$code"
