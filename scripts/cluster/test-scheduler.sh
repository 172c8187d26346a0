#!/usr/bin/env bash
# Holds packing against a real scheduler: test-scheduler.sh CACHE
#
# The scheduler is asked anew about the cases that are checked in, and the test that replays its answers runs on the new ones. It
# breaks ties at random, so that a few more cases may differ than of the record. Everything that is started is stopped.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$(scripts/cluster/build.sh "$1")
dir=$(mktemp -d)
trap 'scripts/cluster/down.sh "$dir" || true; rm -rf "$dir"' EXIT
# Nodes without a kubelet are never ready, and claims that are in use could not be removed between cases.
scripts/cluster/up.sh "$bin" "$dir" TaintNodesByCondition,StorageObjectInUseProtection
scripts/cluster/scheduler-up.sh "$bin" "$dir"
python3 -B scripts/cluster/scheduler_cases.py plimsoll 100 > "$dir/cases.jsonl"
python3 -B scripts/cluster/record_scheduler.py "$dir/kubeconfig" "$dir/cases.jsonl" "$dir/record.jsonl"
PLIMSOLL_SCHEDULER_RECORD="$dir/record.jsonl" cargo test --locked --quiet -p packing --test it recorded -- --nocapture
