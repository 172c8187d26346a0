//! Places that only make sense together: an environment variable has a `value` or a `valueFrom`, a volume or a
//! probe one handler, a Service one port of a name. Where the source went from one to the other, taking the old one
//! out waits for the new one.

use kube_model::{Path, Segment};
use serde_json::Value;

use crate::decide::{Decision, Verdict};

/// Gives coupled places one fate.
pub(crate) fn settle(decisions: &mut [Decision]) {
    let parents: Vec<Option<Holder>> = decisions.iter().map(holder).collect();
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

/// What has room for one thing: a path, or of the ports of a list those of a name.
#[derive(PartialEq, Eq)]
struct Holder {
    path: Path,
    name: Option<String>,
}

/// What holds a place whose members exclude one another.
fn holder(decision: &Decision) -> Option<Holder> {
    let path = &decision.differing.place.path;
    let (parent, last) = path.split_last()?;
    let Segment::Key(member) = last else { return port(decision, parent) };
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
    exclusive.then_some(Holder { path: parent, name: None })
}

/// Ports are told apart by their numbers, and no two of a list have one name; of a Service's, none but a lone one goes
/// without.
fn port(decision: &Decision, list: Path) -> Option<Holder> {
    (list.last_key() == Some("ports")).then_some(())?;
    let differing = &decision.differing;
    let port = differing.source.as_ref().or(differing.target.as_ref())?;
    let name = port.get("name").and_then(Value::as_str).map(str::to_owned);
    let has_one = name.is_some() || differing.place.object.kind == "Service";
    has_one.then(|| Holder { path: list, name: Some(name.unwrap_or_default()) })
}
