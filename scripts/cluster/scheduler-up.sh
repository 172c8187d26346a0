#!/usr/bin/env bash
# Adds Kubernetes' scheduler to what up.sh started in DIR: scheduler-up.sh BIN DIR.
#
# A pod that does not fit is tried again after one second at most, so that an answer is there soon. Pods are bound, never run.
set -euo pipefail
bin=$(realpath "$1")
cd "$2"
port=$(python3 -c 'import socket; one = socket.socket(); one.bind(("127.0.0.1", 0)); print(one.getsockname()[1])')
cat > scheduler.yaml <<CONFIG
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
leaderElection: {leaderElect: false}
clientConnection: {kubeconfig: "$PWD/kubeconfig", qps: 500, burst: 1000}
podInitialBackoffSeconds: 1
podMaxBackoffSeconds: 1
CONFIG
"$bin/kube-scheduler" --config=scheduler.yaml --bind-address=127.0.0.1 --secure-port="$port" --cert-dir="$PWD" > scheduler.log 2>&1 &
echo $! > scheduler.pid
