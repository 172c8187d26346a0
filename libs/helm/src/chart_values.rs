//! Which of the charts that a chart holds are on, and what the chart's own values are (`pkg/chartutil/dependencies.go`).

use serde_json::Value;

use crate::chart::Chart;
use crate::constraint::Constraint;
use crate::error::HelmError;
use crate::merge::{Nulls, coalesce, lay_under};
use crate::metadata::Dependency;
use crate::tree::{Map, Shape, Tree};

/// A chart whose dependencies have been settled.
#[derive(Debug, Clone)]
pub(crate) struct Enabled<'c> {
    /// The name that its values lie under: its alias, where it has one.
    pub(crate) name: String,
    pub(crate) chart: &'c Chart,
    /// Its own values, with what it imports from its parts.
    pub(crate) values: Tree,
    pub(crate) parts: Vec<Enabled<'c>>,
    /// The dependencies that are on.
    dependencies: Vec<&'c Dependency>,
}

impl<'c> Enabled<'c> {
    /// Settles the dependencies of a chart that is given these values.
    pub(crate) fn settle(chart: &'c Chart, values: &Map) -> Result<Self, HelmError> {
        let mut enabled = Self::all(chart, chart.metadata.name.clone());
        enabled.switch(values, "")?;
        enabled.import()?;
        Ok(enabled)
    }

    /// A chart with all that it holds, on or not.
    fn all(chart: &'c Chart, name: String) -> Self {
        let dependencies: Vec<&Dependency> = chart.metadata.dependencies.iter().collect();
        let undeclared = chart.charts.iter().filter(|held| !dependencies.iter().any(|d| is_for(d, held)));
        let undeclared = undeclared.map(|held| Self::all(held, held.metadata.name.clone()));
        let declared = dependencies.iter().filter_map(|dependency| {
            let held = chart.charts.iter().find(|held| is_for(dependency, held))?;
            Some(Self::all(held, dependency.key().to_owned()))
        });
        let parts = undeclared.chain(declared).collect();
        Self { name, chart, values: chart.values.clone(), parts, dependencies }
    }

    /// Takes out what tags and conditions switch off. Paths of conditions start at the outermost chart's values.
    fn switch(&mut self, values: &Map, path: &str) -> Result<(), HelmError> {
        if self.dependencies.is_empty() {
            return Ok(());
        }
        let mut merged = values.clone();
        coalesce(self, &mut merged, Nulls::Delete)?;
        let is_on = |dependency: &&Dependency| {
            by_condition(dependency, &merged, path).unwrap_or_else(|| by_tags(dependency, &merged))
        };
        let off: Vec<String> =
            self.dependencies.iter().filter(|d| !is_on(d)).map(|d| d.key().to_owned()).collect();
        self.dependencies.retain(|dependency| !off.iter().any(|name| name == dependency.key()));
        self.parts.retain(|part| !off.contains(&part.name));
        for part in &mut self.parts {
            let path = format!("{path}{}.", part.name);
            part.switch(&merged, &path)?;
        }
        Ok(())
    }

    /// Takes over what parts export to it, under its own values; the innermost charts first.
    fn import(&mut self) -> Result<(), HelmError> {
        for part in &mut self.parts {
            part.import()?;
        }
        if self.dependencies.is_empty() {
            return Ok(());
        }
        let mut own = Map::new();
        coalesce(self, &mut own, Nulls::Keep)?;
        let mut imported = Map::new();
        for dependency in &self.dependencies {
            for import in &dependency.import_values {
                if let Some((child, parent)) = ends_of(import)
                    && let Some(values) = map_at(&own, &format!("{}.{child}", dependency.key()))
                {
                    lay_under(&mut imported, &nested(parent, values.clone()), Nulls::Keep);
                }
            }
        }
        lay_under(&mut own, &imported, Nulls::Keep);
        self.values.shape = Shape::Map(own);
        Ok(())
    }
}

fn is_for(dependency: &Dependency, held: &Chart) -> bool {
    let admits =
        |version| Constraint::parse(&dependency.version).is_some_and(|wanted| wanted.admits(version));
    dependency.name == held.metadata.name && admits(&held.metadata.version)
}

/// The first condition that is a boolean.
fn by_condition(dependency: &Dependency, values: &Map, path: &str) -> Option<bool> {
    let conditions = dependency.condition.trim().split(',').filter(|condition| !condition.is_empty());
    conditions.into_iter().find_map(|condition| match find(values, &format!("{path}{condition}"))?.shape {
        Shape::Scalar(Value::Bool(is_on)) => Some(is_on),
        _ => None,
    })
}

/// Off if one of its tags is false, and none true.
fn by_tags(dependency: &Dependency, values: &Map) -> bool {
    let Some(tags) = values.get("tags").and_then(Tree::map) else { return true };
    let set = dependency.tags.iter().filter_map(|tag| match tags.get(tag)?.shape {
        Shape::Scalar(Value::Bool(is_on)) => Some(is_on),
        _ => None,
    });
    let set: Vec<bool> = set.collect();
    set.is_empty() || set.contains(&true)
}

/// Where imported values lie in the part, and where they go in the chart.
fn ends_of(import: &Value) -> Option<(String, &str)> {
    match import {
        Value::String(name) => Some((format!("exports.{name}"), ".")),
        Value::Object(map) => {
            let text = |key| map.get(key).and_then(Value::as_str);
            Some((text("child")?.to_owned(), text("parent")?))
        }
        _ => None,
    }
}

fn find<'t>(values: &'t Map, path: &str) -> Option<&'t Tree> {
    match path.split_once('.') {
        None => values.get(path),
        Some((first, rest)) => find(values.get(first)?.map()?, rest),
    }
}

fn map_at<'t>(values: &'t Map, path: &str) -> Option<&'t Map> {
    find(values, path)?.map()
}

/// Values below a path.
fn nested(path: &str, values: Map) -> Map {
    if path == "." {
        return values;
    }
    path.rsplit('.')
        .fold(values, |values, part| Map::from([(part.to_owned(), Tree::new(Shape::Map(values), None))]))
}
