//! The way through an object: which text has which name.

use std::collections::BTreeMap;
use std::ops::Range;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Map, Value};

use super::detect::{Said, Sensitivity, can_be_token, sensitivity};
use super::names::{describes, holds_several, key_says_secret, name_says_secret};
use super::values::{is_mark, value_can_be_secret};
use super::{APPLIED, Redactor, commands, random};
use crate::{Object, scope};

/// One walk, with the secrets that it has met, by their marks.
pub(super) struct Walk<'r> {
    redactor: &'r Redactor,
    /// Keys say nothing in some custom resources: an ExternalSecret's `secretKey`, a SealedSecret's ciphertext.
    spared: &'static [&'static str],
    custom: bool,
    pub(super) secrets: BTreeMap<String, String>,
}

/// What is known of a value before it is looked at.
#[derive(Clone, Copy, Default)]
struct About<'n> {
    name: Option<&'n str>,
    /// Whether the keys within are secrets by the key that they stand under.
    several: bool,
    /// Whether the keys within are labels, whose names say nothing.
    labels: bool,
    /// Whether the name says that the value is public, such as a hash, however it looks.
    public: bool,
}

/// What base64 stands for, as Go reads it: line ends are passed over.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let lines: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    BASE64_STANDARD.decode(lines).ok()
}

impl<'r> Walk<'r> {
    pub(super) fn new(redactor: &'r Redactor, object: &Object) -> Self {
        let group = object.key.group.as_str();
        let spared: &[&str] = match (group, object.key.kind.as_str()) {
            ("external-secrets.io", _) => &["secretKey"],
            (_, "SealedSecret") => &["encryptedData"],
            _ => &[],
        };
        let custom = !scope::is_built_in_group(group);
        Self { redactor, spared, custom, secrets: BTreeMap::new() }
    }

    /// What stands in the place of an object; none where it has no secret.
    pub(super) fn object(&mut self, object: &Object) -> Option<Value> {
        let Value::Object(top) = &*object.value else { return None };
        let core = |kind| object.key.kind == kind && object.key.group.is_empty();
        entries(top, |key, value| match key {
            "data" if core("Secret") => self.mark_bytes(value),
            "stringData" if core("Secret") => self.mark_all(value),
            "data" | "binaryData" if core("ConfigMap") => self.settings(value),
            // A kustomization's: each literal is `KEY=SECRET`.
            "secretGenerator" => items(value.as_array()?, |entry| {
                entries(entry.as_object()?, |key, value| {
                    (key == "literals").then(|| self.mark_all(value)).flatten()
                })
            }),
            _ => self.value(value, About::default()),
        })
    }

    fn mark(&mut self, secret: &str) -> String {
        let mark = self.redactor.mark(secret);
        self.secrets.insert(mark.clone(), secret.to_owned());
        mark
    }

    /// A Secret's `data` holds bytes in base64: the same mark as the same bytes in `stringData`.
    fn mark_bytes(&mut self, value: &Value) -> Option<Value> {
        let Value::Object(map) = value else { return self.mark_all(value) };
        entries(map, |_, value| match value.as_str().map(|text| (text, decoded(text))) {
            Some((text, Some(bytes))) => {
                let mark = self.redactor.mark_of(&bytes);
                self.secrets.insert(mark.clone(), text.to_owned());
                Some(Value::String(mark))
            }
            _ => self.mark_all(value),
        })
    }

    fn mark_all(&mut self, value: &Value) -> Option<Value> {
        match value {
            Value::Object(map) => entries(map, |_, value| self.mark_all(value)),
            Value::Array(list) => items(list, |value| self.mark_all(value)),
            Value::Null => None,
            Value::String(text) if is_mark(text) => None,
            Value::String(text) => Some(Value::String(self.mark(text))),
            other => Some(Value::String(self.mark(&other.to_string()))),
        }
    }

    /// The entries of a ConfigMap, whose keys name their values.
    fn settings(&mut self, value: &Value) -> Option<Value> {
        entries(value.as_object()?, |name, value| {
            self.text(Said { name: Some(name), ..Said::default() }, value.as_str()?)
        })
    }

    fn value(&mut self, value: &Value, about: About<'_>) -> Option<Value> {
        match value {
            Value::String(text) => {
                self.text(Said { name: about.name, shell: false, public: about.public }, text)
            }
            Value::Number(_) => self.number(value, about.name),
            Value::Array(list) => {
                // `secrets: [a, b]` are the names of Secrets; `passwords: [a, b]` are passwords.
                let name = about.name.filter(|name| !name.to_ascii_lowercase().ends_with("secrets"));
                items(list, |item| self.value(item, About { name, ..about }))
            }
            Value::Object(map) => self.mapping(map, about),
            _ => None,
        }
    }

    /// A number is a password only where the name says password: `tokens: 5` counts them.
    fn number(&mut self, value: &Value, name: Option<&str>) -> Option<Value> {
        let name = name?.to_ascii_lowercase();
        let password =
            ["password", "passwd", "passphrase", "pwd", "pass"].iter().any(|word| name.ends_with(word));
        password.then(|| Value::String(self.mark(&value.to_string())))
    }

    fn mapping(&mut self, map: &Map<String, Value>, about: About<'_>) -> Option<Value> {
        let mut named = ["name", "key"].into_iter().filter_map(|key| map.get(key)?.as_str());
        let label = named.clone().next();
        let beside = named.find(|name| name_says_secret(name));
        let command = map.get("command").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        // A Secret within another object: what a policy generates, what a bundle brings along.
        let is_secret = map.get("kind").and_then(Value::as_str) == Some("Secret")
            && map.get("apiVersion").and_then(Value::as_str) == Some("v1");
        entries(map, |key, value| {
            let is_text = !value.is_object();
            let name = match key {
                "value" | "values" | "default" if beside.is_some() && is_text => beside,
                "data" if is_secret => return self.mark_bytes(value),
                "stringData" if is_secret => return self.mark_all(value),
                "command" => return self.command(&[], value),
                "args" => return self.command(command, value),
                "image" => return self.shapes(value),
                key if APPLIED.contains(&key) => return self.mark_all(value),
                key if self.spared.contains(&key) => return None,
                _ if about.labels => None,
                key if about.several && !describes(key) => Some("secret"),
                key => key_says_secret(key).then_some(key),
            };
            let within = About {
                name: name.filter(|_| is_text),
                several: self.custom && holds_several(key),
                labels: matches!(key, "labels" | "matchLabels" | "selector" | "nodeSelector"),
                public: holds_token(value)
                    && random::name_says_public(if key == "value" { label.unwrap_or(key) } else { key }),
            };
            self.value(value, within)
        })
    }

    /// A text that is no sentence and no setting: only its shape can say that it is a secret.
    fn shapes(&mut self, value: &Value) -> Option<Value> {
        match value {
            Value::String(text) if !text.contains(['@', '=', ' ', '\n']) => None,
            value => self.value(value, About::default()),
        }
    }

    /// The words of a command, or its arguments: then what is called stands in the command.
    fn command(&mut self, program: &[Value], value: &Value) -> Option<Value> {
        let Value::Array(words) = value else {
            return self.text(Said { shell: true, ..Said::default() }, value.as_str()?);
        };
        let said: Vec<&str> =
            program.iter().chain(words).map(|word| word.as_str().unwrap_or_default()).collect();
        let by_program: BTreeMap<usize, Range<usize>> = commands::of_words(&said).into_iter().collect();
        // What a word is for is said by the one before it, as it is shown.
        let mut shown_before = String::new();
        let mut index = program.len();
        items(words, |word| {
            let before = std::mem::take(&mut shown_before);
            let masked = match (by_program.get(&index), word) {
                (Some(range), Value::String(word)) => Some(self.replaced(word, range.clone())),
                _ => self.argument(word, &before),
            };
            index += 1;
            shown_before.push_str(masked.as_ref().unwrap_or(word).as_str().unwrap_or_default());
            masked
        })
    }

    fn replaced(&mut self, text: &str, secret: Range<usize>) -> Value {
        let mut shown = text.to_owned();
        let mark = self.mark(&text[secret.clone()]);
        shown.replace_range(secret, &mark);
        Value::String(shown)
    }

    fn argument(&mut self, word: &Value, before: &str) -> Option<Value> {
        let named = before.starts_with('-') && !before.contains(['=', ' ']) && key_says_secret(before);
        match word {
            Value::String(word) if named && !word.starts_with('-') => {
                self.text(Said { name: Some(before), shell: true, public: false }, word)
            }
            Value::String(word) => self.word(word),
            number @ Value::Number(_) if named => self.number(number, Some(before)),
            other => self.value(other, About::default()),
        }
    }

    /// `--password=x y` is one word, whatever is in it; what else has blanks is for a shell.
    fn word(&mut self, word: &str) -> Option<Value> {
        if let Some((name, value)) = word.split_once('=')
            && !name.contains(char::is_whitespace)
            && word.starts_with('-')
            && key_says_secret(name)
        {
            let secret = value_can_be_secret(name, value);
            return secret.then(|| Value::String(format!("{name}={}", self.mark(value))));
        }
        self.text(Said { shell: true, ..Said::default() }, word)
    }

    fn text(&mut self, said: Said<'_>, text: &str) -> Option<Value> {
        if is_mark(text) {
            return None;
        }
        match sensitivity(said, text)? {
            Sensitivity::Whole => Some(Value::String(self.mark(text))),
            Sensitivity::Parts(parts) => {
                let mut shown = text.to_owned();
                for part in parts.into_iter().rev() {
                    let mark = self.mark(&shown[part.clone()]);
                    shown.replace_range(part, &mark);
                }
                Some(Value::String(shown))
            }
        }
    }
}

/// Whether a text, or one of a list, is long enough to be a token by its looks. Within a mapping each key says its own.
fn holds_token(value: &Value) -> bool {
    match value {
        Value::String(text) => can_be_token(text),
        Value::Array(list) => list.iter().any(holds_token),
        _ => false,
    }
}

/// A mapping with what stands in the place of its values; none where nothing does. Few have secrets, and only they are
/// copied.
fn entries(map: &Map<String, Value>, mut masked: impl FnMut(&str, &Value) -> Option<Value>) -> Option<Value> {
    let mut copy = None;
    for (key, value) in map {
        if let Some(mark) = masked(key, value) {
            copy.get_or_insert_with(|| map.clone()).insert(key.clone(), mark);
        }
    }
    copy.map(Value::Object)
}

/// [`entries`] for a list.
fn items(list: &[Value], mut masked: impl FnMut(&Value) -> Option<Value>) -> Option<Value> {
    let mut copy = None;
    for (index, value) in list.iter().enumerate() {
        if let Some(mark) = masked(value) {
            copy.get_or_insert_with(|| list.to_vec())[index] = mark;
        }
    }
    copy.map(Value::Array)
}
