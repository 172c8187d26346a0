//! `labels`, `commonLabels` and `commonAnnotations`.

use crate::error::Problem;
use crate::fieldspec::{Create, FieldSpec, apply, set_entry};
use crate::node::{Body, Node};
use crate::origin::Origin;
use crate::resource::Resource;
use crate::scalar::Scalar;

/// A key, its value, and where it is said.
pub(crate) type Entry = (String, String, Origin);

/// Sets entries in every mapping that the specs lead to. `numbers` counts the nodes that are one (see
/// [`crate::shared`]).
pub(crate) fn set_entries(
    resources: &mut [Resource],
    entries: &[Entry],
    specs: &[FieldSpec],
    numbers: &mut u32,
) -> Result<(), Problem> {
    let entries: Vec<(&str, Scalar, &Origin)> =
        entries.iter().map(|(key, value, origin)| (key.as_str(), Scalar::string(value), origin)).collect();
    for resource in resources {
        resource.is_shared |= !entries.is_empty();
        for (key, value, origin) in &entries {
            *numbers += 1;
            let shared = *numbers;
            for spec in specs {
                apply(resource, spec, Create::Mapping, &mut |node| {
                    let is_new = node.get(key).is_none();
                    set_entry(node, key, Node::scalar(value.clone(), origin))?;
                    if let Some(Body::Scalar(scalar)) = node.get_mut(key).map(|node| &mut node.body)
                        && is_new
                    {
                        scalar.shared = shared;
                    }
                    Ok(())
                })?;
            }
        }
    }
    Ok(())
}
