#!/usr/bin/env bash
# Fetches Kafka's jars (55 MB) and a schema registry (Apicurio, 140 MB) once, for the tests that want real ones: fetch.sh [--only-say].
# Needs Java 17 or later, and Maven. With --only-say it prints the folder, and fetches nothing.
#
# The folder is named by the hash of pom.xml, which says every version (libs/stack looks for it so), and is there when all of it is:
# no test gets another version's jars, or half of them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/kafka/$(sha256sum < "$here/pom.xml" | cut -c1-12)
if [[ ${1:-} == --only-say ]]; then
    echo "$folder"
    exit
fi
if [[ -d $folder ]]; then
    exit
fi
bash "$here/need.sh" java
registry=$(sed -n 's:.*<apicurio>\(.*\)</apicurio>.*:\1:p' "$here/pom.xml")
rm -rf "$folder.new"
mkdir -p "$folder.new/apicurio"
mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$folder.new/lib"
mvn -q -B -f "$here/pom.xml" dependency:copy -Dartifact="io.apicurio:apicurio-registry-app:$registry:tar.gz:all" \
    -DoutputDirectory="$folder.new"
tar -xzf "$folder.new"/*.tar.gz -C "$folder.new/apicurio"
rm "$folder.new"/*.tar.gz
mv "$folder.new" "$folder"
