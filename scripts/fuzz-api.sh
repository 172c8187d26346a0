#!/usr/bin/env bash
# Puts the OpenAPI document to the test: fuzz-api.sh PLIMSOLL VENV
#
# Schemathesis makes requests from the document, right ones and wrong ones, and looks for server errors and for answers that
# the document does not know. Its version is pinned; it lives in a virtual environment of its own, outside the clone.
set -euo pipefail
plimsoll=$(realpath "$1")
venv=$2
command -v python3 > /dev/null || { echo "python3 is missing: install Python 3.10 or later with venv" >&2; exit 1; }
if [[ ! -x $venv/bin/schemathesis ]]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet 'schemathesis>=4,<5'
fi
dir=$(mktemp -d)
rest=127.0.0.1:$((20000 + RANDOM % 20000))
grpc=127.0.0.1:$((20000 + RANDOM % 20000))
: > "$dir/up.out"
"$plimsoll" up --data "$dir/data" --listen "$rest" --grpc-listen "$grpc" --set gateway.requests_per_minute=100000 \
  --set gateway.burst=100000 --set git.allow_local=true > "$dir/up.out" 2> "$dir/up.log" &
up=$!
trap 'kill -TERM "$up" 2> /dev/null || true; wait "$up" 2> /dev/null || true; rm -rf "$dir"' EXIT
for _ in $(seq 600); do
  grep -q "is ready" "$dir/up.out" && break
  kill -0 "$up" 2> /dev/null || { cat "$dir/up.log" >&2; exit 1; }
  sleep 0.1
done
cd "$dir"
"$venv/bin/schemathesis" run "http://$rest/api/v1/openapi.json" \
  --header "Authorization: Bearer $(cat "$dir/data/keys/admin.token")" \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
  --exclude-path '/api/v1/promotions/{id}/events' --exclude-path '/api/v1/tokens/{id}' \
  --max-examples "${EXAMPLES:-25}" --seed 1 --workers 2
