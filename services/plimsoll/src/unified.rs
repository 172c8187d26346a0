//! The difference line by line: a unified diff of the objects' YAML, written in one way and with the defaults that the API
//! server fills in, so that a line differs where the object does.

use diff_engine::normalise;
use kube_model::{Object, ObjectRef};
use similar::TextDiff;

use crate::style::{Style, Tone};
use crate::text::value;
use crate::yaml;

/// Lines around a change, as diff has them.
pub(crate) const CONTEXT: usize = 3;

/// The unified diff of one object; empty where nothing differs. Secrets are masked: it is to be read, not to be applied.
pub(crate) fn of_pair(
    before: Option<&Object>,
    after: Option<&Object>,
    context: usize,
    style: Style,
) -> String {
    if let (Some(before), Some(after)) = (before, after)
        && before.value == after.value
    {
        return String::new();
    }
    let written = |object: Option<&Object>| object.map(normalised).unwrap_or_default();
    let name = |side: &str, object: Option<&Object>| match object {
        Some(object) => format!("{side}/{}", value::object(&ObjectRef::of(object))),
        None => "/dev/null".to_owned(),
    };
    let (one, other) = (written(before), written(after));
    let diff = TextDiff::from_lines(one.as_str(), other.as_str());
    let text =
        diff.unified_diff().context_radius(context).header(&name("a", before), &name("b", after)).to_string();
    text.split_inclusive('\n').map(|line| painted(line, style)).collect()
}

fn normalised(object: &Object) -> String {
    let value = normalise(object.key.schema(), &object.api_version, &object.value);
    yaml::document(&value)
}

fn painted(line: &str, style: Style) -> String {
    let bare = line.trim_end_matches('\n');
    let tone = match bare.as_bytes().first() {
        _ if bare.starts_with("--- ") || bare.starts_with("+++ ") => Tone::Strong,
        Some(b'+') => Tone::Good,
        Some(b'-') => Tone::Bad,
        Some(b'@') => Tone::Quiet,
        _ => return line.to_owned(),
    };
    style.paint(tone, bare) + &line[bare.len()..]
}
