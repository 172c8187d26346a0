//! Paths in the tree.

use crate::error::Problem;

/// A path that a kustomization in `directory` names, from the root of the tree.
pub(crate) fn join(directory: &str, path: &str) -> Result<String, Problem> {
    if path.starts_with('/') {
        return Err(Problem::Absolute(path.to_owned()));
    }
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or_else(|| Problem::OutsideRepository(path.to_owned()))?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// Whether a path is this directory or lies below it.
pub(crate) fn is_within(path: &str, directory: &str) -> bool {
    directory.is_empty()
        || path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The last part of a path.
pub(crate) fn base_name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// Whether an entry of `resources` names something over the network, as kustomize tells: an HTTP(S) file, or a Git
/// repository in one of the forms that `git clone` takes.
pub(crate) fn is_remote(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let lower = lower.strip_prefix("git::").unwrap_or(&lower);
    let user = lower.split_once('@').is_some_and(|(user, rest)| {
        !user.is_empty()
            && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && rest.contains([':', '/'])
    });
    lower.contains("://") || lower.starts_with("github.com/") || lower.starts_with("github.com:") || user
}

/// What is remote is named without what is secret in it.
pub(crate) fn without_credentials(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let end = rest.find('/').unwrap_or(rest.len());
    let host = rest[..end].rfind('@').map_or(0, |at| at + 1);
    let slashes = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{slashes}{}", &rest[host..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_tree() {
        assert_eq!(join("a/b", "../c/./d.yaml").as_deref(), Ok("a/c/d.yaml"));
        assert_eq!(join("a", "..").as_deref(), Ok(""));
        assert_eq!(join("a", "../.."), Err(Problem::OutsideRepository("../..".into())));
        assert_eq!(join("a", "/etc/passwd"), Err(Problem::Absolute("/etc/passwd".into())));
        assert!(is_within("a/b", "a") && !is_within("ab", "a") && is_within("x", ""));
    }

    #[test]
    fn what_is_remote_is_named_without_its_password() {
        for (url, named) in [
            ("https://me:secret@host/a/b//c?ref=v1&token=x", "https://host/a/b//c"),
            ("git::https://me:secret@host/a.git", "git::https://host/a.git"),
            ("me:secret@host:a/b", "host:a/b"),
            ("git@github.com:a/b.git?ref=v1", "github.com:a/b.git"),
            ("https://host", "https://host"),
        ] {
            assert_eq!(without_credentials(url), named);
        }
    }

    #[test]
    fn what_is_over_the_network_is_told() {
        for remote in [
            "https://github.com/a/b//c?ref=v1",
            "github.com/a/b",
            "git@github.com:a/b.git",
            "ssh://git@host/a/b",
            "git::https://host/a/b.git",
            "file:///a/b",
        ] {
            assert!(is_remote(remote), "{remote}");
        }
        for local in ["../base", "deployment.yaml", "app@v1.yaml", "a.git/b"] {
            assert!(!is_remote(local), "{local}");
        }
    }
}
