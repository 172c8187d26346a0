#!/bin/sh
# a comment
set -eu

	echo "tab"
exit 0
