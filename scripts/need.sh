#!/usr/bin/env bash
# Says in one line what is missing to build, and how to get it.
set -euo pipefail
command -v cargo >/dev/null || { echo "cargo is missing: install Rust from https://rustup.rs" >&2; exit 1; }
command -v cc >/dev/null || { echo "a C linker is missing: install gcc (Debian: apt-get install gcc)" >&2; exit 1; }
command -v git >/dev/null || { echo "git is missing: install git (Debian: apt-get install git)" >&2; exit 1; }
if [[ -z ${DATABASE_URL:-} ]] && ! compgen -G "${PLIMSOLL_PG_BIN:-/usr/lib/postgresql/*/bin}/initdb" > /dev/null && ! command -v initdb >/dev/null; then
  echo "Postgres' programs are missing: install Postgres 14 to 18 (Debian: apt-get install postgresql), or set PLIMSOLL_PG_BIN" >&2
  exit 1
fi
