//! The values that are laid over the files of an environment, one by one: where each is written is where it is edited.

use std::collections::BTreeSet;

use crate::environment::{Environment, Owns};
use crate::helm::{Helm, Values};
use crate::overrides::{ImageOverride, Overrides, Patch};
use crate::place::{Location, Sourced};
use crate::recipe::Recipe;

/// A value that an object of Argo CD or Flux, or a file of their parameters, lays over the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The recipe that it is for, by its position among [`Recipe::parts`].
    pub part: usize,
    /// What it sets.
    pub sets: Sets,
    /// Which of a template's parameters it is, where the value is made of several things; none for the value itself.
    pub parameter: Option<usize>,
    /// Where it is written.
    pub at: Location,
}

/// What a setting sets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sets {
    /// A part of an entry of `images`.
    Image {
        /// The image that the entry is for.
        name: String,
        /// The part.
        part: ImagePart,
    },
    /// The count of an entry of `replicas`, by its name.
    Replicas(String),
    /// A single value of a chart, by its path in Helm's grammar.
    Value(String),
    /// Values of a chart, by their position among [`Helm::values`]: a mapping, or a text that holds one.
    Values(usize),
    /// The text of a patch, by its position.
    Patch(usize),
    /// What stands for `${NAME}`.
    Variable(String),
}

/// The parts of an entry of `images`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImagePart {
    /// All of it in one text, `[name=]repository[:tag][@digest]`, as Argo CD has it.
    Whole,
    /// `newName`.
    Name,
    /// `newTag`.
    Tag,
    /// `digest`.
    Digest,
}

impl Setting {
    /// Whether two settings of two environments set the same.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        (self.part, &self.sets, self.parameter) == (other.part, &other.sets, other.parameter)
    }
}

impl Environment {
    /// What is laid over its files, in the order of its recipe.
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        let mut settings = Settings { part: 0, all: Vec::new() };
        for (part, recipe) in self.recipe.parts().iter().enumerate() {
            settings.part = part;
            match recipe {
                Recipe::Kustomize(kustomize) => settings.overrides(&kustomize.overrides),
                Recipe::Helm(helm) => settings.helm(helm),
                _ => {}
            }
        }
        settings.part = 0;
        for (name, value) in self.variables.iter().flatten() {
            settings.add(Sets::Variable(name.clone()), value);
        }
        settings.all
    }

    /// Whether manifests of its directory, read as they stand, are not what a cluster gets, or are not the team's alone to
    /// edit.
    #[must_use]
    pub fn is_more_than_files(&self) -> bool {
        let is_laid_over = !matches!(self.recipe, Recipe::Plain(_)) || self.variables.is_some();
        // Only what is found carries how it is delivered.
        is_laid_over
            || self.delivery.is_some()
            || self.owners.iter().any(|owner| owner.owns == Owns::Everything)
    }

    /// The files that say how it is rendered: those of its settings, and the object that it was found by.
    #[must_use]
    pub fn definitions(&self) -> BTreeSet<String> {
        let mut files: BTreeSet<String> =
            self.settings().into_iter().map(|setting| setting.at.file.to_string()).collect();
        let found = &self.found_by;
        if !found.why.starts_with(application::FILE_NAME) {
            files.insert(found.at.file.to_string());
        }
        files
    }
}

struct Settings {
    part: usize,
    all: Vec<Setting>,
}

impl Settings {
    fn add<T>(&mut self, sets: Sets, value: &Sourced<T>) {
        let part = self.part;
        let of = |parameter: Option<usize>, at: &Location| Setting {
            part,
            sets: sets.clone(),
            parameter,
            at: at.clone(),
        };
        self.all.push(of(None, &value.from));
        let parameters = value.parameters.iter().enumerate();
        self.all.extend(parameters.map(|(index, at)| of(Some(index), at)));
    }

    fn overrides(&mut self, overrides: &Overrides) {
        overrides.images.iter().for_each(|image| self.image(image));
        for replica in &overrides.replicas {
            self.add(Sets::Replicas(replica.name.clone()), &replica.count);
        }
        for (index, patch) in overrides.patches.iter().enumerate() {
            if let Patch::Inline(text) = &patch.patch {
                self.add(Sets::Patch(index), text);
            }
        }
    }

    fn image(&mut self, image: &ImageOverride) {
        let parts = [
            (ImagePart::Name, &image.new_name),
            (ImagePart::Tag, &image.new_tag),
            (ImagePart::Digest, &image.digest),
        ];
        let parts = parts.into_iter().filter_map(|(part, value)| Some((part, value.as_ref()?)));
        for (part, value) in parts {
            let name = image.name.clone();
            match image.is_one_text {
                false => self.add(Sets::Image { name, part }, value),
                true => return self.add(Sets::Image { name, part: ImagePart::Whole }, value),
            }
        }
    }

    fn helm(&mut self, helm: &Helm) {
        for set in &helm.set {
            self.add(Sets::Value(set.name.clone()), &set.value);
        }
        for (index, values) in helm.values.iter().enumerate() {
            if let Values::Inline(values) = values {
                self.add(Sets::Values(index), values);
            }
        }
    }
}
