//! Network policies that keep workloads from what they are told to use.

use std::collections::HashSet;

use kube_model::{Object, shown_list};

use super::isolation::{Direction, Isolation, POLICY, culprit};
use super::policy_peers::{Traffic, admits, admits_peer};
use super::policy_ports::{Port, called};
use crate::Impact::Harm;
use crate::Level;
use crate::model::{Callers, Change, Selector, View, Workload, named};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "policy-cuts-used-path",
    group: Group::Network,
    title: "NetworkPolicies keep a workload from what it is told to call",
    levels: [Level::High, Level::High],
    source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    remedy: "Allow the caller by its labels at the port of the pods that are called, or take the call out first.",
    fires: "the `from` of a policy loses `app: web`, or its `ports` lose 9090, and web is told to call `api:9090`",
    near_miss: "another policy still lets it in; the port is in a range up to `endPort`, or is admitted by its name; nobody is told to call",
    equivalents: &[],
    check: Check::States(policy_cuts_used_path),
}];

const DIRECTIONS: [Direction; 2] = [Direction::Ingress, Direction::Egress];

/// Whom the policies of a state let reach whom.
struct Paths<'v, 'a> {
    ingress: Isolation<'v, 'a>,
    egress: Isolation<'v, 'a>,
}

impl<'v, 'a> Paths<'v, 'a> {
    fn of(view: &'v View<'a>) -> Self {
        let [ingress, egress] = DIRECTIONS.map(|direction| Isolation::of(view, direction));
        Self { ingress, egress }
    }

    fn of_direction(&self, direction: Direction) -> &Isolation<'v, 'a> {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }

    /// The policies of one direction that are about the traffic.
    fn policies(&self, direction: Direction, traffic: &Traffic<'_, '_, '_>) -> &[&'a Object] {
        self.of_direction(direction).policies(traffic.subject(direction))
    }

    fn lets(&self, direction: Direction, traffic: &Traffic<'_, '_, '_>) -> bool {
        let view = self.of_direction(direction).view;
        let policies = self.policies(direction, traffic);
        policies.is_empty() || policies.iter().any(|policy| admits(view, policy, direction, traffic))
    }
}

/// A workload that is told to call a Service, and that policies of one direction keep from the pods behind it.
struct Blocked<'c, 'a> {
    service: &'a Object,
    caller: &'c Workload<'a>,
    target: &'c Workload<'a>,
    direction: Direction,
    /// The ports of the pods that it calls.
    ports: Option<Vec<Port>>,
    /// The policies that let it through before; none where it was not told to call before.
    allowed: Option<Vec<&'a Object>>,
}

impl<'c, 'a> Blocked<'c, 'a> {
    fn traffic(&self) -> Traffic<'_, 'c, 'a> {
        Traffic { from: self.caller, to: self.target, ports: self.ports.as_deref() }
    }

    fn subject(&self) -> &'c Workload<'a> {
        self.traffic().subject(self.direction)
    }
}

/// What there was of a call before.
enum Earlier<'a> {
    /// Nobody was told to make it.
    Untold,
    /// It was kept out.
    Closed,
    /// It came through, by these policies, or by none where none was about the pods.
    Open { ingress: Vec<&'a Object>, egress: Vec<&'a Object> },
}

/// What workloads are told to call and may not reach, and what of it the change brings.
struct Blockades<'c, 'a> {
    change: &'c Change<'a>,
    before: Paths<'c, 'a>,
    after: Paths<'c, 'a>,
    callers_before: Callers<'c, 'a>,
}

impl<'c, 'a> Blockades<'c, 'a> {
    fn of(change: &'c Change<'a>) -> Self {
        let [before, after] = [&change.before, &change.after].map(Paths::of);
        Self { change, before, after, callers_before: Callers::of(&change.before) }
    }

    fn all(&self) -> Vec<Blocked<'c, 'a>> {
        let callers = Callers::of(&self.change.after);
        let mut blocked = Vec::new();
        for service in self.change.after.of_kind("Service") {
            let Some(selector) = Selector::of_service(service) else { continue };
            let mut seen = HashSet::new();
            let calls = callers.of_service(service).map(|(caller, host)| (*caller, host.asked_at()));
            let calls: Vec<(&Workload<'a>, Option<u16>)> =
                calls.filter(|(caller, asked)| seen.insert((std::ptr::from_ref(*caller), *asked))).collect();
            if calls.is_empty() {
                continue;
            }
            for target in self.change.after.selected(&selector, service) {
                for (caller, asked) in &calls {
                    blocked.extend(self.blocked(service, (*caller, *asked), target));
                }
            }
        }
        blocked
    }

    fn blocked(
        &self,
        service: &'a Object,
        (caller, asked): (&'c Workload<'a>, Option<u16>),
        target: &'c Workload<'a>,
    ) -> Vec<Blocked<'c, 'a>> {
        let ports = called(service, asked, target);
        let traffic = Traffic { from: caller, to: target, ports: ports.as_deref() };
        let closed = DIRECTIONS.into_iter().filter(|direction| {
            !self.after.lets(*direction, &traffic) && !self.is_told(*direction, traffic.subject(*direction))
        });
        let closed: Vec<Direction> = closed.collect();
        if closed.is_empty() {
            return Vec::new();
        }
        let earlier = self.earlier(service, (caller, asked), target);
        let blocked = closed.into_iter().filter_map(|direction| {
            let allowed = match (&earlier, direction) {
                (Earlier::Closed, _) => return None,
                (Earlier::Untold, _) => None,
                (Earlier::Open { ingress, .. }, Direction::Ingress) => Some(ingress.clone()),
                (Earlier::Open { egress, .. }, Direction::Egress) => Some(egress.clone()),
            };
            Some(Blocked { service, caller, target, direction, ports: ports.clone(), allowed })
        });
        blocked.collect()
    }

    /// What a new policy denies to all has a rule of its own, unless the pods are new.
    fn is_told(&self, direction: Direction, subject: &Workload<'_>) -> bool {
        let after = self.after.of_direction(direction);
        self.change.workload_before(subject).is_some()
            && after.denies_all(subject)
            && after.has_new_denial(self.change, subject)
    }

    fn earlier(
        &self,
        service: &'a Object,
        (caller, asked): (&Workload<'a>, Option<u16>),
        target: &Workload<'a>,
    ) -> Earlier<'a> {
        let change = self.change;
        let (Some(from), Some(to)) = (change.workload_before(caller), change.workload_before(target)) else {
            return Earlier::Untold;
        };
        let service = change.object_before(service).unwrap_or(service);
        let told = self.callers_before.of_service(service);
        let mut told = told.filter(|(caller, _)| std::ptr::eq(caller.object, from.object));
        let was_told = told.any(|(_, host)| host.asked_at() == asked);
        let ports = called(service, asked, to);
        let traffic = Traffic { from, to, ports: ports.as_deref() };
        if DIRECTIONS.into_iter().all(|direction| self.before.lets(direction, &traffic)) {
            let [ingress, egress] = DIRECTIONS.map(|direction| {
                let policies = self.before.policies(direction, &traffic).iter().copied();
                policies.filter(|policy| admits(&change.before, policy, direction, &traffic)).collect()
            });
            return Earlier::Open { ingress, egress };
        }
        if was_told { Earlier::Closed } else { Earlier::Untold }
    }
}

/// The workloads with policies of a direction that keep a call out.
pub(super) fn told_of(change: &Change<'_>, direction: Direction) -> HashSet<*const Object> {
    let blocked = Blockades::of(change).all().into_iter().filter(|one| one.direction == direction);
    blocked.map(|one| std::ptr::from_ref(one.subject().object)).collect()
}

/// Whether all is as it was that decides who is told to call whom, and who may.
fn is_settled(change: &Change<'_>) -> bool {
    const READ: [&str; 5] = ["env", "envFrom", "command", "args", "ports"];
    let kinds = [POLICY, "Service", "Namespace", "ConfigMap"];
    kinds.iter().all(|kind| {
        change.after.of_kind(kind).all(|object| change.is_unchanged(object))
            && change.removed(kind).next().is_none()
    }) && change.after.workloads.iter().all(|after| {
        change.workload_before(after).is_some_and(|before| {
            before.labels == after.labels
                && before.containers.len() == after.containers.len()
                && after.containers.iter().all(|container| {
                    let was = before.container(container.name);
                    was.is_some_and(|was| READ.iter().all(|field| was.at(&[field]) == container.at(&[field])))
                })
        })
    })
}

fn policy_cuts_used_path(change: &Change<'_>) -> Vec<Hit> {
    if change.after.of_kind(POLICY).next().is_none() || is_settled(change) {
        return Vec::new();
    }
    let blockades = Blockades::of(change);
    let mut told: Vec<(Hit, String, Vec<String>, String)> = Vec::new();
    for one in blockades.all() {
        let Some((hit, how, what)) = describe(&blockades, &one) else { continue };
        let caller = one.caller.named();
        let same = told.iter_mut().find(|(known, known_how, _, known_what)| {
            known.object == hit.object && known.path == hit.path && *known_how == how && *known_what == what
        });
        match same {
            Some((_, _, callers, _)) => callers.push(caller),
            None => told.push((hit, how, vec![caller], what)),
        }
    }
    let hits = told.into_iter().map(|(hit, how, mut callers, what)| {
        callers.sort_unstable();
        callers.dedup();
        Hit { message: format!("{how} {} {what}.", shown_list(&callers, 3)), ..hit }
    });
    hits.collect()
}

/// The policy that keeps a call out, with the words before and after the name of the caller.
fn describe(blockades: &Blockades<'_, '_>, one: &Blocked<'_, '_>) -> Option<(Hit, String, String)> {
    let (change, direction) = (blockades.change, one.direction);
    let policies = blockades.after.policies(direction, &one.traffic());
    let culprit = culprit(change, one.allowed.as_deref().unwrap_or_default(), policies)?;
    let is_same = !culprit.is_removed && change.is_unchanged(culprit.policy);
    let how = match (&one.allowed, culprit.is_removed, is_same) {
        (None, ..) => "It does not let",
        (_, true, _) => "It is removed, and what is left does not let",
        (_, false, true) => "It stays as it is, while labels or ports move, and does not let",
        (_, false, false) => "It no longer lets",
    };
    let is_peer = |policy: &&Object| admits_peer(&change.after, policy, direction, &one.traffic());
    let ports = one.ports.as_deref().filter(|_| policies.iter().any(is_peer)).unwrap_or_default();
    let at: Vec<String> = ports.iter().map(ToString::to_string).collect();
    let at = if at.is_empty() { String::new() } else { format!(" on {}", at.join(" or ")) };
    let newly = if one.allowed.is_none() { "newly " } else { "" };
    let what =
        format!("reach {}{at}, which is {newly}told to call {}", one.target.named(), named(one.service));
    // That a text which is new is a call is likely; one that came through before was one.
    let risk = if one.allowed.is_none() { Harm.likely() } else { Harm.certain() };
    let hit = culprit.hit(change, direction, risk, String::new());
    Some((hit, how.to_owned(), what))
}
