#!/usr/bin/env bash
# Runs each fuzz target for MINUTES: fuzz.sh MINUTES CACHE. What it finds lies in fuzz/artifacts; what it learns, in the cache.
set -euo pipefail
minutes=$1 cache=$2
cd "$(dirname "$0")/../fuzz"
command -v cargo-fuzz >/dev/null || { echo "cargo-fuzz is missing: cargo install cargo-fuzz" >&2; exit 1; }
rustup toolchain list | grep -q '^nightly' || { echo "a nightly toolchain is missing: rustup toolchain install nightly" >&2; exit 1; }
for target in yaml diff; do
  mkdir -p "$cache/fuzz/$target"
  # No sanitizer: there is no unsafe code of ours that it could watch. A run may take 10 s, and 2 GiB.
  cargo +nightly fuzz run --sanitizer none "$target" "$cache/fuzz/$target" "seeds/$target" -- \
    -max_total_time=$((minutes * 60)) -max_len=8192 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
done
