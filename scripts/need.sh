#!/usr/bin/env bash
# Says in one line what is missing to build, and how to get it.
set -euo pipefail
command -v cargo >/dev/null || { echo "cargo is missing: install Rust from https://rustup.rs" >&2; exit 1; }
command -v cc >/dev/null || { echo "a C linker is missing: install gcc (Debian: apt-get install gcc)" >&2; exit 1; }
command -v git >/dev/null || { echo "git is missing: install git (Debian: apt-get install git)" >&2; exit 1; }
