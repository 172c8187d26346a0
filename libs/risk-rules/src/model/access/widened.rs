//! What one set of permissions has beyond another.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;

use super::{GROUPS, NAMES, On, Part, Permissions, TARGETS, VERBS};

/// What is allowed now and was not.
pub(crate) struct Widened<'a> {
    pub(crate) new: Vec<Permissions<'a>>,
    /// Whether `new` has nothing that was allowed: not so where the rules are too many to be held against each other.
    pub(crate) is_exact: bool,
}

/// How many parts of rules are looked up before the rest counts as new: far more than any role that people write.
const MOST: usize = 2_000_000;

/// What `has` allows and `had` does not (Kubernetes documentation, "Using RBAC Authorization": `*` stands for all groups,
/// resources or verbs; a rule without names is for every object).
///
/// A new rule is cut along the factors of every old one that it overlaps; what is in none of them is left.
pub(crate) fn widened<'a>(had: &[Permissions<'a>], has: &[Permissions<'a>]) -> Widened<'a> {
    let old = Old::of(had);
    let mut spent = 0;
    let mut is_exact = true;
    let mut new = Vec::new();
    for permissions in has.iter().filter(|permissions| !old.rules.contains(permissions)) {
        let mut left = vec![permissions.clone()];
        for index in old.beside(permissions) {
            let cut = cut_all(&mut left, &old.covers[index], &mut spent);
            is_exact &= cut.is_continue();
            if cut.is_break() || left.is_empty() {
                break;
            }
        }
        new.extend(left);
    }
    Widened { new, is_exact }
}

fn cut_all<'a>(left: &mut Vec<Permissions<'a>>, old: &Cover<'_>, spent: &mut usize) -> ControlFlow<()> {
    *spent += left.iter().map(|part| part.factors.iter().map(Vec::len).sum::<usize>()).sum::<usize>();
    if *spent > MOST {
        return ControlFlow::Break(());
    }
    *left = std::mem::take(left).into_iter().flat_map(|part| part.without(old)).collect();
    ControlFlow::Continue(())
}

/// The old rules, by what they are on.
struct Old<'r, 'a> {
    rules: HashSet<&'r Permissions<'a>>,
    covers: Vec<Cover<'a>>,
    by_target: HashMap<(On, &'a str), Vec<usize>>,
    /// Those that say `*` of what they are on, or end in it.
    wide: Vec<usize>,
}

impl<'r, 'a> Old<'r, 'a> {
    fn of(had: &'r [Permissions<'a>]) -> Self {
        let covers = had.iter().map(Cover::of).collect();
        let mut old =
            Self { rules: had.iter().collect(), covers, by_target: HashMap::new(), wide: Vec::new() };
        for (index, permissions) in had.iter().enumerate() {
            for target in permissions.targets() {
                old.by_target.entry((permissions.on, target)).or_default().push(index);
            }
            if permissions.targets().any(|target| target.contains('*')) {
                old.wide.push(index);
            }
        }
        old
    }

    /// The old rules that may have something in common with a new one.
    fn beside(&self, permissions: &Permissions<'a>) -> BTreeSet<usize> {
        let named = permissions.targets().filter_map(|target| self.by_target.get(&(permissions.on, target)));
        named.flatten().chain(&self.wide).copied().collect()
    }
}

/// An old rule, for looking things up in it.
struct Cover<'a> {
    on: On,
    factors: [HashSet<Part<'a>>; 4],
    /// The starts of the URLs that end in `*`.
    starts: Vec<&'a str>,
}

impl<'a> Cover<'a> {
    fn of(permissions: &Permissions<'a>) -> Self {
        let factors = permissions.factors.each_ref().map(|factor| factor.iter().copied().collect());
        let starts = permissions.targets().filter_map(|url| url.strip_suffix('*')).collect();
        Self { on: permissions.on, factors, starts }
    }

    fn has(&self, factor: usize, part: Part<'_>) -> bool {
        let parts = &self.factors[factor];
        if parts.contains(&part) || (factor == NAMES && parts.contains(&None)) {
            return true;
        }
        let Some(text) = part.filter(|_| factor != NAMES) else { return false };
        parts.contains(&Some("*")) || (factor == TARGETS && self.has_target(text))
    }

    /// `*/scale` is that subresource of everything, `/healthz/*` everything below a URL.
    fn has_target(&self, text: &str) -> bool {
        match self.on {
            On::Resources => text.split_once('/').is_some_and(|(_, subresource)| {
                self.factors[TARGETS].contains(&Some(format!("*/{subresource}").as_str()))
            }),
            On::Urls => self.starts.iter().any(|start| text.starts_with(start)),
        }
    }
}

impl Permissions<'_> {
    /// What of it an old rule does not allow.
    fn without(self, old: &Cover<'_>) -> Vec<Self> {
        if self.on != old.on {
            return vec![self];
        }
        let cut = self.factors.each_ref();
        let mut index = 0;
        let cut = cut.map(|factor| {
            let both: (Vec<_>, Vec<_>) = factor.iter().copied().partition(|part| old.has(index, *part));
            index += 1;
            both
        });
        if cut.iter().any(|(allowed, _)| allowed.is_empty()) {
            return vec![self];
        }
        let mut left = Vec::new();
        // From the last factor on, so that what is left of a rule comes in the order in which it is written.
        for factor in [NAMES, TARGETS, GROUPS, VERBS] {
            if cut[factor].1.is_empty() {
                continue;
            }
            let mut at = 0;
            let factors = cut.each_ref().map(|(allowed, rest)| {
                let parts = match at.cmp(&factor) {
                    std::cmp::Ordering::Less => allowed,
                    std::cmp::Ordering::Equal => rest,
                    std::cmp::Ordering::Greater => &self.factors[at],
                };
                at += 1;
                parts.clone()
            });
            left.push(Permissions { on: self.on, factors });
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::super::permissions;
    use super::*;
    use kube_model::{Object, State};

    fn role(rules: &str) -> Object {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: a}}, rules: [{rules}]}}"
        );
        State::read([("a.yaml", text.as_str())], &kube_model::yaml::Limits::default())
            .unwrap()
            .objects
            .remove(0)
    }

    /// How much of the new rules is left, as texts.
    fn left(had: &str, has: &str) -> Vec<String> {
        let (had, has) = (role(had), role(has));
        let widened = widened(&permissions(&had), &permissions(&has));
        assert!(widened.is_exact);
        let join =
            |parts: &[Part<'_>]| parts.iter().map(|part| part.unwrap_or("any")).collect::<Vec<_>>().join(",");
        widened.new.iter().map(|new| new.factors.each_ref().map(|factor| join(factor)).join(" ")).collect()
    }

    const PODS: &str = "{verbs: [get], apiGroups: [''], resources: [pods]}";

    #[test]
    fn a_wider_permission_includes_a_narrower_one() {
        for wider in [
            PODS,
            "{verbs: [get], apiGroups: ['*'], resources: [pods]}",
            "{verbs: [get], apiGroups: [''], resources: ['*']}",
            "{verbs: ['*'], apiGroups: [''], resources: [pods]}",
        ] {
            assert!(left(wider, PODS).is_empty(), "{wider}");
        }
        for other in [
            "{verbs: [get], apiGroups: [apps], resources: [pods]}",
            "{verbs: [get], apiGroups: [''], resources: [pods], resourceNames: [web]}",
            "{verbs: [get], apiGroups: [''], resources: [pods/log]}",
            "{verbs: [list], apiGroups: [''], resources: [pods]}",
        ] {
            assert_eq!(left(other, PODS), ["get  pods any"], "{other}");
        }
        let scale = "{verbs: [get], apiGroups: [apps], resources: [deployments/scale]}";
        assert!(left("{verbs: ['*'], apiGroups: [apps], resources: ['*/scale']}", scale).is_empty());
        let below = "{verbs: [get], nonResourceURLs: ['/healthz/*']}";
        assert!(left(below, "{verbs: [get], nonResourceURLs: [/healthz/ready]}").is_empty());
        assert_eq!(left(below, "{verbs: [get], nonResourceURLs: [/metrics]}"), ["get any /metrics any"]);
    }

    /// 2 verbs on 2 resources, of which get and list on pods were allowed by two rules: get and list on secrets are new.
    #[test]
    fn several_old_rules_cover_one_new_one_together() {
        let had = format!("{PODS}, {{verbs: [list], apiGroups: [''], resources: [pods]}}");
        let both = "{verbs: [get, list], apiGroups: [''], resources: [pods]}";
        assert!(left(&had, both).is_empty());
        let more = "{verbs: [get, list], apiGroups: [''], resources: [pods, secrets]}";
        assert_eq!(left(&had, more), ["get  secrets any", "list  secrets any"]);
    }

    /// URLs are no objects: `*` on all resources of the core group says nothing about them.
    #[test]
    fn urls_are_not_resources() {
        let core = "{verbs: ['*'], apiGroups: [''], resources: ['*']}";
        assert_eq!(left(core, "{verbs: ['*'], nonResourceURLs: ['*']}"), ["* any * any"]);
        assert_eq!(left("{verbs: ['*'], nonResourceURLs: ['*']}", PODS), ["get  pods any"]);
    }
}
