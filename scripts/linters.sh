#!/usr/bin/env bash
# Installs kube-score (with Go) and checkov (with Python, in a venv of its own), which `make bench` measures beside `plimsoll risk`:
# linters.sh DIR. Without Go or Python the bench says so and leaves them out.
set -euo pipefail
bin=$1
score=v1.20.0
checkov=3.3.30
mkdir -p "$bin"
bin=$(cd "$bin" && pwd)
if [[ ! -x $bin/kube-score || $(cat "$bin/.kube-score-version" 2>/dev/null) != "$score" ]]; then
  if command -v go >/dev/null; then
    GOBIN=$bin go install "github.com/zegl/kube-score/cmd/kube-score@$score"
    echo "$score" > "$bin/.kube-score-version"
  else
    echo "go is missing: it builds kube-score, which the bench leaves out" >&2
  fi
fi
if [[ ! -x $bin/checkov-venv/bin/checkov || $(cat "$bin/.checkov-version" 2>/dev/null) != "$checkov" ]]; then
  if python3 -m venv --help >/dev/null 2>&1; then
    python3 -m venv "$bin/checkov-venv"
    "$bin/checkov-venv/bin/pip" install --quiet --disable-pip-version-check "checkov==$checkov"
    echo "$checkov" > "$bin/.checkov-version"
  else
    echo "python3 with venv is missing: it installs checkov, which the bench leaves out" >&2
  fi
fi
