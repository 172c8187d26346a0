//! Places that only make sense together: an environment variable has a `value` or a `valueFrom`, a volume or a
//! probe one handler. Where the source went from one to the other, taking the old one out waits for the new one.

use kube_model::{Path, Segment};

use crate::decide::{Decision, Verdict};

/// Gives coupled places one fate.
pub(crate) fn settle(decisions: &mut [Decision]) {
    let parents: Vec<Option<Path>> = decisions.iter().map(holder).collect();
    for index in 0..decisions.len() {
        let Some(parent) = &parents[index] else { continue };
        if decisions[index].differing.source.is_some() {
            continue;
        }
        let additions = (0..decisions.len()).filter(|other| {
            parents[*other].as_ref() == Some(parent) && decisions[*other].differing.target.is_none()
        });
        let additions: Vec<usize> = additions.collect();
        let Some(first) = additions.first().copied() else { continue };
        let waiting =
            additions.iter().copied().find(|addition| decisions[*addition].verdict != Verdict::Carried);
        match (waiting, decisions[index].verdict) {
            (Some(waiting), Verdict::Carried) => follow(decisions, index, waiting),
            (Some(_), _) | (None, Verdict::Carried) => {}
            // A person took the new one: the old one, which nobody could decide about without a base, goes.
            (None, Verdict::Kept | Verdict::Candidate) if decisions[first].is_taken() => {
                let reason = decisions[first].reason.clone();
                decisions[index].change(Verdict::Carried, reason);
            }
            (None, _) => additions.into_iter().for_each(|addition| follow(decisions, addition, index)),
        }
    }
}

fn follow(decisions: &mut [Decision], index: usize, leader: usize) {
    let (verdict, place) = (decisions[leader].verdict, &decisions[leader].differing.place);
    let reason = format!("goes with {}", place.path);
    decisions[index].change(verdict, reason);
}

/// What holds a place whose members exclude one another.
fn holder(decision: &Decision) -> Option<Path> {
    let path = &decision.differing.place.path;
    let (parent, Segment::Key(member)) = path.split_last()? else { return None };
    let (list, last) = parent.split_last()?;
    let exclusive = match last {
        Segment::Item(_) => matches!(list.last_key(), Some("env" | "volumes")),
        Segment::Key(key) => {
            matches!(
                key.as_str(),
                "livenessProbe" | "readinessProbe" | "startupProbe" | "postStart" | "preStop"
            ) && matches!(member.as_str(), "httpGet" | "tcpSocket" | "exec" | "grpc" | "sleep")
        }
        Segment::Flag(_) => false,
    };
    exclusive.then_some(parent)
}
