//! The facts of what changes.

use kube_model::ObjectRef;

use super::{FactKind, Facts};
use crate::sheet::{ChangeFacts, SettingKind};
use crate::words::{clause, counted, place, sentences};

pub(super) fn add(list: &mut Facts, changes: &ChangeFacts) {
    let (added, removed) = (changes.new_objects(), changes.gone_objects());
    for (id, number) in [
        ("image.count", changes.images.len()),
        ("setting.count", changes.settings.len()),
        ("size.count", changes.sizes.len()),
        ("field.count", changes.fields.len()),
        ("added.count", added.len()),
        ("removed.count", removed.len()),
        ("modified.count", changes.modified.len()),
        ("renamed.count", changes.renamed.len()),
        ("suppressed.count", changes.suppressed),
    ] {
        list.count(id, number);
    }
    images(list, changes);
    settings(list, changes);
    for (number, size) in (1..).zip(&changes.sizes) {
        list.object(format!("size.{number}.object"), &size.object);
        list.add(FactKind::Name, format!("size.{number}.what"), sentences(&size.what));
        list.value(format!("size.{number}.before"), size.before.as_ref());
        list.value(format!("size.{number}.after"), size.after.as_ref());
    }
    objects(list, "added", &added);
    objects(list, "removed", &removed);
    for (number, one) in (1..).zip(&changes.renamed) {
        list.object(format!("renamed.{number}.before"), &one.before);
        list.object(format!("renamed.{number}.after"), &one.after);
        list.add(FactKind::Text, format!("renamed.{number}.consequence"), clause(&one.consequence));
    }
    for (number, field) in (1..).zip(&changes.fields) {
        list.object(format!("field.{number}.object"), &field.object);
        list.add(FactKind::Name, format!("field.{number}.path"), place(&field.path.to_string()));
    }
}

fn images(list: &mut Facts, changes: &ChangeFacts) {
    for (number, image) in (1..).zip(&changes.images) {
        list.object(format!("image.{number}.object"), &image.object);
        list.name(format!("image.{number}.container"), &image.container);
        // What tells the two apart, which may be a tag alone.
        if let Some((from, to)) = image.versions() {
            list.add(FactKind::Value, format!("image.{number}.from"), crate::words::shown(&from));
            list.add(FactKind::Value, format!("image.{number}.to"), crate::words::shown(&to));
        }
        for (side, image) in [("before", &image.before), ("after", &image.after)] {
            if let Some(image) = image {
                list.add(FactKind::Value, format!("image.{number}.{side}"), crate::words::shown(image));
            }
        }
    }
}

fn settings(list: &mut Facts, changes: &ChangeFacts) {
    for (number, setting) in (1..).zip(&changes.settings) {
        list.object(format!("setting.{number}.object"), &setting.object);
        list.name(format!("setting.{number}.name"), &setting.name);
        if setting.kind != SettingKind::Secret {
            list.value(format!("setting.{number}.before"), setting.before.as_ref());
            list.value(format!("setting.{number}.after"), setting.after.as_ref());
        }
    }
}

fn objects(list: &mut Facts, id: &str, objects: &[ObjectRef]) {
    for (number, object) in (1..).zip(objects) {
        list.object(format!("{id}.{number}"), object);
    }
    let kinds = counted(objects.iter().map(|object| object.kind.clone()));
    for (number, (kind, objects)) in (1..).zip(kinds) {
        list.name(format!("{id}.kind.{number}.name"), &kind);
        list.count(format!("{id}.kind.{number}.count"), objects);
    }
}
