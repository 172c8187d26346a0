//! The documents of several versions as one table.

use std::collections::BTreeMap;
use std::fmt;

use crate::document::{Document, Kind};

const HEADER: &str = "\
# Kubernetes' API as Plimsoll needs it. Written by `cargo xtask schema`; do not edit.
# Source: api/openapi-spec of kubernetes (Apache-2.0), of the versions below: swagger.json, and v3/ for the defaults.
# What only an older version has is kept; where versions disagree the newest wins, and a comment says what the older had.
#
# kind GROUP KIND SCOPE VERSION=TYPE...    a kind, its API versions with their types, newest first; - is the core group
# type TYPE                                followed by its fields, indented: NAME EXPRESSION [= DEFAULT]
# EXPRESSION is the name of a type or a scalar, {T} a map, [keys]T a list that is merged by keys (key=default),
# [*]T a set, []T an atomic list.
";

/// Types and kinds of all versions, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Table {
    versions: Vec<String>,
    types: BTreeMap<String, BTreeMap<String, Field>>,
    kinds: BTreeMap<(String, String), KindRow>,
}

#[derive(Debug)]
struct Field {
    text: String,
    /// What older versions said, each with the newest that said it.
    before: Vec<(String, String)>,
}

#[derive(Debug)]
struct KindRow {
    namespaced: bool,
    versions: Vec<(String, String)>,
}

impl Table {
    /// Adds an older version than those that are there.
    pub(crate) fn add(&mut self, version: &str, document: Document) {
        self.versions.push(version.to_owned());
        for (name, fields) in document.types {
            let known = self.types.entry(name).or_default();
            for (field, text) in fields {
                let field =
                    known.entry(field).or_insert_with(|| Field { text: text.clone(), before: Vec::new() });
                let last = field.before.last().map_or(&field.text, |(_, text)| text);
                if *last != text {
                    field.before.push((version.to_owned(), text));
                }
            }
        }
        for kind in document.kinds {
            self.add_kind(kind);
        }
    }

    fn add_kind(&mut self, kind: Kind) {
        let row = self
            .kinds
            .entry((kind.group, kind.kind))
            .or_insert_with(|| KindRow { namespaced: kind.namespaced, versions: Vec::new() });
        if !row.versions.iter().any(|(version, _)| *version == kind.version) {
            row.versions.push((kind.version, kind.type_id));
            row.versions.sort_by_key(|(version, _)| std::cmp::Reverse(maturity(version)));
        }
    }
}

/// How Kubernetes orders versions: stable before beta before alpha, then by number.
fn maturity(version: &str) -> (u8, u32, u32) {
    let rest = version.trim_start_matches('v');
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (major, stage) = rest.split_at(digits);
    let number = |text: &str| text.parse().unwrap_or_default();
    match (stage.strip_prefix("beta"), stage.strip_prefix("alpha")) {
        (Some(minor), _) => (1, number(major), number(minor)),
        (_, Some(minor)) => (0, number(major), number(minor)),
        _ => (2, number(major), 0),
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEADER)?;
        writeln!(f, "kubernetes {}", self.versions.join(" "))?;
        for ((group, kind), row) in &self.kinds {
            let group = if group.is_empty() { "-" } else { group };
            let scope = if row.namespaced { "namespaced" } else { "cluster" };
            write!(f, "kind {group} {kind} {scope}")?;
            for (version, type_id) in &row.versions {
                write!(f, " {version}={type_id}")?;
            }
            writeln!(f)?;
        }
        for (name, fields) in &self.types {
            writeln!(f, "type {name}")?;
            for (name, field) in fields {
                writeln!(f, " {name} {}", field.text)?;
                for (version, text) in &field.before {
                    writeln!(f, " # up to {version}: {name} {text}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(field: &str, version: &str) -> Document {
        let fields = BTreeMap::from([("a".to_owned(), field.to_owned())]);
        let kind = |version: &str| Kind {
            group: "g".to_owned(),
            kind: "K".to_owned(),
            version: version.to_owned(),
            namespaced: true,
            type_id: format!("g.{version}.K"),
        };
        Document { types: BTreeMap::from([("t".to_owned(), fields)]), kinds: vec![kind(version)] }
    }

    #[test]
    fn the_newest_wins_and_what_the_older_said_is_told() {
        let mut table = Table::default();
        table.add("1.36.0", document("[name]x", "v1"));
        table.add("1.35.0", document("[]x", "v1beta2"));
        table.add("1.34.0", document("[]x", "v2alpha1"));
        let text = table.to_string();
        let rest = text.strip_prefix(HEADER).unwrap_or_default();
        assert_eq!(
            rest,
            "kubernetes 1.36.0 1.35.0 1.34.0\n\
             kind g K namespaced v1=g.v1.K v1beta2=g.v1beta2.K v2alpha1=g.v2alpha1.K\n\
             type t\n a [name]x\n # up to 1.35.0: a []x\n"
        );
    }

    #[test]
    fn versions_are_in_the_order_of_kubernetes() {
        let mut versions = ["v1alpha1", "v2", "v1beta1", "v1", "v2beta2", "v10"];
        versions.sort_by_key(|version| std::cmp::Reverse(maturity(version)));
        assert_eq!(versions, ["v10", "v2", "v1", "v2beta2", "v1beta1", "v1alpha1"]);
    }
}
