//! What a run holds: where it reads, what it refuses, how it masks and how it prints.

use std::path::Path;
use std::sync::Arc;

use kube_model::yaml::Limits;
use kube_model::{FileBytes, Object, PlacePattern, Redactor, State, StateError};
use policies::PolicyFile;
use serde_json::Value;
use source::{Programs, Resolved, SourceTree, Workspace};

use crate::cli::Common;
use crate::failure::Failure;
use crate::given::Given;
use crate::style::Style;

/// What a run holds.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) workspace: Workspace,
    pub(crate) programs: Programs,
    pub(crate) limits: Limits,
    pub(crate) redactor: Redactor,
    pub(crate) markdown_limit: usize,
    pub(crate) style: Style,
    /// The policies that `--policy` names.
    pub(crate) policies: Vec<PolicyFile>,
}

/// A source that was read: its files, and its objects with their secrets masked.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) given: Arc<Given>,
    /// The argument that named it.
    pub(crate) argument: String,
    pub(crate) objects: Vec<Object>,
}

impl Input {
    /// Two environments of one application may have different namespaces, which are then one place: the objects of
    /// this one get the namespace that the other has.
    fn align(&mut self, other: &Self) {
        let Some((from, to)) = namespaces(&self.given, &other.given) else { return };
        for object in self.objects.iter_mut().filter(|object| object.key.namespace.as_ref() == Some(&from)) {
            object.key.namespace = Some(to.clone());
            // What a chart renders names none, and is installed into one.
            if let Some(namespace) = Arc::make_mut(&mut object.value).pointer_mut("/metadata/namespace") {
                *namespace = Value::from(to.as_str());
            }
        }
        self.objects.sort_by(|a, b| a.key.cmp(&b.key));
    }
}

impl Session {
    pub(crate) fn open(common: &Common) -> Result<Self, Failure> {
        Self::open_to(common, common.max_file_bytes)
    }

    /// Opens it for files of another size than manifests have.
    pub(crate) fn open_to(common: &Common, file_bytes: u64) -> Result<Self, Failure> {
        let limits = source::Limits { file_bytes, ..source::Limits::default() };
        let bytes = usize::try_from(file_bytes).unwrap_or(usize::MAX);
        Ok(Self {
            workspace: Workspace::open(Path::new("."), common.application.as_deref(), limits)?,
            programs: common.programs.programs()?,
            limits: Limits { bytes, ..Limits::default() },
            redactor: redactor(common.redaction_key_file.as_deref())?,
            markdown_limit: common.markdown_limit,
            style: Style::of_stdout(common.color),
            policies: Vec::new(),
        })
    }

    /// The same, with the policies at these paths.
    pub(crate) fn with_policies(self, paths: &[String]) -> Result<Self, Failure> {
        Ok(Self { policies: crate::policies::read(paths)?, ..self })
    }

    /// Reads the source that an argument names.
    pub(crate) fn read(&self, argument: &str) -> Result<Input, Failure> {
        let (given, objects) = self.read_plain(argument)?;
        let argument = argument.to_owned();
        Ok(Input { objects: self.redactor.redact_all(&objects), given: Arc::new(given), argument })
    }

    /// Reads a source and leaves its secrets as they are: nothing of it may be shown.
    pub(crate) fn read_plain(&self, argument: &str) -> Result<(Given, Vec<Object>), Failure> {
        let given = Given::resolve(self, argument)?;
        let objects = self.objects(&given)?;
        Ok((given, objects))
    }

    /// Reads a source, secrets masked.
    pub(crate) fn read_masked(&self, argument: &str) -> Result<Vec<Object>, Failure> {
        let (_, objects) = self.read_plain(argument)?;
        Ok(self.redactor.redact_all(&objects))
    }

    /// The objects of two sources, secrets masked, without those that both have in the same words.
    pub(crate) fn read_unequal(
        &self,
        before: &str,
        after: &str,
    ) -> Result<(Vec<Object>, Vec<Object>), Failure> {
        let (before, after) = self.resolve_both(before, after)?;
        if namespaces(&before, &after).is_none_or(|(from, to)| from == to)
            && let (Given::Manifests(one), Given::Manifests(other)) = (&before, &after)
            && let Some(unequal) = State::unequal(&bytes(one), &bytes(other), &self.limits)
            && (unequal.left_out > 0 || !unequal.before.is_empty() && !unequal.after.is_empty())
        {
            drop((before, after));
            return Ok(self.redactor.redact_both(&unequal.before, &unequal.after));
        }
        let (before, after) = self.read_both(before, after)?;
        Ok((before.objects, after.objects))
    }

    fn resolve_both(&self, before: &str, after: &str) -> Result<(Given, Given), Failure> {
        match before == "-" && after == "-" {
            true => Err(standard_input_twice()),
            false => Ok((Given::resolve(self, before)?, Given::resolve(self, after)?)),
        }
    }

    /// Reads two sources, which may have much in common.
    fn read_both(&self, before: Given, after: Given) -> Result<(Input, Input), Failure> {
        let (befores, afters) = match (&before, &after) {
            (Given::Manifests(one), Given::Manifests(other)) => {
                let mut read = State::objects_together(&[&bytes(one), &bytes(other)], &self.limits);
                let (read_after, read_before) = (read.remove(1), read.remove(0));
                (some(read_before, one)?, some(read_after, other)?)
            }
            _ => (self.objects(&before)?, self.objects(&after)?),
        };
        let (befores, afters) = self.redactor.redact_both(&befores, &afters);
        let input = |given, objects| Input { given: Arc::new(given), argument: String::new(), objects };
        let (mut before, after) = (input(before, befores), input(after, afters));
        before.align(&after);
        Ok((before, after))
    }

    /// The objects of a source, read as they stand or rendered.
    pub(crate) fn objects(&self, given: &Given) -> Result<Vec<Object>, Failure> {
        match given {
            Given::Manifests(resolved) => {
                some(State::objects_together(&[&bytes(resolved)], &self.limits).remove(0), resolved)
            }
            Given::Rendered { files, found, shown, .. } => {
                let rendered = render::render_environment(files.tree(), found, &self.programs, &self.limits)
                    .map_err(|error| Failure::new(error.code(), error.to_string()))?;
                match rendered.objects.is_empty() {
                    true => Err(source::SourceError::Empty { description: shown.clone() }.into()),
                    false => Ok(rendered.objects),
                }
            }
        }
    }

    /// Reads one source, or two: the state before, and the state after.
    pub(crate) fn read_pair(&self, sources: &[String]) -> Result<(Option<Input>, Input), Failure> {
        match sources {
            [before, after] => {
                let (one, other) = self.resolve_both(before, after)?;
                let (one, other) = self.read_both(one, other)?;
                let (before, after) = (before.clone(), after.clone());
                Ok((Some(Input { argument: before, ..one }), Input { argument: after, ..other }))
            }
            [after] => Ok((None, self.read(after)?)),
            _ => Err(Failure::new("USAGE", "one source or two are expected")),
        }
    }

    /// What the application calls noise.
    pub(crate) fn ignored(&self) -> &[PlacePattern] {
        self.workspace.application().map_or(&[], |application| &application.spec.ignore)
    }
}

/// The namespaces of two environments, if both are known.
fn namespaces(one: &Given, other: &Given) -> Option<(String, String)> {
    let namespace = |given: &Given| given.environment()?.namespace.clone();
    Some((namespace(one)?, namespace(other)?))
}

fn bytes(resolved: &Resolved) -> Vec<FileBytes<'_>> {
    resolved.tree.files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())).collect()
}

/// The objects of a source, if there are any.
fn some(read: Result<Vec<Object>, StateError>, resolved: &Resolved) -> Result<Vec<Object>, Failure> {
    let objects = read.map_err(|error| Failure::in_manifest(&error, &resolved.tree))?;
    if objects.is_empty() {
        let description = resolved.tree.description.clone();
        return Err(source::SourceError::Empty { description }.into());
    }
    Ok(objects)
}

/// What the files of a source say.
pub(crate) fn state(tree: &SourceTree, limits: &Limits) -> Result<State, StateError> {
    State::read(tree.files.iter().map(|file| (&file.path, &file.bytes)), limits)
}

pub(crate) fn standard_input_twice() -> Failure {
    Failure::new("SOURCE_INVALID", "standard input (`-`) can be read once, and is named twice")
}

/// Masks compare between runs under a key that is given, and within one run under a random one.
pub(crate) fn redactor(key_file: Option<&Path>) -> Result<Redactor, Failure> {
    let fail = |why: String| Failure::new("REDACTION_KEY", why);
    let Some(path) = key_file else {
        let mut key = [0_u8; 32];
        getrandom::fill(&mut key).map_err(|error| fail(format!("no random key: {error}")))?;
        return Ok(Redactor::new(&key));
    };
    let key = std::fs::read(path)
        .map_err(|error| fail(format!("the key file {} cannot be read: {error}", path.display())))?;
    match key.len() {
        ..16 => Err(fail(format!("the key file {} holds fewer than 16 bytes", path.display()))),
        _ => Ok(Redactor::new(&key)),
    }
}
