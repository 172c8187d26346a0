#!/bin/sh
# Starts the broker, whose data directory is made at the first start.
set -eu
bin=${KAFKA_HOME:-/opt/kafka}/bin
settings=$(dirname "$0")/server.properties
# Whatever it is, it stays: the data directory is held against it.
"$bin/kafka-storage.sh" format --ignore-formatted --standalone --cluster-id cGxpbXNvbGwtY29tcG9zZQ --config "$settings"
exec "$bin/kafka-server-start.sh" "$settings"
