#!/usr/bin/env bash
# Holds predictions against a real API server: test.sh CACHE
#
# The server is asked anew, its answers are compared with those that are checked in, and the tests that replay answers run
# on the new ones. Everything that is started is stopped.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$(scripts/cluster/build.sh "$1")
command -v kubectl > /dev/null || { echo "kubectl is missing: it applies client-side" >&2; exit 1; }
dir=$(mktemp -d)
trap 'scripts/cluster/down.sh "$dir" || true; rm -rf "$dir"' EXIT
scripts/cluster/up.sh "$bin" "$dir"
recorded=libs/diff-engine/tests/cluster
python3 scripts/cluster/record.py "$dir/kubeconfig" "$recorded/cases" "$dir/answers.jsonl" \
  shop="$recorded/shop/promoted:$recorded/shop/staging" \
  shop-production="$recorded/shop/production:$recorded/shop/production-after"
python3 -B scripts/cluster/record_live.py "$dir/kubeconfig" "$recorded/live/live.yaml" "$dir/live.jsonl"
for answers in answers.jsonl live.jsonl; do
  cmp --silent "$dir/$answers" "$recorded/$answers" && continue
  echo "the server's answers differ from $recorded/$answers; record them again if that is right:" >&2
  diff <(tr '{' '\n' < "$recorded/$answers") <(tr '{' '\n' < "$dir/$answers") | head -20 >&2 || true
  exit 1
done
PLIMSOLL_CLUSTER_ANSWERS="$dir" cargo test --locked --quiet -p diff-engine answers
echo "asked Kubernetes $(cat scripts/cluster/version): $(cat "$dir"/*.jsonl | grep -c '"case"') cases as predicted"
