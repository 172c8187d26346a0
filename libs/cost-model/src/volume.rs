//! How large the volumes are that a workload or a claim asks for.

use crate::cursor::Cursor;
use crate::error::CostError;

/// Nano-bytes, and what to say of claims that ask for none.
#[derive(Debug, Default)]
pub(crate) struct Claimed {
    pub(crate) nano_bytes: i128,
    pub(crate) notes: Vec<String>,
}

impl Claimed {
    fn add(&mut self, claim: &Cursor<'_>, what: &str) -> Result<(), CostError> {
        let size = match claim.at(&["spec", "resources", "requests", "storage"]) {
            Some(size) => size.quantity()?.nanos(),
            None => {
                self.notes.push(format!("{what}: no storage request, counted at nothing"));
                0
            }
        };
        self.nano_bytes =
            self.nano_bytes.checked_add(size).ok_or_else(|| CostError::overflow(&claim.object.key))?;
        Ok(())
    }
}

/// A PersistentVolumeClaim.
pub(crate) fn claim(object: &Cursor<'_>) -> Result<Claimed, CostError> {
    let mut claimed = Claimed::default();
    claimed.add(object, "claim")?;
    Ok(claimed)
}

/// The `volumeClaimTemplates` of a StatefulSet: for each of its pods.
pub(crate) fn templates(workload: &Cursor<'_>) -> Result<Claimed, CostError> {
    let mut claimed = Claimed::default();
    let Some(spec) = workload.get("spec") else { return Ok(claimed) };
    for template in spec.items("volumeClaimTemplates")? {
        let name =
            template.get("metadata").and_then(|metadata| metadata.text("name")).unwrap_or("without a name");
        claimed.add(&template, &format!("volumeClaimTemplate {name}"))?;
    }
    Ok(claimed)
}

/// The generic ephemeral volumes of a pod: a claim for each pod, for as long as it runs.
pub(crate) fn ephemeral(pod: &Cursor<'_>) -> Result<Claimed, CostError> {
    let mut claimed = Claimed::default();
    for volume in pod.items("volumes")? {
        if let Some(template) = volume.at(&["ephemeral", "volumeClaimTemplate"]) {
            let name = volume.text("name").unwrap_or("without a name");
            claimed.add(&template, &format!("ephemeral volume {name}"))?;
        }
    }
    Ok(claimed)
}
