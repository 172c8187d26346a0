//! The functions of CEL and of Kubernetes' libraries.
//!
//! Source: "Common Expression Language in Kubernetes" and `k8s.io/apiserver/pkg/cel/library` of Kubernetes 1.34.

pub(crate) mod cidr;
mod conversions;
pub(crate) mod format;
mod ip;
mod lists;
mod named;
mod optional;
mod quantity;
mod regexes;
mod semver;
mod sets;
mod strings;
pub(crate) mod times;
pub(crate) mod url;

pub(crate) use conversions::text;
pub(crate) use regexes::Regexes;

use cel::common::ast::Expr;
use cel::parser::Expression;

use crate::eval::Evaluator;
use crate::fault::{Evaluated, Fault};
use crate::steps::Steps;
use crate::value::Val;

/// The first part of functions with a dot in their name: `sets.contains(a, b)`.
const NAMESPACES: [&str; 5] = ["format", "ip", "optional", "sets", "strings"];

/// A call with its arguments evaluated.
pub(crate) struct Call<'a> {
    /// With its namespace: `sets.contains`, `size`.
    pub(crate) name: &'a str,
    /// `target.name(args)`: the target, if there is one.
    pub(crate) target: Option<&'a Val>,
    pub(crate) args: &'a [Val],
    pub(crate) steps: &'a Steps,
    pub(crate) regexes: &'a Regexes,
}

type Library = fn(&Call<'_>) -> Option<Evaluated>;

const LIBRARIES: [Library; 14] = [
    strings::call,
    conversions::call,
    lists::call,
    optional::call,
    quantity::call,
    regexes::call,
    sets::call,
    url::call,
    ip::call,
    cidr::call,
    semver::call,
    named::call,
    times::call,
    format::call,
];

/// The value of a function.
pub(crate) fn call(
    evaluator: &mut Evaluator<'_>,
    name: &str,
    target: Option<&Expression>,
    args: &[Expression],
) -> Evaluated {
    let namespace = target.and_then(|target| match &target.expr {
        Expr::Ident(name) if NAMESPACES.contains(&name.as_str()) && !evaluator.is_bound(name) => Some(name),
        _ => None,
    });
    let full = namespace.map_or_else(|| name.to_owned(), |namespace| format!("{namespace}.{name}"));
    let target = match (target, namespace) {
        (Some(target), None) => Some(argument(evaluator, target, &full)?),
        _ => None,
    };
    // `or` and `orValue` look at the other only if there is none.
    if let (Some(Val::Optional(Some(inner))), "orValue" | "or", [_]) = (&target, name, args) {
        return if name == "or" { Ok(Val::Optional(Some(inner.clone()))) } else { Ok((**inner).clone()) };
    }
    let mut values = Vec::with_capacity(args.len());
    for arg in args {
        values.push(argument(evaluator, arg, &full)?);
    }
    let (steps, regexes) = (evaluator.steps, evaluator.regexes);
    let call = Call { name: &full, target: target.as_ref(), args: &values, steps, regexes };
    LIBRARIES
        .iter()
        .find_map(|library| library(&call))
        .unwrap_or_else(|| Err(Fault::Unsupported(format!("the function {full}"))))
}

/// Functions that do not look into a value.
const HANDS_ON: [&str; 6] = ["dyn", "type", "optional.of", "orValue", "or", "size"];

fn argument(evaluator: &mut Evaluator<'_>, expr: &Expression, function: &str) -> Evaluated {
    let value = evaluator.eval(expr)?;
    // The size of a map with masked values is known, that of a masked text is not.
    match (&value, HANDS_ON.contains(&function) && function != "size") {
        (Val::Masked(_), false) => value.known(),
        _ => Ok(value),
    }
}
