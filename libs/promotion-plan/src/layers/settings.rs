//! Edits of what Argo CD and Flux lay over the files: an Application's `kustomize.images` and `helm.parameters`, a
//! Kustomization's `images`, a parameter of an ApplicationSet. They win over the files below them, and are tried first.

use discovery::{ImagePart, Sets, Setting};
use kube_model::image::ImageRef;
use serde_json::Value;

use super::draft::{Draft, schema_of};
use super::kustomize::{existing, images};
use super::trial::{Open, Standing};
use super::write::{Mechanism, Site};
use super::written::{Written, text_of};
use super::{Documents, helm};

pub(super) const MECHANISMS: &[Mechanism] = &[change_image, change_replicas, take_over, change_patch];

/// A setting of the target's own, and what it is now.
struct Own {
    setting: Setting,
    written: Written,
}

/// The settings that are the target's own; of a value that a template makes of parameters, the parameters.
fn own(site: &Site<'_, '_>, draft: &Draft<'_>) -> Vec<Own> {
    let Some(environment) = site.layers.renderer.environment(&draft.tree) else { return Vec::new() };
    let settings = environment.settings();
    let is_made = |setting: &Setting| {
        let of_it = |other: &&Setting| other.sets == setting.sets && other.part == setting.part;
        setting.parameter.is_none() && settings.iter().filter(of_it).any(|other| other.parameter.is_some())
    };
    let own = settings.iter().filter(|setting| site.is_own_setting(setting) && !is_made(setting));
    own.filter_map(|setting| {
        let written = Written::at(draft, &setting.at)?;
        Some(Own { setting: setting.clone(), written })
    })
    .collect()
}

/// Moves the entry of `images` that sets the image, or the parameter that is its tag or digest.
fn change_image<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, open: &Open, _: &Standing) -> Vec<Draft<'a>> {
    let Some((found, planned)) = images::images(open) else { return Vec::new() };
    let mut drafts = Vec::new();
    for Own { setting, written } in own(site, draft) {
        let Sets::Image { part, .. } = &setting.sets else { continue };
        let moved = match (setting.parameter, part) {
            (Some(_), _) => moved_part(&written, &found, &planned).map(|new| (written, new)),
            (None, ImagePart::Whole) => moved_text(&written, &found, &planned).map(|new| (written, new)),
            (None, _) => written.parent().and_then(|entry| {
                let new = images::pointed(entry.value()?, &found, &planned)?;
                images::is_of(entry.value()?, &found).then_some((entry, new))
            }),
        };
        drafts.extend(moved.and_then(|(written, new)| written.becoming(draft, new)));
    }
    drafts
}

/// `[name=]repository[:tag][@digest]` with the planned version.
fn moved_text(written: &Written, found: &ImageRef<'_>, planned: &ImageRef<'_>) -> Option<Value> {
    let text = written.value()?.as_str()?;
    let (name, image) = text.split_once('=').map_or((None, text), |(name, image)| (Some(name), image));
    let reference = ImageRef::parse(image);
    let is_of = |repository: &str| repository == found.repository;
    if !is_of(reference.repository) && !name.is_some_and(is_of) {
        return None;
    }
    let repository =
        if planned.repository == found.repository { reference.repository } else { planned.repository };
    let image = planned.in_repository(repository).to_string();
    Some(Value::from(name.map_or_else(|| image.clone(), |name| format!("{name}={image}"))))
}

/// A parameter that is the tag, the digest or the whole image.
fn moved_part(written: &Written, found: &ImageRef<'_>, planned: &ImageRef<'_>) -> Option<Value> {
    let text = text_of(written.value()?)?;
    let new = match Some(text.as_str()) {
        now if now == found.tag => planned.tag?.to_owned(),
        now if now == found.digest => planned.digest?.to_owned(),
        now if now == Some(&found.to_string()) => planned.to_string(),
        _ => return None,
    };
    Some(Value::from(new))
}

/// Changes the entry that sets the replicas.
fn change_replicas<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, open: &Open, _: &Standing) -> Vec<Draft<'a>> {
    let is_of = |own: &&Own| own.setting.sets == Sets::Replicas(open.place.object.name.clone());
    let planned = open.planned.as_ref().filter(|_| open.place.path.to_string() == "spec.replicas");
    let Some(planned) = planned else { return Vec::new() };
    own(site, draft)
        .iter()
        .filter(is_of)
        .filter_map(|own| own.written.becoming(draft, planned.clone()))
        .collect()
}

/// Takes over what the source's own settings say: those first that show in what is planned.
fn take_over<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, open: &Open, _: &Standing) -> Vec<Draft<'a>> {
    let Some(source) = site.layers.source.environment else { return Vec::new() };
    let theirs = Draft::new(site.layers.source.tree, site.limits);
    let their_settings = source.settings();
    let mut taken = Vec::new();
    for Own { setting, written } in own(site, draft) {
        if matches!(setting.sets, Sets::Values(_) | Sets::Patch(_) | Sets::Variable(_)) {
            continue;
        }
        let like = their_settings.iter().find(|other| other.is_like(&setting));
        let value = like.and_then(|like| Written::at(&theirs, &like.at)?.value().cloned());
        taken.extend(value.filter(|value| text_of(value).is_some()).map(|value| (written, value)));
    }
    taken.sort_by_key(|(_, value)| !helm::shows(Some(value), open.planned.as_ref()));
    taken.into_iter().filter_map(|(written, value)| written.becoming(draft, value)).collect()
}

/// Changes or takes out what a patch says of the place.
fn change_patch<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, open: &Open, _: &Standing) -> Vec<Draft<'a>> {
    let patches = own(site, draft).into_iter().filter(|own| matches!(own.setting.sets, Sets::Patch(_)));
    patches.flat_map(|own| patched(site, draft, &own.written, open).unwrap_or_default()).collect()
}

fn patched<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    patch: &Written,
    open: &Open,
) -> Option<Vec<Draft<'a>>> {
    let documents = Documents::of_text(patch.value()?.as_str()?, site.limits)?;
    let old = documents.values.first()?;
    let written = |new: Value| {
        let edited = manifest_edit::edit_document(&documents.file, 0, schema_of(old), (old, &new), None);
        patch.becoming(draft, Value::from(manifest_edit::apply(&documents.file.text, &edited.ok()?)))
    };
    Some(existing::said_otherwise(old, open).into_iter().filter_map(written).collect())
}
