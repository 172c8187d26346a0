//! Kargo: which Stage promotes an environment by itself.

use crate::environment::{FreightRequest, KargoStage, OwnedBy, Owner, Owns};
use crate::field::Field;
use crate::object::Object;
use crate::place::Location;

pub(crate) const GROUP: &str = "kargo.akuity.io";

/// The annotation by which an Application lets a Stage change it: `project:stage`.
pub(crate) const AUTHORIZED: &str = "kargo.akuity.io/authorized-stage";

/// The steps that write files, by the key of their configuration that names the file or directory.
const WRITES: [(&str, &str); 9] = [
    ("kustomize-set-image", "path"),
    ("helm-update-image", "path"),
    ("helm-update-chart", "path"),
    ("yaml-update", "path"),
    ("json-update", "path"),
    ("hcl-update", "path"),
    ("kustomize-build", "path"),
    ("helm-template", "path"),
    ("yaml-merge", "outFile"),
];

/// A Stage, and what its promotions write.
pub(crate) struct Stage {
    stage: KargoStage,
    paths: Vec<String>,
    applications: Vec<String>,
    at: Location,
}

/// All Stages of the repository.
pub(crate) fn stages(objects: &[Object]) -> Vec<Stage> {
    objects.iter().filter(|object| object.is(GROUP, "Stage")).map(|object| stage(object, objects)).collect()
}

fn stage(object: &Object, objects: &[Object]) -> Stage {
    let root = &object.root;
    let mut read = Steps {
        variables: vec![
            ("ctx.stage".to_owned(), object.name.clone()),
            ("ctx.project".to_owned(), object.namespace.clone().unwrap_or_default()),
        ],
        objects,
        checkouts: Vec::new(),
        paths: Vec::new(),
        applications: Vec::new(),
    };
    read.variables(root.list("spec.vars"));
    read.variables(root.list("spec.promotionTemplate.spec.vars"));
    read.steps(root.list("spec.promotionTemplate.spec.steps"));
    Stage {
        stage: KargoStage {
            project: object.namespace.clone().unwrap_or_default(),
            name: object.name.clone(),
            freight: root.list("spec.requestedFreight").iter().filter_map(freight).collect(),
        },
        paths: read.in_repository(),
        applications: read.applications,
        at: object.at().clone(),
    }
}

fn freight(request: &Field) -> Option<FreightRequest> {
    let warehouse = request.text_of("origin.name")?;
    Some(FreightRequest { warehouse, stages: request.texts("sources.stages") })
}

struct Steps<'a> {
    variables: Vec<(String, String)>,
    objects: &'a [Object],
    checkouts: Vec<String>,
    paths: Vec<String>,
    applications: Vec<String>,
}

impl Steps<'_> {
    fn variables(&mut self, variables: &[Field]) {
        for variable in variables {
            if let (Some(name), Some(value)) = (variable.text_of("name"), variable.text_of("value")) {
                let value = self.filled(&value);
                self.variables.push((format!("vars.{name}"), value));
            }
        }
    }

    /// A text with the expressions that are known put in; others stay.
    fn filled(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, inside)) = rest.split_once("${{") {
            let Some((name, after)) = inside.split_once("}}") else { break };
            let known = self.variables.iter().rev().find(|(known, _)| known == name.trim());
            filled.push_str(before);
            match known {
                Some((_, value)) => filled.push_str(value),
                None => filled.push_str(&format!("${{{{{name}}}}}")),
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn steps(&mut self, steps: &[Field]) {
        for step in steps {
            if let Some(task) = step.text_of("task.name") {
                self.task(&task, step);
                continue;
            }
            let uses = step.text_of("uses").unwrap_or_default();
            for checkout in step.list("config.checkout") {
                let path = checkout.text_of("path").map(|path| self.filled(&path));
                self.checkouts.extend(path.and_then(|path| file_tree::join("", &path).ok()));
            }
            let written = WRITES.iter().filter(|(name, _)| *name == uses);
            let paths = written.filter_map(|(_, key)| step.at_path("config")?.text_of(key));
            let paths: Vec<String> = paths.map(|path| self.filled(&path)).collect();
            self.paths.extend(paths);
            let named = step.list("config.apps").iter().filter_map(|app| app.text_of("name"));
            let named: Vec<String> = named.map(|name| self.filled(&name)).collect();
            self.applications.extend(named);
        }
    }

    /// The steps of a PromotionTask, with the variables that the Stage gives it. Tasks do not call tasks.
    fn task(&mut self, name: &str, step: &Field) {
        let is_task = |object: &&Object| {
            object.group == GROUP && object.kind.ends_with("PromotionTask") && object.name == name
        };
        let Some(task) = self.objects.iter().find(is_task) else { return };
        let known = self.variables.len();
        self.variables(task.root.list("spec.vars"));
        self.variables(step.list("vars"));
        let own = task.root.list("spec.steps").iter().filter(|step| step.get("task").is_none());
        self.steps(&own.cloned().collect::<Vec<_>>());
        self.variables.truncate(known);
    }

    /// What is written, as paths of the repository: below one of the directories that it was checked out to. What is
    /// not fully known is left out.
    fn in_repository(&self) -> Vec<String> {
        let known = self.paths.iter().filter(|path| !path.contains("${{"));
        let paths = known.filter_map(|path| file_tree::join("", path).ok());
        let inside = |path: String| {
            let under = |checkout: &String| {
                path.strip_prefix(checkout.as_str())?.strip_prefix('/').map(str::to_owned)
            };
            let longest = self.checkouts.iter().filter(|checkout| !checkout.is_empty());
            longest.filter_map(under).min_by_key(String::len).unwrap_or(path)
        };
        paths.map(inside).collect()
    }
}

/// The owner of an Application that a Stage is authorised for, in Kargo's own words `project:stage`.
pub(crate) fn authorised(application: &Object, stages: &[Stage]) -> Option<Owner> {
    let annotation = application.metadata("annotations", AUTHORIZED)?;
    let text = annotation.text()?;
    let (project, name) = text.split_once(':').unwrap_or(("", &text));
    let known = stages.iter().find(|one| one.stage.name == name && one.stage.project == project);
    let unknown = || KargoStage { project: project.to_owned(), name: name.to_owned(), freight: Vec::new() };
    let stage = known.map_or_else(unknown, |known| known.stage.clone());
    Some(Owner { by: OwnedBy::KargoStage(stage), owns: Owns::Everything, at: annotation.at.clone() })
}

/// The owners of what an environment is rendered from: Stages that update its Application, or write its files.
pub(crate) fn owners(object: &str, files: &[String], stages: &[Stage]) -> Vec<Owner> {
    let is_owner = |stage: &&Stage| {
        stage.applications.iter().any(|name| name == object)
            || stage.paths.iter().any(|path| files.contains(path))
    };
    let owner = |stage: &Stage| Owner {
        by: OwnedBy::KargoStage(stage.stage.clone()),
        owns: Owns::Everything,
        at: stage.at.clone(),
    };
    stages.iter().filter(is_owner).map(owner).collect()
}
