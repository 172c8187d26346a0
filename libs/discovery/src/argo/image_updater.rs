//! Argo CD Image Updater: which fields it writes by itself.
//!
//! It is set up by annotations of an Application ("Configuring images for update", "Update methods"), or by objects of
//! the kind `ImageUpdater`.

use crate::environment::{OwnedBy, Owner, Owns};
use crate::field::Field;
use crate::glob::{self, Star};
use crate::note::{Note, Problem};
use crate::object::Object;
use crate::place::Location;
use crate::recipe::Recipe;
use crate::repository::{Index, below};

const PREFIX: &str = "argocd-image-updater.argoproj.io/";
pub(crate) const GROUP: &str = "argocd-image-updater.argoproj.io";

/// An image that is followed, and the names of the values that hold it.
struct Followed {
    image: String,
    kustomize: Option<String>,
    helm: Vec<String>,
    at: Location,
}

/// How and where it writes.
struct WriteBack {
    method: String,
    target: Option<String>,
}

/// What an Image Updater owns of an Application; and a note where its changes are in the cluster alone.
pub(crate) fn owners(
    application: &Object,
    updaters: &[Object],
    recipe: &Recipe,
    index: &Index<'_>,
    partial: &mut Vec<Note>,
) -> Vec<Owner> {
    let (followed, write_back) = match annotated(application) {
        Some(found) => found,
        None => match updaters.iter().find_map(|updater| configured(updater, &application.name)) {
            Some(found) => found,
            None => return Vec::new(),
        },
    };
    if !write_back.method.starts_with("git") {
        partial.extend(followed.first().map(|followed| Note {
            problem: Problem::Elsewhere,
            at: followed.at.clone(),
            message: "Image Updater keeps the image's version in the cluster alone, not in Git".to_owned(),
        }));
    }
    let owner = |followed: &Followed, owns| Owner {
        by: OwnedBy::ImageUpdater { image: followed.image.clone() },
        owns,
        at: followed.at.clone(),
    };
    let owned = |followed: &Followed| owned(followed, &write_back, application, recipe, index);
    followed
        .iter()
        .flat_map(|one| owned(one).into_iter().map(|owns| owner(one, owns)).collect::<Vec<_>>())
        .collect()
}

fn annotated(application: &Object) -> Option<(Vec<Followed>, WriteBack)> {
    let annotation = |key: &str| application.metadata("annotations", &format!("{PREFIX}{key}"));
    let text = |key: &str| annotation(key).and_then(Field::text);
    let list = annotation("image-list")?;
    let entries = list.text()?;
    let followed = entries.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(|entry| {
        let (alias, image) = match entry.split_once('=') {
            Some((alias, image)) => (Some(alias), image),
            None => (None, entry),
        };
        let option = |key: &str| text(&format!("{}.{key}", alias?));
        let option = |key: &str| if alias.is_some() { option(key) } else { None };
        Followed {
            image: repository(image),
            kustomize: option("kustomize.image-name"),
            helm: helm_names(option("helm.image-spec"), option("helm.image-name"), option("helm.image-tag")),
            at: list.at.clone(),
        }
    });
    let method = text("write-back-method").unwrap_or_else(|| "argocd".to_owned());
    Some((followed.collect(), WriteBack { method, target: text("write-back-target") }))
}

/// An image without its tag or version constraint.
fn repository(image: &str) -> String {
    kube_model::image::ImageRef::parse(image).repository.to_owned()
}

/// The values that are written: one that holds everything, or name and tag.
fn helm_names(spec: Option<String>, name: Option<String>, tag: Option<String>) -> Vec<String> {
    match spec {
        Some(spec) => vec![spec],
        None => vec![
            name.unwrap_or_else(|| "image.name".to_owned()),
            tag.unwrap_or_else(|| "image.tag".to_owned()),
        ],
    }
}

fn configured(updater: &Object, application: &str) -> Option<(Vec<Followed>, WriteBack)> {
    let spec = updater.root.get("spec")?;
    let matches = |reference: &&Field| {
        let pattern = reference.text_of("namePattern").unwrap_or_default();
        glob::matches(&pattern, application, Star::Segment)
    };
    let reference = spec.list("applicationRefs").iter().find(matches)?;
    let followed = reference.list("images").iter().filter_map(|image| {
        let target = |key: &str| image.text_of(&format!("manifestTargets.{key}"));
        Some(Followed {
            image: repository(&image.text_of("imageName")?),
            kustomize: target("kustomize.name"),
            helm: helm_names(target("helm.spec"), target("helm.name"), target("helm.tag")),
            at: image.at.clone(),
        })
    });
    let setting = |path: &str| reference.text_of(path).or_else(|| spec.text_of(path));
    let method = setting("writeBackConfig.method").unwrap_or_else(|| "argocd".to_owned());
    let target = setting("writeBackConfig.gitConfig.writeBackTarget");
    Some((followed.collect(), WriteBack { method, target }))
}

fn owned(
    followed: &Followed,
    write_back: &WriteBack,
    application: &Object,
    recipe: &Recipe,
    index: &Index<'_>,
) -> Vec<Owns> {
    let directory = recipe.path().unwrap_or_default();
    let image = followed.kustomize.as_ref().unwrap_or(&followed.image);
    let in_list = |field: &str| format!("{field}[name={image}]");
    let field = |file: String, field: String| Owns::Field { file, field };
    let values = |file: &str| followed.helm.iter().map(|name| field(file.to_owned(), name.clone())).collect();
    if !write_back.method.starts_with("git") {
        let file = application.at().file.to_string();
        return match recipe {
            Recipe::Helm(_) => {
                let parameter = |name: &String| format!("spec.source.helm.parameters[name={name}]");
                followed.helm.iter().map(|name| field(file.clone(), parameter(name))).collect()
            }
            _ => vec![field(file, in_list("spec.source.kustomize.images"))],
        };
    }
    let target = write_back.target.as_deref().unwrap_or_default();
    let (kind, path) = target.split_once(':').unwrap_or((target, ""));
    let path = |otherwise: &str| match path {
        "" => file_tree::join(directory, otherwise),
        rooted if rooted.starts_with('/') => file_tree::join("", rooted.trim_start_matches('/')),
        path => file_tree::join(directory, path),
    };
    match kind {
        "kustomization" => {
            let directory = path("").unwrap_or_else(|_| directory.to_owned());
            let file =
                index.kustomization(&directory).unwrap_or_else(|| below(&directory, "kustomization.yaml"));
            vec![field(file, in_list("images"))]
        }
        "helmvalues" => path("values.yaml").map_or_else(|_| Vec::new(), |file| values(&file)),
        _ => vec![Owns::File(below(directory, &format!(".argocd-source-{}.yaml", application.name)))],
    }
}
