//! `plimsoll diff BEFORE AFTER`.

use diff_engine::{ArgoIgnore, argocd_ignores};
use kube_model::Object;

use crate::cli::{Diff, Format};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::verbs::{Gates, live};
use crate::{json, markdown, text};

pub(crate) fn run(arguments: &Diff) -> Result<Outcome, Failure> {
    let Diff { sources, pricing, common, .. } = arguments;
    let session = Session::open(common)?;
    if arguments.live {
        return live::run(&session, arguments);
    }
    let has_gate = common.fail_on.is_some() || pricing.fail_above.is_some();
    if let ([before, after], false) = (sources.as_slice(), has_gate) {
        let (before, after) = session.read_unequal(before, after)?;
        return Ok(Outcome::of(render(&session, arguments, &before, &after)?));
    }
    let (before, after) = session.read_pair(sources)?;
    let objects = before.as_ref().map_or(&[][..], |input| &input.objects);
    let output = render(&session, arguments, objects, &after.objects)?;
    let gates = Gates { pricing, common, limits: &session.limits, before: before.as_ref(), after: &after };
    let against = gates.evaluate(None, None)?;
    Ok(Outcome { output, against, ..Outcome::default() })
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
    Ok(match session.format {
        Format::Json => json::print(&diff)?,
        Format::Text => text::diff::render(&diff, session.style, arguments.show_suppressed),
        Format::Markdown => markdown::diff::render(&diff),
    })
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
