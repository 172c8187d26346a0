//! Public outages and failure stories, rebuilt as the change that a preview would have shown.

use std::fs;
use std::path::{Path, PathBuf};

use risk_rules::{Facts, Level, RULES, assess};

use crate::case::objects;

struct Story {
    name: String,
    title: String,
    source: String,
    caught_by: Vec<String>,
    level: Level,
    folder: PathBuf,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outages")
}

fn stories() -> Vec<Story> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut stories: Vec<Story> = entries.filter(|path| path.is_dir()).map(story).collect();
    stories.sort_by(|one, other| one.name.cmp(&other.name));
    stories
}

fn story(folder: PathBuf) -> Story {
    let text = fs::read_to_string(folder.join("story.md")).unwrap();
    let after = |start: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(start));
        line.unwrap_or_else(|| panic!("{} has no line {start:?}", folder.display())).to_owned()
    };
    let caught = after("Caught by: ");
    let caught_by = match caught.as_str() {
        "nothing" => Vec::new(),
        rules => rules.split(", ").map(str::to_owned).collect(),
    };
    Story {
        name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
        title: after("# "),
        source: after("Source: "),
        caught_by,
        level: after("Level: ").parse().unwrap(),
        folder,
    }
}

/// What a story says is what the rules say: those of medium and above, and no other.
#[test]
fn each_story_says_truly_which_rules_catch_it() {
    let mut wrong = Vec::new();
    for story in stories() {
        let read = |name: &str| objects(&fs::read_to_string(story.folder.join(name)).unwrap());
        let report = assess(Some(&read("before.yaml")), &read("after.yaml"), &Facts::default());
        let worth = report.findings.iter().filter(|finding| finding.level >= Level::Medium);
        let mut caught: Vec<String> = worth.map(|finding| finding.rule.clone()).collect();
        caught.sort_unstable();
        caught.dedup();
        assert!(story.source.starts_with("<https://"), "{}", story.name);
        if (&caught, report.risk_level) != (&story.caught_by, story.level) {
            wrong.push(format!("{}: {} from {caught:?}", story.name, report.risk_level));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// `README.md` of the stories is written by hand from them.
#[test]
fn the_table_of_the_stories_is_whole() {
    let stories = stories();
    let rows: Vec<String> = stories
        .iter()
        .map(|story| {
            assert!(story.caught_by.iter().all(|rule| RULES.iter().any(|known| known.id == rule)));
            let rules: Vec<String> = story.caught_by.iter().map(|rule| format!("`{rule}`")).collect();
            let caught = if rules.is_empty() { "nothing".to_owned() } else { rules.join(", ") };
            let Story { name, title, level, .. } = story;
            format!("| [{title}]({name}/story.md) | {level} | {caught} |")
        })
        .collect();
    let page = fs::read_to_string(folder().join("README.md")).unwrap();
    let listed: Vec<&str> = page.lines().filter(|line| line.starts_with("| [")).collect();
    assert_eq!(listed, rows, "the table should be:\n{}\n", rows.join("\n"));
    let caught = stories.iter().filter(|story| !story.caught_by.is_empty()).count();
    let sum = format!("{caught} of {} are caught at medium or above.", stories.len());
    assert!(page.contains(&sum), "the page should say: {sum}");
    assert!(stories.len() >= 25, "{}", stories.len());
}
