//! `plimsoll preview --all --format json` (`schemas/json/previews.schema.json`).

use serde::Serialize;

use super::preview;
use crate::cli::Preview as Arguments;
use crate::group::{Group, Made, Member};

/// The document: an entry for each promotion.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    from: &'a str,
    to: &'a [String],
    headline: String,
    group_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unchanged: Option<usize>,
    previews: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<&'a str>,
}

#[derive(Serialize)]
struct Entry<'a> {
    application: Option<&'a str>,
    from: &'a str,
    to: &'a str,
    #[serde(flatten)]
    outcome: Outcome<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome<'a> {
    Made { plan_hash: String, preview: Box<preview::Document<'a>> },
    Failed { error: Failed<'a> },
}

#[derive(Serialize)]
struct Failed<'a> {
    code: &'a str,
    message: &'a str,
}

impl<'a> Document<'a> {
    pub(crate) fn of(group: &'a Group, arguments: &'a Arguments, patch: Option<&'a str>) -> Self {
        Self {
            from: &arguments.from,
            to: &arguments.to,
            headline: group.verdict(),
            group_hash: group.hash.to_string(),
            unchanged: group.unchanged,
            previews: group.members.iter().map(Entry::of).collect(),
            patch,
        }
    }
}

impl<'a> Entry<'a> {
    fn of(member: &'a Member) -> Self {
        let outcome = match &member.made {
            Ok(Made { preview, hash }) => Outcome::Made {
                plan_hash: hash.to_string(),
                preview: Box::new(preview::Document::of(preview, None, None)),
            },
            Err(failure) => {
                Outcome::Failed { error: Failed { code: failure.code(), message: failure.message() } }
            }
        };
        let Member { application, from, to, .. } = member;
        Self { application: application.as_deref(), from, to, outcome }
    }
}
