#!/usr/bin/env bash
# A promotion through the control plane, from request to verified audit: demo-up.sh PLIMSOLL DIR
#
# DIR holds the repository `shop`. The control plane runs while this does, on ports that are free, and keeps its data in DIR.
set -euo pipefail
plimsoll=$1
dir=$2
# A database, a configuration, a server or a token that the shell names is somebody's: only where Postgres' programs are stays.
export XDG_CONFIG_HOME=$dir/config
unset DATABASE_URL
for name in "${!PLIMSOLL_@}"; do
  [[ $name == PLIMSOLL_PG_BIN ]] || unset "$name"
done
cd "$dir"

free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 20000))
    if ! (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
      echo "$port"
      return
    fi
  done
  echo "demo: no port is free" >&2
  exit 1
}

# Shows a command as a person would type it, and runs it.
show() {
  echo
  echo "  \$ plimsoll$(printf ' %q' "$@")"
  "$plimsoll" "$@" | sed 's/^/  /'
}

# Looks until a command succeeds; of what never comes it says so, and ends: until_so WHAT COMMAND…
until_so() {
  local what=$1
  shift
  for _ in $(seq 200); do
    "$@" && return
    sleep 0.2
  done
  echo "demo: $what never came; see $dir/up.log" >&2
  exit 1
}

is_pushed() { [[ -n $(git -C shop.git branch --list 'plimsoll/*') ]]; }
is_merged() { "$plimsoll" promotion show "$id" | head -1 | grep -q "is merged"; }

git clone --quiet --bare shop shop.git
: > up.out
rest=127.0.0.1:$(free_port)
"$plimsoll" up --data data --listen "$rest" --grpc-listen "127.0.0.1:$(free_port)" \
  --set git.allow_local=true --set gitops.poll_seconds=1 > up.out 2> up.log &
up=$!
trap 'kill -TERM "$up" 2> /dev/null || true; wait "$up" 2> /dev/null || true' EXIT
for _ in $(seq 600); do
  grep -q "is ready" up.out && break
  if ! kill -0 "$up" 2> /dev/null; then
    cat up.log up.out >&2
    exit 1
  fi
  sleep 0.1
done
grep -q "is ready" up.out || { echo "demo: the control plane did not become ready; see $dir/up.log" >&2; exit 1; }
echo
sed -n 's/^/  /p' up.out | head -1

"$plimsoll" login --server "http://$rest" --token-file data/keys/admin.token > /dev/null
"$plimsoll" cluster register eu-staging > /dev/null
"$plimsoll" cluster register eu-prod > /dev/null
"$plimsoll" application register --repo "$dir/shop.git" | sed 's/^/  /'
"$plimsoll" token create --user alice --role requester > alice.token
"$plimsoll" token create --user bob --role approver > bob.token
chmod 600 alice.token bob.token

show promotion request --application shop --from staging --to production --token-file alice.token
id=$("$plimsoll" promotion list --format json | sed -n 's/.*"promotion_id": "\(.*\)".*/\1/p' | head -1)
show promotion approve "$id" --comment "Seen with checkout's team." --token-file bob.token
# The branch comes a moment after the approval.
until_so "the branch" is_pushed
branch=$(git -C shop.git branch --list 'plimsoll/*' --format '%(refname:short)' | head -1)
echo
echo "  \$ git log -1 --stat $branch"
git -C shop.git log -1 --stat --format='%h %s%n%n%(trailers)' "$branch" | sed 's/^/  /'

# What people do on their Git host: merge. Plimsoll sees it and keeps what was promoted as the next promotion's base.
git clone --quiet shop.git merged
git -C merged -c user.name=bob -c user.email=bob@copperkettle.example merge --quiet --no-ff "origin/$branch" -m "Merge the promotion"
git -C merged push --quiet
until_so "the merge" is_merged
show audit list --promotion "$id"
"$plimsoll" audit key > audit.pub
show audit export --output audit.jsonl
show audit verify audit.jsonl --key "$(cat audit.pub)"
