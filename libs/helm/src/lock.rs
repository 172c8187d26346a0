//! The digest that ties `Chart.lock` to `Chart.yaml`.

use sha2::{Digest, Sha256};

use serde_json::{Value, json};

use crate::metadata::Dependency;

/// The digest of a lock: `sha256:` and the SHA-256, in hex, of the JSON of the two lists, first the dependencies of
/// `Chart.yaml`, then those of `Chart.lock`, as Go's `encoding/json` writes them (Helm's
/// `internal/resolver.HashReq`). `helm dependency build` refuses a lock that holds another one.
#[must_use]
pub fn lock_digest(required: &[Dependency], locked: &[Dependency]) -> String {
    let lists = [required, locked].map(|list| match list.is_empty() {
        // A list that is not there.
        true => "null".to_owned(),
        false => format!("[{}]", list.iter().map(written).collect::<Vec<_>>().join(",")),
    });
    let json = format!("[{},{}]", lists[0], lists[1]);
    let hex: String = Sha256::digest(json.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// A dependency in the order of Go's structure; what is empty is left out, but for name and repository.
fn written(dependency: &Dependency) -> String {
    let Dependency { name, version, repository, condition, tags, enabled, import_values, alias } = dependency;
    let fields: [(&str, Value, bool); 8] = [
        ("name", json!(name), true),
        ("version", json!(version), !version.is_empty()),
        ("repository", json!(repository), true),
        ("condition", json!(condition), !condition.is_empty()),
        ("tags", json!(tags), !tags.is_empty()),
        ("enabled", json!(enabled), *enabled),
        ("import-values", json!(import_values), !import_values.is_empty()),
        ("alias", json!(alias), !alias.is_empty()),
    ];
    let fields = fields.iter().filter(|(_, _, is_there)| *is_there);
    let fields: Vec<String> = fields.map(|(key, value, _)| format!("\"{key}\":{}", escaped(value))).collect();
    format!("{{{}}}", fields.join(","))
}

/// JSON as Go writes it: also what HTML would read is escaped.
fn escaped(value: &Value) -> String {
    let escapes = [
        ("&", "\\u0026"),
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("\u{2028}", "\\u2028"),
        ("\u{2029}", "\\u2029"),
    ];
    escapes.iter().fold(value.to_string(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(name: &str, version: &str, repository: &str) -> Dependency {
        let [name, version, repository] = [name, version, repository].map(str::to_owned);
        Dependency { name, version, repository, ..Dependency::default() }
    }

    /// The digest of the billing umbrella in tests/scenarios/h02, which `helm dependency build` of Helm 3.17 accepts.
    #[test]
    fn the_digest_is_helms() {
        let invoices = |version| [dependency("invoices", version, "https://charts.shop.example")];
        for (version, digest) in [
            ("1.4.2", "sha256:a782d0687f5e84bc5be0685f88a85ac1126037d1290550898287ba1216a7f1be"),
            ("1.5.0", "sha256:361903bb16d370efbb3e1639ebd37715e41c918f1465316ebee956178f964538"),
        ] {
            assert_eq!(lock_digest(&invoices(version), &invoices(version)), digest);
        }
    }

    /// Computed with `helm.sh/helm/v3@v3.17.3`'s own types and `encoding/json`.
    #[test]
    fn every_field_and_every_escape_is_written_as_go_writes_it() {
        let repository = "https://charts.example/a?x=1&y=2";
        let cache = Dependency {
            condition: "cache.enabled,global.cache".to_owned(),
            tags: vec!["back".to_owned(), "front".to_owned()],
            import_values: vec![json!("data"), json!({"child": "a", "parent": "b"})],
            alias: "store".to_owned(),
            ..dependency("cache", ">=1.2.0 <2", repository)
        };
        let library = Dependency { enabled: true, ..dependency("lib", "^0.1", "file://../lib") };
        let locked = [dependency("cache", "1.9.3", repository), dependency("lib", "0.1.7", "file://../lib")];
        let digest = "sha256:2414ae1901e3b2b54590374474b49d9c466a57ed802abc3d6445faad8829eddb";
        assert_eq!(lock_digest(&[cache, library], &locked), digest);
        let none = "sha256:95cb9b4f84ceff132cc7a875d8c192bf4997016a939ee64141c1fd628c0e8738";
        assert_eq!(lock_digest(&[], &[]), none);
    }
}
