#!/usr/bin/env bash
# The main job on examples/shop, from a Git repository with a history: demo.sh PLIMSOLL DIR
set -euo pipefail
plimsoll=$(realpath "$1")
shown=$2
mkdir -p "$shown"
dir=$(cd "$shown" && pwd)
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

bash "$scripts/demo-history.sh" "$dir/shop" > /dev/null
cd "$dir/shop"
promotion=(preview --from staging --to production --base git+.//staging@promoted-1)

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
echo "Where to look:"
echo "  $shown/promotion.patch   the edit of production's own files; git apply takes it"
echo "  $shown/preview.md        the same preview for a pull request"
echo "  $shown/preview.json      all of it for programs (schemas/json/preview.schema.json)"
echo "  $shown/shop              the repository, to try other promotions in"
