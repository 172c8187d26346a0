#!/usr/bin/env bash
# The main job on examples/shop, on the command line and through the control plane, and on the chart of
# examples/newsletter where a helm is found: demo.sh PLIMSOLL DIR
set -euo pipefail
plimsoll=$(realpath "$1")
shown=$2
mkdir -p "$shown"
dir=$(cd "$shown" && pwd)
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

promotion=(preview --from staging --to production --base git+.//staging@promoted-1)

bash "$scripts/demo-history.sh" shop "$dir/shop" > /dev/null
cd "$dir/shop"

echo "1. On the command line"
echo
echo "A shop with staging and production as Kustomize overlays, and its history in Git. Staging is a release ahead; production"
echo "was last promoted at the tag promoted-1. In that repository ($shown/shop):"
echo
echo "  plimsoll preview --from staging --to production --base git+.//staging@promoted-1"
echo
"$plimsoll" "${promotion[@]}"

"$plimsoll" "${promotion[@]}" --format json > "$dir/preview.json"
"$plimsoll" "${promotion[@]}" --format markdown > "$dir/preview.md"
"$plimsoll" "${promotion[@]}" --patch > "$dir/promotion.patch"
git apply --check "$dir/promotion.patch"

echo
echo "2. Through the control plane: requested by alice, approved by bob, pushed as a branch, proven by the audit log"
cd "$dir"
bash "$scripts/demo-up.sh" "$plimsoll" "$dir"

# The helm that Plimsoll would take, else one that `make tools` keeps.
a_helm() {
  local helm cached=${PLIMSOLL_CACHE:-${HOME:-}/.cache/plimsoll}/bin
  for helm in "${PLIMSOLL_HELM:-helm}" "$cached/helm4" "$cached/helm3"; do
    command -v "$helm" && return
  done
}

echo
echo "3. With a Helm chart, on the command line"
echo
if helm=$(a_helm); then
  bash "$scripts/demo-history.sh" newsletter "$dir/newsletter" > /dev/null
  cd "$dir/newsletter"
  echo "One chart, and a values file for each environment ($shown/newsletter). The same command; the chart is rendered by $helm:"
  echo
  PLIMSOLL_HELM=$helm "$plimsoll" "${promotion[@]}"
  echo
  echo "  plimsoll ${promotion[*]} --patch"
  echo
  PLIMSOLL_HELM=$helm "$plimsoll" "${promotion[@]}" --patch
else
  echo "Left out: it needs helm 3 or 4 on the PATH, in PLIMSOLL_HELM, or from \`make tools\`."
fi

echo
echo "Where to look:"
echo "  $shown/promotion.patch   the edit of production's own files; git apply takes it"
echo "  $shown/preview.md        the same preview for a pull request"
echo "  $shown/preview.json      all of it for programs (schemas/json/preview.schema.json)"
echo "  $shown/shop              the repository, to try other promotions in"
echo "  $shown/shop.git          the repository that got the branch: git -C $shown/shop.git log --all --stat"
echo "  $shown/audit.jsonl       the exported audit log; $shown/audit.pub is the key that verifies it"
echo "  $shown/data              the control plane's data: plimsoll up --data $shown/data --set git.allow_local=true"
