//! Calls whose arguments are evaluated for each element: `all`, `exists`, `exists_one`, `map`, `filter`, those with two
//! variables, and `has`, `optMap`, `optFlatMap`.

use std::collections::BTreeMap;
use std::rc::Rc;

use cel::common::ast::{CallExpr, Expr};
use cel::parser::Expression;

use crate::eval::Evaluator;
use crate::fault::{Evaluated, Fault};
use crate::value::{Key, Val};

/// The value of a call, if it is one of a macro.
pub(crate) fn call(evaluator: &mut Evaluator<'_>, call: &CallExpr) -> Option<Evaluated> {
    let args = call.args.as_slice();
    let Some(target) = call.target.as_deref() else {
        let [argument] = args else { return None };
        return (call.func_name == "has").then(|| has(evaluator, argument));
    };
    let name = call.func_name.as_str();
    let [first, rest @ ..] = args else { return None };
    let Expr::Ident(variable) = &first.expr else { return None };
    match (name, rest) {
        ("optMap" | "optFlatMap", [body]) => Some(on_optional(evaluator, target, variable, body, name)),
        ("all" | "exists" | "exists_one" | "existsOne" | "map" | "filter", [body]) => {
            let names = Names { one: variable, two: None };
            Some(over(evaluator, target, names, (name, None, body)))
        }
        ("map", [filter, body]) => {
            let names = Names { one: variable, two: None };
            Some(over(evaluator, target, names, (name, Some(filter), body)))
        }
        (
            "all" | "exists" | "existsOne" | "exists_one" | "transformList" | "transformMap"
            | "transformMapEntry",
            [second, rest @ ..],
        ) => {
            let Expr::Ident(second) = &second.expr else { return None };
            let names = Names { one: variable, two: Some(second) };
            match rest {
                [body] => Some(over(evaluator, target, names, (name, None, body))),
                [filter, body] => Some(over(evaluator, target, names, (name, Some(filter), body))),
                _ => None,
            }
        }
        _ => None,
    }
}

fn has(evaluator: &mut Evaluator<'_>, argument: &Expression) -> Evaluated {
    match &argument.expr {
        Expr::Select(select) => evaluator.has(&select.operand, &select.field),
        _ => Fault::error("invalid argument to has() macro"),
    }
}

fn on_optional(
    evaluator: &mut Evaluator<'_>,
    target: &Expression,
    variable: &str,
    body: &Expression,
    name: &str,
) -> Evaluated {
    let inner = match evaluator.known(target)? {
        Val::Optional(None) => return Ok(Val::Optional(None)),
        Val::Optional(Some(inner)) => (*inner).clone(),
        _ => return Fault::overload(),
    };
    let value = evaluator.with(&[(variable, inner)], body)?;
    Ok(if name == "optMap" { Val::some(value) } else { value })
}

#[derive(Clone, Copy)]
struct Names<'a> {
    one: &'a str,
    two: Option<&'a str>,
}

type Loop<'a> = (&'a str, Option<&'a Expression>, &'a Expression);

/// One turn of a loop: the key or index, and the value.
fn turns(value: &Val) -> Evaluated<Vec<(Val, Val)>> {
    match value {
        Val::List(items) => {
            Ok(items.iter().enumerate().map(|(at, item)| (Val::int(at), item.clone())).collect())
        }
        Val::Map(fields) => Ok(fields.iter().map(|(key, value)| (key.value(), value.clone())).collect()),
        _ => Fault::overload(),
    }
}

fn over(
    evaluator: &mut Evaluator<'_>,
    target: &Expression,
    names: Names<'_>,
    (name, filter, body): Loop<'_>,
) -> Evaluated {
    let range = evaluator.known(target)?;
    let is_map = matches!(range, Val::Map(_));
    let mut fold = Fold::new(name);
    for (key, value) in turns(&range)? {
        evaluator.steps.take(1)?;
        let alone = if is_map { key.clone() } else { value.clone() };
        let bound = match names.two {
            Some(two) => vec![(names.one, key.clone()), (two, value)],
            None => vec![(names.one, alone.clone())],
        };
        if let Some(filter) = filter
            && !evaluator.with(&bound, filter)?.into_bool()?
        {
            continue;
        }
        let element = if names.two.is_some() { key } else { alone };
        if fold.take(element, evaluator.with(&bound, body))? {
            break;
        }
    }
    fold.value()
}

/// What a loop gathers.
struct Fold<'a> {
    name: &'a str,
    fault: Option<Fault>,
    hits: usize,
    list: Vec<Val>,
    map: BTreeMap<Key, Val>,
}

impl<'a> Fold<'a> {
    fn new(name: &'a str) -> Self {
        Self { name, fault: None, hits: 0, list: Vec::new(), map: BTreeMap::new() }
    }

    /// Takes the value of one turn; whether the loop is decided.
    fn take(&mut self, element: Val, value: Evaluated) -> Evaluated<bool> {
        match self.name {
            "all" => self.decide(value, false),
            "exists" => self.decide(value, true),
            "exists_one" | "existsOne" => {
                self.hits += usize::from(value?.into_bool()?);
                Ok(false)
            }
            "filter" => {
                if value?.into_bool()? {
                    self.list.push(element);
                }
                Ok(false)
            }
            "transformMap" => {
                self.map.insert(Key::of(&element)?, value?);
                Ok(false)
            }
            "transformMapEntry" => {
                let Val::Map(entries) = value? else { return Fault::overload() };
                for (key, value) in entries.iter() {
                    if self.map.insert(key.clone(), value.clone()).is_some() {
                        return Fault::error(format!("insert failed: key {key} already exists"));
                    }
                }
                Ok(false)
            }
            _ => {
                self.list.push(value?);
                Ok(false)
            }
        }
    }

    fn decide(&mut self, value: Evaluated, decides: bool) -> Evaluated<bool> {
        match value.and_then(Val::into_bool) {
            Ok(is) if is == decides => {
                self.hits = 1;
                Ok(true)
            }
            Ok(_) => Ok(false),
            Err(Fault::Steps) => Err(Fault::Steps),
            Err(new) => {
                self.fault = Some(match self.fault.take() {
                    Some(old) => old.of_both(new),
                    None => new,
                });
                Ok(false)
            }
        }
    }

    fn value(self) -> Evaluated {
        let is_decided = self.hits == 1;
        match (self.name, self.fault) {
            ("all", _) if is_decided => Ok(Val::Bool(false)),
            ("exists", _) if is_decided => Ok(Val::Bool(true)),
            (_, Some(fault)) => Err(fault),
            ("all", None) => Ok(Val::Bool(true)),
            ("exists", None) => Ok(Val::Bool(false)),
            ("exists_one" | "existsOne", None) => Ok(Val::Bool(is_decided)),
            ("transformMap" | "transformMapEntry", None) => Ok(Val::Map(Rc::new(self.map))),
            (_, None) => Ok(Val::list(self.list)),
        }
    }
}
