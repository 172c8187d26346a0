#!/usr/bin/env bash
# Says in one line what is missing, and how to get it: to build; with `postgres` also Postgres' programs, which tests and the control
# plane want.
set -euo pipefail

# Where Plimsoll looks (libs/embedded-postgres/src/programs.rs).
has_postgres() {
  local path directory
  IFS=: read -ra path <<< "$PATH"
  set -- "${path[@]}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* /opt/homebrew/opt/postgresql@*/bin
  [[ -z ${PLIMSOLL_PG_BIN:-} ]] || set -- "$PLIMSOLL_PG_BIN"
  for directory in "$@"; do
    [[ -f $directory/initdb && -f $directory/postgres ]] && return
  done
  return 1
}

command -v cargo >/dev/null || { echo "cargo is missing: install Rust from https://rustup.rs" >&2; exit 1; }
command -v cc >/dev/null || { echo "a C linker is missing: install gcc (Debian: apt-get install gcc)" >&2; exit 1; }
command -v git >/dev/null || { echo "git is missing: install git (Debian: apt-get install git)" >&2; exit 1; }
if [[ ${1:-} == postgres ]] && ! has_postgres; then
  echo "Postgres' programs are missing: install Postgres 14 to 18 (Debian: apt-get install postgresql), or set PLIMSOLL_PG_BIN" >&2
  exit 1
fi
