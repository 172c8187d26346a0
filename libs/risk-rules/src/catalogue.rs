//! The catalogue of the rules, as data for documents and lists.

use serde::Serialize;

use crate::{CHECKS, Level, Profile, RULES};

/// A rule or a static check as the catalogue lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueEntry {
    /// Its stable id.
    pub id: &'static str,
    /// What it is about: `availability`.
    pub group: String,
    /// What it sees, in a few words.
    pub title: &'static str,
    /// The lowest level that it gives.
    pub lowest: Level,
    /// The highest level that it gives.
    pub highest: Level,
    /// The first profile under which it speaks: a rule under `changed`, as a static check that speaks of what is new.
    pub profile: Profile,
    /// Whether it is a static check: one that looks at a single state.
    pub is_static: bool,
    /// The facts that it needs beside the two states: `plan`, `usage`, `version`, `history`; none where it needs none.
    pub needs: Option<&'static str>,
    /// The document that it rests on: a URL.
    pub source: &'static str,
    /// A change that fires it.
    pub fires: &'static str,
    /// A change close to that one that does not.
    pub near_miss: &'static str,
    /// What to do about a finding.
    pub remedy: &'static str,
    /// Checks of other tools that look at the same fact in one state: `kube-linter/latest-tag`.
    pub equivalents: &'static [&'static str],
}

/// Every rule, in the order of [`RULES`], and every static check, in that of [`CHECKS`].
#[must_use]
pub fn catalogue() -> Vec<CatalogueEntry> {
    let rules = RULES.iter().map(|rule| CatalogueEntry {
        id: rule.id,
        group: rule.group.to_string(),
        title: rule.title,
        lowest: rule.levels[0],
        highest: rule.levels[1],
        profile: Profile::Changed,
        is_static: false,
        needs: rule.needs(),
        source: rule.source,
        fires: rule.fires,
        near_miss: rule.near_miss,
        remedy: rule.remedy,
        equivalents: rule.equivalents,
    });
    let checks = CHECKS.iter().map(|check| CatalogueEntry {
        id: check.id,
        group: check.group.to_string(),
        title: check.title,
        lowest: check.levels[0],
        highest: check.levels[1],
        profile: check.profile,
        is_static: true,
        needs: None,
        source: check.source,
        fires: check.fires,
        near_miss: check.near_miss,
        remedy: check.remedy,
        equivalents: check.equivalents,
    });
    rules.chain(checks).collect()
}
