//! A HelmRelease of Flux as an environment.

use crate::argo::application::unreadable;
use crate::argo::clusters_directory;
use crate::candidate::{Candidate, Clues};
use crate::delivery::Delivery;
use crate::environment::Evidence;
use crate::field::{Field, documents};
use crate::flux::sources::Place;
use crate::flux::{Sources, kustomization};
use crate::helm::{Chart, Helm, RemoteChart, SetForm, SetValue, Skip, Values};
use crate::note::{Note, Problem};
use crate::object::Object;
use crate::recipe::Recipe;

pub(crate) const GROUP: &str = "helm.toolkit.fluxcd.io";

pub(crate) fn read(object: &Object, sources: &Sources<'_, '_>) -> Result<Candidate, Note> {
    let spec = object.root.get("spec").ok_or_else(|| unreadable(&object.root, "spec is missing"))?;
    let mut partial = Vec::new();
    let helm = helm(object, spec, sources, &mut partial)?;
    let files = helm.values.iter().filter_map(|value| match value {
        Values::File(path) => Some(path.clone()),
        _ => None,
    });
    let clues = Clues {
        object: object.name.clone(),
        // A release is told apart by where it is written; its chart is shared.
        path: file_tree::parent(&object.at().file).to_owned(),
        values: files.collect(),
        file: object.at().file.to_string(),
        ..Clues::default()
    };
    let why = format!("Flux HelmRelease {}", object.full_name());
    let namespace = helm.namespace.clone();
    let evidence = Evidence { at: object.at().clone(), why };
    let mut candidate = Candidate::new(Recipe::Helm(helm), evidence, clues);
    candidate.environment.namespace = namespace;
    candidate.environment.cluster = clusters_directory(&object.at().file);
    candidate.environment.delivery = Delivery::of_flux(object, "Flux HelmRelease");
    candidate.environment.partial = partial;
    Ok(candidate)
}

fn helm(
    object: &Object,
    spec: &Field,
    sources: &Sources<'_, '_>,
    partial: &mut Vec<Note>,
) -> Result<Helm, Note> {
    let namespace = object.namespace.as_deref();
    let chart = chart(spec, namespace, sources, partial)?;
    let target = spec.text_of("targetNamespace");
    // "defaults to a composition of [<target namespace>-]<name>" (Helm Releases, release name).
    let composed =
        target.as_ref().map_or_else(|| object.name.clone(), |target| format!("{target}-{}", object.name));
    let mut helm = Helm::of(chart, spec.text_of("releaseName").unwrap_or(composed));
    helm.namespace = target.or_else(|| object.namespace.clone());
    helm.skip = Skip {
        crds: spec.text_of("install.crds").as_deref() == Some("Skip") || spec.is_set("install.skipCRDs"),
        tests: false,
        schema: spec.is_set("install.disableSchemaValidation"),
    };
    chart_values(spec, &mut helm, sources, partial);
    for reference in spec.list("valuesFrom") {
        values_from(reference, namespace, sources, &mut helm, partial);
    }
    helm.values.extend(spec.get("values").map(|values| Values::Inline(values.with(values.value()))));
    let renderers = spec.list("postRenderers").iter().filter_map(|renderer| renderer.get("kustomize"));
    helm.post_renderers = renderers.map(kustomization::overrides).collect();
    Ok(helm)
}

/// `chart.spec` names a chart and its source, `chartRef` an object that is one.
fn chart(
    spec: &Field,
    namespace: Option<&str>,
    sources: &Sources<'_, '_>,
    partial: &mut Vec<Note>,
) -> Result<Chart, Note> {
    let (name, version, reference, at) = match (spec.at_path("chart.spec"), spec.get("chartRef")) {
        (Some(chart), _) => {
            let reference =
                chart.get("sourceRef").ok_or_else(|| unreadable(chart, "sourceRef is missing"))?;
            (chart.text_of("chart").unwrap_or_default(), chart.sourced("version"), reference, chart)
        }
        (None, Some(reference)) => {
            (reference.text_of("name").unwrap_or_default(), None, reference, reference)
        }
        (None, None) => return Err(unreadable(spec, "neither chart nor chartRef names a chart")),
    };
    let repository = match sources.place(reference, namespace) {
        Place::Here => {
            let written = Field::text_at(name.trim_start_matches('/'), at.at.clone());
            let path = crate::argo::path_in(sources.index, "", &written)?;
            match (sources.index.is_chart(&path), sources.index.is_file(&path)) {
                (true, _) => return Ok(Chart::Directory(path)),
                (false, true) => return Ok(Chart::Archive(path)),
                (false, false) if sources.index.is_known() => {
                    let message = format!("there is no chart at {path:?}");
                    return Err(Note { problem: Problem::Missing, at: at.at.clone(), message });
                }
                (false, false) => reference.text_of("name").unwrap_or_default(),
            }
        }
        Place::Elsewhere(url) => url,
    };
    let message = format!("the chart {name} of {repository} is not in this repository");
    partial.push(Note { problem: Problem::Elsewhere, at: at.at.clone(), message });
    Ok(Chart::Remote(RemoteChart { repository, name, version }))
}

/// The files that the chart is packaged with in the place of its `values.yaml`.
fn chart_values(spec: &Field, helm: &mut Helm, sources: &Sources<'_, '_>, partial: &mut Vec<Note>) {
    let Some(chart) = spec.at_path("chart.spec") else { return };
    for file in chart.list("valuesFiles").iter().chain(chart.get("valuesFile")) {
        if matches!(helm.chart, Chart::Remote(_)) {
            helm.values.push(Values::Unknown(file.text().unwrap_or_default()));
            continue;
        }
        match crate::argo::path_in(sources.index, "", file) {
            Ok(path) if sources.index.is_file(&path) => helm.values.push(Values::File(path)),
            Ok(_) if chart.is_set("ignoreMissingValuesFiles") => {}
            Ok(path) => {
                let message = format!("there is no values file {path}");
                partial.push(Note { problem: Problem::Missing, at: file.at.clone(), message });
            }
            Err(note) => partial.push(note),
        }
    }
}

/// Values of a ConfigMap: a whole document, or with `targetPath` a single value.
fn values_from(
    reference: &Field,
    namespace: Option<&str>,
    sources: &Sources<'_, '_>,
    helm: &mut Helm,
    partial: &mut Vec<Note>,
) {
    let key = reference.text_of("valuesKey").unwrap_or_else(|| "values.yaml".to_owned());
    let value = match sources.data(reference, namespace) {
        Ok(data) => data.and_then(|data| data.get(&key)),
        Err(note) => {
            helm.values.push(Values::Unknown(note.message.clone()));
            return partial.push(note);
        }
    };
    let missing = |what: &str| Note {
        problem: Problem::Missing,
        at: reference.at.clone(),
        message: format!("{key} {what}"),
    };
    let Some((field, text)) = value.and_then(|field| Some((field, field.text()?))) else {
        if !reference.is_set("optional") {
            partial.push(missing("is not in the ConfigMap"));
        }
        return;
    };
    if let Some(name) = reference.text_of("targetPath") {
        helm.set.push(SetValue { name, value: field.with(text), form: SetForm::Typed });
        return;
    }
    match documents(&field.at.file, text.as_bytes()).as_deref() {
        Ok([root]) => helm.values.push(Values::Inline(field.with(root.value()))),
        Ok([]) => {}
        _ => partial.push(missing("holds no values")),
    }
}
