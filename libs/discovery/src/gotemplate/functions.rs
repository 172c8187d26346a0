//! The functions of templates: Go's own, the common ones of Sprig, and Argo CD's `normalize` and `slugify`.

use std::cmp::Ordering;

use serde_json::{Map, Number, Value, json};

use super::{TemplateError, printf, texts};

/// What counts as true: what is not empty, zero, false or nothing.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// A value as Go prints it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "<no value>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Value::Object(map) => {
            let mut pairs: Vec<String> = map.iter().map(|(k, v)| format!("{k}:{}", shown(v))).collect();
            pairs.sort();
            format!("map[{}]", pairs.join(" "))
        }
        scalar => scalar.to_string(),
    }
}

/// Calls a function by its name.
pub(super) fn call(name: &str, arguments: Vec<Value>) -> Result<Value, TemplateError> {
    if let Some(result) = texts::call(name, &arguments) {
        return result.map(Value::String);
    }
    if let Some(result) = logic(name, &arguments) {
        return result;
    }
    if let Some(result) = collections(name, &arguments) {
        return result;
    }
    conversions(name, &arguments).unwrap_or_else(|| Err(TemplateError::Function(name.to_owned())))
}

pub(super) fn wrong(name: &str, what: &str) -> TemplateError {
    TemplateError::Value(format!("{name}: {what}"))
}

/// The number of arguments is checked by who indexes: what is missing is null.
fn argument(arguments: &[Value], index: usize) -> &Value {
    arguments.get(index).unwrap_or(&Value::Null)
}

fn logic(name: &str, arguments: &[Value]) -> Option<Result<Value, TemplateError>> {
    let (first, second) = (argument(arguments, 0), argument(arguments, 1));
    let compared = |accept: fn(Ordering) -> bool| {
        order(first, second)
            .map(accept)
            .map(Value::Bool)
            .ok_or_else(|| wrong(name, "these are not comparable"))
    };
    Some(Ok(match name {
        "and" => arguments.iter().find(|value| !is_true(value)).or(arguments.last()).cloned()?,
        "or" => arguments.iter().find(|value| is_true(value)).or(arguments.last()).cloned()?,
        "not" => Value::Bool(!is_true(first)),
        "eq" => Value::Bool(arguments.iter().skip(1).any(|other| same(first, other))),
        "ne" => Value::Bool(!same(first, second)),
        "lt" => return Some(compared(Ordering::is_lt)),
        "le" => return Some(compared(Ordering::is_le)),
        "gt" => return Some(compared(Ordering::is_gt)),
        "ge" => return Some(compared(Ordering::is_ge)),
        "default" => {
            if is_true(second) {
                second.clone()
            } else {
                first.clone()
            }
        }
        "empty" => Value::Bool(!is_true(first)),
        "coalesce" => arguments.iter().find(|value| is_true(value)).cloned().unwrap_or(Value::Null),
        "ternary" => {
            if is_true(argument(arguments, 2)) {
                first.clone()
            } else {
                second.clone()
            }
        }
        "fail" => return Some(Err(TemplateError::Value(shown(first)))),
        "required" if is_true(second) => second.clone(),
        "required" => return Some(Err(TemplateError::Value(shown(first)))),
        _ => return None,
    }))
}

fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one.total_cmp(&other).is_eq(),
        _ => one == other,
    }
}

fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

fn collections(name: &str, arguments: &[Value]) -> Option<Result<Value, TemplateError>> {
    let (first, second) = (argument(arguments, 0), argument(arguments, 1));
    let list = || first.as_array().ok_or_else(|| wrong(name, "a list is expected"));
    let of_list = |pick: &dyn Fn(&[Value]) -> Value| Some(list().map(|items| pick(items)));
    let cloned = |value: Option<&Value>| value.cloned().unwrap_or(Value::Null);
    match name {
        "index" => Some(index(arguments)),
        "list" => Some(Ok(Value::Array(arguments.to_vec()))),
        "dict" => Some(Ok(dict(arguments))),
        "len" => Some(length(first).ok_or_else(|| wrong(name, "this has no length"))),
        "first" => of_list(&|items| cloned(items.first())),
        "last" => of_list(&|items| cloned(items.last())),
        "rest" => of_list(&|items| json!(items.get(1..).unwrap_or_default())),
        "initial" => of_list(&|items| json!(&items[..items.len().saturating_sub(1)])),
        "reverse" => of_list(&|items| items.iter().rev().cloned().collect()),
        "compact" => of_list(&|items| items.iter().filter(|item| is_true(item)).cloned().collect()),
        "append" => of_list(&|items| items.iter().chain([second]).cloned().collect()),
        "has" => Some(Ok(Value::Bool(second.as_array().is_some_and(|items| items.contains(first))))),
        "get" => Some(Ok(first.get(shown(second)).cloned().unwrap_or_else(|| json!("")))),
        "hasKey" => Some(Ok(Value::Bool(first.get(shown(second)).is_some()))),
        "keys" => Some(Ok(first.as_object().into_iter().flat_map(Map::keys).cloned().collect())),
        "dig" => Some(dig(arguments)),
        _ => None,
    }
}

/// `index value key…`, through lists and mappings.
fn index(arguments: &[Value]) -> Result<Value, TemplateError> {
    let (first, keys) = arguments.split_first().ok_or_else(|| wrong("index", "a value is expected"))?;
    keys.iter().try_fold(first.clone(), |value, key| match (&value, key) {
        (Value::Array(items), Value::Number(number)) => {
            let at = number.as_u64().and_then(|at| usize::try_from(at).ok());
            let found = at.and_then(|at| items.get(at)).cloned();
            found.ok_or_else(|| wrong("index", &format!("there is no item {number}")))
        }
        (Value::Object(map), key) => Ok(map.get(&shown(key)).cloned().unwrap_or(Value::Null)),
        (Value::Null, _) => Ok(Value::Null),
        _ => Err(wrong("index", "a list or a mapping is expected")),
    })
}

fn dict(arguments: &[Value]) -> Value {
    let pairs = arguments.chunks(2).map(|pair| (shown(&pair[0]), argument(pair, 1).clone()));
    Value::Object(pairs.collect())
}

/// `dig "a" "b" default mapping`.
fn dig(arguments: &[Value]) -> Result<Value, TemplateError> {
    let [keys @ .., otherwise, mapping] = arguments else {
        return Err(wrong("dig", "keys, a default and a mapping are expected"));
    };
    let found = keys.iter().try_fold(mapping, |value, key| value.get(shown(key)));
    Ok(found.unwrap_or(otherwise).clone())
}

fn length(value: &Value) -> Option<Value> {
    Some(Value::from(match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.len(),
        Value::Object(map) => map.len(),
        _ => return None,
    }))
}

fn conversions(name: &str, arguments: &[Value]) -> Option<Result<Value, TemplateError>> {
    let first = argument(arguments, 0);
    let integer = |value: &Value| match value {
        Value::String(text) => text.parse::<i64>().unwrap_or(0),
        other => other.as_i64().or_else(|| other.as_f64().map(|float| float as i64)).unwrap_or(0),
    };
    let sum = |operate: &dyn Fn(i64, i64) -> Option<i64>| {
        let mut numbers = arguments.iter().map(&integer);
        let first = numbers.next().unwrap_or(0);
        let result = numbers.try_fold(first, operate);
        result.map(|number| Value::Number(Number::from(number))).ok_or_else(|| wrong(name, "out of range"))
    };
    Some(match name {
        "int" | "int64" | "atoi" => Ok(Value::from(integer(first))),
        "add" => sum(&i64::checked_add),
        "sub" => sum(&i64::checked_sub),
        "mul" => sum(&i64::checked_mul),
        "div" => sum(&i64::checked_div),
        "mod" => sum(&i64::checked_rem),
        "add1" => integer(first).checked_add(1).map(Value::from).ok_or_else(|| wrong(name, "out of range")),
        "printf" => printf::printf(arguments).map(Value::String),
        "fromJson" => serde_json::from_str(&shown(first)).map_err(|error| wrong(name, &error.to_string())),
        "fromYaml" | "fromYamlArray" => from_yaml(&shown(first)).map_err(|why| wrong(name, &why)),
        "splitList" => {
            let text = shown(argument(arguments, 1));
            Ok(text.split(shown(first).as_str()).map(|part| json!(part)).collect())
        }
        "kindIs" => Ok(Value::Bool(kind(argument(arguments, 1)) == shown(first))),
        "kindOf" => Ok(json!(kind(first))),
        "contains" => Ok(Value::Bool(shown(argument(arguments, 1)).contains(&shown(first)))),
        "hasPrefix" => Ok(Value::Bool(shown(argument(arguments, 1)).starts_with(&shown(first)))),
        "hasSuffix" => Ok(Value::Bool(shown(argument(arguments, 1)).ends_with(&shown(first)))),
        _ => return None,
    })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "invalid",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "slice",
        Value::Object(_) => "map",
    }
}

fn from_yaml(text: &str) -> Result<Value, String> {
    let documents = crate::field::documents("", text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(documents.first().map_or(Value::Null, crate::field::Field::value))
}
