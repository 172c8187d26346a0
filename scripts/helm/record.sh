#!/usr/bin/env bash
# Records what Helm 3 and Helm 4 answer to the cases of libs/helm/tests/it/cases.rs, in libs/helm/tests/answers.
# They are taken from the cache of `make tools` (PLIMSOLL_CACHE names another one).
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/bin
for program in helm3 helm4; do
  [[ -x $bin/$program ]] || { echo "$bin/$program is missing: make tools brings it" >&2; exit 1; }
done
rm -f libs/helm/tests/answers/*.json
cargo test --locked --quiet -p helm --test it -- --ignored --exact answers::record
