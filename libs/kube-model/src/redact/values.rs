//! Can a value be the secret that its name says?

use super::names::{name_says_secret, words};

/// Ways to authenticate, which are what a name like `AUTH` mostly holds.
const WAYS: [&str; 18] = [
    "oidc", "ldap", "saml", "oauth", "oauth2", "basic", "bearer", "jwt", "enabled", "disabled", "required",
    "optional", "token", "password", "md5", "rbac", "internal", "external",
];

/// Whether a value can be what its name says. Switches, references to variables and to stores, paths and empty
/// texts are no secrets, whatever their name.
pub(super) fn value_can_be_secret(name: &str, text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let says_nothing = matches!(
        lower.as_str(),
        "" | "true"
            | "false"
            | "yes"
            | "no"
            | "on"
            | "off"
            | "none"
            | "null"
            | "~"
            | "{}"
            | "[]"
            | "\"\""
            | "''"
    );
    !says_nothing
        && !refers(text)
        && !is_path(text)
        && !is_mark(text)
        && !(is_way_of_name(name) && (WAYS.contains(&lower.as_str()) || text.contains("://")))
        && !(is_amount_of_tokens(name) && text.chars().all(|c| c.is_ascii_digit()))
}

/// `$(VAR)`, `${VAR}`, `$VAR`, a template, or where a store keeps it; a default within (`${VAR:-x}`) may be one.
fn refers(text: &str) -> bool {
    let text = text.trim_matches('"');
    let braced = |open: &str, close: &str| {
        text.strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
            .is_some_and(|inner| !inner.contains([':', '=', '-', '$', '{', '(']))
    };
    let variable = text.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && (name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
                || (name.chars().all(|c| c.is_alphanumeric() || c == '_') && name_says_secret(name)))
    });
    let template = text.starts_with("{{") && text.ends_with("}}");
    let stored = ["vault:", "arn:", "ref+", "secretref+", "ENC[", "!vault", "file:/", "awssm:", "gcpsm:"];
    let command =
        text.starts_with("$(") && text.ends_with(')') && !text[2..text.len() - 1].contains(['$', '"', '\'']);
    braced("$(", ")")
        || braced("${", "}")
        || variable
        || template
        || command
        || stored.iter().any(|prefix| text.starts_with(prefix))
}

/// A path below one of the directories in which secrets are mounted.
fn is_path(text: &str) -> bool {
    const ROOTS: [&str; 16] = [
        "etc", "var", "run", "mnt", "opt", "home", "secrets", "app", "usr", "tmp", "root", "srv", "data",
        "vault", "certs", "config",
    ];
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'));
    text.strip_prefix('/')
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(root, _)| plain && ROOTS.contains(&root))
}

/// A mark in the place of a secret.
#[must_use]
pub fn is_mark(text: &str) -> bool {
    text.strip_prefix("(secret ").and_then(|rest| rest.strip_suffix(')')).is_some_and(|tag| {
        tag.len() == 8 && tag.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase())
    })
}

fn is_way_of_name(name: &str) -> bool {
    words(name).last().is_some_and(|last| matches!(last.as_str(), "auth" | "authorization"))
}

fn is_amount_of_tokens(name: &str) -> bool {
    words(name).last().is_some_and(|last| last == "tokens")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_can_be_one() {
        for value in ["changeme", "hunter2", "123456", "${DB_PASSWORD:-hunter2}", "/a+b=", "$ecret"] {
            assert!(value_can_be_secret("PASSWORD", value), "{value}");
        }
        for value in [
            "",
            "true",
            "$(VAR)",
            "${VAR}",
            "$VAR",
            "{{ .password }}",
            "/run/secrets/db",
            "(secret 01234567)",
        ] {
            assert!(!value_can_be_secret("PASSWORD", value), "{value}");
        }
        assert!(!value_can_be_secret("AUTH", "oidc") && value_can_be_secret("AUTH", "Basic dXNlcg=="));
    }
}
