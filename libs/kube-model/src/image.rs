//! References to container images: `registry/repository:tag@digest`.

use std::fmt;

/// An image reference, taken apart (the grammar of `distribution/reference`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRef<'a> {
    /// Registry and repository: everything before the tag and the digest.
    pub repository: &'a str,
    /// The tag.
    pub tag: Option<&'a str>,
    /// The digest, `sha256:…`.
    pub digest: Option<&'a str>,
}

impl<'a> ImageRef<'a> {
    /// Takes a reference apart. Every text is one: what has no tag and no digest is a repository.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let name_start = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (repository, tag) = match rest[name_start..].find(':') {
            Some(colon) => (&rest[..name_start + colon], Some(&rest[name_start + colon + 1..])),
            None => (rest, None),
        };
        Self { repository, tag, digest }
    }

    /// The last part of the repository: the image's own name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.repository.rsplit('/').next().unwrap_or(self.repository)
    }

    /// Whether both point at the same version: tag and digest alike.
    #[must_use]
    pub fn same_version(&self, other: &ImageRef<'_>) -> bool {
        self.tag == other.tag && self.digest == other.digest
    }

    /// The `imagePullPolicy` that the API server fills in: `Always` for the tag `latest` and for neither tag nor digest, else
    /// `IfNotPresent` (Kubernetes, `SetDefaults_Container` by `ParseImageName`).
    #[must_use]
    pub fn default_pull_policy(&self) -> &'static str {
        match (self.tag, self.digest) {
            (Some("latest"), _) | (None, None) => "Always",
            (Some(_), _) | (None, Some(_)) => "IfNotPresent",
        }
    }

    /// This version in another repository.
    #[must_use]
    pub fn in_repository<'b>(&self, repository: &'b str) -> ImageRef<'b>
    where
        'a: 'b,
    {
        ImageRef { repository, tag: self.tag, digest: self.digest }
    }
}

impl fmt::Display for ImageRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.repository)?;
        if let Some(tag) = self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_come_apart_and_together() {
        for (text, repository, tag, digest) in [
            ("nginx", "nginx", None, None),
            ("nginx:1.25", "nginx", Some("1.25"), None),
            ("localhost:5000/nginx", "localhost:5000/nginx", None, None),
            ("localhost:5000/a/nginx:1", "localhost:5000/a/nginx", Some("1"), None),
            ("a/b@sha256:00", "a/b", None, Some("sha256:00")),
            ("a/b:1@sha256:00", "a/b", Some("1"), Some("sha256:00")),
        ] {
            let image = ImageRef::parse(text);
            assert_eq!((image.repository, image.tag, image.digest), (repository, tag, digest));
            assert_eq!(image.to_string(), text);
        }
    }

    #[test]
    fn the_pull_policy_follows_the_tag() {
        for (image, policy) in [
            ("nginx", "Always"),
            ("nginx:latest", "Always"),
            ("nginx:latest@sha256:00", "Always"),
            ("nginx:1.25", "IfNotPresent"),
            ("nginx@sha256:00", "IfNotPresent"),
        ] {
            assert_eq!(ImageRef::parse(image).default_pull_policy(), policy, "{image}");
        }
    }
}
