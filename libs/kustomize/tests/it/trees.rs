//! Every tree against what was recorded.

use crate::tree::{Expected, Tree, all};

#[test]
fn every_tree_is_built_to_the_byte_as_the_real_one_builds_it() {
    report(all().iter().filter_map(|tree| match &tree.expected {
        Expected::Built(yaml) => difference(tree, yaml),
        Expected::Refused(_) => None,
    }));
}

#[test]
fn what_the_real_one_refuses_is_refused_with_its_code() {
    report(all().iter().filter_map(|tree| {
        match (&tree.expected, tree.build()) {
            (Expected::Built(_), _) => None,
            (Expected::Refused(code), Err(error)) if error.code() == code => None,
            (Expected::Refused(code), Err(error)) => {
                Some(format!("{} and not {code}: {error}", error.code()))
            }
            (Expected::Refused(code), Ok(_)) => Some(format!("built, and not {code}")),
        }
        .map(|what| format!("{}: {what}", tree.name))
    }));
}

/// Issue 7 asks for 60.
#[test]
fn the_trees_are_there() {
    let trees = all();
    let built = trees.iter().filter(|tree| matches!(tree.expected, Expected::Built(_))).count();
    assert!(built >= 60 && trees.len() - built >= 25, "{built} of {}", trees.len());
}

fn difference(tree: &Tree, expected: &str) -> Option<String> {
    let found = match tree.build() {
        Ok(build) => build.yaml(),
        Err(error) => return Some(format!("{}: {}: {error}", tree.name, error.code())),
    };
    if found == *expected {
        return None;
    }
    let lines = || found.lines().map(Some).chain(std::iter::repeat(None));
    let wanted = expected.lines().map(Some).chain(std::iter::repeat(None));
    let (line, (found, wanted)) =
        lines().zip(wanted).enumerate().find(|(_, (found, wanted))| found != wanted)?;
    let show = |line: Option<&str>| line.map_or("nothing".to_owned(), |line| format!("{line:?}"));
    Some(format!("{}: line {}: {} and not {}", tree.name, line + 1, show(found), show(wanted)))
}

fn report(wrong: impl Iterator<Item = String>) {
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{} trees:\n{}", wrong.len(), wrong.join("\n"));
}
