#!/bin/sh
# Makes the secrets of the stack, a directory for each container, which sees no other: secrets.sh [DIR]. What is there stays.
#
# The directory is its owner's alone. What is in it can be read by everybody, since containers run as other users.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${1:-$here/.secrets}

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# The text of a file; made of standard input, if there is none yet.
once() {
    mkdir -p "$root/$(dirname "$1")"
    [ -e "$root/$1" ] || { cat > "$root/$1.new" && mv "$root/$1.new" "$root/$1"; }
    cat "$root/$1"
}
new() { random | once "$1"; }
same() { printf '%s' "$2" | once "$1" > /dev/null; }

mkdir -p "$root"
chmod 0700 "$root"
same kafka-rights/password "$(new kafka/password)"
same postgres-rights/password "$(new postgres/password)"
registry=$(new postgres-rights/registry)
same registry/application.properties "registry.datasource.password=$registry"
redis=$(new redis/password)
for service in catalog promotion diff cost risk explain gitops audit gateway; do
    same kafka-rights/users/$service "$(new $service/kafka)"
    same $service/postgres.url "postgres://plimsoll_$service:$(new postgres-rights/roles/$service)@postgres/plimsoll"
    same $service/redis.url "redis://:$redis@redis"
done
identity=$(new gateway/identity.key)
for service in catalog promotion audit; do
    same $service/identity.key "$identity"
done
engines=$(new gateway/engines.key)
for service in diff cost risk explain gitops; do
    same $service/identity.key "$engines"
done
new diff/redaction.key > /dev/null
new audit/audit.key > /dev/null
find "$root" -mindepth 1 -type d -exec chmod 0755 {} +
find "$root" -type f -exec chmod 0444 {} +
