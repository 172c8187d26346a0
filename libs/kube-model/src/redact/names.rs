//! Does a name say that its value is a secret?

/// A word that ends in one of these says it (`password`, `dbpassword`, `PGPASSWORD`, `tokens`).
const SECRET_ENDINGS: [&str; 18] = [
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "pwd",
    "secret",
    "token",
    "credential",
    "creds",
    "apikey",
    "privatekey",
    "secretkey",
    "accesskey",
    "accountkey",
    "masterkey",
    "signingkey",
    "encryptionkey",
    "sharedkey",
];
/// Whole words that say it as the last of a name.
const LAST_WORDS: [&str; 15] = [
    "storepass",
    "keypass",
    "pass",
    "dbpass",
    "userpass",
    "smtppass",
    "mailpass",
    "adminpass",
    "rootpass",
    "sshpass",
    "pgpass",
    "requirepass",
    "masterauth",
    "auth",
    "authorization",
];
/// What stands before `key` where the key is a secret one.
const KEYS: [&str; 18] = [
    "api",
    "private",
    "access",
    "master",
    "signing",
    "encryption",
    "decryption",
    "jwt",
    "account",
    "storage",
    "secret",
    "hmac",
    "shared",
    "ssh",
    "webhook",
    "license",
    "licence",
    "sas",
];
/// A name that ends in one of these is about a secret, and is none.
const ABOUT: &[&str] = &[
    "file",
    "path",
    "dir",
    "directory",
    "name",
    "names",
    "namespace",
    "url",
    "uri",
    "endpoint",
    "host",
    "port",
    "address",
    "domain",
    "issuer",
    "audience",
    "audiences",
    "ttl",
    "second",
    "seconds",
    "minute",
    "minutes",
    "hour",
    "hours",
    "day",
    "days",
    "ms",
    "expiry",
    "expires",
    "expiration",
    "lifetime",
    "duration",
    "interval",
    "timeout",
    "period",
    "age",
    "length",
    "size",
    "min",
    "max",
    "limit",
    "count",
    "budget",
    "usage",
    "cost",
    "enabled",
    "disabled",
    "required",
    "allowed",
    "header",
    "headers",
    "type",
    "types",
    "kind",
    "mode",
    "format",
    "encoding",
    "algorithm",
    "method",
    "strategy",
    "scheme",
    "ref",
    "refs",
    "store",
    "backend",
    "provider",
    "driver",
    "class",
    "engine",
    "manager",
    "service",
    "operator",
    "controller",
    "plugin",
    "policy",
    "rotation",
    "template",
    "pattern",
    "regex",
    "validation",
    "field",
    "column",
    "table",
    "schema",
    "prefix",
    "suffix",
    "realm",
    "scope",
    "scopes",
    "group",
    "role",
    "user",
    "username",
    "email",
    "id",
    "ids",
    "version",
    "region",
    "checksum",
    "selector",
    "label",
    "hint",
    "placeholder",
    "message",
    "description",
    "through",
    "checker",
    "config",
    "review",
    "request",
    "requests",
];
/// A name with one of these words in it is a number, a name or a hash.
const NEVER: [&str; 10] = [
    "checksum",
    "existing",
    "max",
    "min",
    "num",
    "fingerprint",
    "publishable",
    "inject",
    "reloader",
    "expiration",
];
/// What stands before `secret` in the key of a mapping whose value is the name of a Secret.
const REFERRING: [&str; 14] = [
    "existing",
    "pull",
    "tls",
    "auth",
    "ca",
    "cert",
    "certificate",
    "config",
    "registry",
    "connection",
    "credentials",
    "superuser",
    "target",
    "k8s",
];
/// What every name that says it has in it, whatever the case.
const STEMS: [&str; 7] = ["pass", "pwd", "secret", "token", "cred", "key", "auth"];

/// Whether a text has in it what every name has that says it. Most have not, and need not be taken apart.
pub(super) fn has_stem(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts = |(at, byte): (usize, &u8)| {
        let stems = match byte | 0x20 {
            b'p' => &STEMS[..2],
            b's' => &STEMS[2..3],
            b't' => &STEMS[3..4],
            b'c' => &STEMS[4..5],
            b'k' => &STEMS[5..6],
            b'a' => &STEMS[6..],
            // The Kelvin sign is a capital k, and the only one outside of ASCII.
            0xe2 => return bytes[at..].starts_with("\u{212a}".as_bytes()),
            _ => return false,
        };
        let rest = &bytes[at..];
        stems.iter().any(|stem| {
            rest.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem.as_bytes()))
        })
    };
    bytes.iter().enumerate().any(starts)
}

/// Whether the name of a value says that the value is a secret.
pub(super) fn name_says_secret(name: &str) -> bool {
    if !has_stem(name) {
        return false;
    }
    // The shell's working directory.
    if matches!(name, "PWD" | "OLDPWD") {
        return false;
    }
    let mut words = words(name);
    while words.len() > 1 && words.last().is_some_and(|last| last.chars().all(|c| c.is_ascii_digit())) {
        words.pop();
    }
    let Some(last) = words.last() else { return false };
    let about = ABOUT.contains(&last.as_str()) || words.iter().any(|word| NEVER.contains(&word.as_str()));
    !about
        && (words.iter().any(|word| word_says_secret(word))
            || LAST_WORDS.contains(&last.as_str())
            || words.windows(2).any(|pair| KEYS.contains(&&*pair[0]) && matches!(&*pair[1], "key" | "keys")))
}

fn word_says_secret(word: &str) -> bool {
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = stem.strip_suffix('s').filter(|stem| !stem.ends_with('s')).unwrap_or(stem);
    SECRET_ENDINGS.iter().any(|ending| stem.ends_with(ending.strip_suffix('s').unwrap_or(ending)))
}

/// Whether the key of a mapping says that its text is a secret. Kubernetes and the resources beside it have keys
/// that hold the name of a Secret (`existingSecret`, `nginx.ingress.kubernetes.io/auth-secret`).
pub(super) fn key_says_secret(key: &str) -> bool {
    if !has_stem(key) || words(key).iter().any(|word| NEVER.contains(&word.as_str())) {
        return false;
    }
    let key = key.rsplit_once('/').map_or(key, |(_, name)| name);
    let words = words(key);
    if let [.., before, last] = words.as_slice()
        && last == "secret"
        && REFERRING.contains(&before.as_str())
    {
        return false;
    }
    name_says_secret(key)
}

/// Whether a key is one for several secrets, whose own keys need not say so (`credentials: {root: …}`).
pub(super) fn holds_several(key: &str) -> bool {
    if !has_stem(key) {
        return false;
    }
    let last = words(key).pop().unwrap_or_default();
    matches!(last.as_str(), "secrets" | "passwords" | "credentials" | "tokens" | "creds")
        && key_says_secret(key)
}

/// Whether a key within several secrets is of what they are, not of one of them.
pub(super) fn describes(key: &str) -> bool {
    let last = words(key).pop().unwrap_or_default();
    ABOUT.contains(&last.as_str())
        || matches!(
            last.as_str(),
            "key" | "property" | "create" | "annotations" | "labels" | "remote" | "default"
        )
}

/// Whether a name is one of a text of its own form, whose lines are judged each by its own name.
pub(super) fn names_a_file(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| {
        matches!(
            extension.as_str(),
            "yaml"
                | "yml"
                | "json"
                | "conf"
                | "cfg"
                | "cnf"
                | "ini"
                | "properties"
                | "toml"
                | "xml"
                | "env"
                | "sh"
                | "py"
                | "js"
                | "ts"
                | "rb"
                | "lua"
                | "sql"
                | "md"
                | "html"
                | "tpl"
                | "config"
                | "php"
        )
    })
}

/// Whether a name is one of a file that is a key, or a store of keys, whatever its form.
pub(super) fn names_a_key_file(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| {
        matches!(extension.as_str(), "key" | "p12" | "pfx" | "jks" | "keystore" | "kdbx" | "ppk")
    }) && !name.to_ascii_lowercase().contains("pub")
}

/// `dbPassword`, `DB_PASSWORD` and `db.password` are the words `db` and `password`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous_lower = false;
    for character in name.chars() {
        let boundary = !character.is_alphanumeric() || (character.is_uppercase() && previous_lower);
        if boundary {
            words.push(String::new());
        }
        if let (true, Some(word)) = (character.is_alphanumeric(), words.last_mut()) {
            word.extend(character.to_lowercase());
        }
        previous_lower = character.is_lowercase() || character.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_say_it() {
        for name in [
            "PGPASSWORD",
            "DB_PASS",
            "SMTP_PASS",
            "dbpassword",
            "RAILS_MASTER_KEY",
            "API_TOKENS",
            "AUTHORIZATION",
            "DB_PASSWORD_1",
            "password2",
            "clientSecret",
            "SECRET_KEY_BASE",
            "AWS_SECRET_ACCESS_KEY",
            "MYSQL_PWD",
            "apikey",
            "APIKEY",
            "ACCOUNT_KEY",
            "AccountKey",
            "JWT_KEY",
            "REDIS_AUTH",
            "requirepass",
            "AUTH_CREDS",
            "APIKeys",
            "user_credentials",
            "ENCRYPTION_KEYS",
            "htpasswd",
            "DB_PASSWORD_PRIMARY",
        ] {
            assert!(name_says_secret(name), "{name}");
        }
        for name in [
            "TOKEN_URL",
            "PASSWORD_FILE",
            "TOKEN_TTL_SECONDS",
            "SECRET_NAME",
            "PRIMARY_KEY",
            "KEY_ID",
            "PASS_THROUGH",
            "COMPASS_URL",
            "AUTHOR",
            "AUTH_URL",
            "BYPASS_CACHE",
            "MONKEY",
            "TOKENIZER",
            "PASSENGER_MAX_POOL",
            "PWD",
            "MAX_TOKENS",
            "maxTokens",
            "COMPASS",
            "BYPASS",
            "ACCESS_KEY_ID",
            "tokenExpirationSeconds",
            "secretKeyRef",
            "secretName",
            "AUTH_MODE",
            "PUBLIC_KEY",
            "LEVEL",
        ] {
            assert!(!name_says_secret(name), "{name}");
        }
    }

    #[test]
    fn every_name_that_says_it_has_a_stem() {
        let all = SECRET_ENDINGS.iter().chain(&LAST_WORDS).map(|word| (*word).to_owned());
        let keys = KEYS.iter().map(|key| format!("{key}_key"));
        for name in all.chain(keys).chain(["to\u{212a}en".to_owned()]) {
            for name in [name.clone(), name.to_uppercase(), format!("a.{name}"), format!("é{name}")] {
                assert!(has_stem(&name), "{name}");
            }
        }
        for name in ["", "image", "REGION", "ke", "pas", "PATH", "tok\u{e9}n"] {
            assert!(!has_stem(name), "{name}");
        }
    }

    #[test]
    fn keys_that_name_a_secret_object_say_nothing() {
        for key in
            ["existingSecret", "nginx.ingress.kubernetes.io/auth-secret", "checksum/secret", "tlsSecret"]
        {
            assert!(!key_says_secret(key), "{key}");
        }
        assert!(key_says_secret("clientSecret") && key_says_secret("example.com/db-password"));
    }
}
