//! `plimsoll diff BEFORE AFTER`.

use diff_engine::{ArgoIgnore, Hidden, argocd_ignores};
use kube_model::Object;
use serde::Serialize;

use crate::cli::{Diff, DiffFormat};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::verbs::{Gates, Reports, live};
use crate::{json, markdown, text, unified};

pub(crate) fn run(arguments: &Diff) -> Result<Outcome, Failure> {
    let Diff { sources, pricing, common, .. } = arguments;
    let session = Session::open(common)?;
    if arguments.live {
        return live::run(&session, arguments);
    }
    let has_gate = common.fail_on.is_some() || pricing.fail_above.is_some();
    if let ([before, after], false) = (sources.as_slice(), has_gate) {
        let (before, after) = session.read_unequal(before, after)?;
        let output = render(&session, arguments, &before, &after)?;
        return Ok(Outcome { notes: masked(arguments, &output), ..Outcome::of(output) });
    }
    let (before, after) = session.read_pair(sources)?;
    let objects = before.as_ref().map_or(&[][..], |input| &input.objects);
    let output = render(&session, arguments, objects, &after.objects)?;
    let gates = Gates { session: &session, pricing, common, before: before.as_ref(), after: &after };
    let against = gates.evaluate(&Reports::default())?;
    Ok(Outcome { notes: masked(arguments, &output), against, output, ..Outcome::default() })
}

/// Who applies a patch should know that it writes marks where secrets change.
fn masked(arguments: &Diff, output: &str) -> Vec<String> {
    let has_marks = matches!(arguments.format, DiffFormat::JsonPatch) && output.contains("(secret ");
    has_marks
        .then(|| "the patch holds marks in the place of secrets: applied, it writes the marks".to_owned())
        .into_iter()
        .collect()
}

fn render(
    session: &Session,
    arguments: &Diff,
    before: &[Object],
    after: &[Object],
) -> Result<String, Failure> {
    let diff = diff_engine::diff_in(arguments.namespace.as_deref(), before, after)
        .ignoring(session.ignored())
        .ignoring_argocd(&argocd(session, arguments, after)?, before, after);
    let states = States { namespace: arguments.namespace.as_deref(), before, after };
    print(session, arguments, diff, &states, ())
}

/// The two states, for the forms that are made of the objects themselves.
pub(super) struct States<'a> {
    pub(super) namespace: Option<&'a str>,
    pub(super) before: &'a [Object],
    pub(super) after: &'a [Object],
}

/// The document of `--format json`: the difference, what a filter hides of it, and what the verb adds.
#[derive(Serialize)]
struct Document<'a, M> {
    #[serde(flatten)]
    diff: &'a diff_engine::Diff,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<Hidden>,
    #[serde(flatten)]
    more: M,
}

/// The difference in the form that is asked for.
pub(super) fn print(
    session: &Session,
    arguments: &Diff,
    diff: diff_engine::Diff,
    states: &States<'_>,
    more: impl Serialize,
) -> Result<String, Failure> {
    let States { namespace, before, after } = *states;
    let refuse = |why: &str| Err(Failure::new("USAGE", why));
    let (diff, hidden) = match arguments.filter.as_slice() {
        [] => (diff, None),
        patterns => {
            let (diff, hidden) = diff.only(patterns);
            (diff, Some(hidden))
        }
    };
    match arguments.format {
        DiffFormat::JsonPatch | DiffFormat::YamlDiff if hidden.is_some() => {
            refuse("--filter is for text, JSON and Markdown: a patch of some places is another patch")
        }
        DiffFormat::Text if arguments.stat => Ok(text::stat::render(&diff, hidden.as_ref(), session.style)),
        _ if arguments.stat => refuse("--stat is for text"),
        DiffFormat::Text => {
            let context = arguments.context.unwrap_or_default();
            let shown = text::diff::Shown {
                suppressed: arguments.show_suppressed,
                hidden: hidden.as_ref(),
                context,
                around: text::around::Around::new(context, after),
            };
            Ok(text::diff::render(&diff, session.style, &shown))
        }
        DiffFormat::Json => json::print(&Document { diff: &diff, hidden, more }),
        DiffFormat::Markdown => {
            Ok(markdown::diff::render(&diff, hidden.as_ref()).fit(session.markdown_limit))
        }
        DiffFormat::JsonPatch => json::print(&diff_engine::patches(namespace, before, after)),
        DiffFormat::YamlDiff => {
            let context = arguments.context.unwrap_or(unified::CONTEXT);
            let of_pair = |before: Option<&Object>, after: Option<&Object>| {
                unified::of_pair(before, after, context, session.style)
            };
            Ok(diff_engine::map_pairs(namespace, before, after, of_pair).concat())
        }
    }
}

/// What Argo CD is told to ignore: by the Application that is given, and by those among the objects.
pub(super) fn argocd(
    session: &Session,
    arguments: &Diff,
    objects: &[Object],
) -> Result<Vec<ArgoIgnore>, Failure> {
    let fail = |error: diff_engine::ArgoIgnoreError| Failure::new(error.code(), error.to_string());
    let mut ignores = argocd_ignores(objects).map_err(fail)?;
    if let Some(file) = &arguments.argocd_application {
        ignores.extend(argocd_ignores(&session.read(file)?.objects).map_err(fail)?);
    }
    Ok(ignores)
}
