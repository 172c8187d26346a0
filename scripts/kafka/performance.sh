#!/usr/bin/env bash
# Compiles librdkafka's own measuring program from what a release build of rdkafka-sys has left: performance.sh TARGET DIR.
# The bench of consuming is held against it: both have the same library.
set -euo pipefail
library=$(ls -td "$1"/release/build/rdkafka-sys-*/out/config.h | head -n 1)
library=$(dirname "$library")
mkdir -p "$2"
read -ra links <<< "$(sed -n 's/^LIBS+=//p' "$library/Makefile.config" | tr '\n' ' ')"
gcc -O2 -I"$library" -I"$library/src" "$library/examples/rdkafka_performance.c" "$library/src/librdkafka.a" "${links[@]}" \
    -o "$2/rdkafka_performance"
