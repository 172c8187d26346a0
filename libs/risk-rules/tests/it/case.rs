//! A case: edits of `shop.yaml`, and what they are to give.

use kube_model::yaml::Limits;
use kube_model::{Object, State};
use risk_rules::{Facts, Finding, Level, PlanFacts, RiskReport, assess};

pub(crate) const SHOP: &str = include_str!("shop.yaml");

/// The objects of a text, sorted as a state sorts them.
pub(crate) fn objects(text: &str) -> Vec<Object> {
    State::read([("shop.yaml", text)], &Limits::default()).unwrap().objects
}

/// What a pair of texts risks, with a plan that does nothing.
pub(crate) fn risk(before: &str, after: &str) -> RiskReport {
    let facts = Facts { plan: Some(PlanFacts::default()), ..Facts::default() };
    assess(Some(&objects(before)), &objects(after), &facts)
}

/// The findings of one rule.
pub(crate) fn of_rule<'a>(report: &'a RiskReport, rule: &str) -> Vec<&'a Finding> {
    report.findings.iter().filter(|finding| finding.rule == rule).collect()
}

/// Replaces a text that is there exactly once.
pub(crate) fn edit(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from:?} has to be in the text once");
    text.replace(from, to)
}

/// Cuts the document of this kind and name out.
pub(crate) fn without(text: &str, kind: &str, name: &str) -> String {
    let is_it = |document: &&str| {
        document.contains(&format!("kind: {kind}\n"))
            && document.contains(&format!("metadata: {{name: {name}"))
    };
    let documents: Vec<&str> = text.split("---\n").collect();
    assert_eq!(documents.iter().filter(|document| is_it(document)).count(), 1, "{kind} {name}");
    documents.into_iter().filter(|document| !is_it(document)).collect::<Vec<_>>().join("---\n")
}

pub(crate) struct Case {
    pub(crate) rule: &'static str,
    before: String,
    after: String,
    expected: Option<Expected>,
}

struct Expected {
    level: Level,
    object: &'static str,
    path: &'static str,
    message: &'static str,
    /// Whether the message is the whole of it.
    is_whole: bool,
}

/// A case about this rule, from the shop as it is.
pub(crate) fn case(rule: &'static str) -> Case {
    Case { rule, before: SHOP.to_owned(), after: SHOP.to_owned(), expected: None }
}

/// A case about this rule, from these documents alone.
pub(crate) fn case_of(rule: &'static str, documents: &str) -> Case {
    Case { rule, before: documents.to_owned(), after: documents.to_owned(), expected: None }
}

impl Case {
    /// The shop is another one to begin with.
    pub(crate) fn given(mut self, from: &str, to: &str) -> Self {
        self.before = edit(&self.before, from, to);
        self.after = edit(&self.after, from, to);
        self
    }

    /// The shop has these documents too to begin with.
    pub(crate) fn given_also(mut self, documents: &str) -> Self {
        self.before.push_str(&format!("---\n{documents}\n"));
        self.after.push_str(&format!("---\n{documents}\n"));
        self
    }

    /// The shop lacks a document to begin with.
    pub(crate) fn given_without(mut self, kind: &str, name: &str) -> Self {
        self.before = without(&self.before, kind, name);
        self.after = without(&self.after, kind, name);
        self
    }

    /// The change replaces a text.
    pub(crate) fn edit(mut self, from: &str, to: &str) -> Self {
        self.after = edit(&self.after, from, to);
        self
    }

    /// The change removes a document.
    pub(crate) fn remove(mut self, kind: &str, name: &str) -> Self {
        self.after = without(&self.after, kind, name);
        self
    }

    /// The change adds documents.
    pub(crate) fn add(mut self, documents: &str) -> Self {
        self.after.push_str(&format!("---\n{documents}\n"));
        self
    }

    /// The rule gives exactly this finding.
    pub(crate) fn gives(
        mut self,
        level: Level,
        object: &'static str,
        path: &'static str,
        message: &'static str,
    ) -> Self {
        self.expected = Some(Expected { level, object, path, message, is_whole: true });
        self
    }

    /// The rule gives exactly one finding, whose message has this part.
    pub(crate) fn says(
        self,
        level: Level,
        object: &'static str,
        path: &'static str,
        message: &'static str,
    ) -> Self {
        let expected = Some(Expected { level, object, path, message, is_whole: false });
        Self { expected, ..self }
    }

    pub(crate) fn is_near_miss(&self) -> bool {
        self.expected.is_none()
    }

    /// The finding that the case gives, if it is to give one.
    pub(crate) fn check(&self) -> Option<Finding> {
        let report = risk(&self.before, &self.after);
        let found = of_rule(&report, self.rule);
        let Some(expected) = &self.expected else {
            assert!(found.is_empty(), "{} must not fire: {found:#?}", self.rule);
            return None;
        };
        assert_eq!(found.len(), 1, "{} has to fire once: {:#?}", self.rule, report.findings);
        let finding = found[0];
        let object = format!("{}/{}", finding.object.kind, finding.object.name);
        assert_eq!(
            (finding.level, object.as_str(), finding.path.to_string().as_str()),
            (expected.level, expected.object, expected.path),
            "{}: {}",
            self.rule,
            finding.message
        );
        match expected.is_whole {
            true => assert_eq!(finding.message, expected.message, "{}", self.rule),
            false => {
                assert!(finding.message.contains(expected.message), "{}: {}", self.rule, finding.message)
            }
        }
        assert!(report.risk_level >= finding.level);
        Some(finding.clone())
    }
}
