//! `plimsoll risk` as text: what fits a screen, the worst first.

use kube_model::shown_list;
use risk_rules::{Finding, Level, Missing, RiskReport};
use serde_json::Value;

use super::folded::{Folded, folded};
use super::{Page, count, open, value, waived};
use crate::escape;
use crate::style::{Style, Tone};

pub(crate) fn render(report: &RiskReport, style: Style, verbose: bool) -> String {
    let mut page = Page::new(style);
    let verdict = style.paint(tone(report.risk_level), &verdict(report));
    page.line(&verdict);
    details(&mut page, report, Room { lines: SCREEN, verbose, brief: false });
    page.finish()
}

/// The lines that findings may take, so that the whole fits a screen of some forty.
const SCREEN: usize = 30;

/// How many of those who are affected a page names; the document lists them all.
pub(crate) const MOST_AFFECTED: usize = 4;

/// How much of a page the findings may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// The lines of the findings that are told in full.
    pub(crate) lines: usize,
    /// Everything is told in full.
    pub(crate) verbose: bool,
    /// What to do stands elsewhere on the page: what is found and where is enough.
    pub(crate) brief: bool,
}

/// `Risk: high (1 high, 2 medium); 1 waived; 3 rules not evaluated`.
pub(crate) fn verdict(report: &RiskReport) -> String {
    let level = report.risk_level;
    let counts: Vec<String> = Level::ALL
        .into_iter()
        .rev()
        .map(|level| (level, report.findings.iter().filter(|finding| finding.level == level).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(level, count)| format!("{count} {level}"))
        .collect();
    let waived = match report.waived.len() {
        0 => String::new(),
        waived => format!("; {waived} waived"),
    };
    let lacking = [
        (report.not_evaluated.len(), ["rule", "rules"]),
        (report.policies_not_evaluated.len(), ["policy", "policies"]),
    ];
    let lacking = lacking.into_iter().filter(|(number, _)| *number > 0);
    let lacking: Vec<String> = lacking.map(|(number, [one, many])| count(number, one, many)).collect();
    let evaluated = match lacking.is_empty() {
        true => String::new(),
        false => format!("; {} not evaluated", lacking.join(" and ")),
    };
    match (counts.is_empty(), report.waived.is_empty()) {
        (true, true) => format!("Risk: {level}; no rule found anything{evaluated}"),
        (true, false) => format!("Risk: {level}{waived}{evaluated}"),
        (false, _) => format!("Risk: {level} ({}){waived}{evaluated}", counts.join(", ")),
    }
}

/// The findings, worst first, those that are waived, and the rules that lacked their facts.
pub(crate) fn details(page: &mut Page, report: &RiskReport, room: Room) {
    let mut shown = Shown { room, used: 0, short: Vec::new() };
    let groups = folded(&report.findings);
    let is_low = |group: &&Folded<'_>| group.first().level == Level::Low;
    // Where nothing is worse, the low ones are what there is to read.
    let folds_low = !room.verbose && report.risk_level > Level::Low;
    for group in groups.iter().filter(|group| !(folds_low && is_low(group))) {
        shown.add(page, group);
    }
    shown.finish(page);
    let low: Vec<&Folded<'_>> = groups.iter().filter(|group| folds_low && is_low(group)).collect();
    if !low.is_empty() {
        page.blank();
        page.wrapped(0, None, &low_ones(&low));
    }
    waived::write(page, report, room.verbose);
    not_evaluated(page, report, room);
    open::write(page, report, room.verbose);
}

/// `3 low: image-unpinned (2), replicas-cut; --verbose shows them`.
fn low_ones(low: &[&Folded<'_>]) -> String {
    let findings: usize = low.iter().map(|group| group.findings.len()).sum();
    let rules: Vec<String> = low
        .iter()
        .map(|group| match group.findings.len() {
            1 => group.first().rule.clone(),
            more => format!("{} ({more})", group.first().rule),
        })
        .collect();
    format!("{findings} low: {}; --verbose shows them", rules.join(", "))
}

/// What has been told in full so far.
struct Shown<'f> {
    room: Room,
    used: usize,
    /// What finds no room: a line each.
    short: Vec<&'f Folded<'f>>,
}

impl<'f> Shown<'f> {
    fn add(&mut self, page: &mut Page, group: &'f Folded<'f>) {
        let mut told = Page::new(page.style);
        told.blank();
        write(&mut told, group, self.room);
        let text = told.finish();
        let lines = text.lines().count();
        let fits = self.used == 0 || self.used + lines <= self.room.lines;
        if self.room.verbose || (fits && self.short.is_empty()) {
            self.used += lines;
            text.lines().for_each(|line| page.line(line));
        } else {
            self.short.push(group);
        }
    }

    /// The rest in a line each, as far as those fit too.
    fn finish(&self, page: &mut Page) {
        if self.short.is_empty() {
            return;
        }
        page.blank();
        let room = self.room.lines.saturating_sub(self.used).max(5);
        for group in self.short.iter().take(room) {
            short(page, group);
        }
        let rest: usize = self.short.iter().skip(room).map(|group| group.findings.len()).sum();
        let more = match rest {
            0 => String::new(),
            rest => format!("and {}; ", count(rest, "finding more", "findings more")),
        };
        page.line(&page.style.paint(Tone::Quiet, &format!("{more}--verbose shows each with what to do")));
    }
}

/// A rule and its first object, on one line.
fn short(page: &mut Page, group: &Folded<'_>) {
    let finding = group.first();
    let level = finding.level.as_str().to_uppercase();
    let more = match group.findings.len() {
        1 => String::new(),
        more => format!(" and {} more", more - 1),
    };
    let text = format!(
        "{}: {}{more}: {}",
        escape::line(&finding.rule),
        value::object(&finding.object),
        escape::line(&finding.message)
    );
    let text = escape::cut(&text, page.style.width.saturating_sub(level.chars().count() + 1));
    let level = page.style.paint(tone(finding.level), &level);
    page.line(&format!("{level} {text}"));
}

fn write(page: &mut Page, group: &Folded<'_>, room: Room) {
    let finding = group.first();
    let level = page.style.paint(tone(finding.level), &finding.level.as_str().to_uppercase());
    let rule = page.style.paint(Tone::Strong, &escape::line(&finding.rule));
    page.line(&format!("{level} {rule}: {}", value::object(&finding.object)));
    page.wrapped(2, None, &finding.message);
    place(page, finding);
    others(page, group, room.verbose);
    if room.brief {
        return;
    }
    if !finding.affected.is_empty() {
        let affected = shown_list(&finding.affected, MOST_AFFECTED);
        page.wrapped(2, None, &format!("affects: {}", escape::line(&affected)));
    }
    page.wrapped(2, None, &format!("do: {}", finding.remedy));
    page.wrapped(2, Some(Tone::Quiet), &format!("see {}", finding.source));
}

/// Where it is, with the values: `at spec.replicas: 3 → 1 (overlays/production/web.yaml:14)`.
fn place(page: &mut Page, finding: &Finding) {
    let located = finding.location.as_ref().map(|at| escape::line(&format!("{}:{}", at.file, at.line)));
    match (finding.path.is_root(), located) {
        (true, None) => {}
        (true, Some(located)) => page.line(&format!("  at {located}")),
        (false, located) => {
            let located = located.map(|located| format!(" ({located})")).unwrap_or_default();
            let start = format!("  at {}", escape::line(&finding.path.to_string()));
            let taken = start.chars().count() + located.chars().count() + 2;
            let room = page.style.width.saturating_sub(taken);
            let evidence = evidence(finding.before.as_ref(), finding.after.as_ref(), room);
            page.line(&format!("{start}{evidence}{located}"));
        }
    }
}

/// How many of a rule's other objects are named.
const NAMED: usize = 6;

fn others(page: &mut Page, group: &Folded<'_>, verbose: bool) {
    let others = &group.findings[1..];
    if others.is_empty() {
        return;
    }
    let most = if verbose { others.len() } else { NAMED };
    let mut names: Vec<String> = others.iter().map(|finding| value::object(&finding.object)).collect();
    names.dedup();
    page.wrapped(2, None, &format!("and {} more: {}", others.len(), shown_list(&names, most)));
}

fn not_evaluated(page: &mut Page, report: &RiskReport, room: Room) {
    if report.not_evaluated.is_empty() {
        return;
    }
    let mut needs: Vec<(&str, Vec<&str>)> = Vec::new();
    for rule in &report.not_evaluated {
        match needs.iter_mut().find(|(need, _)| *need == rule.needs) {
            Some((_, rules)) => rules.push(&rule.rule),
            None => needs.push((&rule.needs, vec![&rule.rule])),
        }
    }
    let parts: Vec<String> = needs
        .iter()
        .enumerate()
        .map(|(index, (need, rules))| {
            let which = match (room.verbose, index) {
                (true, _) => rules.join(", "),
                (false, 0) => count(rules.len(), "rule", "rules"),
                (false, _) => rules.len().to_string(),
            };
            let verb = if rules.len() == 1 { "needs" } else { "need" };
            format!("{which} {verb} {}", lacking(need))
        })
        .collect();
    page.blank();
    page.wrapped(0, Some(Tone::Quiet), &format!("Not evaluated: {}.", parts.join("; ")));
}

/// The facts that a rule lacks, and where they would come from.
pub(crate) fn lacking(needs: &str) -> String {
    let Some(missing) = Missing::of(needs) else { return escape::line(needs) };
    match given_by(missing) {
        Some(how) => format!("{} ({how})", missing.words()),
        None => missing.words().to_owned(),
    }
}

/// What of the command line gives these facts; none where only a server has them, or what is at hand says them.
fn given_by(missing: Missing) -> Option<&'static str> {
    match missing {
        Missing::Plan => Some("plimsoll preview"),
        Missing::Base => Some("--base"),
        Missing::Usage => Some("--usage"),
        Missing::Version => Some("--kubernetes-version"),
        Missing::Nodes => Some("--nodes"),
        Missing::Live => Some("--live"),
        Missing::SourceLive => Some("--source-live"),
        Missing::History | Missing::Delivery | Missing::Policies => None,
    }
}

fn evidence(before: Option<&Value>, after: Option<&Value>, room: usize) -> String {
    let absent = Value::from("(none)");
    match (before, after) {
        (None, None) => String::new(),
        (Some(before), Some(after)) if before == after => {
            format!(": {}", value::pair(before, after, room.saturating_sub(3).max(20)).0)
        }
        (before, after) => {
            let room = room.saturating_sub(3).max(20);
            let (before, after) = value::pair(before.unwrap_or(&absent), after.unwrap_or(&absent), room);
            format!(": {before} → {after}")
        }
    }
}

pub(crate) fn tone(level: Level) -> Tone {
    match level {
        Level::None => Tone::Good,
        Level::Low => Tone::Strong,
        Level::Medium => Tone::Careful,
        Level::High | Level::Critical => Tone::Bad,
    }
}
