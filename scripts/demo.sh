#!/usr/bin/env bash
# The main job on examples/shop, on the command line and through the control plane: demo.sh PLIMSOLL DIR
set -euo pipefail
plimsoll=$(realpath "$1")
shown=$2
mkdir -p "$shown"
dir=$(cd "$shown" && pwd)
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

bash "$scripts/demo-history.sh" "$dir/shop" > /dev/null
cd "$dir/shop"
promotion=(preview --from staging --to production --base git+.//staging@promoted-1)

echo "1. On the command line"
echo
echo "A shop with staging and production, and its history in Git. Staging is a release ahead; production was last promoted"
echo "at the tag promoted-1. In that repository ($shown/shop):"
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
echo
echo "Where to look:"
echo "  $shown/promotion.patch   the edit of production's own files; git apply takes it"
echo "  $shown/preview.md        the same preview for a pull request"
echo "  $shown/preview.json      all of it for programs (schemas/json/preview.schema.json)"
echo "  $shown/shop              the repository, to try other promotions in"
echo "  $shown/shop.git          the repository that got the branch: git -C $shown/shop.git log --all --stat"
echo "  $shown/audit.jsonl       the exported audit log; $shown/audit.pub is the key that verifies it"
echo "  $shown/data              the control plane's data: plimsoll up --data $shown/data --set git.allow_local=true"
