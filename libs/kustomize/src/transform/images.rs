//! `images`.

use regex_lite::Regex;

use crate::error::Problem;
use crate::fieldspec::{Create, FieldSpec, apply, overwrite};
use crate::node::{Body, Node};
use crate::origin::Origin;
use crate::resource::Resource;
use crate::scalar::{Scalar, Tag};

/// An entry of `images`, with the place of what it changes.
pub(crate) struct Change<'a> {
    pub(crate) name: Pattern,
    pub(crate) new_name: &'a str,
    pub(crate) new_tag: &'a str,
    pub(crate) digest: &'a str,
    pub(crate) tag_suffix: &'a str,
    pub(crate) origin: &'a Origin,
}

/// Changes the images of containers, wherever they are, and of the fields that the specs lead to. A field that both
/// reach is changed twice, which shows with a suffix; kustomize does so too.
pub(crate) fn change_images(
    resources: &mut [Resource],
    change: &Change<'_>,
    specs: &[FieldSpec],
) -> Result<(), Problem> {
    for part in [change.new_name, change.new_tag, change.digest, change.tag_suffix] {
        crate::size::short(part)?;
    }
    for resource in resources.iter_mut().filter(|resource| resource.kind() != "CustomResourceDefinition") {
        if has_images(&resource.node) {
            let name = resource.id().to_string();
            change.containers(&mut resource.node).map_err(|problem| match problem {
                Problem::Transformer(why) => Problem::Transformer(format!("{name}: {why}")),
                other => other,
            })?;
        }
    }
    for resource in resources.iter_mut().filter(|resource| resource.kind() != "CustomResourceDefinition") {
        for spec in specs {
            apply(resource, spec, Create::Nothing, &mut |node| change.set(node))?;
        }
    }
    Ok(())
}

fn is_container_list(key: &str) -> bool {
    matches!(key, "containers" | "initContainers")
}

/// Whether there is a list of containers, so that only what has one is copied.
fn has_images(node: &Node) -> bool {
    match &node.body {
        Body::Scalar(_) => false,
        Body::Sequence(items) => items.iter().any(has_images),
        Body::Mapping(entries) => entries
            .iter()
            .any(|(key, value)| (is_container_list(key) && value.is_sequence()) || has_images(value)),
    }
}

impl Change<'_> {
    fn containers(&self, node: &mut Node) -> Result<(), Problem> {
        if !has_images(node) {
            return Ok(());
        }
        match &node.body {
            Body::Scalar(_) => Ok(()),
            Body::Sequence(_) => {
                node.items_mut().into_iter().flatten().try_for_each(|item| self.containers(item))
            }
            Body::Mapping(_) => node.entries_mut().into_iter().flatten().try_for_each(|(key, value)| {
                self.containers(value)?;
                match is_container_list(key) {
                    true => self.list(value),
                    false => Ok(()),
                }
            }),
        }
    }

    fn list(&self, node: &mut Node) -> Result<(), Problem> {
        for container in node.items_mut().into_iter().flatten() {
            if !container.is_mapping() && !container.is_null() {
                return Err(Problem::Transformer("a container is a mapping".to_owned()));
            }
            if let Some(image) = container.get_mut("image") {
                self.set(image)?;
            }
        }
        Ok(())
    }

    fn set(&self, node: &mut Node) -> Result<(), Problem> {
        if node.is_null() {
            return Ok(());
        }
        let Some(scalar) = node.as_scalar() else {
            return Err(Problem::Transformer("an image is a plain value".to_owned()));
        };
        if !self.name.matches(&scalar.text) {
            return Ok(());
        }
        let text = self.changed(&scalar.text);
        overwrite(node, Node::scalar(Scalar::plain(&text, Tag::Unset), self.origin))
    }

    fn changed(&self, image: &str) -> String {
        let (name, tag, digest) = split(image);
        let mut changed = if self.new_name.is_empty() { name } else { self.new_name }.to_owned();
        let suffixed = format!("{tag}{}", self.tag_suffix);
        let (tag, digest) = match (self.new_tag, self.digest, self.tag_suffix) {
            ("", "", "") => (tag, digest),
            ("", "", _) => (suffixed.as_str(), ""),
            (tag, digest, _) => (tag, digest),
        };
        for (mark, part) in [(':', tag), ('@', digest)] {
            if !part.is_empty() {
                changed.push(mark);
                changed.push_str(part);
            }
        }
        changed
    }
}

/// Name, tag and digest of an image. A colon before the first slash belongs to the registry's port.
fn split(image: &str) -> (&str, &str, &str) {
    let start = image.find('/').filter(|at| *at > 0).unwrap_or(0);
    let find = |mark: char| image[start..].find(mark).map(|at| start + at);
    match (find(':'), find('@')) {
        (None, None) => (image, "", ""),
        (colon, Some(at)) if colon.is_none_or(|colon| at < colon) => (&image[..at], "", &image[at + 1..]),
        (Some(colon), Some(at)) => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
        (None, Some(at)) => (&image[..at], "", &image[at + 1..]),
    }
}

/// Which images an entry is for: kustomize takes the name as a regular expression, so a `.` stands for any character.
pub(crate) enum Pattern {
    Name(String),
    Expression(Regex),
}

impl Pattern {
    pub(crate) fn new(name: &str) -> Result<Self, Problem> {
        let is_plain = |character: char| character.is_ascii_alphanumeric() || "/_.-:@".contains(character);
        if name.chars().all(is_plain) {
            return Ok(Self::Name(name.to_owned()));
        }
        let expression = format!("^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$");
        let why = |_| Problem::Field(format!("`images`: {name:?} is not a regular expression"));
        Regex::new(&expression).map(Self::Expression).map_err(why)
    }

    fn matches(&self, image: &str) -> bool {
        let name = match self {
            Self::Expression(expression) => return expression.is_match(image),
            Self::Name(name) => name,
        };
        let mut rest = image.chars();
        let is_start =
            name.chars().all(|wanted| rest.next().is_some_and(|found| wanted == '.' || wanted == found));
        if !is_start {
            return false;
        }
        let rest = rest.as_str();
        let is_part = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_.{}-".contains(c));
        let (tag, digest) = rest.split_once('@').map_or((rest, None), |(tag, digest)| (tag, Some(digest)));
        (tag.is_empty() || tag.strip_prefix(':').is_some_and(is_part))
            && digest.is_none_or(|digest| digest.strip_prefix("sha256:").is_some_and(is_part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_split_as_kustomize_splits_them() {
        assert_eq!(split("host:5000/a/b:1@sha256:c"), ("host:5000/a/b", "1", "sha256:c"));
        assert_eq!(split("a@sha256:c"), ("a", "", "sha256:c"));
        assert_eq!(split("host:5000/a"), ("host:5000/a", "", ""));
        assert_eq!(split("a"), ("a", "", ""));
    }

    #[test]
    fn a_name_is_a_whole_name_before_tag_and_digest() {
        let matches = |name: &str, image: &str| Pattern::new(name).unwrap().matches(image);
        assert!(matches("nginx", "nginx") && matches("nginx", "nginx:1.2@sha256:ab"));
        assert!(
            !matches("nginx", "my/nginx") && !matches("nginx", "nginx-x:1") && !matches("nginx", "nginx:1/2")
        );
        assert!(matches("a.b/c", "axb/c:1") && matches("(a|b)", "b:1"));
        assert!(!matches("nginx", "nginx@md5:1"));
    }
}
