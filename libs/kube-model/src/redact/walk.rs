//! The way through an object: which text has which name.

use std::collections::BTreeMap;

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

    pub(super) fn object(&mut self, object: &Object, top: &mut Map<String, Value>) {
        let core = |kind| object.key.kind == kind && object.key.group.is_empty();
        for (key, value) in top.iter_mut() {
            match key.as_str() {
                "data" | "stringData" if core("Secret") => self.mark_all(value),
                "data" if core("ConfigMap") => self.settings(value),
                _ => self.value(value, About::default()),
            }
        }
        let annotations = top.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations"));
        if let Some(value) = annotations.and_then(|annotations| annotations.get_mut(LAST_APPLIED)) {
            self.mark_all(value);
        }
    }

    fn mark(&mut self, secret: &str) -> String {
        let mark = self.redactor.mark(secret);
        self.secrets.insert(mark.clone(), secret.to_owned());
        mark
    }

    fn mark_all(&mut self, value: &mut Value) {
        match value {
            Value::Object(map) => map.values_mut().for_each(|value| self.mark_all(value)),
            Value::Array(items) => items.iter_mut().for_each(|value| self.mark_all(value)),
            Value::Null => {}
            Value::String(text) if is_mark(text) => {}
            Value::String(text) => *text = self.mark(text),
            other => *other = Value::String(self.mark(&other.to_string())),
        }
    }

    /// The entries of a ConfigMap, whose keys name their values.
    fn settings(&mut self, value: &mut Value) {
        if let Value::Object(map) = value {
            for (name, value) in map {
                if let Value::String(text) = value {
                    self.text(Some(name), false, text);
                }
            }
        }
    }

    fn value(&mut self, value: &mut Value, about: About<'_>) {
        match value {
            Value::String(text) => self.text(about.name, false, text),
            Value::Number(_) => self.number(value, about.name),
            Value::Array(items) => {
                // `secrets: [a, b]` are the names of Secrets; `passwords: [a, b]` are passwords.
                let name = about.name.filter(|name| !name.to_ascii_lowercase().ends_with("secrets"));
                items.iter_mut().for_each(|item| self.value(item, About { name, ..about }));
            }
            Value::Object(map) => self.mapping(map, about),
            _ => {}
        }
    }

    /// A number is a password only where the name says password: `tokens: 5` counts them.
    fn number(&mut self, value: &mut Value, name: Option<&str>) {
        let password = name.is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            ["password", "passwd", "passphrase", "pwd", "pass"].iter().any(|word| name.ends_with(word))
        });
        if password {
            *value = Value::String(self.mark(&value.to_string()));
        }
    }

    fn mapping(&mut self, map: &mut Map<String, Value>, about: About<'_>) {
        let named = ["name", "key"].into_iter().filter_map(|key| map.get(key)?.as_str());
        let beside = named.filter(|name| name_says_secret(name)).map(str::to_owned).next();
        for (key, value) in map.iter_mut() {
            let is_text = !value.is_object();
            let name = match key.as_str() {
                "value" | "values" | "default" if beside.is_some() && is_text => beside.as_deref(),
                "args" | "command" => {
                    self.command(value);
                    continue;
                }
                "image" | LAST_APPLIED => {
                    self.shapes(value);
                    continue;
                }
                key if self.spared.contains(&key) => continue,
                _ if about.labels => None,
                key if about.several && !describes(key) => Some("secret"),
                key => key_says_secret(key).then_some(key),
            };
            let within = About {
                name: name.filter(|_| is_text),
                several: self.custom && holds_several(key),
                labels: matches!(key.as_str(), "labels" | "matchLabels" | "selector" | "nodeSelector"),
            };
            self.value(value, within);
        }
    }

    /// A text that is no sentence and no setting: only its shape can say that it is a secret.
    fn shapes(&mut self, value: &mut Value) {
        match value {
            Value::String(text) if !text.contains(['@', '=', ' ', '\n']) => {}
            value => self.value(value, About::default()),
        }
    }

    fn command(&mut self, value: &mut Value) {
        let Value::Array(words) = value else {
            if let Value::String(text) = value {
                self.text(None, true, text);
            }
            return;
        };
        let curl = words.iter().filter_map(Value::as_str).any(|word| word.ends_with("curl"));
        for index in 0..words.len() {
            let before = index.checked_sub(1).and_then(|index| words[index].as_str()).unwrap_or_default();
            let (is_flag, user) = (before.starts_with('-'), curl && matches!(before, "-u" | "--user"));
            let named = is_flag && !before.contains(['=', ' ']) && key_says_secret(before);
            let before = before.to_owned();
            match &mut words[index] {
                Value::String(word) if named && !word.starts_with('-') => {
                    self.text(Some(&before), true, word)
                }
                Value::String(word) if user && word.contains(':') => *word = self.mark(word),
                Value::String(word) => self.word(word),
                number @ Value::Number(_) if named => self.number(number, Some(&before)),
                other => self.value(other, About::default()),
            }
        }
    }

    /// `--password=x y` is one word, whatever is in it; what else has blanks is for a shell.
    fn word(&mut self, word: &mut String) {
        if let Some((name, value)) = word.split_once('=')
            && !name.contains(char::is_whitespace)
            && word.starts_with('-')
            && key_says_secret(name)
        {
            if value_can_be_secret(name, value) {
                *word = format!("{name}={}", self.mark(value));
            }
            return;
        }
        self.text(None, true, word);
    }

    fn text(&mut self, name: Option<&str>, shell: bool, text: &mut String) {
        if is_mark(text) {
            return;
        }
        match sensitivity(name, text, shell) {
            None => {}
            Some(Sensitivity::Whole) => *text = self.mark(text),
            Some(Sensitivity::Parts(parts)) => {
                for part in parts.into_iter().rev() {
                    let mark = self.mark(&text[part.clone()]);
                    text.replace_range(part, &mark);
                }
            }
        }
    }
}
