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
    let Diff { sources, namespace, pricing, common, .. } = arguments;
    let session = Session::open(common)?;
    if arguments.live {
        return live::run(&session, arguments);
    }
    let (before, after) = session.read_pair(sources)?;
    let objects = before.as_ref().map_or(&[][..], |input| &input.objects);
    let diff = diff_engine::diff_in(namespace.as_deref(), objects, &after.objects)
        .ignoring(session.ignored())
        .ignoring_argocd(&argocd(&session, arguments, &after.objects)?, objects, &after.objects);
    let output = match session.format {
        Format::Json => json::print(&diff)?,
        Format::Text => text::diff::render(&diff, session.style, arguments.show_suppressed),
        Format::Markdown => markdown::diff::render(&diff),
    };
    let gates = Gates { pricing, common, limits: &session.limits, before: before.as_ref(), after: &after };
    let against = gates.evaluate(None, None)?;
    Ok(Outcome { output, against, ..Outcome::default() })
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
