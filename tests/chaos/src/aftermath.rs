//! What has to hold when all acts are over: the API's projection is what the log makes of it, and the audit log is what was signed.

use std::fs;

use chaos::Failed;
use stack::Stack;

/// What Plimsoll's own commands say of both.
pub(crate) fn checked(stack: &Stack) -> Result<Vec<String>, Failed> {
    let replayed = stack.plimsoll(&["replay", "--check"])?;
    let export = stack.layout().at("run/audit.ndjson");
    fs::write(&export, stack.plimsoll(&["audit", "export"])?)?;
    let key = stack.plimsoll(&["audit", "key"])?;
    let verified =
        stack.plimsoll(&["audit", "verify", &export.display().to_string(), "--key", key.trim()])?;
    Ok([replayed, verified].map(|printed| printed.trim().to_owned()).into())
}
