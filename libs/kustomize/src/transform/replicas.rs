//! `replicas`.

use crate::error::Problem;
use crate::fieldspec::{Create, FieldSpec, apply, overwrite};
use crate::node::Node;
use crate::origin::Origin;
use crate::resource::Resource;
use crate::scalar::{Scalar, Tag};

/// Sets the count of the objects that have or had this name.
pub(crate) fn set_count(
    resources: &mut [Resource],
    name: &str,
    count: i64,
    specs: &[FieldSpec],
    origin: &Origin,
) -> Result<(), Problem> {
    let mut is_found = false;
    for spec in specs {
        for resource in resources.iter_mut().filter(|resource| !resource.node.is_empty()) {
            if !resource.any_id(|id| id.name == name && spec.gvk.selects_id(id)) {
                continue;
            }
            is_found = true;
            apply(resource, spec, Create::Scalar, &mut |node| {
                overwrite(node, Node::scalar(Scalar::plain(&count.to_string(), Tag::Int), origin))
            })?;
        }
    }
    match is_found {
        true => Ok(()),
        false => {
            Err(Problem::Target(format!("`replicas`: no object that has replicas is or was named {name:?}")))
        }
    }
}
