//! Every tree once more below a layer that changes names, namespaces, labels, images and contents, against the real
//! kustomize: orders of operations that no single tree shows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kustomize::{Limits, build};

use crate::real::{kubectl, run};
use crate::tree::{Expected, Tree, all};

/// What stands above the tree at `BASE`. Each tree is put below one of them, or with `PLIMSOLL_ALL_LAYERS` below all.
const LAYERS: [&str; 3] = [
    "resources: [BASE]\nnamePrefix: top-\nnameSuffix: -end\nnamespace: over\ncommonAnnotations: {layer: top}\n",
    "resources: [BASE]\nlabels:\n- {pairs: {layer: top}, includeSelectors: true}\nimages:\n- {name: web, newName: other/web, newTag: '9'}\nsortOptions: {order: legacy}\n",
    "resources: [BASE]\nnamePrefix: t-\nbuildMetadata: [originAnnotations, managedByLabel]\npatches:\n- target: {kind: Deployment|Pod|ConfigMap}\n  patch: '[{\"op\": \"add\", \"path\": \"/metadata/labels\", \"value\": {\"patched\": \"yes\"}}]'\n",
];

#[test]
fn a_layer_over_every_tree_gives_what_the_real_one_gives() {
    let Some(program) = kubectl() else { return };
    let trees: Vec<Tree> =
        all().into_iter().filter(|tree| matches!(tree.expected, Expected::Built(_))).collect();
    let all_layers = std::env::var_os("PLIMSOLL_ALL_LAYERS").is_some();
    let cases = trees.iter().enumerate().flat_map(|(index, tree)| {
        (0..LAYERS.len())
            .filter(move |number| all_layers || *number == index % LAYERS.len())
            .map(move |number| (tree, number))
    });
    let wrong: Vec<String> = cases
        .filter_map(|(tree, number)| {
            let what = difference(&program, &below(tree, LAYERS[number]))?;
            Some(format!("{} below layer {number}: {what}", tree.name))
        })
        .collect();
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

fn below(tree: &Tree, layer: &str) -> BTreeMap<String, Vec<u8>> {
    let base = format!("../tree/{}", tree.entry());
    let files = tree.files.iter().map(|(path, bytes)| (format!("tree/{path}"), bytes.clone()));
    let top = layer.replace("BASE", base.trim_end_matches('/')).into_bytes();
    files.chain([("top/kustomization.yaml".to_owned(), top)]).collect()
}

/// None where both build the same, or both refuse.
fn difference(program: &Path, files: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let scratch = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = scratch.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let real = run(program, &["kustomize", "top"], scratch.path());
    let real_yaml = String::from_utf8(real.stdout).unwrap();
    match build(files, "top", &Limits::default()) {
        Ok(ours) if real.status.success() => {
            let ours = ours.yaml();
            let differs = ours.lines().zip(real_yaml.lines()).find(|(ours, real)| ours != real);
            (ours != real_yaml).then(|| format!("{differs:?} (ours, the real one)"))
        }
        Ok(_) => Some(format!("built, but refused: {}", String::from_utf8_lossy(&real.stderr))),
        Err(error) => real.status.success().then(|| format!("{}: {error}", error.code())),
    }
}
