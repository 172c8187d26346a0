//! Names that people give.

use serde_json::{Value, json};
use service::{Kind, Refused};

/// As long as a name in Kubernetes (RFC 1123), for organisations too.
const CHARACTERS: usize = 253;

/// The longest name that a caller may give a call.
const KEY_CHARACTERS: usize = 2_000;

/// Whether a cluster is called as Kubernetes calls objects (RFC 1123 subdomains).
pub(crate) fn cluster(name: &str) -> Result<(), Refused> {
    if name.len() <= CHARACTERS && name.split('.').all(is_label) {
        return Ok(());
    }
    let why = "a cluster's name is lower-case letters, digits, - and . (RFC 1123), at most 253";
    Err(Refused::new(Kind::Invalid, "CLUSTER_NAME_INVALID", why))
}

/// Whether an organisation has a name that can be shown.
pub(crate) fn organisation(name: &str) -> Result<(), Refused> {
    let plain = !name.trim().is_empty() && !name.contains(char::is_control);
    match plain && name.chars().count() <= CHARACTERS {
        true => Ok(()),
        false => Err(invalid("name", "a name is 1 to 253 characters, none of them a control character")),
    }
}

/// What a command is called in the store: by who gave it the name, and for what.
pub(crate) fn command(
    command: &str,
    user: &str,
    key: Option<String>,
    answer: Value,
) -> Result<Option<(String, Value)>, Refused> {
    let Some(key) = key else { return Ok(None) };
    match key.chars().count() <= KEY_CHARACTERS && !key.contains('\0') {
        true => Ok(Some((format!("{command}/{user}/{key}"), answer))),
        false => {
            let why = "at most 2000 characters are expected, none of them a zero byte";
            Err(invalid("idempotency_key", why))
        }
    }
}

fn is_label(label: &str) -> bool {
    let inner = label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    !label.is_empty() && label.len() <= 63 && inner && !label.starts_with('-') && !label.ends_with('-')
}

fn invalid(field: &str, why: &str) -> Refused {
    let refused = Refused::new(Kind::Invalid, "REQUEST_INVALID", format!("{field}: {why}"));
    refused.with(json!({ "field": field }))
}
