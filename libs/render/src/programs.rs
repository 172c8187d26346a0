//! What programs render: `helm template`, and commands that an administrator allows.

use discovery::Command;
use file_tree::FileTree;
use helm::Release;
use kube_model::ManifestFile;
use kube_model::yaml::Limits;

use crate::Rendered;
use crate::error::{ProgramError, RenderError};

/// Runs programs that render. The same files give the same answer.
pub trait Programs: Sync {
    /// What `helm template` prints of a release.
    ///
    /// # Errors
    /// What the program says, or why it cannot run.
    fn helm(&self, release: &Release) -> Result<Printed, ProgramError>;

    /// What a command prints that an administrator allows by its name.
    ///
    /// # Errors
    /// What the program says, or why it may not run.
    fn command(&self, tree: &FileTree, command: &Command) -> Result<Printed, ProgramError>;

    /// What the `kustomize` command prints for a directory whose kustomization asks for what is not built in; none where
    /// no such command is set up, or not for that.
    ///
    /// # Errors
    /// What the program says, or why it cannot run.
    fn kustomize(
        &self,
        _tree: &FileTree,
        _directory: &str,
        _outside: Outside,
    ) -> Option<Result<Printed, ProgramError>> {
        None
    }
}

/// What a kustomization asks for that is not built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// Another program: a plugin, a chart that is inflated.
    Program,
    /// A base that is fetched over the network.
    Network,
}

/// What a program printed.
#[derive(Debug, Clone, Default)]
pub struct Printed {
    /// Manifests.
    pub text: String,
    /// Whether the program found all files of the repository, and does not say which it read.
    pub had_all_files: bool,
    /// What a reader should know of it.
    pub notes: Vec<String>,
    /// The program, with its version where that is known.
    pub program: Option<String>,
}

/// No program may run.
#[derive(Debug, Clone, Copy)]
pub struct NoPrograms;

impl Programs for NoPrograms {
    fn helm(&self, _: &Release) -> Result<Printed, ProgramError> {
        let message = "charts are rendered by the helm command, which is not set up here".to_owned();
        Err(ProgramError { code: "HELM_MISSING", message })
    }

    fn command(&self, _: &FileTree, command: &Command) -> Result<Printed, ProgramError> {
        let name = command.words.first().map_or("", String::as_str);
        let message = format!("the command {name} is not allowed to render here");
        Err(ProgramError { code: "RENDER_COMMAND_NOT_ALLOWED", message })
    }
}

pub(crate) fn command(
    tree: &FileTree,
    command: &Command,
    programs: &dyn Programs,
    limits: &Limits,
) -> Result<Rendered, RenderError> {
    read(tree, programs.command(tree, command)?, &command.directory, limits)
}

/// The objects of a stream of manifests.
pub(crate) fn read(
    tree: &FileTree,
    printed: Printed,
    from: &str,
    limits: &Limits,
) -> Result<Rendered, RenderError> {
    let file = ManifestFile::read(from, printed.text.as_bytes(), limits)?;
    let objects = file.objects(limits)?;
    let Printed { had_all_files, notes, program, .. } = printed;
    let files = tree.files().filter(|_| had_all_files);
    Ok(Rendered {
        as_written: objects.clone(),
        objects,
        read: files.map(|(path, _)| path.to_owned()).collect(),
        had_all_files,
        notes,
        programs: program.into_iter().collect(),
    })
}
