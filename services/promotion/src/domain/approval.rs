//! What people decide.

use access::Role;
use events::Event;
use events::plan::ApprovedPlan;
use events::promotion::{ApprovalGiven, PreviewCompleted, PromotionApproved, PromotionRejected};

use super::command::{Actor, Standing};
use super::decide::require;
use super::promotion::{Promotion, Status};
use super::refusal::Refusal;

/// An approval, and the promotion's if it was the last that was needed.
pub(super) fn approve(
    promotion: &Promotion,
    by: Actor,
    comment: Option<String>,
    preview_hash: Option<String>,
    standing: &Standing,
) -> Result<Vec<Event>, Refusal> {
    require(&by, Role::Approver)?;
    let preview = approvable(promotion, &by)?;
    if let Some(seen) = preview_hash
        && seen != preview.preview_hash
    {
        return Err(Refusal::HashMismatch { actual: preview.preview_hash.clone() });
    }
    if let Some(code) = &preview.obstacle {
        return Err(Refusal::obstacle(code));
    }
    if by.user == promotion.requested_by && !preview.self_approval {
        return Err(Refusal::SelfApproval);
    }
    waivers_count(preview, standing)?;
    let approvers: Vec<String> = promotion.approvers.iter().cloned().chain([by.user.clone()]).collect();
    let given = u32::try_from(approvers.len()).unwrap_or(u32::MAX);
    let approval = ApprovalGiven {
        promotion_id: promotion.id,
        by: by.user,
        comment,
        preview_hash: preview.preview_hash.clone(),
        given,
        needed: preview.approvals_needed,
    };
    let mut events = vec![approval.into()];
    if given >= preview.approvals_needed {
        let approved = approved_plan(promotion, preview, &promotion.inputs, approvers);
        events.push(PromotionApproved { promotion_id: promotion.id, approved }.into());
    }
    Ok(events)
}

/// A finding that was waived in the preview and is not any more has not been approved by anybody who saw it counted.
fn waivers_count(preview: &PreviewCompleted, standing: &Standing) -> Result<(), Refusal> {
    let Standing { risk, today, used } = standing;
    if *risk != Some(preview.risk) {
        // The preview was completed after its waivers were looked at.
        return Err(Refusal::NotReady);
    }
    for waiver in used {
        let why = match waiver.until {
            _ if waiver.revoked => "was revoked".to_owned(),
            Some(until) if *today > until => format!("ended on {until}"),
            _ => continue,
        };
        return Err(Refusal::WaiverEnded { waiver: waiver.name.clone(), why });
    }
    Ok(())
}

/// The preview that an approval by this person could be about.
fn approvable<'a>(promotion: &'a Promotion, by: &Actor) -> Result<&'a PreviewCompleted, Refusal> {
    let status = promotion.status;
    let theirs = promotion.approvers.contains(&by.user);
    match (status, &promotion.preview) {
        (Status::Preview | Status::Approved | Status::Open, _) if theirs => {
            Err(Refusal::ApprovedByThem { user: by.user.clone() })
        }
        (Status::Preview, Some(preview)) => Ok(preview),
        (Status::Requested | Status::Preview, _) => Err(Refusal::NotReady),
        (Status::Approved | Status::Open, _) => Err(Refusal::ApprovedByOthers { status }),
        _ => Err(Refusal::Closed { status }),
    }
}

/// What is to be pushed.
pub(super) fn approved_plan(
    promotion: &Promotion,
    preview: &PreviewCompleted,
    inputs: &events::plan::PlanInputs,
    approvers: Vec<String>,
) -> ApprovedPlan {
    ApprovedPlan {
        application: inputs.application.clone(),
        from: inputs.from.environment.clone(),
        to: inputs.to.environment.clone(),
        repository: inputs.repository.clone(),
        target_branch: inputs.target_branch.clone(),
        target_commit: inputs.target_commit.clone(),
        // Derived from the promotion alone, so that however often it is pushed there is one branch; an identifier has no
        // character that Git refuses in a name.
        branch: format!("plimsoll/{}", promotion.id),
        plan: preview.compared.plan,
        preview_hash: preview.preview_hash.clone(),
        requested_by: promotion.requested_by.clone(),
        approvers,
        policy_path: inputs.policy_path.clone(),
    }
}

/// A rejection: by who may approve, or by who asked for it. Once it is approved its branch may be there, and nobody takes
/// a branch back but people in Git.
pub(super) fn reject(
    promotion: &Promotion,
    by: Actor,
    comment: Option<String>,
) -> Result<Vec<Event>, Refusal> {
    if by.user != promotion.requested_by {
        require(&by, Role::Approver)?;
    }
    let status = promotion.status;
    match status {
        Status::Requested | Status::Preview => {
            Ok(vec![PromotionRejected { promotion_id: promotion.id, by: by.user, comment }.into()])
        }
        Status::Approved | Status::Open => Err(Refusal::Pushed { status }),
        _ => Err(Refusal::Closed { status }),
    }
}
