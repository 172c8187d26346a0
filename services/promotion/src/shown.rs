//! A promotion as callers see it.

use crate::domain::Promotion;

/// A promotion as callers see it.
pub(crate) fn promotion(promotion: Promotion) -> protos::promotion::Promotion {
    let preview = promotion.preview.as_ref();
    let (code, message) = promotion.end.map_or((None, None), |end| (end.code, Some(end.message)));
    let (branch, pull_request_url) =
        promotion.branch.map_or((None, None), |branch| (Some(branch.name), branch.pull_request_url));
    protos::promotion::Promotion {
        promotion_id: promotion.id.to_string(),
        application_id: promotion.inputs.application_id.to_string(),
        application: promotion.inputs.application,
        from: promotion.inputs.from.environment,
        to: promotion.inputs.to.environment,
        status: promotion.status.to_string(),
        requested_by: promotion.requested_by,
        preview_hash: preview.map(|preview| preview.preview_hash.clone()).unwrap_or_default(),
        approvals_given: u32::try_from(promotion.approvers.len()).unwrap_or(u32::MAX),
        approvals_needed: preview.map_or(0, |preview| preview.approvals_needed),
        branch,
        pull_request_url,
        code,
        message,
    }
}
