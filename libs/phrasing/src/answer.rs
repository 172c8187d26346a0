//! A model's answer.

use std::collections::BTreeSet;

use explainer::{Concern, Explanation, Paragraph};
use serde::Deserialize;

use crate::facts::is_of;
use crate::refusal::{Reason, Refusal};
use crate::rules::{Filled, Rules};
use crate::token::tokens;

/// A longer answer is not read.
pub const MOST_BYTES: usize = 32 * 1024;
const MOST_HEADLINE: usize = 400;
const MOST_PARAGRAPH: usize = 1500;
const MOST_ITEM: usize = 400;
const MOST_ITEMS: usize = 12;
/// The model is told so many reasons.
const MOST_REFUSALS: usize = 30;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    headline: String,
    paragraphs: Vec<Text>,
    checklist: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    concern: Concern,
    text: String,
}

/// The answer with its facts filled in, or why it cannot be shown.
pub(crate) fn read(
    answer: &str,
    rules: &Rules<'_>,
    required: &[String],
) -> Result<Explanation, Vec<Refusal>> {
    let mut reading = Reading { rules, refused: BTreeSet::new(), referred: Vec::new() };
    let explanation = parse(answer).and_then(|answer| reading.all(answer).ok_or(Vec::new()));
    match explanation {
        Ok(explanation) => {
            let missing =
                required.iter().filter(|required| !reading.referred.iter().any(|id| is_of(id, required)));
            reading.refused.extend(missing.map(|id| Refusal::of(Reason::OmittedFact, "answer", id)));
            if reading.refused.is_empty() { Ok(explanation) } else { Err(reading.refusals()) }
        }
        Err(refused) => {
            reading.refused.extend(refused);
            Err(reading.refusals())
        }
    }
}

fn parse(answer: &str) -> Result<Answer, Vec<Refusal>> {
    let refuse = |reason| vec![Refusal::new(reason, "answer")];
    if answer.len() > MOST_BYTES {
        return Err(refuse(Reason::TooLong));
    }
    // Where no schema is kept to, many models put the object into a fence.
    let bare = answer.trim();
    let bare = bare.strip_prefix("```json").or_else(|| bare.strip_prefix("```")).unwrap_or(bare);
    let bare = bare.trim_end().strip_suffix("```").unwrap_or(bare);
    let value: serde_json::Value = serde_json::from_str(bare).map_err(|_| refuse(Reason::NotJson))?;
    // A key that is there twice is an error only where the type is read at once.
    serde_json::from_str::<Answer>(bare)
        .map_err(|_| refuse(if value.is_object() { Reason::Shape } else { Reason::NotJson }))
}

struct Reading<'a> {
    rules: &'a Rules<'a>,
    refused: BTreeSet<Refusal>,
    referred: Vec<String>,
}

impl Reading<'_> {
    /// None if a part of it is refused.
    fn all(&mut self, answer: Answer) -> Option<Explanation> {
        let headline = self.text(&answer.headline, MOST_HEADLINE, "headline");
        let mut concerns = BTreeSet::new();
        let mut paragraphs = Vec::new();
        for (number, text) in (1..).zip(&answer.paragraphs) {
            let place = format!("paragraphs.{number}");
            if !concerns.insert(text.concern) {
                self.refused.insert(Refusal::new(Reason::Duplicate, &place));
            }
            let filled = self.text(&text.text, MOST_PARAGRAPH, &place);
            paragraphs.push(filled.map(|text_filled| Paragraph { concern: text.concern, text: text_filled }));
        }
        if answer.checklist.len() > MOST_ITEMS {
            self.refused.insert(Refusal::new(Reason::TooLong, "checklist"));
        }
        let items = (1..).zip(&answer.checklist);
        let checklist: Vec<Option<String>> =
            items.map(|(number, item)| self.text(item, MOST_ITEM, &format!("checklist.{number}"))).collect();
        let mut paragraphs = paragraphs.into_iter().collect::<Option<Vec<_>>>()?;
        paragraphs.sort_by_key(|paragraph| paragraph.concern);
        Some(Explanation {
            headline: headline?,
            paragraphs,
            checklist: checklist.into_iter().collect::<Option<_>>()?,
        })
    }

    fn text(&mut self, text: &str, most: usize, place: &str) -> Option<String> {
        if text.chars().count() > most {
            self.refused.insert(Refusal::new(Reason::TooLong, place));
            return None;
        }
        // As models write an apostrophe.
        let text = text.replace('’', "'");
        let filled = tokens(&text, place).and_then(|tokens| self.rules.fill(&tokens, place));
        match filled {
            Ok(Filled { text, referred }) => {
                self.referred.extend(referred);
                Some(text)
            }
            Err(refused) => {
                self.refused.extend(refused);
                None
            }
        }
    }

    fn refusals(self) -> Vec<Refusal> {
        self.refused.into_iter().take(MOST_REFUSALS).collect()
    }
}
