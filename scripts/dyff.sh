#!/usr/bin/env bash
# Builds dyff, which `make bench` measures beside `plimsoll diff`: dyff.sh DIR. Without Go there is no dyff, and the bench says so.
set -euo pipefail
bin=$1
version=v1.12.0
[[ -x $bin/dyff && $(cat "$bin/.dyff-version" 2>/dev/null) == "$version" ]] && exit 0
command -v go >/dev/null || { echo "go is missing: it builds dyff, which the bench leaves out" >&2; exit 0; }
mkdir -p "$bin"
GOBIN=$(cd "$bin" && pwd) go install "github.com/homeport/dyff/cmd/dyff@$version"
echo "$version" > "$bin/.dyff-version"
