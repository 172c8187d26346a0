//! The way through an object: which text has which name.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Map, Value};

use super::detect::{Sensitivity, sensitivity};
use super::names::{
    describes, holds_several, is_mark, key_says_secret, name_says_secret, value_can_be_secret,
};
use super::{LAST_APPLIED, Redactor};
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
        let mut masked = entries(top, |key, value| match key {
            "data" if core("Secret") => self.mark_bytes(value),
            "stringData" if core("Secret") => self.mark_all(value),
            "data" if core("ConfigMap") => self.settings(value),
            _ => self.value(value, About::default()),
        });
        const APPLIED: [&str; 3] = ["metadata", "annotations", LAST_APPLIED];
        let shown = masked.as_ref().unwrap_or(&object.value);
        if let Some(mark) = at(shown, &APPLIED).and_then(|applied| self.mark_all(applied)) {
            let shown = masked.get_or_insert_with(|| Value::clone(&object.value));
            if let Some(applied) = APPLIED.iter().try_fold(shown, |value, key| value.get_mut(*key)) {
                *applied = mark;
            }
        }
        masked
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
        entries(value.as_object()?, |name, value| self.text(Some(name), false, value.as_str()?))
    }

    fn value(&mut self, value: &Value, about: About<'_>) -> Option<Value> {
        match value {
            Value::String(text) => self.text(about.name, false, text),
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
        let beside = named.find(|name| name_says_secret(name));
        entries(map, |key, value| {
            let is_text = !value.is_object();
            let name = match key {
                "value" | "values" | "default" if beside.is_some() && is_text => beside,
                "args" | "command" => return self.command(value),
                "image" | LAST_APPLIED => return self.shapes(value),
                key if self.spared.contains(&key) => return None,
                _ if about.labels => None,
                key if about.several && !describes(key) => Some("secret"),
                key => key_says_secret(key).then_some(key),
            };
            let within = About {
                name: name.filter(|_| is_text),
                several: self.custom && holds_several(key),
                labels: matches!(key, "labels" | "matchLabels" | "selector" | "nodeSelector"),
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

    fn command(&mut self, value: &Value) -> Option<Value> {
        let Value::Array(words) = value else { return self.text(None, true, value.as_str()?) };
        let curl = words.iter().filter_map(Value::as_str).any(|word| word.ends_with("curl"));
        // What a word is for is said by the one before it, as it is shown.
        let mut shown_before = String::new();
        items(words, |word| {
            let before = std::mem::take(&mut shown_before);
            let masked = self.argument(word, &before, curl);
            shown_before.push_str(masked.as_ref().unwrap_or(word).as_str().unwrap_or_default());
            masked
        })
    }

    fn argument(&mut self, word: &Value, before: &str, curl: bool) -> Option<Value> {
        let (is_flag, user) = (before.starts_with('-'), curl && matches!(before, "-u" | "--user"));
        let named = is_flag && !before.contains(['=', ' ']) && key_says_secret(before);
        match word {
            Value::String(word) if named && !word.starts_with('-') => self.text(Some(before), true, word),
            Value::String(word) if user && word.contains(':') => Some(Value::String(self.mark(word))),
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
        self.text(None, true, word)
    }

    fn text(&mut self, name: Option<&str>, shell: bool, text: &str) -> Option<Value> {
        if is_mark(text) {
            return None;
        }
        match sensitivity(name, text, shell)? {
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

fn at<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v Value> {
    keys.iter().try_fold(value, |value, key| value.get(*key))
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
