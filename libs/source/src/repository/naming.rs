//! How messages and patches name the files of a repository.

use std::path::{Path, PathBuf};

/// How messages and patches name the files of a repository.
#[derive(Debug)]
pub(super) enum Naming {
    /// From the directory that people work in. Both are canonical.
    Disk { root: PathBuf, working: PathBuf },
    /// `before` and `after` stand around the path below the directory `prefix` of the repository.
    Commit { before: String, prefix: String, after: String },
}

impl Naming {
    pub(super) fn show(&self, path: &str) -> String {
        match self {
            Self::Disk { root, working } => from(working, &root.join(path)),
            Self::Commit { before, prefix, after } => {
                let path = below(path, prefix).unwrap_or(path);
                format!("{before}{path}{after}")
            }
        }
    }

    pub(super) fn patch_path(&self, path: &str) -> String {
        let below_working = match self {
            Self::Disk { root, working } => {
                let full = root.join(path);
                full.strip_prefix(working).ok().and_then(Path::to_str).map(str::to_owned)
            }
            Self::Commit { .. } => None,
        };
        below_working.unwrap_or_else(|| path.to_owned())
    }
}

/// What follows a directory in a path below it.
fn below<'p>(path: &'p str, directory: &str) -> Option<&'p str> {
    match directory {
        "" => Some(path),
        _ if path == directory => Some(""),
        _ => path.strip_prefix(directory)?.strip_prefix('/'),
    }
}

/// A path as it is seen from a directory: relative where the two share more than the root of the file system.
fn from(directory: &Path, path: &Path) -> String {
    let (here, there): (Vec<_>, Vec<_>) = (directory.components().collect(), path.components().collect());
    let shared = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
    if shared < 2 {
        return path.display().to_string();
    }
    let up = std::iter::repeat_n("..", here.len() - shared);
    let down = there[shared..].iter().filter_map(|part| part.as_os_str().to_str());
    let parts: Vec<&str> = up.chain(down).collect();
    match parts.is_empty() {
        true => ".".to_owned(),
        false => parts.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_seen_from_a_directory() {
        for (directory, path, seen) in [
            ("/home/ana/shop", "/home/ana/shop/overlays/web.yaml", "overlays/web.yaml"),
            ("/home/ana/shop/deploy", "/home/ana/shop/base/web.yaml", "../base/web.yaml"),
            ("/home/ana/shop", "/home/ana/base", "../base"),
            ("/home/ana/shop", "/home/ana/shop", "."),
            ("/home/ana/shop", "/srv/base", "/srv/base"),
        ] {
            assert_eq!(from(Path::new(directory), Path::new(path)), seen);
        }
    }

    #[test]
    fn a_file_of_a_commit_is_named_as_its_source_was() {
        let (before, after) = ("git+.//".to_owned(), "@main".to_owned());
        let naming = Naming::Commit { before, prefix: "deploy".to_owned(), after };
        assert_eq!(naming.show("deploy/staging/web.yaml"), "git+.//staging/web.yaml@main");
        assert_eq!(naming.show("base/web.yaml"), "git+.//base/web.yaml@main");
        assert_eq!(naming.patch_path("deploy/staging/web.yaml"), "deploy/staging/web.yaml");
    }
}
