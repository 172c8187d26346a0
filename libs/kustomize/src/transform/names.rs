//! `namePrefix` and `nameSuffix`.

use crate::error::Problem;
use crate::fieldspec::{Create, FieldSpec, apply, overwrite};
use crate::node::Node;
use crate::origin::Origin;
use crate::resource::Resource;
use crate::scalar::{Scalar, Tag};

/// Which end of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Prefix,
    Suffix,
}

/// Adds a prefix or a suffix to the names of all objects but those that keep theirs.
pub(crate) fn affix(
    resources: &mut [Resource],
    end: End,
    affix: &str,
    specs: &[FieldSpec],
    origin: &Origin,
) -> Result<(), Problem> {
    crate::size::short(affix)?;
    for resource in resources.iter_mut() {
        let first = resource.first_id();
        if keeps_its_name(first.group, first.kind) {
            continue;
        }
        let (group, version, kind) =
            (first.group.to_owned(), first.version.to_owned(), first.kind.to_owned());
        for spec in specs.iter().filter(|spec| spec.gvk.selects(&group, &version, &kind)) {
            if spec.path == "metadata/name" && !affix.is_empty() {
                match end {
                    End::Prefix => resource.prefixes.push(affix.into()),
                    End::Suffix => resource.suffixes.push(affix.into()),
                }
                resource.remember_id();
            }
            apply(resource, spec, Create::Scalar, &mut |node| {
                let text = match end {
                    End::Prefix => format!("{affix}{}", node.text()),
                    End::Suffix => format!("{}{affix}", node.text()),
                };
                overwrite(node, Node::scalar(Scalar::plain(&text, Tag::Unset), origin))
            })?;
        }
    }
    Ok(())
}

fn keeps_its_name(group: &str, kind: &str) -> bool {
    matches!(
        (group, kind),
        (_, "CustomResourceDefinition" | "Namespace") | ("apiregistration.k8s.io", "APIService")
    )
}
