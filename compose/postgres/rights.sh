#!/bin/sh
# Makes each service's role and schema, as `plimsoll rights postgres` has printed, with the password of its file, and the registry's
# database: rights.sh SCRIPT. It may be done again: a password that was changed is changed here, too.
set -eu
script=$1
secrets=/run/secrets
PGPASSWORD=$(cat $secrets/password)
export PGHOST=postgres PGUSER=postgres PGDATABASE=plimsoll PGPASSWORD
run() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"; }

run --file "$script"

# By standard input, since the words of a command are seen by whoever lists processes.
for password in $secrets/roles/*; do
    service=$(basename "$password")
    echo "ALTER ROLE plimsoll_$service PASSWORD '$(cat "$password")';" | run
done
run << SQL
SELECT 'CREATE ROLE registry LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'registry') \\gexec
ALTER ROLE registry PASSWORD '$(cat $secrets/registry)';
SELECT 'CREATE DATABASE registry OWNER registry' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'registry') \\gexec
REVOKE ALL ON DATABASE registry FROM PUBLIC;
SQL
