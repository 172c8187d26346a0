//! Findings that somebody has accepted, and waivers that waive nothing.

use risk_rules::{Idle, IdleWaiver, RiskReport, Waived, Waiver, WaiverOrigin};

use super::{Page, count, value};
use crate::escape;
use crate::style::Tone;

/// How many waivers a page lists; the document lists them all.
const LISTED: usize = 5;

/// A waiver with what it waives.
pub(crate) struct ByWaiver<'r> {
    pub(crate) waiver: &'r Waiver,
    pub(crate) waived: Vec<&'r Waived>,
}

impl<'r> ByWaiver<'r> {
    /// The rules whose findings are waived, each once, sorted.
    pub(crate) fn rules(&self) -> Vec<&'r str> {
        let mut rules: Vec<&str> = self.waived.iter().map(|one| one.finding.rule.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}

/// What is waived, by what waives it, in the order of the report.
pub(crate) fn by_waiver(report: &RiskReport) -> Vec<ByWaiver<'_>> {
    let mut groups: Vec<ByWaiver<'_>> = Vec::new();
    for one in &report.waived {
        match groups.iter_mut().find(|group| *group.waiver == one.waiver) {
            Some(group) => group.waived.push(one),
            None => groups.push(ByWaiver { waiver: &one.waiver, waived: vec![one] }),
        }
    }
    groups
}

/// `by ana until 2026-12-31 (plimsoll.yaml)`.
pub(crate) fn who(waiver: &Waiver) -> String {
    let by = waiver.who.as_ref().map(|who| format!("by {who} ")).unwrap_or_default();
    let until = waiver.until.map(|until| format!("until {until} ")).unwrap_or_default();
    let origin = match waiver.origin {
        WaiverOrigin::Application => "plimsoll.yaml",
        WaiverOrigin::Api => "granted by the API",
        WaiverOrigin::Annotation => "an annotation",
    };
    format!("{by}{until}({origin})")
}

/// `1 high replicas-dropped on Deployment/web`, `3 of replicas-dropped, the worst high`.
fn what(group: &ByWaiver<'_>) -> String {
    let first = &group.waived[0].finding;
    match group.waived.len() {
        1 => format!("{} {} on {}", first.level, first.rule, value::object(&first.object)),
        more => format!("{more} of {}, the worst {}", group.rules().join(", "), first.level),
    }
}

pub(crate) fn write(page: &mut Page, report: &RiskReport, verbose: bool) {
    let groups = by_waiver(report);
    let most = if verbose { usize::MAX } else { LISTED };
    if !groups.is_empty() {
        page.heading(&format!("Waived: {}", count(report.waived.len(), "finding", "findings")));
        for group in groups.iter().take(most) {
            let text = format!("{}, {}: {}", what(group), who(group.waiver), group.waiver.reason);
            page.wrapped(2, None, &text);
        }
        if let Some(more) = groups.len().checked_sub(most).filter(|more| *more > 0) {
            page.line(&format!(
                "  and by {}; --verbose lists them",
                count(more, "waiver more", "waivers more")
            ));
        }
    }
    let (told, counted): (Vec<&IdleWaiver>, Vec<_>) =
        report.waivers_idle.iter().partition(|idle| verbose || idle.findings > 0);
    if told.is_empty() && counted.is_empty() {
        return;
    }
    page.blank();
    for idle in told.iter().take(most) {
        page.wrapped(0, Some(Tone::Careful), &sentence(idle));
    }
    let more = counted.len() + told.len().saturating_sub(most);
    if more > 0 {
        let text = match more {
            1 => "1 waiver has ended or names nothing that is there; --verbose shows it".to_owned(),
            more => format!("{more} waivers have ended or name nothing that is there; --verbose shows them"),
        };
        page.line(&page.style.paint(Tone::Quiet, &text));
    }
}

/// `The waiver of replicas-dropped at Deployment/web by ana ended on 2026-10-31: 1 finding counts again.`
pub(crate) fn sentence(idle: &IdleWaiver) -> String {
    let Waiver { rule, place, who, until, .. } = &idle.waiver;
    let by = who.as_ref().map(|who| format!(" by {who}")).unwrap_or_default();
    let name = format!("The waiver of {rule} at {place}{by}");
    escape::line(&match idle.why {
        Idle::Ended => {
            let on = until.map(|until| format!(" ended on {until}")).unwrap_or_default();
            match idle.findings {
                0 => format!("{name}{on}."),
                1 => format!("{name}{on}: 1 finding counts again."),
                more => format!("{name}{on}: {more} findings count again."),
            }
        }
        Idle::NoSuchRule => format!("{name} names no rule that there is."),
        Idle::NoSuchObject => format!("{name} names no object that is there."),
        Idle::TooLong => {
            let until = until.map(|until| format!(" until {until}")).unwrap_or_default();
            format!(
                "{name} counts{until}, more than a year ahead: give it a day on which somebody looks again."
            )
        }
    })
}
