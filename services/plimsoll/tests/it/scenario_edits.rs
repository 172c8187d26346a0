//! What holds of the edit of every rendered scenario, beyond its bytes: it does what the preview shows, and no part of it
//! is needless.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::sandbox::{Sandbox, copy};
use crate::scenarios::{command_of, sandbox_of, scenarios};

/// A scenario after its preview.
struct Previewed {
    scenario: PathBuf,
    sandbox: Sandbox,
    target: String,
    document: Value,
}

/// Every scenario of a rendered target that has a plan.
fn previewed() -> impl Iterator<Item = Previewed> {
    ["k", "h"].into_iter().flat_map(scenarios).filter_map(|scenario| {
        let (sandbox, command) = (sandbox_of(&scenario), command_of(&scenario));
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.extend(["--format", "json"]);
        let run = sandbox.run_in("repo", &arguments);
        let target = command[command.iter().position(|word| word == "--to").unwrap() + 1].clone();
        let document = serde_json::from_str(&run.out).ok()?;
        Some(Previewed { scenario, sandbox, target, document })
    })
}

impl Previewed {
    /// The target of a copy of the repository, rendered into a file; what is wrong with it, if it cannot be.
    fn rendered(&self, repository: &str) -> Result<PathBuf, String> {
        let run = self.sandbox.run_in(repository, &["render", &self.target]);
        let path = self.sandbox.path().join(format!("{repository}.yaml"));
        fs::write(&path, &run.out).unwrap();
        if run.code == 0 { Ok(path) } else { Err(run.err) }
    }

    /// A copy of the repository with the edit, but for one splice.
    fn edited(&self, name: &str, without: Option<(usize, usize)>) {
        let repository = self.sandbox.path().join(name);
        copy(&self.sandbox.path().join("repo"), &repository);
        for (index, edit) in self.edits().iter().enumerate() {
            let path = repository.join(edit["path"].as_str().unwrap());
            let splices = edit["splices"].as_array().unwrap().iter().enumerate();
            let splices = splices.filter(|(at, _)| without != Some((index, *at))).map(|(_, splice)| splice);
            edit_file(&path, edit, splices);
        }
    }

    fn edits(&self) -> &[Value] {
        self.document["plan"]["edits"].as_array().unwrap()
    }

    /// What differs between two rendered files.
    fn changes(&self, before: &Path, after: &Path) -> Value {
        let arguments = ["diff", before.to_str().unwrap(), after.to_str().unwrap(), "--format", "json"];
        self.sandbox.run(&arguments).json()["changes"].clone()
    }
}

fn edit_file<'e>(path: &Path, edit: &Value, splices: impl DoubleEndedIterator<Item = &'e Value>) {
    if edit["hash_after"].is_null() {
        return fs::remove_file(path).unwrap();
    }
    let mut text = fs::read_to_string(path).unwrap_or_default();
    for splice in splices.rev() {
        let at = |key: &str| usize::try_from(splice[key].as_u64().unwrap()).unwrap();
        text.replace_range(at("start")..at("end"), splice["text"].as_str().unwrap());
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The target, rendered with the edit, differs from the target before in exactly what the preview shows.
#[test]
fn an_edit_does_what_the_preview_shows() {
    let mut seen = 0;
    for previewed in previewed() {
        previewed.edited("edited", None);
        let (before, after) = (previewed.rendered("repo").unwrap(), previewed.rendered("edited").unwrap());
        let changes = previewed.changes(&before, &after);
        assert_eq!(changes, previewed.document["diff"]["changes"], "{}", previewed.scenario.display());
        seen += usize::from(!previewed.edits().is_empty());
    }
    assert!(seen > 30, "{seen} scenarios edit something");
}

/// Without any one splice the target renders to something else, or to nothing. What goes with a chart's version goes whole,
/// whether a template reads it or not; and a file that nothing names any more is not left behind.
#[test]
fn no_part_of_an_edit_is_needless() {
    let mut seen = 0;
    for previewed in previewed() {
        previewed.edited("edited", None);
        let after = previewed.rendered("edited").unwrap();
        for (index, edit) in previewed.edits().iter().enumerate() {
            let path = edit["path"].as_str().unwrap();
            let of_chart =
                path.contains("/charts/") || path.ends_with("Chart.lock") || path.ends_with("Chart.yaml");
            if of_chart || edit["hash_after"].is_null() {
                continue;
            }
            for at in 0..edit["splices"].as_array().unwrap().len() {
                let name = format!("without-{index}-{at}");
                previewed.edited(&name, Some((index, at)));
                let needless = previewed
                    .rendered(&name)
                    .is_ok_and(|without| previewed.changes(&after, &without).as_array().unwrap().is_empty());
                assert!(!needless, "{}: splice {at} of {path}", previewed.scenario.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen} splices were left out");
}
