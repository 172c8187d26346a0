//! What is never shown: secrets are replaced by marks before anything else sees a manifest.
//!
//! A mark is `(secret 1f2e3d4c)`: a keyed hash of the value, so that equal values have equal marks under one
//! key and a mark says nothing without it. Engines work on redacted objects; that something changed is then
//! visible, and the value cannot leak. What counts as a secret:
//! - every value of a Secret's `data` and `stringData`, and every `last-applied-configuration`;
//! - an environment literal, an argument, the text under a key or a setting within a text whose name says so
//!   (`DB_PASSWORD`);
//! - a text whose shape says so, wherever it stands: a private key, a JWT, a provider's key, a URL with a
//!   password, a line of a known file (`.pgpass`), a flag of a known program (`mysql -p`), a word from a
//!   generator; and the same in base64.
//!
//! `docs/secrets.md` has the whole list. Image digests, commit hashes and UUIDs are never secrets.

use std::collections::HashMap;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::Object;
use crate::each::map_each;
use walk::Walk;

mod commands;
mod detect;
mod encoded;
mod file;
mod known_files;
mod lines;
mod looks;
mod names;
mod random;
mod values;
mod walk;

pub use detect::Sensitivity;
pub use file::{SecretSpan, SecretSpans};
pub use values::is_mark;

/// Replaces secrets by marks under one key.
#[derive(Clone)]
pub struct Redactor {
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(key not shown)")
    }
}

/// Annotations in which a tool keeps the whole object as it was applied.
const APPLIED: [&str; 5] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "kapp.k14s.io/original",
    "objectset.rio.cattle.io/applied",
    "banzaicloud.com/last-applied",
    "kopf.zalando.org/last-handled-configuration",
];

impl Redactor {
    /// With a key; any length will do, 32 random bytes are right.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        // HMAC hashes a key that is longer than its block and pads a shorter one: every length is a key.
        let mac = Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()));
        Self { mac }
    }

    /// The mark of a secret.
    #[must_use]
    pub fn mark(&self, secret: &str) -> String {
        self.mark_of(secret.as_bytes())
    }

    fn mark_of(&self, secret: &[u8]) -> String {
        let mut mac = self.mac.clone();
        mac.update(secret);
        let tag = mac.finalize().into_bytes();
        format!("(secret {:02x}{:02x}{:02x}{:02x})", tag[0], tag[1], tag[2], tag[3])
    }

    /// The objects with every secret replaced by its mark.
    #[must_use]
    pub fn redact_all(&self, objects: &[Object]) -> Vec<Object> {
        map_each(objects, objects.len() >= WORTH_ALL_CORES, |object| self.redact(object))
    }

    /// [`Redactor::redact_all`] for two states; an object that they share is masked once, and still shared.
    #[must_use]
    pub fn redact_both(&self, before: &[Object], after: &[Object]) -> (Vec<Object>, Vec<Object>) {
        let masked = self.redact_all(before);
        let address = |object: &Object| Arc::as_ptr(&object.value).addr();
        let known: HashMap<usize, &Arc<Value>> =
            before.iter().zip(&masked).map(|(one, masked)| (address(one), &masked.value)).collect();
        let after =
            map_each(after, after.len() >= WORTH_ALL_CORES, |object| match known.get(&address(object)) {
                Some(value) => Object { value: Arc::clone(value), ..object.clone() },
                None => self.redact(object),
            });
        (masked, after)
    }

    /// The object with every secret replaced by its mark.
    #[must_use]
    pub fn redact(&self, object: &Object) -> Object {
        match Walk::new(self, object).object(object) {
            Some(value) => Object { value: Arc::new(value), ..object.clone() },
            None => object.clone(),
        }
    }
}

/// How many objects are worth more than one core.
const WORTH_ALL_CORES: usize = 64;

/// Whether one of the words of a command is a flag with a secret in it.
pub(crate) fn holds_attached_secret(words: &[&str]) -> bool {
    commands::of_words(words).iter().any(|(index, range)| range.start > 0 && words[*index].starts_with('-'))
}

/// Whether a line of a file, a comment too, shows a secret by itself: by a name before its value, or by a shape.
#[must_use]
pub fn line_holds_secret(line: &str) -> bool {
    detect::sensitivity(detect::Said::default(), line).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{State, yaml::Limits};

    #[test]
    fn a_line_is_judged_by_itself() {
        for line in ["  password: hunter2", "# DB_PASSWORD=hunter2", "url: amqp://u:p4ss@mq/x"] {
            assert!(line_holds_secret(line), "{line}");
        }
        for line in ["  image: shop/web:1.2", "# the password is in the vault", "  passwordFile: /run/p", ""]
        {
            assert!(!line_holds_secret(line), "{line}");
        }
    }

    fn redact(text: &str) -> Arc<serde_json::Value> {
        let state = State::read([("a.yaml", text)], &Limits::default()).unwrap();
        Redactor::new(b"key").redact(&state.objects[0]).value
    }

    #[test]
    fn no_secret_is_left_wherever_it_hides() {
        let shown = redact(
            r#"
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"canary-applied": 1}'
    note: "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiJqd3QifQ.c2lnbmF0dXJlY2FuYXJ5"
spec:
  containers:
  - name: web
    args: ["--db-password=canary-flag", "--api-token", "canary-word", "--url=amqp://u:canary-url@mq/x"]
    env:
    - {name: DB_PASSWORD, value: canary-env}
    - {name: CERT, value: "-----BEGIN RSA PRIVATE KEY-----\ncanary-pem\n-----END RSA PRIVATE KEY-----"}
    - {name: AWS, value: AKIAIOSFODNN7CANARYX}
"#,
        )
        .to_string();
        for canary in ["canary", "Y2FuYXJ5", "AKIAIOSFODNN7"] {
            assert!(!shown.contains(canary), "{canary} in {shown}");
        }
        assert!(shown.contains("amqp://u:(secret "), "the rest of a URL is shown: {shown}");
    }

    #[test]
    fn every_value_of_a_secret_is_marked_and_equal_values_alike() {
        let shown =
            redact("{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: eA==, b: eA==, c: eQ==}}");
        assert_eq!(shown["data"]["a"], shown["data"]["b"]);
        assert_ne!(shown["data"]["a"], shown["data"]["c"]);
        assert!(shown["data"]["a"].as_str().unwrap().starts_with("(secret "));
    }

    #[test]
    fn the_same_bytes_have_one_mark_in_base64_and_as_text() {
        let shown = redact(
            "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: c2hvcA==, b: \"c2hv\\ncA==\", c: 'no base64'}, stringData: {d: shop}}",
        );
        assert_eq!(shown["data"]["a"], shown["stringData"]["d"]);
        assert_eq!(shown["data"]["b"], shown["stringData"]["d"]);
        assert!(shown["data"]["c"].as_str().unwrap().starts_with("(secret "));
    }

    #[test]
    fn lines_of_a_configuration_file_are_marked_by_their_names() {
        let shown = redact(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  app.properties: |\n    level=info\n    db.password=canary\n  API_TOKEN: canary\n",
        );
        let file = shown["data"]["app.properties"].as_str().unwrap();
        assert!(file.contains("level=info") && file.contains("db.password=(secret "), "{file}");
        assert!(!shown.to_string().contains("canary"));
    }

    #[test]
    fn ordinary_values_are_shown() {
        let text = r#"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {
            "TOKEN_URL": "https://sso.example/token", "PASSWORD_FILE": "/run/secrets/db",
            "TOKEN_TTL_SECONDS": "3600", "REQUIRE_PASSWORD": "true", "COMMIT": "9fceb02d0ae598e95dc970b74767f19372d61af8",
            "ID": "123e4567-e89b-12d3-a456-426614174000", "SECRET_NAME": "db", "PRIMARY_KEY": "id"}}"#;
        let state = State::read([("a.json", text)], &Limits::default()).unwrap();
        assert_eq!(redact(text), state.objects[0].value);
    }
}
