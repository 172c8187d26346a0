#!/usr/bin/env bash
# Makes a Git repository of an example: demo-history.sh NAME DIR, where examples/NAME is one
#
# The first commit is the example at its last promotion, tagged `promoted-1`. Those of its history.sh follow, up to the
# example as it is. Authors, dates and settings are fixed, so that the commits have the same hashes on every machine.
set -euo pipefail

examples=$(cd "$(dirname "${BASH_SOURCE[0]}")/../examples" && pwd)
if [[ $# -ne 2 || ! -f $examples/$1/history.sh ]]; then
  echo "usage: demo-history.sh shop|newsletter DIR (which must not exist yet)" >&2
  exit 1
fi
example=$examples/$1
dir=$2
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
  git -C "$dir" -c user.name=demo -c user.email=demo@copperkettle.example \
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

git -c init.defaultBranch=main init --quiet --template= "$dir"
cp "$example/plimsoll.yaml" "$dir/"
# shellcheck source=/dev/null
source "$example/history.sh"

# The working tree is the example as it is now; a change that no commit releases stops here.
for part in "$dir"/*; do
  diff -r "$example/$(basename "$part")" "$part" >&2
done
trap - EXIT
echo "$(in_repo rev-list --count HEAD) commits in $dir"
