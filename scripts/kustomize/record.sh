#!/usr/bin/env bash
# Records what the real kustomize makes of every tree in libs/kustomize/tests/trees: record.sh KUBECTL [TREE…]
# A tree is built at its folder `overlay`, or at its root where it has none. `expected.yaml` is what is printed. Of a tree
# that the real one refuses, `refused` holds our code on its first line (written by hand) and what the real one says below.
set -euo pipefail
kubectl=$(realpath "$1"); shift
cd "$(dirname "$0")/../../libs/kustomize/tests/trees"
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
[[ $# -gt 0 ]] || set -- */
# The tool's own version, and that of the kustomize in it.
"$kubectl" version --client | sed 's/: /=/' > ../trees.version
for tree in "${@%/}"; do
  # What it says of a remote base is about the network here.
  [[ $(head -n 1 "$tree/refused" 2>/dev/null) != KUSTOMIZE_REMOTE_BASE ]] || continue
  cp -r "$tree" "$scratch/"
  entry=$scratch/$tree; [[ -d $entry/overlay ]] && entry+=/overlay
  if "$kubectl" kustomize "$entry" > "$scratch/out" 2> "$scratch/err"; then
    [[ ! -e $tree/refused ]] || { echo "$tree: the real one takes it" >&2; exit 1; }
    cp "$scratch/out" "$tree/expected.yaml"
  else
    [[ ! -e $tree/expected.yaml ]] || { echo "$tree: the real one refuses it" >&2; exit 1; }
    code=$(head -n 1 "$tree/refused" 2>/dev/null || echo KUSTOMIZE_)
    said=$(grep -m 1 '^error: ' "$scratch/err" | sed -E "s#$scratch/##g; s/0x[0-9a-f]+/0x0/g" | cut -c 1-240 | sed 's/ *$//')
    printf '%s\n%s\n' "$code" "$said" > "$tree/refused"
  fi
  rm -rf "${scratch:?}/$tree"
done
