//! A release as files in a private directory, and the arguments of `helm template` for them.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use helm::{Crds, Layer, Release, SchemaCheck, Set};

use crate::sandbox::PrivateDirectory;

/// Writes the chart and the values, and says how `helm` is called. Values that start with `-` are no options.
pub(super) fn lay_out(release: &Release, place: &PrivateDirectory) -> io::Result<Vec<OsString>> {
    for (path, bytes) in &release.chart.files {
        place.put(&format!("chart/{path}"), bytes)?;
    }
    let mut arguments: Vec<OsString> = vec!["template".into()];
    for (index, layer) in release.values.iter().enumerate() {
        let path = format!("values/{index}.yaml");
        let path = match layer {
            Layer::File { bytes, .. } => place.put(&path, bytes)?,
            // JSON is YAML.
            Layer::Inline(value) => place.put(&path, value.to_string().as_bytes())?,
        };
        arguments.push(option("--values=", &path));
    }
    for (index, set) in release.set.iter().enumerate() {
        arguments.push(set_option(set, index, place)?);
    }
    arguments.extend(release.namespace.iter().map(|namespace| option("--namespace=", namespace)));
    arguments.extend(release.kube_version.iter().map(|version| option("--kube-version=", version)));
    arguments.extend(release.api_versions.iter().map(|version| option("--api-versions=", version)));
    if release.crds == Crds::Included {
        arguments.push("--include-crds".into());
    }
    if release.schema == SchemaCheck::Skipped {
        arguments.push("--skip-schema-validation".into());
    }
    arguments.extend([
        "--".into(),
        release.name.as_str().into(),
        place.work().join("chart").into_os_string(),
    ]);
    Ok(arguments)
}

fn set_option(set: &Set, index: usize, place: &PrivateDirectory) -> io::Result<OsString> {
    Ok(match set {
        Set::Typed(text) => option("--set=", text),
        Set::Text(text) => option("--set-string=", text),
        Set::Json(text) => option("--set-json=", text),
        Set::Literal(text) => option("--set-literal=", text),
        Set::File { name, bytes } => {
            let path = place.put(&format!("set/{index}"), bytes)?;
            option(&format!("--set-file={name}="), &path)
        }
    })
}

fn option(name: &str, value: impl AsRef<Path>) -> OsString {
    let mut option = OsString::from(name);
    option.push(value.as_ref());
    option
}
