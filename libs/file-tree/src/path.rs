//! Paths inside a repository: relative to its root, with `/`, without `.` and `..`. The root itself is empty.

/// Why a path is none inside the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It starts at the root of a file system.
    #[error("it is absolute; a repository's files are named relative to where they are named")]
    Absolute,
    /// Its `..` lead out of the repository.
    #[error("it leads out of the repository")]
    Outside,
    /// It holds a NUL or a backslash.
    #[error("it holds a character that no path in a repository has")]
    Character,
}

/// What `path` names for a file in `directory`.
///
/// # Errors
/// When that is not inside the repository.
pub fn join(directory: &str, path: &str) -> Result<String, PathError> {
    if path.contains(['\0', '\\']) {
        return Err(PathError::Character);
    }
    if path.starts_with('/') {
        return Err(PathError::Absolute);
    }
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop().ok_or(PathError::Outside)?),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// The directory that holds what is at `path`; empty for the root.
#[must_use]
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// `path` as a file in `directory` names it: the inverse of [`join`].
#[must_use]
pub fn relative(directory: &str, path: &str) -> String {
    let mut from = directory.split('/').filter(|part| !part.is_empty()).peekable();
    let mut to = path.split('/').filter(|part| !part.is_empty()).peekable();
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    let parts: Vec<&str> = from.map(|_| "..").chain(to).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_inside_the_repository() {
        for (directory, path, expected) in [
            ("overlays/production", "../../base", Ok("base")),
            ("", "./a//b/", Ok("a/b")),
            ("a", "..", Ok("")),
            ("a", "../..", Err(PathError::Outside)),
            ("a", "../../a", Err(PathError::Outside)),
            ("a", "/etc/passwd", Err(PathError::Absolute)),
            ("a", "b\\c", Err(PathError::Character)),
            ("a", "b\0", Err(PathError::Character)),
        ] {
            assert_eq!(join(directory, path), expected.map(str::to_owned), "{directory} {path}");
        }
    }

    #[test]
    fn a_relative_path_leads_back() {
        for (directory, path, expected) in [
            ("overlays/production", "base", "../../base"),
            ("a", "a/b.yaml", "b.yaml"),
            ("", "a/b", "a/b"),
            ("a/b", "a/b", "."),
            ("ab", "a", "../a"),
        ] {
            assert_eq!(relative(directory, path), expected);
            assert_eq!(join(directory, expected).as_deref(), Ok(path));
        }
    }
}
