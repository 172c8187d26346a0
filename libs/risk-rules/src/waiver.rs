//! Findings that somebody has accepted.
//!
//! A waiver takes a finding out of the report's findings, and out of its level, until a day. What it takes out stays in the
//! report, with who accepted it and why; a waiver that has ended, or that names nothing any more, is said.

use application::{Date, Policy};
use kube_model::{ObjectKey, Place, PlacePattern};
use serde::{Deserialize, Serialize};

use crate::{CHECKS, Finding, RULES, RiskReport};

/// The rule of a waiver that stands for every rule.
const EVERY_RULE: &str = "*";

/// A waiver: whoever granted it accepts what a rule finds at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The id of the rule, or one of its equivalents (`kube-linter/latest-tag`); `*` for every rule.
    pub rule: String,
    /// Where.
    pub place: PlacePattern,
    /// Why it is accepted.
    pub reason: String,
    /// Who accepted it; none where nobody is named (an annotation).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// The last day on which it counts; none for no end (an annotation).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Where it stands.
    pub origin: WaiverOrigin,
    /// Its identifier, if it was granted by the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// Where a waiver stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaiverOrigin {
    /// In the target's `plimsoll.yaml`.
    Application,
    /// It was granted by the API.
    Api,
    /// In an annotation of the object, as it was before the change.
    Annotation,
}

/// A finding that is waived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waived {
    /// The finding.
    pub finding: Finding,
    /// What waives it.
    pub waiver: Waiver,
}

/// A waiver that should be looked at: it waives nothing, or does so for more than a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleWaiver {
    /// The waiver.
    pub waiver: Waiver,
    /// Why.
    pub why: Idle,
    /// How many findings it would waive, of one that has ended, or waives, of one that lasts too long.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub findings: usize,
}

/// Why a waiver should be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Idle {
    /// Its last day is over.
    Ended,
    /// There is no such rule.
    NoSuchRule,
    /// No object of the two states is the one that it names.
    NoSuchObject,
    /// It counts, and its last day is more than a year ahead: nobody looks at it again.
    TooLong,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Waiver {
    /// The waivers of a policy: those of `plimsoll.yaml`, and those that were granted through the API.
    #[must_use]
    pub fn of_policy(policy: &Policy) -> Vec<Self> {
        let written = policy.waivers.iter().map(|waiver| Self::of(waiver, WaiverOrigin::Application, None));
        let granted = policy.granted.iter();
        let granted = granted.map(|one| Self::of(&one.waiver, WaiverOrigin::Api, Some(one.id.clone())));
        written.chain(granted).collect()
    }

    /// A waiver as an application writes it.
    #[must_use]
    pub fn of(waiver: &application::Waiver, origin: WaiverOrigin, id: Option<String>) -> Self {
        let application::Waiver { rule, place, reason, who, until, .. } = waiver;
        Self {
            rule: rule.clone(),
            place: place.clone(),
            reason: reason.clone(),
            who: Some(who.clone()),
            until: Some(*until),
            origin,
            id,
        }
    }

    /// Whether it counts on a day. The last day is one of its days.
    #[must_use]
    pub fn counts_on(&self, day: Date) -> bool {
        self.until.is_none_or(|until| day <= until)
    }

    /// Whether it is about a finding, whatever the day.
    #[must_use]
    pub fn is_about(&self, finding: &Finding) -> bool {
        let place = Place { object: finding.object.key(), path: finding.path.clone() };
        self.names_rule(finding) && self.place.covers(&place)
    }

    fn names_rule(&self, finding: &Finding) -> bool {
        self.rule == EVERY_RULE || self.rule == finding.rule || finding.equivalents.contains(&self.rule)
    }

    /// Whether there is a rule that it could be about.
    fn rule_exists(&self) -> bool {
        let names = |id: &str, equivalents: &[&str]| id == self.rule || equivalents.contains(&&*self.rule);
        self.rule == EVERY_RULE
            || RULES.iter().any(|rule| names(rule.id, rule.equivalents))
            || CHECKS.iter().any(|check| names(check.id, check.equivalents))
    }
}

/// Takes what is waived on a day out of the findings of a report, and out of its level. `objects` are those of both states:
/// a waiver that names none of them is listed, as is one that has ended. Of several waivers of a finding the one that
/// counts longest stands for it.
#[must_use]
pub fn waive<'o>(
    mut report: RiskReport,
    waivers: &[Waiver],
    day: Date,
    objects: impl IntoIterator<Item = &'o ObjectKey>,
) -> RiskReport {
    if waivers.is_empty() {
        return report;
    }
    let objects: Vec<&ObjectKey> = objects.into_iter().collect();
    let idle = waivers.iter().filter_map(|waiver| idle(waiver, day, &report.findings, &objects));
    report.waivers_idle.extend(idle.collect::<Vec<_>>());
    let findings = std::mem::take(&mut report.findings);
    for finding in findings {
        match longest(waivers.iter().filter(|waiver| waiver.counts_on(day) && waiver.is_about(&finding))) {
            Some(waiver) => report.waived.push(Waived { finding, waiver: waiver.clone() }),
            None => report.findings.push(finding),
        }
    }
    report.waived.sort_by(|one, other| one.finding.by_order(&other.finding));
    report.settle();
    report
}

/// A waiver without an end counts longest; of equals the first.
fn longest<'w>(waivers: impl Iterator<Item = &'w Waiver>) -> Option<&'w Waiver> {
    let length = |waiver: &Waiver| (waiver.until.is_none(), waiver.until);
    waivers.reduce(|kept, next| if length(next) > length(kept) { next } else { kept })
}

fn idle(waiver: &Waiver, day: Date, findings: &[Finding], objects: &[&ObjectKey]) -> Option<IdleWaiver> {
    let about = findings.iter().filter(|finding| waiver.is_about(finding)).count();
    let why = match () {
        () if !waiver.counts_on(day) => Idle::Ended,
        () if about > 0 && lasts_too_long(waiver, day) => Idle::TooLong,
        () if about > 0 => return None,
        () if !waiver.rule_exists() => Idle::NoSuchRule,
        () if !objects.iter().any(|key| waiver.place.object.matches(key)) => Idle::NoSuchObject,
        () => return None,
    };
    Some(IdleWaiver { waiver: waiver.clone(), why, findings: about })
}

/// Through the API nobody grants one for so long; whoever writes a file is asked for another day.
fn lasts_too_long(waiver: &Waiver, day: Date) -> bool {
    waiver.origin == WaiverOrigin::Application
        && waiver.until.is_some_and(|until| until.is_over_a_year_after(day))
}
