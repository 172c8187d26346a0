//! What was found, in lines that a person can write.

use discovery::{Chart, Environment, Found, Helm, Overrides, OwnedBy, Owns, Patch, Recipe, SetForm, Values};

pub(crate) fn lines(found: &Found) -> Vec<String> {
    let environments = found.all().map(|(application, one)| environment(&application.name, one));
    let notes = found.notes.iter().map(|note| format!("note {} {}", note.problem.code(), note.at));
    environments.chain(notes).collect()
}

fn environment(application: &str, one: &Environment) -> String {
    let parts: Vec<String> = one.recipe.parts().iter().map(recipe).collect();
    let mut line = format!("{application}/{}: {}", one.name, parts.join(" + "));
    let mut add = |name: &str, value: &Option<String>| {
        line.extend(value.iter().map(|value| format!(" {name}={value}")));
    };
    add("ns", &one.namespace);
    add("cluster", &one.cluster);
    add("at", &one.revision);
    for (name, value) in one.variables.iter().flatten() {
        line.push_str(&format!(" ${name}={}@{}", value.value, value.from));
    }
    line.extend(one.owners.iter().map(|owner| format!(" !{}", by(&owner.by) + &owns(&owner.owns))));
    line.extend(one.partial.iter().map(|note| format!(" ?{}", note.problem.code())));
    line
}

fn recipe(recipe: &Recipe) -> String {
    match recipe {
        Recipe::Plain(plain) => {
            let mut text = format!("plain {} {:?}", plain.path, plain.depth);
            text.extend(plain.include.iter().map(|include| format!(" include={include}")));
            text.extend(plain.exclude.iter().map(|exclude| format!(" exclude={exclude}")));
            text
        }
        Recipe::Kustomize(kustomize) => {
            let generated = kustomize.generated.as_ref().map(|all| format!(" generated={}", all.join(",")));
            format!(
                "kustomize {}{}{}",
                kustomize.directory,
                generated.unwrap_or_default(),
                overrides(&kustomize.overrides)
            )
        }
        Recipe::Helm(one) => helm(one),
        Recipe::Command(command) => format!("command {} {}", command.directory, command.words.join(" ")),
        Recipe::Elsewhere(one) => format!("elsewhere {} {}", one.repository, one.path),
        Recipe::Together(_) => "together".to_owned(),
    }
}

fn helm(helm: &Helm) -> String {
    let mut text = match &helm.chart {
        Chart::Directory(path) | Chart::Archive(path) => format!("helm {path}"),
        Chart::Remote(remote) => {
            let version = remote.version.as_ref().map_or("", |version| version.value.as_str());
            format!("chart {} {}@{version}", remote.repository, remote.name)
        }
    };
    for values in &helm.values {
        text.push_str(&match values {
            Values::File(path) => format!(" -f {path}"),
            Values::Inline(values) => format!(" -v {}@{}", values.value, values.from),
            Values::Unknown(_) => " -f ?".to_owned(),
        });
    }
    for set in &helm.set {
        let form = match set.form {
            SetForm::Typed => "set",
            SetForm::Text => "set-string",
            SetForm::Json => "set-json",
            SetForm::File => "set-file",
        };
        text.push_str(&format!(" {form} {}={}@{}", set.name, set.value.value, set.value.from));
    }
    text.push_str(&format!(" as {}", helm.release));
    text.extend(helm.kube_version.iter().map(|version| format!(" kube={version}")));
    text.extend(helm.api_versions.iter().map(|version| format!(" api={version}")));
    if helm.skip.crds {
        text.push_str(" skip-crds");
    }
    text.extend(helm.post_renderers.iter().map(|over| format!(" then{}", overrides(over))));
    text
}

fn overrides(over: &Overrides) -> String {
    let mut text = String::new();
    for image in &over.images {
        let part = |name: &str, part: &Option<discovery::Sourced<String>>| {
            part.as_ref().map(|part| format!("{name}{}@{}", part.value, part.from)).unwrap_or_default()
        };
        let parts = part("=", &image.new_name) + &part(":", &image.new_tag) + &part("@", &image.digest);
        text.push_str(&format!(" image {}{parts}", image.name));
    }
    text.extend(over.replicas.iter().map(|one| format!(" replicas {}={}", one.name, one.count.value)));
    for (name, part) in
        [("prefix", &over.name_prefix), ("suffix", &over.name_suffix), ("namespace", &over.namespace)]
    {
        text.extend(part.iter().map(|part| format!(" {name}={}", part.value)));
    }
    text.extend(
        over.labels.iter().map(|(key, value)| format!(" label {key}={} {:?}", value.value, over.label_scope)),
    );
    text.extend(over.annotations.iter().map(|(key, value)| format!(" annotation {key}={}", value.value)));
    text.extend(over.patches.iter().map(|patch| match &patch.patch {
        Patch::Inline(patch) => format!(" patch@{}", patch.from),
        Patch::File(file) => format!(" patch {}", file.value),
    }));
    text.extend(over.components.iter().map(|component| format!(" component {}", component.value)));
    text
}

fn by(by: &OwnedBy) -> String {
    match by {
        OwnedBy::KargoStage(stage) => {
            let freight =
                stage.freight.iter().map(|one| format!("{}<{}", one.warehouse, one.stages.join(",")));
            format!("kargo {}:{} [{}]", stage.project, stage.name, freight.collect::<Vec<_>>().join(" "))
        }
        OwnedBy::ImageUpdater { image } => format!("updater {image}"),
        OwnedBy::Hydrator { dry } => format!("hydrator {dry}"),
        OwnedBy::FluxImagePolicy { policy } => format!("policy {policy}"),
    }
}

fn owns(owns: &Owns) -> String {
    match owns {
        Owns::Everything => String::new(),
        Owns::File(file) => format!(" owns {file}"),
        Owns::Field { file, field } => format!(" owns {file}#{field}"),
        Owns::Value(at) => format!(" owns {at}[{}..{}]", at.bytes.start, at.bytes.end),
    }
}
