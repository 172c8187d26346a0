#!/usr/bin/env bash
# Makes the Git repository of the demo from examples/shop: demo-history.sh DIR
#
# The first commit is the shop at its last promotion, tagged `promoted-1`: staging as in examples/shop/base.
# One commit for each change in staging follows, up to examples/shop/staging. Authors, dates and settings are
# fixed, so that the commits have the same hashes on every machine.
set -euo pipefail

if [[ $# -ne 1 ]]; then
  echo "usage: demo-history.sh DIR (which must not exist yet)" >&2
  exit 1
fi
dir=$1
shop=$(cd "$(dirname "${BASH_SOURCE[0]}")/../examples/shop" && pwd)
if [[ -e $dir || -L $dir ]]; then
  echo "demo-history.sh: $dir exists already; remove it or choose another directory" >&2
  exit 1
fi

# Nothing of the caller's Git may show in the result: no settings, templates or hooks, no outer repository.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_DEFAULT_HASH
unset GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

mkdir -p "$dir"
trap 'rm -rf "$dir"' EXIT # a half-made history is of no use, and would be in the way of the next run

in_repo() {
  git -C "$dir" -c user.name=shop -c user.email=shop@copperkettle.example \
    -c commit.gpgsign=false -c core.autocrlf=false -c core.fileMode=false -c gc.auto=0 "$@"
}

# commit DATE AUTHOR MESSAGE: everything in the working tree.
commit() {
  local email
  email="$(tr '[:upper:] ' '[:lower:].' <<<"$2")@copperkettle.example"
  in_repo add --all
  GIT_AUTHOR_NAME=$2 GIT_AUTHOR_EMAIL=$email GIT_AUTHOR_DATE=$1 \
    GIT_COMMITTER_NAME=$2 GIT_COMMITTER_EMAIL=$email GIT_COMMITTER_DATE=$1 \
    in_repo commit --quiet --message "$3"
}

# release FILE...: staging's files as they are now.
release() {
  local file
  for file in "$@"; do cp "$shop/staging/$file" "$dir/staging/$file"; done
}

# release_but FILE EXPRESSION: the same, without the change that sed's EXPRESSION takes back.
release_but() {
  sed -e "$2" "$shop/staging/$1" >"$dir/staging/$1"
  if cmp -s "$shop/staging/$1" "$dir/staging/$1"; then
    echo "demo-history.sh: '$2' takes nothing back in staging/$1; the example has changed" >&2
    exit 1
  fi
}

git -c init.defaultBranch=main init --quiet --template= "$dir"
cp "$shop/plimsoll.yaml" "$dir/"
cp -R "$shop/base" "$dir/staging"
cp -R "$shop/production" "$dir/production"
commit 2026-10-12T09:14:05+02:00 "Mira Dahl" "Import shop at release 1

Staging and production as they stood after the promotion of 9 October."
in_repo tag promoted-1

release search.yaml
commit 2026-10-19T11:02:47+02:00 "Joost Bakker" "search: more memory in staging

The test range has grown, and the index no longer fitted."

rm "$dir/staging/wishlist.yaml"
commit 2026-10-21T16:38:20+02:00 "Mira Dahl" "wishlist: remove v1

Catalog serves wishlists since July. The last call to v1 was on 2 October."

release catalog.yaml
commit 2026-10-26T10:21:33+01:00 "Ines Pereira" "catalog: 2.14.0, prices by customer group"

release_but storefront.yaml 's/FEATURE_EXPRESS_DELIVERY: "on"/FEATURE_EXPRESS_DELIVERY: "off"/'
commit 2026-10-28T14:55:10+01:00 "Joost Bakker" "storefront: scale out at 60 % of the CPU

At 70 % the new pods came too late for the newsletter's visitors."

release_but checkout.yaml 's/memory: 384Mi/memory: 768Mi/'
commit 2026-11-03T09:40:58+01:00 "Ines Pereira" "checkout: 3.4.0, payments are tried again

A payment that the provider turns down for a moment goes to a stream instead of
the customer. Checkout waits less for the provider, and tells it where to return."

release worker.yaml
commit 2026-11-03T11:17:26+01:00 "Ines Pereira" "payment-worker: new, tries payments again"

release storefront.yaml
commit 2026-11-10T15:30:00+01:00 "Mira Dahl" "storefront: express delivery on in staging

For the product owners to look at."

release checkout.yaml
commit 2026-11-12T17:48:12+01:00 "Joost Bakker" "checkout: half the memory limit

Staging has not used more than 210Mi in a week."

# The working tree is the example as it is now; a change that no commit releases stops here.
diff -r "$shop/staging" "$dir/staging" >&2
diff -r "$shop/production" "$dir/production" >&2
trap - EXIT
echo "$(in_repo rev-list --count HEAD) commits in $dir"
