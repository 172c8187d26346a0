//! Kubernetes' named formats: `format.dns1123Label().validate(name)`.

use std::rc::Rc;

use regex::Regex;

use super::Call;
use super::format::NamedFormat;
use crate::fault::{Evaluated, Fault};
use crate::value::Val;

/// The most characters, the expression, and what Kubernetes says where a text is not of the format
/// (`k8s.io/apimachinery/pkg/util/validation`).
struct Rule(usize, &'static str, &'static str);

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

fn rule(name: &str) -> Option<Rule> {
    Some(match name {
        "dns1123Label" | "dns1123LabelPrefix" => Rule(
            63,
            LABEL,
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
        ),
        "dns1123Subdomain" | "dns1123SubdomainPrefix" => Rule(
            253,
            r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
        ),
        "dns1035Label" | "dns1035LabelPrefix" => Rule(
            63,
            "[a-z]([-a-z0-9]*[a-z0-9])?",
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        ),
        "qualifiedName" => Rule(
            317,
            r"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]",
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        ),
        "labelValue" => Rule(
            63,
            "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?",
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        ),
        "uuid" => Rule(
            36,
            "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}",
            "does not match the UUID format",
        ),
        "date" => Rule(10, r"\d{4}-\d{2}-\d{2}", "invalid date"),
        _ => return None,
    })
}

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    match (call.name, call.target, call.args) {
        ("format.named", None, [Val::Text(name)]) => {
            Some(Ok(rule(name)
                .map_or(Val::Optional(None), |_| Val::some(Val::Format(NamedFormat(Rc::clone(name)))))))
        }
        ("validate", Some(Val::Format(format)), [Val::Text(text)]) => Some(validate(&format.0, text)),
        (name, None, []) => {
            let name = name.strip_prefix("format.")?;
            rule(name).map(|_| Ok(Val::Format(NamedFormat(Rc::from(name)))))
        }
        _ => None,
    }
}

/// None where the text is of the format, else what is wrong with it.
fn validate(name: &str, text: &str) -> Evaluated {
    let Some(Rule(most, pattern, says)) = rule(name) else { return Fault::overload() };
    let Ok(regex) = Regex::new(&format!("^(?:{pattern})$")) else { return Fault::overload() };
    // A prefix may end with a dash: something follows.
    let tested = if name.ends_with("Prefix") { text.trim_end_matches('-') } else { text };
    let mut wrong = Vec::new();
    if text.len() > most {
        wrong.push(Val::text(format!("must be no more than {most} characters")));
    }
    if !regex.is_match(tested) {
        wrong.push(Val::text(says));
    }
    Ok(if wrong.is_empty() { Val::Optional(None) } else { Val::some(Val::list(wrong)) })
}
