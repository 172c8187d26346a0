//! Places in charts: the value that a field comes from, as far as that can be told, or the template that makes its object.

use discovery::{Chart, Helm, Values};
use file_tree::FileTree;
use helm::{FileSpan, Step, ValuePath, candidates};
use kube_model::ManifestFile;
use risk_rules::{Finding, Location};
use serde_json::Value;

use super::manifest;

/// Looks something up in a file of the repository.
pub(super) type InFile<'a> = &'a dyn Fn(&str, &dyn Fn(&ManifestFile) -> Option<Location>) -> Option<Location>;

/// What a chart is rendered from.
pub(super) struct Given<'a> {
    pub(super) helm: &'a Helm,
    pub(super) tree: &'a FileTree,
    /// Its values with where each is written, read when they are first asked for.
    pub(super) values: &'a dyn Fn() -> Option<&'a helm::Values>,
}

/// In this order: a scalar under the field's own name with the value that it has, in the values files that win first; the one
/// value that the field can come from; the template of the object; the start of the file that wins.
pub(super) fn at(given: &Given<'_>, finding: &Finding, in_file: InFile<'_>) -> Option<Location> {
    let helm = given.helm;
    let own = match &helm.chart {
        Chart::Directory(path) => file_tree::join(path, "values.yaml").ok(),
        Chart::Archive(_) | Chart::Remote(_) => None,
    };
    let passed = helm.values.iter().rev().filter_map(|values| match values {
        Values::File(path) => Some(path.clone()),
        Values::Inline(_) | Values::Unknown(_) => None,
    });
    let files: Vec<String> = passed.chain(own).collect();
    let named = |location: Location, file: &str| Location { file: file.to_owned(), ..location };
    let key = finding.path.last_key().unwrap_or_default();
    let values = [&finding.after, &finding.before].into_iter().flatten().filter_map(text);
    let written = values.into_iter().find_map(|value| {
        files.iter().find_map(|file| {
            let found = in_file(file, &|read| written(read, key, &value))?;
            Some(named(found, file))
        })
    });
    let start = || {
        files.iter().find_map(|file| {
            let found = in_file(file, &|_| Some(line(1)))?;
            Some(named(found, file))
        })
    };
    written.or_else(|| source(given, finding)).or_else(|| template(given, finding)).or_else(start)
}

/// The start of a line.
fn line(line: usize) -> Location {
    Location { file: String::new(), line, column: 1, end_line: line, exists: true }
}

fn written(file: &ManifestFile, key: &str, value: &str) -> Option<Location> {
    file.documents().find_map(|document| {
        let (name, below) = manifest::scalar(document, key, value)?;
        Some(manifest::location(&file.text, name, Some(document.resolve(below))))
    })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The value that a field comes from: the one that is equal to it, or the longest that is a part of it and was no part of
/// what it was before. Of several that could be it none is said.
fn source(given: &Given<'_>, finding: &Finding) -> Option<Location> {
    let (is, was) = match &finding.after {
        Some(after) => (after, finding.before.as_ref().and_then(text)),
        None => (finding.before.as_ref()?, None),
    };
    // What has so few values is in many places by chance.
    if is.is_boolean() || text(is)?.len() < SHORTEST {
        return None;
    }
    let values = (given.values)()?;
    let part = |path: &ValuePath| values.get(path).as_ref().and_then(text).unwrap_or_default();
    let whole = text(is)?;
    let (equal, inside): (Vec<ValuePath>, Vec<ValuePath>) =
        candidates(values, is).into_iter().partition(|path| part(path) == whole);
    let is_new = |path: &ValuePath| was.as_ref().is_none_or(|was| !was.contains(&part(path)));
    let inside: Vec<ValuePath> =
        inside.into_iter().filter(|path| part(path).len() >= SHORTEST && is_new(path)).collect();
    let path = match (equal.as_slice(), inside.as_slice()) {
        ([only], _) => only,
        ([], [longest, next, ..]) if part(longest).len() > part(next).len() => longest,
        ([], [only]) => only,
        _ => return None,
    };
    place(given.tree, values.winner(path)?, path)
}

/// The shortest text that says something of where it comes from.
const SHORTEST: usize = 3;

/// Of a packed chart the file is in no repository.
fn place(tree: &FileTree, span: &FileSpan, path: &ValuePath) -> Option<Location> {
    let FileSpan { file, inside: None, start, end, .. } = span else { return None };
    let bytes = tree.file(file)?;
    let before = std::str::from_utf8(bytes.get(..*start)?).ok()?;
    let own = std::str::from_utf8(bytes.get(*start..*end)?).ok()?.trim_end();
    // From the key on, where it stands on the same line.
    let last = before.rsplit('\n').next().unwrap_or_default();
    let key = match path.0.last() {
        Some(Step::Key(key)) => last.rfind(key.as_str()).unwrap_or(last.len()),
        _ => last.len(),
    };
    Some(Location {
        file: file.to_string(),
        line: span.line,
        column: last.get(..key).map_or(0, |before| before.chars().count()) + 1,
        end_line: span.line + own.matches('\n').count(),
        exists: true,
    })
}

/// The line that says the kind, in the only template of the chart with such a line.
fn template(given: &Given<'_>, finding: &Finding) -> Option<Location> {
    let Chart::Directory(chart) = &given.helm.chart else { return None };
    let templates = file_tree::join(chart, "templates").ok()?;
    let kind = |line: &str| line.strip_prefix("kind:").map(str::trim) == Some(finding.object.kind.as_str());
    let mut found = given.tree.below(&templates).filter_map(|(file, bytes)| {
        let text = std::str::from_utf8(bytes).ok()?;
        let at = text.lines().position(kind)?;
        Some(Location { file: file.to_owned(), ..line(at + 1) })
    });
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use kube_model::ObjectRef;
    use kube_model::yaml::Limits;
    use risk_rules::{Impact, Level, Likelihood};
    use serde_json::json;

    use super::*;

    const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
    const VALUES: &str = "replicaCount: 30\nimage:\n  repository: registry.example/web\n  tag: \"1.4.1\"\n";
    const PRODUCTION: &str = "# ours\nimage:\n  tag: 1.4.2\nlevel: warning\nother: warning\n";
    const TEMPLATE: &str = "apiVersion: apps/v1\nkind: Deployment\nspec: {{ .Values.spec }}\n";

    fn place(path: &str, before: Option<Value>, after: Option<Value>) -> Option<(String, usize, usize)> {
        let mut tree = FileTree::default();
        for (path, text) in [
            ("chart/Chart.yaml", CHART),
            ("chart/values.yaml", VALUES),
            ("chart/templates/web.yaml", TEMPLATE),
            ("values-production.yaml", PRODUCTION),
        ] {
            tree.put(path, text.as_bytes());
        }
        let helm = Helm {
            chart: Chart::Directory("chart".to_owned()),
            values: vec![Values::File("values-production.yaml".to_owned())],
            set: Vec::new(),
            release: "web".to_owned(),
            namespace: None,
            kube_version: None,
            api_versions: Vec::new(),
            skip: discovery::Skip::default(),
            post_renderers: Vec::new(),
        };
        let finding = Finding {
            rule: "image-unpinned".to_owned(),
            level: Level::Medium,
            impact: Impact::Harm,
            likelihood: Likelihood::Possible,
            object: ObjectRef {
                api_version: "apps/v1".to_owned(),
                kind: "Deployment".to_owned(),
                namespace: None,
                name: "web".to_owned(),
            },
            path: path.parse().unwrap(),
            before,
            after,
            affected: Vec::new(),
            message: String::new(),
            source: String::new(),
            remedy: String::new(),
            equivalents: Vec::new(),
            location: None,
        };
        let in_file: InFile<'_> = &|path, find| {
            let file = ManifestFile::read(path, tree.file(path)?, &Limits::default()).ok()?;
            find(&file)
        };
        let values = render::chart_values(&tree, &helm).ok();
        let given = Given { helm: &helm, tree: &tree, values: &|| values.as_ref() };
        at(&given, &finding, in_file).map(|at| (at.file, at.line, at.column))
    }

    fn found(file: &str, line: usize, column: usize) -> Option<(String, usize, usize)> {
        Some((file.to_owned(), line, column))
    }

    #[test]
    fn an_image_is_where_the_part_of_it_is_that_changed() {
        let image = "spec.template.spec.containers[name=web].image";
        let was = || Some(json!("registry.example/web:1.4.1"));
        let is = || Some(json!("registry.example/web:1.4.2"));
        assert_eq!(place(image, was(), is()), found("values-production.yaml", 3, 3));
        // All of it is new: the longest part.
        assert_eq!(place(image, None, is()), found("chart/values.yaml", 3, 3));
    }

    #[test]
    fn a_value_of_another_name_is_found_where_it_is_the_only_one() {
        let of = |value: Value| place("spec.minReadySeconds", None, Some(value));
        assert_eq!(of(json!("1.4.2")), found("values-production.yaml", 3, 3));
        // Two have this value, none that one: the template makes the object, and says its kind in line 2.
        assert_eq!(of(json!("warning")), found("chart/templates/web.yaml", 2, 1));
        assert_eq!(of(json!(7)), found("chart/templates/web.yaml", 2, 1));
    }
}
