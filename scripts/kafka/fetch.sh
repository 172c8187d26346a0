#!/usr/bin/env bash
# Fetches Kafka's jars (55 MB) once, for the tests that want a real broker. Needs Java 17 or later, and Maven.
set -euo pipefail
lib=${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/kafka/lib
here=$(cd "$(dirname "$0")" && pwd)
bash "$here/need.sh" java
[ -e "$lib/.complete" ] && exit 0
mkdir -p "$lib"
mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$lib"
touch "$lib/.complete"
