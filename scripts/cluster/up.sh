#!/usr/bin/env bash
# Starts etcd and Kubernetes' API server on loopback, with free ports: up.sh BIN DIR [PLUGIN,…]
#
# BIN is what build.sh printed. DIR gets the data, the logs, the pids and a kubeconfig; down.sh DIR stops what is started
# here and nothing else. The admission plugins that are named are off. No controller and no scheduler runs: what is applied
# is admitted, defaulted and kept, and stays so.
set -euo pipefail
bin=$(realpath "$1")
mkdir -p "$2"
cd "$2"
umask 077
command -v openssl > /dev/null || { echo "openssl is missing: it makes the test cluster's certificates" >&2; exit 1; }
read -r port etcd_port peer_port < <(python3 - <<'PYTHON'
import socket
sockets = [socket.socket() for _ in range(3)]
for one in sockets:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in sockets))
PYTHON
)
quiet() { "$@" 2> openssl.log || { cat openssl.log >&2; exit 1; }; }
elliptic="ec -pkeyopt ec_paramgen_curve:prime256v1"
quiet openssl genrsa -out accounts.key 2048
# shellcheck disable=SC2086
quiet openssl req -x509 -newkey $elliptic -nodes -days 2 -keyout ca.key -out ca.crt -subj /CN=plimsoll-test
# shellcheck disable=SC2086
quiet openssl req -newkey $elliptic -nodes -keyout server.key -out server.csr -subj /CN=kube-apiserver
echo 'subjectAltName=DNS:localhost,IP:127.0.0.1' > server.ext
quiet openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out server.crt -extfile server.ext
token=$(openssl rand -hex 16)
echo "$token,admin,1,\"system:masters\"" > tokens.csv

"$bin/etcd" --name test --data-dir etcd --unsafe-no-fsync \
  --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
  --listen-peer-urls "http://127.0.0.1:$peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
  --initial-cluster "test=http://127.0.0.1:$peer_port" > etcd.log 2>&1 &
echo $! > etcd.pid
# Without a controller nobody makes the service account that its admission plugin asks for.
"$bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd_port" --bind-address=127.0.0.1 --advertise-address=127.0.0.1 \
  --secure-port="$port" --endpoint-reconciler-type=none --service-cluster-ip-range=10.0.0.0/20 --cert-dir="$PWD" \
  --tls-cert-file=server.crt --tls-private-key-file=server.key --client-ca-file=ca.crt --token-auth-file=tokens.csv \
  --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=accounts.key \
  --service-account-signing-key-file=accounts.key --authorization-mode=RBAC --allow-privileged=true \
  "--disable-admission-plugins=ServiceAccount${3:+,$3}" > apiserver.log 2>&1 &
echo $! > apiserver.pid

cat > kubeconfig <<CONFIG
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://127.0.0.1:$port", certificate-authority: "$PWD/ca.crt"}}]
users: [{name: admin, user: {token: "$token"}}]
contexts: [{name: test, context: {cluster: test, user: admin}}]
current-context: test
CONFIG
for _ in $(seq 300); do
  curl --silent --fail --cacert ca.crt "https://127.0.0.1:$port/readyz" > /dev/null && exit 0
  kill -0 "$(cat apiserver.pid)" 2> /dev/null || break
  sleep 0.2
done
tail -5 apiserver.log >&2
exit 1
