# The newsletter's commits, for scripts/demo-history.sh: `$dir` is the repository, `$example` this folder.
# shellcheck shell=bash disable=SC2154
cp -R "$example/chart" "$dir/chart"
cp "$example/values-production.yaml" "$dir/"
cp "$example/last-promotion/values-staging.yaml" "$dir/"
commit 2026-10-30T10:02:11+01:00 "Noor Haddad" "Import newsletter 2.3.0

Staging and production as they stood after the promotion of 29 October."
in_repo tag promoted-1

cp "$example/values-staging.yaml" "$dir/"
commit 2026-11-16T09:31:45+01:00 "Noor Haddad" "newsletter 2.4.0: an archive, and one click to unsubscribe

The pixel goes: nobody looked at what it counted."
