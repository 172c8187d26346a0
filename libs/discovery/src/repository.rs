//! The files of a repository, as discovery looks at them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use file_tree::{FileTree, Found};

/// A repository: its files, and the URLs that it is known by.
#[derive(Debug, Clone, Copy)]
pub struct Repository<'t> {
    /// Its files.
    pub files: &'t FileTree,
    /// The URLs of its remotes. Objects name their repositories by URL; without any, a URL is taken for this repository
    /// where its path exists here.
    pub urls: &'t [String],
}

/// The names by which Kustomize knows its file, in the order it looks for them.
pub(crate) const KUSTOMIZATION: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A repository with what is asked of it often.
pub(crate) struct Index<'t> {
    pub(crate) files: &'t FileTree,
    urls: Vec<String>,
    /// Every directory with the names of its own files.
    directories: BTreeMap<&'t str, Vec<&'t str>>,
}

impl<'t> Index<'t> {
    pub(crate) fn new(repository: Repository<'t>) -> Self {
        let mut directories: BTreeMap<&str, Vec<&str>> = BTreeMap::from([("", Vec::new())]);
        let mut known = BTreeSet::from([""]);
        for (path, _) in repository.files.files() {
            let parent = file_tree::parent(path);
            let name = path.get(parent.len()..).unwrap_or_default().trim_start_matches('/');
            directories.entry(parent).or_default().push(name);
            let mut above = parent;
            while known.insert(above) {
                directories.entry(above).or_default();
                above = file_tree::parent(above);
            }
        }
        Self {
            files: repository.files,
            urls: repository.urls.iter().map(|url| normalised(url)).collect(),
            directories,
        }
    }

    pub(crate) fn is_directory(&self, path: &str) -> bool {
        self.directories.contains_key(path)
    }

    pub(crate) fn is_file(&self, path: &str) -> bool {
        self.files.file(path).is_some()
    }

    /// Whether a path is, or lies behind, a symbolic link.
    pub(crate) fn is_link(&self, path: &str) -> bool {
        !self.is_directory(path) && matches!(self.files.find(path), Found::Link)
    }

    /// All directories, sorted; the root is empty.
    pub(crate) fn directories(&self) -> impl Iterator<Item = &'t str> {
        self.directories.keys().copied()
    }

    /// The names of a directory's own files, sorted.
    pub(crate) fn names(&self, directory: &str) -> &[&'t str] {
        self.directories.get(directory).map_or(&[], Vec::as_slice)
    }

    /// The directories directly below one, as whole paths.
    pub(crate) fn below(&self, directory: &str) -> impl Iterator<Item = &'t str> {
        let start = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let from = self.directories.range::<str, _>((Bound::Included(start.as_str()), Bound::Unbounded));
        let prefix = start.clone();
        from.map(|(path, _)| *path)
            .take_while(move |path| path.starts_with(&prefix))
            .filter(move |path| path.len() > start.len() && !path[start.len()..].contains('/'))
    }

    /// The file of a directory that makes it a kustomization.
    pub(crate) fn kustomization(&self, directory: &str) -> Option<String> {
        let name = KUSTOMIZATION.into_iter().find(|name| self.names(directory).contains(name))?;
        Some(below(directory, name))
    }

    pub(crate) fn is_chart(&self, directory: &str) -> bool {
        self.names(directory).contains(&"Chart.yaml")
    }

    /// Whether manifests may stand in the directory itself.
    pub(crate) fn holds_manifests(&self, directory: &str) -> bool {
        self.names(directory).iter().any(|name| is_yaml(name) || name.ends_with(".json"))
    }

    /// Whether the repository's own URLs are known.
    pub(crate) fn is_known(&self) -> bool {
        !self.urls.is_empty()
    }

    /// Whether a URL is this repository's: one of those it is known by, or a fork of the same name.
    pub(crate) fn is_here(&self, url: &str) -> bool {
        let url = normalised(url);
        let name = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
        self.urls.is_empty() || self.urls.iter().any(|own| *own == url || name(own) == name(&url))
    }
}

pub(crate) fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// A name in a directory, as a path.
pub(crate) fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// A repository's URL without what may differ between two ways to write it: scheme, user, port, `.git`, case.
fn normalised(url: &str) -> String {
    let url = url.trim().trim_end_matches('/').trim_end_matches(".git").to_lowercase();
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let rest = match rest.split_once('/') {
        Some((host, _)) if host.contains('@') => rest.split_once('@').map_or(rest, |(_, rest)| rest),
        None if rest.contains('@') => rest.split_once('@').map_or(rest, |(_, rest)| rest),
        _ => rest,
    };
    let (host, path) = match rest.find(['/', ':']) {
        Some(at) => (&rest[..at], rest[at + 1..].trim_start_matches('/')),
        None => (rest, ""),
    };
    let path = match path.split_once('/') {
        Some((port, path)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => path,
        _ => path,
    };
    format!("{host}/{path}")
}

/// A URL as it may be shown: without user and password, query and fragment.
pub(crate) fn shown_url(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_is_written_in_many_ways() {
        for url in [
            "https://git.example/team/shop.git",
            "https://user:secret@git.example/team/shop",
            "git@git.example:team/shop.git",
            "ssh://git@git.example:2222/team/shop.git",
            "HTTPS://Git.Example/Team/Shop/",
        ] {
            assert_eq!(normalised(url), "git.example/team/shop", "{url}");
        }
    }

    #[test]
    fn a_url_is_shown_without_its_credentials() {
        assert_eq!(shown_url("https://user:secret@git.example/a@b/c?token=x"), "https://git.example/a@b/c");
        assert_eq!(shown_url("git@git.example:team/shop.git"), "git@git.example:team/shop.git");
    }
}
