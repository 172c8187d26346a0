#!/usr/bin/env bash
# Builds Kubernetes' API server, its scheduler and etcd from their Go modules, into the cache: build.sh CACHE
#
# Prints the folder of the programs. Nothing is resolved: go.mod and go.sum name every module. From nothing it takes
# about 8 minutes on two cores. What is built is kept by the version and by the hash of go.sum.
set -euo pipefail
cache=$(realpath -m "$1")
cd "$(dirname "$0")"
version=$(cat version)
bin=$cache/cluster/$version-$(sha256sum go.sum | cut -c1-12)
if [[ ${2:-} != --only-say && ! (-x $bin/kube-apiserver && -x $bin/kube-scheduler && -x $bin/etcd) ]]; then
  command -v go > /dev/null || { echo "go is missing: install Go 1.24 or later (https://go.dev/dl)" >&2; exit 1; }
  mkdir -p "$bin"
  minor=${version#1.}
  package=k8s.io/component-base/version
  says="-X $package.gitVersion=v$version -X $package.gitMajor=1 -X $package.gitMinor=${minor%%.*}"
  export CGO_ENABLED=0 GOFLAGS="-p=2 -buildvcs=false -mod=readonly"
  for program in kube-apiserver kube-scheduler etcd; do
    [[ ! -x $bin/$program ]] || continue
    # Without optimisation it is built in a third of the time, and is fast enough to be asked.
    go build -trimpath -ldflags "-s -w $says" -gcflags='all=-N -l' -o "$bin/$program.new" "./$program" >&2
    mv "$bin/$program.new" "$bin/$program"
  done
fi
echo "$bin"
