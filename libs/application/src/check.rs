//! What the types alone cannot say: names, paths, and who refers to whom.

use std::collections::HashSet;

use kube_model::line_holds_secret;

use crate::application::{Application, Environment, HelmOptions, Promotion, Render};
use crate::parse::Step;

/// The longest name of an application, as of an object in Kubernetes.
const NAME: usize = 253;

type Problem = (Vec<Step>, String);

/// The first thing that is wrong with an application of the right shape.
pub(crate) fn first_problem(application: &Application) -> Option<Problem> {
    let spec = &application.spec;
    let name = &application.metadata.name;
    if name.trim().is_empty() || name.chars().count() > NAME || name.contains(char::is_control) {
        let why = format!("a name is 1 to {NAME} characters, none of them a control character");
        return Some((vec![key("metadata"), key("name")], why));
    }
    let commands = command(spec.source.render.as_ref())
        .map(|why| (vec![key("spec"), key("source"), key("render")], why));
    commands
        .or_else(|| environments(&spec.environments))
        .or_else(|| promotions(application))
        .or_else(|| waivers(application))
        .or_else(|| budgets(application))
        .or_else(|| policies(&spec.policies).map(|(steps, why)| ([vec![key("spec")], steps].concat(), why)))
}

fn environments(environments: &[Environment]) -> Option<Problem> {
    let mut names = HashSet::new();
    if environments.is_empty() {
        return Some((vec![key("spec"), key("environments")], "at least one is expected".to_owned()));
    }
    environments.iter().enumerate().find_map(|(index, environment)| {
        let at = |field| vec![key("spec"), key("environments"), Step::Index(index), key(field)];
        if !is_name(&environment.name) {
            let why = "a name is made of letters, digits, `.`, `_` and `-`";
            return Some((at("name"), format!("{:?}: {why}", environment.name)));
        }
        if !names.insert(&environment.name) {
            return Some((at("name"), format!("the environment {:?} is given twice", environment.name)));
        }
        let render = || command(environment.render.as_ref()).map(|why| (at("render"), why));
        let path = path_problem(&environment.path);
        let path = path.map(|why| (at("path"), format!("{:?}: {why}", environment.path)));
        let nodes = environment.nodes.as_deref();
        let nodes =
            nodes.and_then(|nodes| Some((at("nodes"), format!("{nodes:?}: {}", path_problem(nodes)?))));
        let policies = || {
            let (steps, why) = policies(&environment.policies)?;
            let above = vec![key("spec"), key("environments"), Step::Index(index)];
            Some(([above, steps].concat(), why))
        };
        path.or(nodes).or_else(render).or_else(policies).or_else(|| {
            let (mut steps, why) = helm(environment)?;
            steps.splice(0..0, at("helm"));
            Some((steps, why))
        })
    })
}

/// A path of policies that is none.
fn policies(paths: &[String]) -> Option<Problem> {
    let mut problems = paths.iter().enumerate().filter_map(|(index, path)| {
        let why = path_problem(path)?;
        Some((vec![key("policies"), Step::Index(index)], format!("{path:?}: {why}")))
    });
    problems.next()
}

fn command(render: Option<&Render>) -> Option<String> {
    let Some(Render::Command(words)) = render else { return None };
    let has_name = words.first().is_some_and(|name| !name.trim().is_empty());
    (!has_name).then(|| "a command is expected: its name, and its arguments".to_owned())
}

/// What is wrong with an environment's `helm`, and where in it.
fn helm(environment: &Environment) -> Option<Problem> {
    let HelmOptions { chart, values, .. } = environment.helm.as_ref()?;
    if environment.render.as_ref().is_some_and(|render| *render != Render::Helm) {
        return Some((Vec::new(), "it is given, and the environment is rendered otherwise".to_owned()));
    }
    let chart = chart.iter().map(|path| (vec![key("chart")], path));
    let values =
        values.iter().enumerate().map(|(index, path)| (vec![key("values"), Step::Index(index)], path));
    chart.chain(values).find_map(|(steps, path)| Some((steps, format!("{path:?}: {}", path_problem(path)?))))
}

fn is_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric();
    name.len() <= 63
        && name.starts_with(word)
        && name.ends_with(word)
        && name.chars().all(|c| word(c) || matches!(c, '.' | '_' | '-'))
}

/// A path stays below the file that names it, so that a repository cannot make Plimsoll read elsewhere.
fn path_problem(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("a path is expected (`.` for the directory of this file)");
    }
    let leaves = path.starts_with('/') || path.contains('\\') || path.split('/').any(|part| part == "..");
    leaves.then_some("a path is relative to this file, with `/`, and stays below it")
}

fn promotions(application: &Application) -> Option<Problem> {
    let mut pairs = HashSet::new();
    application.spec.promotions.iter().enumerate().find_map(|(index, promotion)| {
        let Promotion { from, to, .. } = promotion;
        let at = |field| vec![key("spec"), key("promotions"), Step::Index(index), key(field)];
        if let Some((field, name)) =
            [("from", from), ("to", to)].into_iter().find(|(_, name)| application.environment(name).is_none())
        {
            return Some((at(field), unknown(application, name)));
        }
        if from == to {
            return Some((at("to"), format!("{to:?} cannot be promoted to itself")));
        }
        (!pairs.insert((from, to)))
            .then(|| (at("from"), format!("the promotion from {from:?} to {to:?} is given twice")))
    })
}

fn unknown(application: &Application, name: &str) -> String {
    let known: Vec<&str> = application.spec.environments.iter().map(|e| e.name.as_str()).collect();
    format!("there is no environment {name:?}; there are {}", known.join(", "))
}

fn waivers(application: &Application) -> Option<Problem> {
    application.spec.waivers.iter().enumerate().find_map(|(index, waiver)| {
        let at = |field| vec![key("spec"), key("waivers"), Step::Index(index), key(field)];
        let empty = [("rule", &waiver.rule), ("reason", &waiver.reason), ("who", &waiver.who)]
            .into_iter()
            .find(|(_, text)| text.trim().is_empty())
            .map(|(field, _)| (at(field), "a text is expected".to_owned()));
        let secret = line_holds_secret(&waiver.reason).then(|| {
            (at("reason"), "it holds what looks like a secret, and is shown to everybody".to_owned())
        });
        empty.or(secret).or_else(|| {
            let named = waiver.environment.as_ref();
            let name = named.filter(|name| application.environment(name).is_none())?;
            Some((at("environment"), unknown(application, name)))
        })
    })
}

fn budgets(application: &Application) -> Option<Problem> {
    application.spec.budgets.iter().enumerate().find_map(|(index, budget)| {
        let at = |field: Option<&str>| {
            let steps = [key("spec"), key("budgets"), Step::Index(index)];
            steps.into_iter().chain(field.map(key)).collect()
        };
        if let Some(name) = budget.environment.as_ref().filter(|name| application.environment(name).is_none())
        {
            return Some((at(Some("environment")), unknown(application, name)));
        }
        if budget.name.as_ref().is_some_and(|name| name.trim().is_empty() || name.contains(char::is_control))
        {
            return Some((at(Some("name")), "a text is expected".to_owned()));
        }
        match (&budget.monthly, &budget.growth) {
            (Some(amount), None) if amount.currency.is_none() => {
                let why = "a budget names its currency, such as \"1200.00 USD\"";
                Some((at(Some("monthly")), why.to_owned()))
            }
            (Some(_), None) | (None, Some(_)) => None,
            _ => Some((at(None), "either `monthly` or `growth` is expected".to_owned())),
        }
    })
}

fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}
