#!/usr/bin/env bash
# Writes libs/kustomize/data from the sources of the kustomize that the library follows. Needs Go and its module proxy.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=v0.20.1 # sigs.k8s.io/kustomize/api of kustomize 5.7.1
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
(cd "$work" && go mod init tables >/dev/null 2>&1 && go mod download "sigs.k8s.io/kustomize/api@$version")
cp -r "$(go env GOMODCACHE)/sigs.k8s.io/kustomize/api@$version" "$work/api"
chmod -R u+w "$work/api"
# Its default configuration is in an internal package, so the program runs inside the module.
mkdir "$work/api/internal/plugins/builtinconfig/tables"
cp scripts/kustomize/tables.go "$work/api/internal/plugins/builtinconfig/tables/main.go"
for table in fields openapi; do
  file=libs/kustomize/data/$table.txt
  grep '^#' "$file" >"$work/$table"
  (cd "$work/api" && GOFLAGS=-mod=mod go run ./internal/plugins/builtinconfig/tables "$table") >>"$work/$table"
  cp "$work/$table" "$file"
done
