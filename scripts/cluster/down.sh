#!/usr/bin/env bash
# Stops what up.sh started in a directory: down.sh DIR
set -euo pipefail
for program in scheduler apiserver etcd; do
  [[ -f $1/$program.pid ]] || continue
  pid=$(cat "$1/$program.pid")
  # A number may have been given to another program since.
  if tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -q "$program"; then
    kill "$pid" 2> /dev/null || true
    for _ in $(seq 100); do kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
  fi
  rm -f "$1/$program.pid"
done
