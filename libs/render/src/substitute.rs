//! `${NAME}` in what is rendered, as Flux replaces it after the build (`postBuild`).
//!
//! Flux writes each object as YAML, replaces the expressions in that text with
//! <https://github.com/fluxcd/pkg/tree/main/envsubst>, and reads it again: a text that becomes `3` is a number then.

use discovery::Environment;
use kube_model::yaml::{self, Limits};
use serde_json::Value;

/// The mark of an object that is left as it is, as a label or an annotation.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// How deep expressions may stand inside one another.
const DEEPEST: usize = 32;

/// What stands for `${NAME}` in an environment.
#[derive(Debug)]
pub struct Variables<'v> {
    values: Vec<(&'v str, &'v str)>,
    /// What is not set is empty, unless some of it could not be read: then it stays as it is written.
    are_all_known: bool,
}

impl<'v> Variables<'v> {
    /// Those of an environment; none where nothing is replaced.
    #[must_use]
    pub fn of(environment: &'v Environment) -> Option<Self> {
        let all = environment.variables.as_deref().filter(|all| !all.is_empty())?;
        let values = all.iter().map(|(name, value)| (name.as_str(), value.value.as_str())).collect();
        Some(Self { values, are_all_known: environment.partial.is_empty() })
    }

    /// The same with another value for one name.
    #[must_use]
    pub fn with<'o>(&self, name: &'o str, value: &'o str) -> Variables<'o>
    where
        'v: 'o,
    {
        let others = self.values.iter().filter(|(known, _)| *known != name);
        let values = others.copied().chain([(name, value)]).collect();
        Variables { values, are_all_known: self.are_all_known }
    }

    /// A value as YAML with its expressions replaced, and read again.
    ///
    /// # Errors
    /// In a sentence, why its expressions cannot be replaced. What it says is not repeated: it may be a secret.
    pub fn substitute(&self, value: &Value) -> Result<Value, String> {
        let text = yaml::write(value);
        if !text.contains("${") {
            return Ok(value.clone());
        }
        let text = self.replaced(&text, 0)?;
        let limits = Limits::default();
        let broken = |error: yaml::YamlError| format!("with its variables it is no YAML ({})", error.code());
        let documents = yaml::parse(&text, &limits).map_err(broken)?;
        let Some(document) = documents.first() else { return Ok(Value::Null) };
        yaml::to_value(document, &document.root, &limits).map_err(broken)
    }

    /// An object with its expressions replaced, unless it asks to be left as it is.
    ///
    /// # Errors
    /// As [`Variables::substitute`].
    pub fn of_object(&self, object: &Value) -> Result<Value, String> {
        let says = |map: &str| object["metadata"][map][SUBSTITUTE].as_str() == Some("disabled");
        match says("labels") || says("annotations") {
            true => Ok(object.clone()),
            false => self.substitute(object),
        }
    }

    /// Whether no variable stands in a place that cannot be read here.
    #[must_use]
    pub fn are_all_known(&self) -> bool {
        self.are_all_known
    }

    /// What stands for a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'v str> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// A text with its expressions replaced. `$${` is a `${` that stays.
    fn replaced(&self, text: &str, depth: usize) -> Result<String, String> {
        if depth > DEEPEST {
            return Err(format!("expressions stand more than {DEEPEST} deep inside one another"));
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, from) = rest.split_at(at);
            if let Some(escaped) = before.strip_suffix('$') {
                out.push_str(escaped);
                out.push_str("${");
                rest = &from[2..];
                continue;
            }
            out.push_str(before);
            let end = end_of(from).ok_or("an expression ${… is not closed")?;
            out.push_str(&self.expression(&from[2..end], depth)?);
            rest = &from[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    /// What stands between the braces: a name, and what is done with its value.
    fn expression(&self, inner: &str, depth: usize) -> Result<String, String> {
        if let Some(name) = inner.strip_prefix('#').filter(|name| is_name(name)) {
            return Ok(self.get(name).unwrap_or_default().chars().count().to_string());
        }
        let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
        let (name, function) = inner.split_at(end);
        if !is_name(name) {
            return Err("an expression ${…} does not begin with a name".to_owned());
        }
        let value = self.get(name);
        if value.is_none() && !self.are_all_known {
            return Ok(format!("${{{inner}}}"));
        }
        for operator in [":-", ":=", "-", "="] {
            if let Some(default) = function.strip_prefix(operator) {
                return value
                    .filter(|value| !value.is_empty())
                    .map_or_else(|| self.replaced(default, depth + 1), |value| Ok(value.to_owned()));
            }
        }
        changed(value.unwrap_or_default(), function)
            .ok_or_else(|| format!("what the expression of ${{{name}…}} does with it is not known here"))
    }
}

/// A value after one of the functions that stand behind its name.
fn changed(value: &str, function: &str) -> Option<String> {
    match function {
        "" => Some(value.to_owned()),
        "^^" => Some(value.to_uppercase()),
        ",," => Some(value.to_lowercase()),
        "^" => Some(first(value, |c| c.to_uppercase().to_string())),
        "," => Some(first(value, |c| c.to_lowercase().to_string())),
        _ => replace(value, function).or_else(|| part(value, function)),
    }
}

/// Where the brace closes that `${` opens; expressions may stand inside one another.
fn end_of(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' if at > 0 && text.as_bytes()[at - 1] == b'$' => depth += 1,
            b'}' => depth = depth.checked_sub(1)?,
            b'\n' => return None,
            _ => {}
        }
        if depth == 0 && byte == b'}' {
            return Some(at);
        }
    }
    None
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn first(value: &str, change: impl Fn(char) -> String) -> String {
    let mut characters = value.chars();
    characters.next().map_or_else(String::new, |c| change(c) + characters.as_str())
}

/// `/old/new` once, `//old/new` everywhere.
fn replace(value: &str, function: &str) -> Option<String> {
    let rest = function.strip_prefix('/')?;
    let (everywhere, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
    let (old, new) = rest.split_once('/').unwrap_or((rest, ""));
    if old.starts_with(['#', '%']) || old.contains(['*', '?', '[', '$']) {
        return None;
    }
    Some(if everywhere { value.replace(old, new) } else { value.replacen(old, new, 1) })
}

/// `:start` and `:start:length`.
fn part(value: &str, function: &str) -> Option<String> {
    let rest = function.strip_prefix(':')?;
    let (start, length) = rest.split_once(':').map_or((rest, None), |(start, length)| (start, Some(length)));
    let start = start.trim().parse().ok()?;
    let length = length.map_or(Some(usize::MAX), |length| length.trim().parse().ok())?;
    Some(value.chars().skip(start).take(length).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn variables() -> Variables<'static> {
        let values = vec![("tag", "v1.2"), ("count", "3"), ("quote", "\""), ("empty", "")];
        Variables { values, are_all_known: true }
    }

    /// Flux, "Post build variable substitution": defaults, escapes, and the functions of bash that are listed there;
    /// the values are what bash prints for the same words.
    #[test]
    fn expressions_are_replaced_as_bash_does() {
        for (text, expected) in [
            ("a ${tag} b", "a v1.2 b"),
            ("${none}", ""),
            ("${none:-x}${empty:=y}${tag:-z}", "xyv1.2"),
            ("${none:=${tag}}", "v1.2"),
            ("$${tag} $tag ${tag}", "${tag} $tag v1.2"),
            ("${tag^^} ${tag^} ${#tag}", "V1.2 V1.2 4"),
            ("${tag:1} ${tag:0:2}", "1.2 v1"),
            ("${tag/./-} ${tag//1/2}", "v1-2 v2.2"),
        ] {
            assert_eq!(variables().replaced(text, 0).as_deref(), Ok(expected), "{text}");
        }
        for (text, why) in [
            ("password: pa${tag@Q}ss", "what the expression of ${tag…} does with it is not known here"),
            ("password: pa${ss", "an expression ${… is not closed"),
            ("password: pa${%ss}", "an expression ${…} does not begin with a name"),
        ] {
            assert_eq!(variables().replaced(text, 0), Err(why.to_owned()));
        }
    }

    #[test]
    fn what_stands_too_deep_is_refused() {
        let nested = |depth: usize| format!("{}x{}", "${none:-".repeat(depth), "}".repeat(depth));
        assert_eq!(variables().replaced(&nested(32), 0).as_deref(), Ok("x"));
        assert!(variables().replaced(&nested(50_000), 0).unwrap_err().contains("32 deep"));
    }

    /// The same page, on numbers: a text that reads as a number is one, unless quotes are put in as a variable.
    #[test]
    fn what_is_replaced_is_read_again() {
        let value =
            json!({"replicas": "${count}", "text": "${quote}${count}${quote}", "image": "web:${tag}"});
        let expected = json!({"replicas": 3, "text": "3", "image": "web:v1.2"});
        assert_eq!(variables().substitute(&value), Ok(expected));
    }

    /// A Secret of the cluster may hold what is not set here.
    #[test]
    fn what_may_be_set_elsewhere_stays() {
        let variables = Variables { are_all_known: false, ..variables() };
        assert_eq!(
            variables.replaced("${tag} ${none:-x} ${none}", 0).as_deref(),
            Ok("v1.2 ${none:-x} ${none}")
        );
    }
}
