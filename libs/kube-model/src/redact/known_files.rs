//! Files of known forms in which a secret has no name before it: `.pgpass`, `.netrc`, password hashes, a
//! Secret's manifest.

use std::ops::Range;

use super::values::value_can_be_secret;

/// The secrets of a text by the forms of known files.
pub(super) fn in_text(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        found.extend(pgpass(bare).map(|range| start + range.start..start + range.end));
        start += line.len();
    }
    if text.contains("machine ") || text.contains("machine\t") || text.starts_with("default ") {
        found.extend(netrc(text));
    }
    found.extend(hashes(text));
    found.extend(manifests(text));
    found
}

/// `host:port:database:user:password`, each `*` or a plain word (PostgreSQL, "The Password File").
fn pgpass(line: &str) -> Option<Range<usize>> {
    let mut fields = line.splitn(5, ':');
    let (host, port) = (fields.next()?, fields.next()?);
    let (database, user, password) = (fields.next()?, fields.next()?, fields.next()?);
    let plain = |field: &str| {
        field == "*"
            || (!field.is_empty() && field.chars().all(|c| c.is_ascii_alphanumeric() || "._-@/".contains(c)))
    };
    let is_port = port == "*" || port.parse::<u16>().is_ok();
    // Parts of an IPv6 address, or of a time, are such words too.
    let is_address = line.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.' | '/'));
    let fits = plain(host) && is_port && plain(database) && plain(user) && !is_address;
    let is_word = !password.contains([' ', '\t']) && password.len() >= 4;
    (fits && is_word && value_can_be_secret("password", password))
        .then(|| line.len() - password.len()..line.len())
}

/// `machine HOST login NAME password SECRET`, on one line or on several (GNU inetutils, "The .netrc file").
fn netrc(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut words = Vec::new();
    let mut start = 0;
    for word in text.split(char::is_whitespace) {
        if !word.is_empty() {
            words.push(start..start + word.len());
        }
        start += word.len();
        start += text[start..].chars().next().map_or(0, char::len_utf8);
    }
    let word = |index: usize| words.get(index).map_or("", |range: &Range<usize>| &text[range.clone()]);
    for index in 0..words.len() {
        let mut at = match word(index) {
            "machine" => index + 2,
            "default" => index + 1,
            _ => continue,
        };
        let mut password = None;
        let mut login = false;
        while matches!(word(at), "login" | "user" | "password" | "account") {
            login |= matches!(word(at), "login" | "user");
            password = if word(at) == "password" { words.get(at + 1).cloned() } else { password };
            at += 2;
        }
        found.extend(password.filter(|range| login && value_can_be_secret("password", &text[range.clone()])));
    }
    found
}

/// Hashes of passwords, as crypt(5) and htpasswd write them: they can be guessed offline.
fn hashes(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for scheme in ["$2a$", "$2b$", "$2y$", "$apr1$", "$5$", "$6$", "$y$", "$argon2id$", "$argon2i$"] {
        for (at, _) in text.match_indices(scheme) {
            let part = |c: char| c.is_ascii_alphanumeric() || "$./+=,".contains(c);
            let rest = &text[at..];
            let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
            found.extend((end >= 30).then_some(at..at + end));
        }
    }
    found
}

/// The values of the Secrets whose manifests a text holds (a bundle in a ConfigMap).
fn manifests(text: &str) -> Vec<Range<usize>> {
    if !text.contains("Secret") || !(text.contains("data") || text.contains("Data")) {
        return Vec::new();
    }
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
    if compact.contains("\"kind\":\"Secret\"") {
        return std::iter::once(0..text.len()).collect();
    }
    let mut found = Vec::new();
    let mut start = 0;
    for document in text.split_inclusive("\n---") {
        let is_secret = document.lines().any(|line| {
            let line = line.trim_start_matches([' ', '-']);
            line.strip_prefix("kind:").is_some_and(|kind| {
                kind.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'']) == "Secret"
            })
        });
        if is_secret {
            found.extend(data_of(document).into_iter().map(|range| start + range.start..start + range.end));
        }
        start += document.len();
    }
    found
}

/// What stands under `data:` and `stringData:`, by indentation.
fn data_of(document: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut within: Option<usize> = None;
    let mut start = 0;
    for line in document.split_inclusive('\n') {
        let bare = line.trim_end();
        let indent = bare.len() - bare.trim_start_matches([' ', '-']).len();
        let content = bare.trim_start_matches([' ', '-']);
        let value_from = |at: usize| {
            let value = bare[at..].trim();
            let from = start + at + bare[at..].len() - bare[at..].trim_start().len();
            (!value.is_empty() && !matches!(value, "|" | ">" | "|-" | ">-" | "|+" | ">+" | "{}"))
                .then(|| from..from + value.len())
        };
        match within {
            Some(own) if indent > own && !content.is_empty() => {
                let key = content.find(": ").filter(|at| !content[..*at].contains(char::is_whitespace));
                let at = key.map_or(indent, |at| indent + at + 2);
                found.extend((!content.ends_with(':')).then(|| value_from(at)).flatten());
            }
            Some(_) if content.is_empty() => {}
            _ => {
                let name = ["data:", "stringData:"].into_iter().find(|name| content.starts_with(name));
                within = name.map(|_| indent);
                found.extend(name.and_then(|name| value_from(indent + name.len())));
            }
        }
        start += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        in_text(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn files_of_known_forms() {
        for text in [
            "db.example:5432:shop:app:hunter2",
            "# comment\n*:*:*:app:hunter2\n",
            "machine git.example\n  login me\n  password hunter2\n",
            "machine git.example login me password hunter2",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: hunter2\n",
            "kind: Secret\ndata:\n  a: |\n    hunter2\ntype: Opaque\n---\nkind: ConfigMap\ndata:\n  b: c\n",
        ] {
            assert_eq!(found(text), ["hunter2"], "{text}");
        }
        let hash = "$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
        assert_eq!(found(&format!("me:{hash}\n")), [hash]);
        let json = "{\"kind\": \"Secret\", \"data\": {\"a\": \"aHVudGVyMg==\"}}";
        assert_eq!(found(json), [json]);
    }

    #[test]
    fn what_only_looks_like_one() {
        for text in [
            "fe80:1:2:3:4444",
            "127.0.0.1:8080:80",
            "root:x:0:0:root:/root:/bin/sh",
            "arn:aws:iam::123456789012:role/x",
            "a machine needs a login and a password here",
            "kind: ConfigMap\ndata:\n  a: b\n",
            "the Secret holds the data: see there",
            "pays $5$ and $6$",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
