//! The transformers of kustomize, each configured by an object of its kind.

use super::patch::{self, Loaded};
use super::plugins::Plugin;
use super::transformers::{apply_patch, change};
use crate::build::Run;
use crate::error::{KustomizeError, Problem};
use crate::fieldspec::FieldSpec;
use crate::kustomization::{
    Decode, Fault, Fields, Image, Located, Pairs, Patch, Replacements, Replica, Unknown,
};
use crate::origin::Origin;
use crate::resource::Resource;
use crate::transform::images::change_images;
use crate::transform::labels::{Entry, set_entries};
use crate::transform::names::{End, affix};
use crate::transform::namespace::{Namespace, Subjects};
use crate::transform::patches::{apply_json, merge_older};
use crate::transform::replacements::replace;
use crate::transform::replicas::set_count;
use crate::transform::values;

/// Runs a transformer over the objects.
pub(super) fn run<'f>(
    run: &mut Run<'f>,
    plugin: &Plugin<'f>,
    resources: &mut [Resource],
) -> Result<(), KustomizeError> {
    let fault = |fault: Fault| plugin.layer.refuse(Problem::Field(fault.why), fault.line);
    let fields = Fields::any(&plugin.object.node, Unknown::Ignored).map_err(fault)?;
    let specs: Vec<FieldSpec> = fields.list("fieldSpecs").map_err(fault)?;
    let transform = Transform { plugin, fields, specs };
    match plugin.object.kind() {
        "AnnotationsTransformer" => transform.entries(run, resources, "annotations"),
        "LabelTransformer" => transform.entries(run, resources, "labels"),
        "NamespaceTransformer" => transform.namespace(resources),
        "PrefixTransformer" => transform.affix(resources, End::Prefix, "prefix"),
        "SuffixTransformer" => transform.affix(resources, End::Suffix, "suffix"),
        "PrefixSuffixTransformer" => {
            transform.affix(resources, End::Prefix, "prefix")?;
            transform.affix(resources, End::Suffix, "suffix")
        }
        "ImageTagTransformer" => transform.image(resources),
        "ReplicaCountTransformer" => transform.replicas(resources),
        "PatchTransformer" => transform.patch(run, resources),
        "PatchJson6902Transformer" => transform.json_patch(run, resources),
        "PatchStrategicMergeTransformer" => transform.older_patches(run, resources),
        "ReplacementTransformer" => transform.replacements(run, resources),
        "ValueAddTransformer" => transform.values(run, resources),
        "HashTransformer" => {
            resources.iter_mut().try_for_each(crate::add_hash).map_err(|problem| plugin.refuse(problem))
        }
        other => Err(plugin.refuse(Problem::Field(format!("{other} is no transformer that is built in")))),
    }
}

struct Transform<'p, 'f> {
    plugin: &'p Plugin<'f>,
    fields: Fields<'p>,
    specs: Vec<FieldSpec>,
}

type Done = Result<(), KustomizeError>;

impl<'f> Transform<'_, 'f> {
    fn get<T: Decode>(&self, name: &str) -> Result<Option<T>, KustomizeError> {
        self.fields.get(name).map_err(|fault| self.plugin.layer.refuse(Problem::Field(fault.why), fault.line))
    }

    fn text(&self, name: &str) -> Result<Option<Located<String>>, KustomizeError> {
        Ok(self.get::<Located<String>>(name)?.filter(|text| !text.value.is_empty()))
    }

    fn origin<T>(&self, at: &Located<T>) -> Origin {
        self.plugin.layer.origin(self.plugin.by(), at)
    }

    fn done(&self, result: Result<(), Problem>) -> Done {
        result.map_err(|problem| self.plugin.refuse(problem))
    }

    fn field(&self, why: &str) -> KustomizeError {
        self.plugin.refuse(Problem::Field(why.to_owned()))
    }

    fn entries(&self, run: &mut Run<'_>, resources: &mut [Resource], name: &str) -> Done {
        let pairs: Pairs = self.get(name)?.unwrap_or_default();
        let entries: Vec<Entry> =
            pairs.iter().map(|(key, value)| (key.clone(), value.value.clone(), self.origin(value))).collect();
        self.done(set_entries(resources, &entries, &self.specs, &mut run.shared))
    }

    fn namespace(&self, resources: &mut [Resource]) -> Done {
        let metadata = self.fields.node("metadata").and_then(|metadata| metadata.get("namespace"));
        let Some(namespace) = metadata else { return Ok(()) };
        let namespace = Located::decode(namespace, Unknown::Ignored)
            .map_err(|fault| self.plugin.layer.refuse(Problem::Field(fault.why), fault.line))?;
        let subjects = match self.text("setRoleBindingSubjects")?.map(|text| text.value).as_deref() {
            None | Some("defaultOnly") => Subjects::Default,
            Some("allServiceAccounts") => Subjects::ServiceAccounts,
            Some("none") => Subjects::None,
            Some(_) => {
                return Err(self.field("`setRoleBindingSubjects` is defaultOnly, allServiceAccounts or none"));
            }
        };
        let origin = self.origin(&namespace);
        let unset_only = self.get::<bool>("unsetOnly")?.unwrap_or_default();
        let transformer =
            Namespace { name: &namespace.value, specs: &self.specs, subjects, unset_only, origin: &origin };
        self.done(transformer.transform(resources))
    }

    fn affix(&self, resources: &mut [Resource], end: End, name: &str) -> Done {
        if self.specs.is_empty() {
            return Err(self.field("`fieldSpecs` is needed"));
        }
        let Some(text) = self.text(name)? else { return Ok(()) };
        self.done(affix(resources, end, &text.value, &self.specs, &self.origin(&text)))
    }

    fn image(&self, resources: &mut [Resource]) -> Done {
        let Some(image) = self.get::<Image>("imageTag")? else { return Ok(()) };
        let origin = self.origin(&image.at);
        let change = change(&image, &origin).map_err(|problem| self.plugin.refuse(problem))?;
        self.done(change_images(resources, &change, &self.specs))
    }

    fn replicas(&self, resources: &mut [Resource]) -> Done {
        let replica = self.get::<Replica>("replica")?.ok_or_else(|| self.field("`replica` is needed"))?;
        let (name, count) = (&replica.name.value, replica.count.value);
        self.done(set_count(resources, name, count, &self.specs, &self.origin(&replica.count)))
    }

    /// An entry of `patches`, whose text may be called otherwise.
    fn entry(&self, text: &str) -> Result<Patch, KustomizeError> {
        Ok(Patch {
            at: Located { value: (), line: self.plugin.object.node.origin.line(), span: 0..0 },
            path: self.text("path")?,
            patch: self.text(text)?,
            target: self.get("target")?,
            options: self.get("options")?.unwrap_or_default(),
        })
    }

    fn patch(&self, run: &mut Run<'f>, resources: &mut [Resource]) -> Done {
        let entry = self.entry("patch")?;
        let loaded = patch::load(run, &self.plugin.layer, &entry, self.plugin.by())?;
        run.schemas.prepare();
        self.done(apply_patch(run, resources, loaded, entry.target.as_ref(), entry.options))
    }

    fn json_patch(&self, run: &mut Run<'f>, resources: &mut [Resource]) -> Done {
        let entry = self.entry("jsonOp")?;
        let operations = patch::load_json(run, &self.plugin.layer, &entry, self.plugin.by())?;
        match &entry.target {
            Some(target) => self.done(apply_json(resources, &operations, target, false)),
            None => Ok(()),
        }
    }

    fn older_patches(&self, run: &mut Run<'f>, resources: &mut [Resource]) -> Done {
        let mut patches = Vec::new();
        for path in self.get::<Vec<Located<String>>>("paths")?.unwrap_or_default() {
            patches.extend(patch::load_older(run, &self.plugin.layer, &path, &self.plugin.by())?);
        }
        if let Some(text) = self.text("patches")? {
            let entry = Patch { patch: Some(text), path: None, ..self.entry("patches")? };
            if let Loaded::Merge(inline) = patch::load(run, &self.plugin.layer, &entry, self.plugin.by())? {
                patches.extend(inline);
            }
        }
        if patches.is_empty() {
            return Err(self.plugin.refuse(Problem::Patch("the patches are empty".to_owned())));
        }
        run.schemas.prepare();
        self.done(merge_older(resources, &patches, &run.schemas))
    }

    fn replacements(&self, run: &mut Run<'f>, resources: &mut [Resource]) -> Done {
        for entry in self.get::<Vec<Replacements>>("replacements")?.unwrap_or_default() {
            for (replacement, origin) in
                super::replace::load(run, &self.plugin.layer, &entry, &self.plugin.by())?
            {
                self.done(replace(resources, &replacement, &origin))?;
            }
        }
        Ok(())
    }

    fn values(&self, run: &mut Run<'f>, resources: &mut [Resource]) -> Done {
        let mut targets: Vec<values::Target> = self.get("targets")?.unwrap_or_default();
        if let Some(path) = self.text("targetFilePath")? {
            for node in self.plugin.layer.documents(run, &path, self.plugin.by())?.iter().take(1) {
                let read = Fields::any(node, Unknown::Ignored)
                    .and_then(|fields| fields.list::<values::Target>("targets"));
                targets.extend(
                    read.map_err(|fault| Problem::Field(fault.why).at(&node.origin.source.file, fault.line))?,
                );
            }
        }
        if targets.is_empty() {
            return Err(self.field("`targets` is needed"));
        }
        let written = self.text("value")?;
        let origin = written
            .as_ref()
            .map_or_else(|| self.plugin.object.node.origin.clone(), |value| self.origin(value));
        let trimmed = written.as_ref().map_or("", |value| value.value.trim());
        let directory = crate::location::base_name(&self.plugin.layer.directory);
        let value = if trimmed.is_empty() { directory } else { trimmed };
        targets.iter().try_for_each(|target| self.done(target.add(resources, value, &origin)))
    }
}
