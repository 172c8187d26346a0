//! Why a configuration is not used.

use figment::error::{Actual, Kind};
use figment::{Error, Figment};

use super::strict::UNKNOWN;

/// Why a configuration is not used. It never holds a value: that may be a secret in the wrong place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {key}{}{why}", if key.is_empty() { "" } else { ": " })]
pub struct ConfigError {
    place: String,
    key: String,
    why: String,
}

impl ConfigError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "CONFIG_INVALID"
    }

    pub(super) fn new(place: &str, key: &str, why: String) -> Self {
        // A flag is named by its key; once is enough.
        let key = if place.split(' ').next_back() == Some(key) { "" } else { key };
        Self { place: place.to_owned(), key: key.to_owned(), why }
    }

    /// What figment says, without the value.
    pub(super) fn of(section: &str, figment: &Figment, error: &Error) -> Self {
        let key = key(section, error);
        let metadata = error.metadata.as_ref().or_else(|| figment.find_metadata(&key));
        let place = metadata.map_or("the configuration", |metadata| &metadata.name);
        Self::new(place, &key, why(&error.kind))
    }
}

/// The key that an error is about.
pub(super) fn key(section: &str, error: &Error) -> String {
    let mut path = error.path.clone();
    path.insert(0, section.to_owned());
    match &error.kind {
        // The path has it already, but where serde takes a table whole before it looks at it.
        Kind::UnknownField(name, _) if path.last() == Some(name) => {}
        Kind::UnknownField(name, _) => path.push(name.clone()),
        Kind::MissingField(name) => path.push(name.to_string()),
        Kind::Message(message) => path.extend(message.strip_prefix(UNKNOWN).map(str::to_owned)),
        _ => {}
    }
    path.join(".")
}

fn why(kind: &Kind) -> String {
    match kind {
        Kind::Message(message) if message.starts_with(UNKNOWN) => "there is no such setting".to_owned(),
        Kind::Message(message) => message.clone(),
        Kind::UnknownField(_, known) => format!("there is no such setting; there are {}", known.join(", ")),
        Kind::MissingField(_) => "it is missing".to_owned(),
        Kind::InvalidType(actual, expected) => {
            format!("{} where {} is expected", form(actual), words(&expected.to_string()))
        }
        Kind::InvalidValue(_, expected) => format!("{} is expected", words(&expected.to_string())),
        Kind::InvalidLength(length, expected) => format!("{length} items where {expected} is expected"),
        Kind::UnknownVariant(_, known) => format!("it is none of {}", known.join(", ")),
        _ => "its form is wrong".to_owned(),
    }
}

/// What is expected, as serde names types, in words.
fn words(expected: &str) -> String {
    let of = |name: &str| {
        Some(match name {
            "u8" => "a whole number from 0 to 255",
            "u16" => "a whole number from 0 to 65535",
            "u32" => "a whole number from 0 to 4294967295",
            "u64" | "usize" => "a whole number that is not negative",
            "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
            "f32" | "f64" => "a number",
            "a boolean" => "true or false",
            "a string" | "string" | "path string" => "a text",
            "a sequence" => "a list",
            "a map" | "map" => "a table",
            name if name.contains("nonzero") => "a whole number from 1 on",
            name if name.starts_with("struct ") => "a table",
            _ => return None,
        })
    };
    of(expected).map_or_else(|| expected.to_owned(), str::to_owned)
}

fn form(actual: &Actual) -> &'static str {
    match actual {
        Actual::Bool(_) => "a truth value",
        Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) => "a number",
        Actual::Char(_) | Actual::Str(_) => "a text",
        Actual::Seq => "a list",
        Actual::Map => "a table",
        _ => "something else",
    }
}

/// What the reader of TOML says, without the line that it shows.
pub(super) fn syntax(error: &impl ToString) -> String {
    let text = error.to_string();
    let lines = text.lines().filter(|line| !line.contains('|'));
    lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(": ")
}
