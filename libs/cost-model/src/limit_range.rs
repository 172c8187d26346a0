//! What LimitRanges fill in where a container asks for nothing.

use kube_model::Object;

use crate::cursor::Cursor;
use crate::error::CostError;
use crate::pod::Requests;

/// The requests that a LimitRange gives to containers without their own, as the API server fills in its fields
/// (`SetDefaults_LimitRangeItem` in kubernetes' `pkg/apis/core/v1/defaults.go`): `defaultRequest`; where it is absent
/// `default`, which is `max` where it is absent; else `min`.
pub(crate) fn defaults(range: &Object) -> Result<Requests<'_>, CostError> {
    let root = Cursor::root(range);
    let mut requests = Requests::new();
    let Some(spec) = root.get("spec") else { return Ok(requests) };
    for item in spec.items("limits")? {
        if item.text("type") != Some("Container") {
            continue;
        }
        for field in ["defaultRequest", "default", "max", "min"] {
            for (name, quantity) in item.quantities(field)? {
                requests.entry(name).or_insert(quantity.nanos());
            }
        }
    }
    Ok(requests)
}
