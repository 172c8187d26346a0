//! The example with a chart, by recorded answers of Helm (`scripts/helm/record-scenarios.sh`), and by each real Helm that
//! the cache of `make tools` has.

use std::path::PathBuf;

use crate::example::Example;

/// Helm's recorded answers, and the programs that are there. While answers are recorded, one program gives them.
fn helms() -> Vec<Option<String>> {
    if std::env::var_os("PLIMSOLL_RECORD_HELM").is_some() {
        return vec![None];
    }
    let cache = std::env::var_os("PLIMSOLL_CACHE").map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/plimsoll"));
    let cached = cache
        .or_else(home)
        .into_iter()
        .flat_map(|cache| ["helm3", "helm4"].map(|helm| cache.join("bin").join(helm)));
    let programs =
        cached.filter(|program| program.is_file()).map(|program| Some(program.display().to_string()));
    [None].into_iter().chain(programs).collect()
}

fn newsletter(helm: Option<String>) -> Example {
    let mut newsletter = Example::with_history("newsletter");
    newsletter.variables.extend(helm.map(|program| ("PLIMSOLL_HELM", program)));
    newsletter
}

#[test]
fn the_promotion_is_what_was_worked_out_by_hand() {
    for helm in helms() {
        newsletter(helm).finds_what_was_worked_out();
    }
}

#[test]
fn the_edit_is_the_one_made_by_hand() {
    for helm in helms() {
        let newsletter = newsletter(helm);
        let before = newsletter.files();
        newsletter.preview(&["--write"]);
        newsletter.is_edited_as_by_hand(before);
    }
}
