#!/usr/bin/env bash
# Says in one line what is missing for Kafka, and how to get it: `headers` to build with it, `java` to run a broker.
set -euo pipefail
missing() { echo "$1 (Debian: apt-get install $2)" >&2; exit 1; }
for what in "$@"; do
    case $what in
        headers)
            command -v make > /dev/null || missing "make is missing, which builds librdkafka" make
            command -v pkg-config > /dev/null || missing "pkg-config is missing, which finds OpenSSL" pkg-config
            pkg-config --exists openssl || missing "OpenSSL's headers are missing" libssl-dev
            ;;
        java)
            command -v java > /dev/null || missing "java is missing, which runs Kafka" default-jre-headless
            command -v mvn > /dev/null || missing "mvn is missing, which fetches Kafka" maven
            ;;
    esac
done
