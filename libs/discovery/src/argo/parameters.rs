//! Filling in the templates of an ApplicationSet, and keeping where each parameter is written.

use serde_json::Value;

use crate::field::{Field, Kind};
use crate::gotemplate::{Missing, Template};
use crate::note::{Note, Problem};
use crate::place::Location;

/// How an ApplicationSet's templates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// `{{ name }}`, with dots in the names of parameters; what is not known stays as it is written.
    Fast,
    /// Go's `text/template`.
    Go(Missing),
}

impl Language {
    pub(crate) fn of(spec: &Field) -> Self {
        let strict = spec.texts("goTemplateOptions").iter().any(|option| option == "missingkey=error");
        match (spec.is_set("goTemplate"), strict) {
            (false, _) => Self::Fast,
            (true, false) => Self::Go(Missing::NoValue),
            (true, true) => Self::Go(Missing::Error),
        }
    }

    pub(crate) fn is_go(self) -> bool {
        self != Self::Fast
    }
}

/// One set of parameters, ready to be filled in.
pub(crate) struct Parameters<'a> {
    fields: &'a Field,
    value: Value,
    language: Language,
}

/// A text that was filled in.
struct Filled<'a> {
    text: String,
    /// The parameter that is the whole text.
    whole: Option<&'a Field>,
    parts: Vec<&'a Field>,
}

impl<'a> Parameters<'a> {
    pub(crate) fn new(fields: &'a Field, language: Language) -> Self {
        let value = if language.is_go() { fields.value() } else { Value::Null };
        Self { fields, value, language }
    }

    /// The template with these parameters put in. What cannot be filled in stays as it is written, and is said.
    pub(crate) fn fill_in(&self, template: &Field, notes: &mut Vec<Note>) -> Field {
        let kind = match &template.kind {
            Kind::Scalar(Value::String(text)) if text.contains("{{") => {
                return match self.text(text) {
                    Ok(filled) => placed(template, filled),
                    Err(message) => {
                        notes.push(Note { problem: Problem::Template, at: template.at.clone(), message });
                        template.clone()
                    }
                };
            }
            Kind::Scalar(scalar) => Kind::Scalar(scalar.clone()),
            Kind::List(items) => Kind::List(items.iter().map(|item| self.fill_in(item, notes)).collect()),
            Kind::Map(entries) => Kind::Map(
                entries.iter().map(|(key, value)| (self.key(key), self.fill_in(value, notes))).collect(),
            ),
        };
        Field { kind, at: template.at.clone(), parameters: template.parameters.clone() }
    }

    fn key(&self, key: &str) -> String {
        match key.contains("{{") {
            true => self.text(key).map_or_else(|_| key.to_owned(), |filled| filled.text),
            false => key.to_owned(),
        }
    }

    fn text(&self, text: &str) -> Result<Filled<'a>, String> {
        match self.language {
            Language::Fast => self.fast(text),
            Language::Go(missing) => {
                let template = Template::parse(text).map_err(|error| error.to_string())?;
                let filled = template.fill_in(&self.value, missing).map_err(|error| error.to_string())?;
                let find = |path: &[String]| path.iter().try_fold(self.fields, |field, key| field.get(key));
                let parts = template.parameters().into_iter().filter_map(find).collect();
                Ok(Filled { text: filled, whole: template.only_parameter().and_then(find), parts })
            }
        }
    }

    fn fast(&self, text: &str) -> Result<Filled<'a>, String> {
        let mut filled = Filled { text: String::new(), whole: None, parts: Vec::new() };
        let mut rest = text;
        while let Some((before, inside)) = rest.split_once("{{") {
            let (name, after) = inside.split_once("}}").ok_or("a parameter is not closed")?;
            let field = self
                .fields
                .get(name.trim())
                .ok_or_else(|| format!("there is no parameter {}", name.trim()))?;
            filled.text.push_str(before);
            filled.text.push_str(&field.text().unwrap_or_else(|| field.value().to_string()));
            filled.parts.push(field);
            filled.whole = Some(field).filter(|_| before.is_empty() && after.is_empty() && rest == text);
            rest = after;
        }
        filled.text.push_str(rest);
        Ok(filled)
    }
}

/// The field of a text that was filled in: at its parameter, if it is nothing else.
fn placed(template: &Field, filled: Filled<'_>) -> Field {
    let same = |field: &&Field| field.text().as_deref() == Some(filled.text.as_str());
    match filled.whole.filter(same) {
        Some(parameter) => {
            Field { parameters: Vec::new(), ..Field::text_at(filled.text, parameter.at.clone()) }
        }
        None => {
            let mut parameters: Vec<Location> = filled.parts.iter().map(|field| field.at.clone()).collect();
            parameters.sort();
            parameters.dedup();
            Field { parameters, ..Field::text_at(filled.text, template.at.clone()) }
        }
    }
}

/// A value with all that is nested in it under one key each, joined by dots, as `{{ a.b }}` names it.
pub(crate) fn flattened(field: &Field) -> Field {
    let mut entries = Vec::new();
    flatten("", field, &mut entries);
    Field::new(Kind::Map(entries), field.at.clone())
}

fn flatten(prefix: &str, field: &Field, into: &mut Vec<(String, Field)>) {
    let name = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
    match &field.kind {
        Kind::Scalar(_) if prefix.is_empty() => {}
        Kind::Scalar(_) => into.push((prefix.to_owned(), field.clone())),
        Kind::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| flatten(&name(&index.to_string()), item, into));
        }
        Kind::Map(entries) => entries.iter().for_each(|(key, value)| flatten(&name(key), value, into)),
    }
}

/// Puts the generator's `values` beside its parameters, filled in with them.
pub(crate) fn with_values(
    mut fields: Field,
    generator: &Field,
    language: Language,
    notes: &mut Vec<Note>,
) -> Field {
    let Some(values) = generator.get("values") else { return fields };
    let values = Parameters::new(&fields, language).fill_in(values, notes);
    if let Kind::Map(entries) = &mut fields.kind {
        match language {
            Language::Go(_) => entries.push(("values".to_owned(), values)),
            Language::Fast => {
                let flat = flattened(&values);
                entries.extend(
                    flat.entries().iter().map(|(key, value)| (format!("values.{key}"), value.clone())),
                );
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::documents;

    fn field(text: &str) -> Field {
        documents("f.yaml", text.as_bytes()).unwrap().remove(0)
    }

    #[test]
    fn a_field_that_is_one_parameter_is_written_where_the_parameter_is() {
        let parameters = field("tag: v1\nname: shop\nnested: {a: 1}\n");
        let template = field("\n\n\na: '{{ tag }}'\nb: x-{{name}}-{{ tag }}\nc: plain\nd: '{{nested.a}}'\n");
        let flat = flattened(&parameters);
        let mut notes = Vec::new();
        let filled = Parameters::new(&flat, Language::Fast).fill_in(&template, &mut notes);
        let line = |key: &str| filled.get(key).unwrap().at.line;
        assert_eq!(filled.value(), serde_json::json!({"a": "v1", "b": "x-shop-v1", "c": "plain", "d": "1"}));
        assert_eq!((line("a"), line("b"), line("c"), line("d")), (1, 5, 6, 3));
        let parts: Vec<usize> = filled.get("b").unwrap().parameters.iter().map(|at| at.line).collect();
        assert_eq!(parts, [1, 2]);
        assert!(notes.is_empty());
    }

    #[test]
    fn a_field_that_cannot_be_filled_in_stays_and_is_said() {
        let parameters = field("tag: v1\n");
        let template = field("a: '{{ .tag }}'\nb: '{{ .nope }}'\n");
        let mut notes = Vec::new();
        let filled =
            Parameters::new(&parameters, Language::Go(Missing::Error)).fill_in(&template, &mut notes);
        assert_eq!(filled.value(), serde_json::json!({"a": "v1", "b": "{{ .nope }}"}));
        assert_eq!(notes.len(), 1);
        assert!(notes[0].message.contains(".nope"));
    }
}
