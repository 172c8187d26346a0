//! A `plimsoll.yaml` to start from, of what was found.

use std::fmt::Write as _;

use file_tree::{parent, relative};
use kube_model::yaml::{self, Limits};
use serde_json::Value;

use crate::environment::{Environment, OwnedBy};
use crate::found::{Discovered, Found};
use crate::helm::{Helm, Values};
use crate::layout::values_of;
use crate::recipe::Recipe;
use crate::words;

/// A `plimsoll.yaml` that was made, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlimsollYaml {
    /// The directory of the repository that holds all that the application is rendered from.
    pub directory: String,
    /// The file's text.
    pub text: String,
}

/// A `plimsoll.yaml` for one application, with comments that say where each environment was found; none if nothing of the
/// application is rendered from this repository. Where it is the repository's only one, the file belongs at the top.
///
/// What objects of Argo CD and Flux lay over an environment stays theirs and is not repeated: it holds for the same path.
#[must_use]
pub fn plimsoll_yaml(found: &Found, application: &Discovered) -> Option<PlimsollYaml> {
    let (here, elsewhere): (Vec<&Environment>, Vec<&Environment>) =
        application.environments.iter().partition(|environment| environment.recipe.path().is_some());
    if here.is_empty() {
        return None;
    }
    let directory = if found.applications.len() == 1 { String::new() } else { directory_of(&here) };
    let mut text = String::from("apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata:\n");
    let _ = writeln!(text, "  name: {}\nspec:", scalar(&application.name));
    for environment in elsewhere {
        let at = &environment.found_by.at;
        let _ = writeln!(
            text,
            "  # {} is rendered from elsewhere: {} ({at})",
            environment.name, environment.found_by.why
        );
    }
    text.push_str("  environments:\n");
    here.iter().for_each(|environment| write_environment(&mut text, &directory, environment));
    write_promotions(&mut text, &here);
    Some(PlimsollYaml { directory, text })
}

/// The directory above all paths and values files. The directory of one environment is none of an application, nor is
/// `overlays`.
fn directory_of(environments: &[&Environment]) -> String {
    let mut paths: Vec<&str> = Vec::new();
    for environment in environments {
        for part in environment.recipe.parts() {
            match part {
                Recipe::Helm(helm) => {
                    paths.extend(part.path());
                    paths.extend(helm.values.iter().filter_map(|values| match values {
                        Values::File(path) => Some(parent(path)),
                        _ => None,
                    }));
                }
                part => paths.extend(part.path().map(parent)),
            }
        }
    }
    let mut common: Vec<&str> = paths.first().map_or_else(Vec::new, |path| path.split('/').collect());
    for path in paths {
        let shared = common.iter().zip(path.split('/')).take_while(|(one, other)| **one == *other).count();
        common.truncate(shared);
    }
    while common.last().is_some_and(|last| words::is_layout(last) || *last == "values") {
        common.pop();
    }
    common.join("/")
}

fn write_environment(text: &mut String, directory: &str, environment: &Environment) {
    let evidence = &environment.found_by;
    let _ = writeln!(text, "    # {} ({})", evidence.why, evidence.at);
    for owner in &environment.owners {
        let _ = writeln!(text, "    # {} ({})", written_by(&owner.by), owner.at);
    }
    for note in &environment.partial {
        let _ = writeln!(text, "    # not known here: {note}");
    }
    let path = relative(directory, environment.recipe.path().unwrap_or_default());
    let _ = writeln!(text, "    - name: {}\n      path: {}", scalar(&environment.name), scalar(&path));
    for (key, value) in [("cluster", &environment.cluster), ("namespace", &environment.namespace)] {
        if let Some(value) = value {
            let _ = writeln!(text, "      {key}: {}", scalar(value));
        }
    }
    match &environment.recipe {
        Recipe::Plain(_) => text.push_str("      render: plain\n"),
        Recipe::Kustomize(_) => text.push_str("      render: kustomize\n"),
        Recipe::Helm(helm) => write_helm(text, directory, helm),
        Recipe::Command(command) => {
            let words = command.words.iter().map(|word| Value::from(word.as_str()).to_string());
            let _ =
                writeln!(text, "      render:\n        command: [{}]", words.collect::<Vec<_>>().join(", "));
        }
        Recipe::Together(parts) => {
            let paths: Vec<&str> = parts.iter().filter_map(Recipe::path).skip(1).collect();
            let _ = writeln!(text, "      # and what is rendered with it: {}", paths.join(", "));
        }
        Recipe::Elsewhere(_) => {}
    }
}

fn write_helm(text: &mut String, directory: &str, helm: &Helm) {
    let values = values_of(helm);
    let _ = writeln!(text, "      helm:\n        release: {}", scalar(&helm.release));
    if !values.is_empty() {
        text.push_str("        values:\n");
    }
    for file in values {
        let _ = writeln!(text, "          - {}", scalar(&relative(directory, &file)));
    }
}

fn written_by(by: &OwnedBy) -> String {
    match by {
        OwnedBy::KargoStage(stage) => {
            format!("promoted by the Kargo Stage {} of {}", stage.name, stage.project)
        }
        OwnedBy::ImageUpdater { image } => format!("Argo CD Image Updater writes the version of {image}"),
        OwnedBy::Hydrator { dry } => format!("a hydrator renders it from {dry}"),
        OwnedBy::FluxImagePolicy { policy } => format!("Flux writes what the policy {policy} selects"),
    }
}

/// The order in which environments commonly follow one another.
const STAGES: [&[&str]; 5] = [
    &["dev", "devel", "develop", "development", "sandbox"],
    &["test", "testing", "int", "integration", "sit", "qa"],
    &["uat", "acc", "acceptance", "stage", "staging", "stg"],
    &["preprod", "pre-prod", "canary"],
    &["prod", "prd", "production", "live"],
];

/// Each environment to the next one, where their names say the order; and as a comment where they do not.
fn write_promotions(text: &mut String, environments: &[&Environment]) {
    let staged = environments.iter().map(|environment| {
        let name = words::environment_in(&environment.name)?;
        Some((STAGES.iter().position(|names| names.contains(&name.as_str()))?, environment.name.as_str()))
    });
    let staged: Option<Vec<(usize, &str)>> = staged.collect();
    let mut staged = staged.unwrap_or_default();
    staged.sort_unstable();
    let is_order = staged.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if staged.len() < 2 || !is_order {
        text.push_str("  # promotions:\n  #   - {from: ENVIRONMENT, to: ENVIRONMENT}\n");
        return;
    }
    text.push_str("  promotions:\n");
    for pair in staged.windows(2) {
        let _ = writeln!(text, "    - from: {}\n      to: {}", scalar(pair[0].1), scalar(pair[1].1));
    }
}

/// A text as YAML that reads as this text: as it stands where that does, else in quotes.
fn scalar(text: &str) -> String {
    let limits = Limits::default();
    let is_word =
        text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '+' | '@'));
    let read = yaml::parse(text, &limits).ok().and_then(|documents| {
        let document = documents.first()?;
        yaml::to_value(document, &document.root, &limits).ok()
    });
    let reads_so = is_word && read.as_ref().and_then(Value::as_str) == Some(text);
    if reads_so { text.to_owned() } else { Value::from(text).to_string() }
}
