#!/usr/bin/env bash
# Holds predictions against a real API server: test.sh CACHE
#
# The server is asked anew, its answers are compared with those that are checked in, and the tests that replay answers run
# on the new ones. Everything that is started is stopped.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$(scripts/cluster/build.sh "$1")
dir=$(mktemp -d)
trap 'scripts/cluster/down.sh "$dir" || true; rm -rf "$dir"' EXIT
scripts/cluster/up.sh "$bin" "$dir"
recorded=libs/diff-engine/tests/cluster
python3 scripts/cluster/record.py "$dir/kubeconfig" "$recorded/cases" "$dir/answers.jsonl"
if ! cmp --silent "$dir/answers.jsonl" "$recorded/answers.jsonl"; then
  echo "the server's answers differ from $recorded/answers.jsonl; record them again if that is right:" >&2
  diff <(tr '{' '\n' < "$recorded/answers.jsonl") <(tr '{' '\n' < "$dir/answers.jsonl") | head -20 >&2 || true
  exit 1
fi
PLIMSOLL_CLUSTER_ANSWERS="$dir/answers.jsonl" cargo test --locked --quiet -p diff-engine answers
echo "asked Kubernetes $(cat scripts/cluster/version): $(($(wc -l < "$dir/answers.jsonl") - 1)) cases as predicted"
