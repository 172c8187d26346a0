//! A value that is put into fields, as the `ValueAddTransformer` does.

use crate::error::Problem;
use crate::fieldspec::split_path;
use crate::kustomization::{Decode, Fault, Fields, Selector, Unknown};
use crate::node::{Body, Node};
use crate::origin::Origin;
use crate::path::{Create, visit};
use crate::resource::Resource;
use crate::scalar::Tag;
use crate::transform::namespace::{Namespace, Subjects};

/// Where a value goes.
pub(crate) struct Target {
    selector: Option<Selector>,
    field: String,
    /// 0 for the whole field, else which part of the path that stands there comes before it.
    position: usize,
}

impl Decode for Target {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::any(node, unknown)?;
        let field = fields.text("fieldPath")?;
        if field.is_empty() {
            return Err(Fault::at(&node.origin, "`fieldPath` is needed"));
        }
        let position = fields.get::<i64>("filePathPosition")?.unwrap_or_default();
        let position = usize::try_from(position)
            .map_err(|_| Fault::at(&node.origin, "`filePathPosition` cannot be negative"))?;
        Ok(Self { selector: fields.get("selector")?, field, position })
    }
}

impl Target {
    /// Puts the value into the field of every object that is selected.
    pub(crate) fn add(
        &self,
        resources: &mut [Resource],
        value: &str,
        origin: &Origin,
    ) -> Result<(), Problem> {
        let selected = match &self.selector {
            Some(selector) => selector.select(resources)?,
            None => (0..resources.len()).collect(),
        };
        let namespace =
            Namespace { name: value, specs: &[], subjects: Subjects::Default, unset_only: false, origin };
        let path = split_path(&self.field, '/');
        for at in selected {
            if self.field == "metadata/namespace" {
                namespace.one(&mut resources[at])?;
                continue;
            }
            let set = &mut |node: &mut Node| self.set(node, value, origin);
            visit(&mut resources[at].node, &path, Create::Scalar, set).map_err(|why| {
                Problem::Transformer(format!("{}, field {}: {why}", resources[at].id(), self.field))
            })?;
        }
        Ok(())
    }

    fn set(&self, node: &mut Node, value: &str, origin: &Origin) -> Result<(), String> {
        let Body::Scalar(scalar) = &mut node.body else {
            return Err("a plain value was expected".to_owned());
        };
        let text = match self.position {
            0 => value.to_owned(),
            position => inserted(&scalar.text, position - 1, value),
        };
        scalar.text = text.into();
        scalar.tag = Tag::Unset;
        node.origin = origin.clone();
        Ok(())
    }
}

/// A path with a part put in at a position.
fn inserted(path: &str, position: usize, part: &str) -> String {
    if path.is_empty() {
        return part.to_owned();
    }
    let mut parts: Vec<&str> =
        path.trim_start_matches('/').split('/').filter(|part| !part.is_empty()).collect();
    parts.insert(position.min(parts.len()), part);
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::inserted;

    #[test]
    fn a_part_is_put_into_a_path() {
        // From the examples of kustomize's `InsertPathPart`.
        assert_eq!(inserted("projects/whatever", 1, "VALLEY"), "projects/VALLEY/whatever");
        assert_eq!(inserted("/a/b", 0, "c"), "/c/a/b");
        assert_eq!(inserted("a/b", 9, "c"), "a/b/c");
        assert_eq!(inserted("", 3, "c"), "c");
    }
}
