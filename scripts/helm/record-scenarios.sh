#!/usr/bin/env bash
# Records what Helm answers in tests/scenarios (h*, g*) and in examples, in tests/helm-answers: every chart, with every value that
# a plan tries. Helm 3 is taken from the cache of `make tools` (PLIMSOLL_CACHE names another one).
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/bin/helm3
[[ -x $program ]] || { echo "$program is missing: make tools brings it" >&2; exit 1; }
rm -rf tests/helm-answers
mkdir tests/helm-answers
PLIMSOLL_RECORD_HELM=$program cargo test --locked --quiet -p plimsoll --test it -- scenario newsletter
