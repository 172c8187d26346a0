#!/bin/sh
# Gives each service its user on Kafka, with the password of its file, and the rights that `plimsoll rights kafka` has printed: rights.sh SCRIPT.
# It may be done again: a password that was changed is changed here, too.
set -eu
script=$1
here=$(dirname "$0")
broker=kafka:9094
export KAFKA_JVM_PERFORMANCE_OPTS="-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
export KAFKA_ACLS="${KAFKA_HOME:-/opt/kafka}/bin/kafka-acls.sh"
for password in /run/secrets/users/*; do
    service=$(basename "$password")
    # A file, since the words of a command are seen by whoever lists processes.
    wanted=$(mktemp)
    printf 'SCRAM-SHA-512=iterations=8192,password=%s\n' "$(cat "$password")" > "$wanted"
    "${KAFKA_HOME:-/opt/kafka}/bin/kafka-configs.sh" --bootstrap-server "$broker" --command-config "$here/admin.properties" \
        --alter --add-config-file "$wanted" --entity-type users --entity-name "plimsoll-$service"
    rm "$wanted"
done
sh "$script" --bootstrap-server "$broker" --command-config "$here/admin.properties"
