//! The places in which a secret can hide, and the values that look odd and are none.

use kube_model::{Redactor, State, yaml::Limits};
use serde_json::Value;

/// Each secret in it is a marker of its own: `canary` in clear or in base64 (`Y2FuYXJ5`), or has one within.
fn canaries() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../services/plimsoll/tests/it/secrets/canaries.yaml");
    std::fs::read_to_string(path).unwrap()
}

fn redacted(text: &str) -> Vec<Value> {
    let state = State::read([("a.yaml", text)], &Limits::default()).unwrap();
    let masked = Redactor::new(b"one key").redact_all(&state.objects);
    masked.into_iter().map(|object| Value::clone(&object.value)).collect()
}

/// A marker, and what stands in its place for another secret.
const MARKERS: [(&str, &str); 4] = [
    ("canary", "canarz"),
    ("Y2FuYXJ5", "Y2FuYXJ6"),
    ("c2lnbmF0dXJl", "c2lnbmF0dXJm"),
    ("AKIAIOSFODNN7CANARYX", "AKIAIOSFODNN7CANARZX"),
];

#[test]
fn each_secret_is_hidden_and_seen_to_change() {
    let text = canaries();
    let shown = redacted(&text);
    let written = serde_json::to_string_pretty(&shown).unwrap();
    for (marker, _) in MARKERS {
        let line = written.lines().find(|line| line.contains(marker));
        assert_eq!(line, None, "{marker}");
    }
    let mut places = 0;
    for (marker, other) in MARKERS {
        for (at, _) in text.match_indices(marker) {
            let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
            let line = text[start..].lines().next().unwrap();
            // A comment is no part of an object.
            if line.trim_start().starts_with('#') {
                continue;
            }
            let changed = format!("{}{other}{}", &text[..at], &text[at + marker.len()..]);
            assert_ne!(redacted(&changed), shown, "not seen to change: {line}");
            places += 1;
        }
    }
    assert!(places > 90, "{places} places");
    assert_eq!(redacted(&text), shown);
}

#[test]
fn equal_secrets_have_equal_marks_wherever_they_stand() {
    // printf 'hunter2' | base64 → aHVudGVyMg==
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: aHVudGVyMg==}\nstringData: {b: hunter2}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {DB_PASSWORD: hunter2, line: 'password=hunter2'}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    command: [mysql, -phunter2]\n    env: [{name: TOKEN, value: hunter2}]\n";
    let shown = redacted(text);
    let at = |object: usize, pointer: &str| shown[object].pointer(pointer).unwrap().as_str().unwrap();
    let kinds: Vec<&str> = shown.iter().map(|object| object["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["ConfigMap", "Pod", "Secret"]);
    let mark = at(2, "/data/a");
    assert!(kube_model::is_mark(mark), "{mark}");
    assert_eq!(at(2, "/stringData/b"), mark);
    assert_eq!(at(0, "/data/DB_PASSWORD"), mark);
    assert_eq!(at(0, "/data/line"), format!("password={mark}"));
    assert_eq!(at(1, "/spec/containers/0/command/1"), format!("-p{mark}"));
    assert_eq!(at(1, "/spec/containers/0/env/0/value"), mark);
}

/// Values from real manifests, under the names that they have there.
const NO_SECRETS: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata:
  name: odd-7d9f8b6c5d
  uid: 123e4567-e89b-12d3-a456-426614174000
  labels: {pod-template-hash: 7d9f8b6c5d, helm.sh/chart: ingress-nginx-4.11.3, token: "yes"}
  annotations:
    checksum/config: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    checksum/secret: 60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
    deployment.kubernetes.io/revision: "12"
    kubernetes.io/change-cause: kubectl set image deployment/web web=shop/web:1.2
    argocd.argoproj.io/tracking-id: shop:apps/Deployment:shop/web
    nginx.ingress.kubernetes.io/auth-secret: shop/basic-auth
    integrity: sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8KuxyrfrT3b+8Pq8QKdnE3Lg7dVwq1cVzr
data:
  COMMIT: 9fceb02d0ae598e95dc970b74767f19372d61af8
  SHORT: 9fceb02
  IMAGE: registry.example/shop/web@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  UUID: 123E4567-E89B-12D3-A456-426614174000
  ULID: 01ARZ3NDEKTSV4RRFFQ69G5FAV
  TRACE: 4bf92f3577b34da6a3ce929d0e0e4736
  ROLE: arn:aws:iam::123456789012:role/shop-production-web
  SECRET_ARN: arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf
  URL: https://shop.example:8443/api/v1/orders?page=2&sort=desc
  NPM: https://registry.example:8080/@shop/web
  ISSUER: https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE
  TOKEN_URL: https://sso.example/oauth2/token
  PASSWORD_FILE: /run/secrets/db/password
  SECRET_NAME: shop-db
  MAX_TOKENS: "4096"
  REFERENCE: $(DB_PASSWORD)
  DEFAULTED_PASSWORD: "{{ .Values.password }}"
  CLASS: org.springframework.boot.autoconfigure.security.SecurityAutoConfiguration
  GATE: ReadWriteOncePodVersion2Beta1Gate
  CRON: "*/5 0-6,18-23 * * 1-5"
  ADDRESS: fe80:1:2:3:4444
  PORTS: 127.0.0.1:8080:80
  MAIL: "Shop <orders@shop.example>"
  TIME: "2026-11-21T22:04:05.123456789Z"
  STRIPE: pk_live_51H8xYzAbCdEfGh1JkLmNoP2
  BASE64: bGV2ZWw9aW5mb3JtYXRpb24=
  KEY: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx9Zk3Q7vT2bR8nL5mW1cYd6Hs4Gp0Kf9Uj3Xe2Ai7B me@host
  FINGERPRINT: SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDHbYbYlHrjYxg3kF8
  script: |
    mkdir -p /var/lib/shop
    ssh -p 2222 host true
    docker run -p 8080:80 shop/web
    mysql -h db -P 3306 -p < x.sql
  certificate: |
    -----BEGIN CERTIFICATE-----
    MIIBszCCAVmgAwIBAgIUQ3k9Zx3LkP0vTn7YbWc2RjHs5DhT4k9sQ2wLx8Zb3NvR
    7mJd1Fp6Gc0YmE7yK2pQ9vX4tLr8Zw1BnHs3Jd6Fu08fKq2ZtP7LmXw4RbN9vYc3
    Hj6Gd1Ts
    -----END CERTIFICATE-----
  readme: The password is kept in the vault; a token lives for an hour. Basic setup needs no secret.
"#;

#[test]
fn what_looks_odd_and_is_no_secret_stays_readable() {
    let state = State::read([("a.yaml", NO_SECRETS)], &Limits::default()).unwrap();
    let shown = redacted(NO_SECRETS);
    let mut leaves = 0;
    compare(&state.objects[0].value, &shown[0], &mut leaves);
    assert!(leaves > 40, "{leaves} values");
}

fn compare(value: &Value, shown: &Value, leaves: &mut usize) {
    match (value, shown) {
        (Value::Object(one), Value::Object(other)) => {
            one.iter().for_each(|(key, value)| compare(value, &other[key], leaves));
        }
        _ => {
            *leaves += 1;
            assert_eq!(value, shown);
        }
    }
}
