//! The evaluation of an expression.

use std::collections::BTreeMap;
use std::rc::Rc;

use cel::common::ast::{CallExpr, EntryExpr, Expr, ListExpr, LiteralValue, MapExpr, operators as op};
use cel::parser::Expression;

use crate::fault::{Evaluated, Fault};
use crate::functions::Regexes;
use crate::steps::Steps;
use crate::value::{Key, Val};
use crate::{functions, macros, operators};

/// What the names of an expression stand for.
pub(crate) trait Names {
    /// The value of a name, if there is one.
    fn global(&self, name: &str) -> Option<Evaluated>;
    /// The value of `variables.NAME`.
    fn variable(&self, name: &str) -> Option<Evaluated>;
}

/// One evaluation.
pub(crate) struct Evaluator<'a> {
    names: &'a dyn Names,
    locals: Vec<(String, Val)>,
    pub(crate) steps: &'a Steps,
    pub(crate) regexes: &'a Regexes,
}

/// The types that are names of values.
const TYPES: [&str; 10] =
    ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];

impl<'a> Evaluator<'a> {
    pub(crate) fn new(names: &'a dyn Names, steps: &'a Steps, regexes: &'a Regexes) -> Self {
        Self { names, locals: Vec::new(), steps, regexes }
    }

    /// The value of an expression. What nobody knows is a fault as soon as it is read.
    pub(crate) fn eval(&mut self, expr: &Expression) -> Evaluated {
        self.steps.take(1)?;
        let value = match &expr.expr {
            Expr::Literal(literal) => literal_value(literal),
            Expr::Ident(name) => self.ident(name)?,
            Expr::Select(select) if select.test => self.has(&select.operand, &select.field)?,
            Expr::Select(select) => self.select(&select.operand, &select.field)?,
            Expr::Call(call) => self.call(call)?,
            Expr::List(list) => self.list(list)?,
            Expr::Map(map) => self.map(map)?,
            Expr::Struct(message) => {
                return Err(Fault::Unsupported(format!("a literal of the type {}", message.type_name)));
            }
            Expr::Comprehension(_) | Expr::Unspecified => {
                return Err(Fault::Unsupported("this form of expression".to_owned()));
            }
        };
        match value {
            Val::Unknown(why) => Err(Fault::Unknown(why.to_string())),
            value => Ok(value),
        }
    }

    /// The value of an expression, of which something is computed.
    pub(crate) fn known(&mut self, expr: &Expression) -> Evaluated {
        self.eval(expr)?.known()
    }

    /// The value of an expression with a name bound.
    pub(crate) fn with(&mut self, bound: &[(&str, Val)], expr: &Expression) -> Evaluated {
        let outer = self.locals.len();
        self.locals.extend(bound.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let value = self.eval(expr);
        self.locals.truncate(outer);
        value
    }

    pub(crate) fn is_bound(&self, name: &str) -> bool {
        self.locals.iter().any(|(local, _)| local == name) || self.names.global(name).is_some()
    }

    fn ident(&mut self, name: &str) -> Evaluated {
        if let Some((_, value)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return Ok(value.clone());
        }
        if let Some(value) = self.names.global(name) {
            return value;
        }
        match TYPES.contains(&name) {
            true => Ok(Val::Type(Rc::from(name))),
            false => Fault::error(format!("undeclared reference to '{name}'")),
        }
    }

    fn select(&mut self, operand: &Expression, field: &str) -> Evaluated {
        if self.is_variables(operand) {
            return self
                .names
                .variable(field)
                .unwrap_or_else(|| Fault::error(format!("undefined field '{field}'")));
        }
        match self.known(operand)? {
            Val::Optional(None) => Ok(Val::Optional(None)),
            Val::Optional(Some(inner)) => Ok(Val::Optional(member(&inner, field)?.map(Rc::new))),
            value => member(&value, field)?.map_or_else(|| Fault::error(format!("no such key: {field}")), Ok),
        }
    }

    fn is_variables(&self, operand: &Expression) -> bool {
        matches!(&operand.expr, Expr::Ident(name) if name == "variables")
            && !self.locals.iter().any(|(local, _)| local == "variables")
    }

    pub(crate) fn has(&mut self, operand: &Expression, field: &str) -> Evaluated {
        if self.is_variables(operand) {
            return Ok(Val::Bool(self.names.variable(field).is_some()));
        }
        let found = match self.known(operand)? {
            Val::Optional(None) => None,
            Val::Optional(Some(inner)) => member(&inner, field)?,
            value => member(&value, field)?,
        };
        match found {
            Some(Val::Unknown(why)) => Err(Fault::Unknown(why.to_string())),
            found => Ok(Val::Bool(found.is_some())),
        }
    }

    fn list(&mut self, list: &ListExpr) -> Evaluated {
        let mut items = Vec::with_capacity(list.elements.len());
        for (at, element) in list.elements.iter().enumerate() {
            match (self.eval(element)?, list.optional_indices.contains(&at)) {
                (Val::Optional(None), true) => {}
                (Val::Optional(Some(inner)), true) => items.push((*inner).clone()),
                (value, _) => items.push(value),
            }
        }
        Ok(Val::list(items))
    }

    fn map(&mut self, map: &MapExpr) -> Evaluated {
        let mut fields = BTreeMap::new();
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else { return Fault::overload() };
            let key = Key::of(&self.eval(&entry.key)?)?;
            let value = match (self.eval(&entry.value)?, entry.optional) {
                (Val::Optional(None), true) => continue,
                (Val::Optional(Some(inner)), true) => (*inner).clone(),
                (value, _) => value,
            };
            if fields.insert(key.clone(), value).is_some() {
                return Fault::error(format!("duplicate map key: {key}"));
            }
        }
        Ok(Val::Map(Rc::new(fields)))
    }

    fn call(&mut self, call: &CallExpr) -> Evaluated {
        if let Some(value) = macros::call(self, call) {
            return value;
        }
        match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            (op::CONDITIONAL, None, [condition, yes, no]) => {
                let chosen = if self.eval(condition)?.into_bool()? { yes } else { no };
                self.eval(chosen)
            }
            (op::LOGICAL_AND, None, terms) => self.junction(terms, false),
            (op::LOGICAL_OR, None, terms) => self.junction(terms, true),
            (op::LOGICAL_NOT, None, [term]) => Ok(Val::Bool(!self.eval(term)?.into_bool()?)),
            (op::EQUALS, None, [one, two]) => Ok(Val::Bool(self.equal(one, two)?)),
            (op::NOT_EQUALS, None, [one, two]) => Ok(Val::Bool(!self.equal(one, two)?)),
            (op::IN, None, [one, two]) => {
                let (one, two) = (self.eval(one)?, self.known(two)?);
                operators::is_in(&one, &two, self.steps)
            }
            (op::INDEX, None, [of, at]) => self.index(of, at, false),
            (op::OPT_INDEX, None, [of, at]) => self.index(of, at, true),
            (op::OPT_SELECT, None, [of, at]) => {
                let Val::Text(field) = self.known(at)? else { return Fault::overload() };
                match self.known(of)? {
                    Val::Optional(None) => Ok(Val::Optional(None)),
                    Val::Optional(Some(inner)) => optional(member(&inner, &field)?),
                    value => optional(member(&value, &field)?),
                }
            }
            (name, None, [one]) if name == op::NEGATE => operators::negate(self.known(one)?),
            (name, None, [one, two]) if operators::is_operator(name) => {
                let (one, two) = (self.known(one)?, self.known(two)?);
                operators::binary(name, one, two, self.steps)
            }
            (name, target, args) => functions::call(self, name, target, args),
        }
    }

    fn equal(&mut self, one: &Expression, two: &Expression) -> Evaluated<bool> {
        let (one, two) = (self.eval(one)?, self.eval(two)?);
        one.equals(&two, self.steps)
    }

    fn index(&mut self, of: &Expression, at: &Expression, is_optional: bool) -> Evaluated {
        let (of, at) = (self.known(of)?, self.known(at)?);
        match of {
            Val::Optional(None) => Ok(Val::Optional(None)),
            Val::Optional(Some(inner)) => optional(operators::element(&inner, &at)?.ok()),
            of if is_optional => optional(operators::element(&of, &at)?.ok()),
            of => operators::element(&of, &at)?.or_else(Fault::error),
        }
    }

    /// `&&` and `||`: a term that decides wins over errors and over what nobody knows, on whatever side it stands.
    fn junction(&mut self, terms: &[Expression], decides: bool) -> Evaluated {
        let mut fault: Option<Fault> = None;
        for term in terms {
            match self.eval(term).and_then(Val::into_bool) {
                Ok(is) if is == decides => return Ok(Val::Bool(decides)),
                Ok(_) => {}
                Err(Fault::Steps) => return Err(Fault::Steps),
                Err(new) => {
                    fault = Some(match fault {
                        Some(old) => old.of_both(new),
                        None => new,
                    });
                }
            }
        }
        fault.map_or(Ok(Val::Bool(!decides)), Err)
    }
}

fn optional(value: Option<Val>) -> Evaluated {
    match value {
        Some(Val::Unknown(why)) => Err(Fault::Unknown(why.to_string())),
        value => Ok(Val::Optional(value.map(Rc::new))),
    }
}

fn literal_value(literal: &LiteralValue) -> Val {
    match literal {
        LiteralValue::Boolean(is) => Val::Bool(*is.inner()),
        LiteralValue::Bytes(bytes) => Val::Bytes(Rc::from(bytes.inner())),
        LiteralValue::Double(number) => Val::Double(*number.inner()),
        LiteralValue::Int(number) => Val::Int(*number.inner()),
        LiteralValue::Null => Val::Null,
        LiteralValue::String(text) => Val::text(text.inner()),
        LiteralValue::UInt(number) => Val::Uint(*number.inner()),
    }
}

/// The field of a map: by its name, else by the name that Kubernetes' escapes stand for.
fn member(value: &Val, field: &str) -> Evaluated<Option<Val>> {
    let Val::Map(fields) = value else { return Fault::overload() };
    let found = fields.get(&Key::text(field));
    let found = found.or_else(|| fields.get(&Key::text(&unescaped(field)?)));
    Ok(found.cloned())
}

/// `Escaping` of the Kubernetes documentation of CEL: `__dot__`, `__dash__`, and `__namespace__` for a reserved word.
fn unescaped(field: &str) -> Option<String> {
    if !field.contains("__") {
        return None;
    }
    if let Some(word) = field.strip_prefix("__").and_then(|rest| rest.strip_suffix("__")) {
        const SIGNS: [&str; 4] = ["underscores", "dot", "dash", "slash"];
        if !SIGNS.contains(&word) {
            return Some(word.to_owned());
        }
    }
    let signs = [("__dot__", "."), ("__dash__", "-"), ("__slash__", "/"), ("__underscores__", "__")];
    Some(signs.iter().fold(field.to_owned(), |text, (escape, sign)| text.replace(escape, sign)))
}
