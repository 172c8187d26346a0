//! What has to hold when all acts are over: the API's projection is what the log makes of it, and the audit log is what was signed.

use std::fs;

use chaos::Failed;
use stack::Stack;

/// What Plimsoll's own commands say of both, a line each.
pub(crate) fn checked(stack: &Stack) -> Result<Vec<String>, Failed> {
    let replayed = stack.plimsoll(&["replay", "--check"])?;
    let [export, key] = ["audit.ndjson", "audit.key"].map(|name| stack.layout().at("run").join(name));
    fs::write(&export, stack.plimsoll(&["audit", "export"])?)?;
    fs::write(&key, stack.plimsoll(&["audit", "key"])?)?;
    let [export, key] = [export, key].map(|path| path.display().to_string());
    let verified = stack.plimsoll(&["audit", "verify", &export, "--key", &key])?;
    let first = |printed: String| printed.lines().next().unwrap_or_default().to_owned();
    Ok([replayed, verified].map(first).into())
}
