//! What the target's environment names for its nodes, at the target's commit.

use application::Application;
use events::plan::PlanInputs;
use kube_model::yaml::Limits;
use kube_model::{FileBytes, Redactor};
use preview::{KnownNodes, NodeFacts};
use source::Mirrors;

use crate::fetch::patiently;

/// The facts, or why there are none: what is wrong with a description of nodes leaves the bill open and stops no promotion.
/// It blocks.
pub(crate) fn known(
    mirrors: &Mirrors,
    inputs: &PlanInputs,
    document: &Application,
    redactor: &Redactor,
) -> KnownNodes {
    let name = &inputs.to.environment;
    let Some(environment) = document.environment(name) else {
        return KnownNodes::Unknown(format!(
            "plimsoll.yaml has no environment {name} that could name its nodes"
        ));
    };
    let file = inputs.policy_path.as_deref().unwrap_or_default();
    let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
    let Some(path) = environment.nodes_below(directory) else {
        return KnownNodes::Unknown(format!("plimsoll.yaml names no nodes for {name}"));
    };
    match read(mirrors, inputs, &path, redactor) {
        Ok(nodes) => KnownNodes::Facts { nodes, namespace: inputs.to.namespace.clone() },
        Err(why) => KnownNodes::Unknown(format!("the nodes of {name} cannot be read: {why}")),
    }
}

fn read(
    mirrors: &Mirrors,
    inputs: &PlanInputs,
    path: &str,
    redactor: &Redactor,
) -> Result<NodeFacts, String> {
    let tree = patiently(|| mirrors.read_tree(&inputs.repository, &inputs.target_commit, path));
    let tree = tree.map_err(|error| error.to_string())?;
    let files: Vec<FileBytes<'_>> =
        tree.files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())).collect();
    let facts = NodeFacts::read(&files, redactor, &Limits::default()).map_err(|error| error.to_string())?;
    facts.cluster().map_err(|error| error.to_string())?;
    Ok(facts)
}
