#!/usr/bin/env bash
# Fetches Kafka's jars (55 MB) and a schema registry (Apicurio, 140 MB) once, for the tests that want real ones. Needs Java 17 or
# later, and Maven.
set -euo pipefail
cache=${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/kafka
here=$(cd "$(dirname "$0")" && pwd)
bash "$here/need.sh" java
if ! [ -e "$cache/lib/.complete" ]; then
    mkdir -p "$cache/lib"
    mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$cache/lib"
    touch "$cache/lib/.complete"
fi
if ! [ -e "$cache/apicurio/.complete" ]; then
    mkdir -p "$cache/apicurio"
    mvn -q -B -f "$here/pom.xml" dependency:copy -Dartifact=io.apicurio:apicurio-registry-app:2.6.13.Final:tar.gz:all \
        -DoutputDirectory="$cache/apicurio"
    tar -xzf "$cache"/apicurio/*.tar.gz -C "$cache/apicurio"
    rm "$cache"/apicurio/*.tar.gz
    touch "$cache/apicurio/.complete"
fi
