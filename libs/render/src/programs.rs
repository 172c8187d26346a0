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
}

/// What a program printed.
#[derive(Debug, Clone, Default)]
pub struct Printed {
    /// Manifests.
    pub text: String,
    /// The files that went in, where the program decides about that.
    pub read: Vec<String>,
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
    read(programs.command(tree, command)?, &command.directory, limits)
}

/// The objects of a stream of manifests.
pub(crate) fn read(printed: Printed, from: &str, limits: &Limits) -> Result<Rendered, RenderError> {
    let file = ManifestFile::read(from, printed.text.as_bytes(), limits)?;
    let objects = file.objects(limits)?;
    let Printed { read, notes, program, .. } = printed;
    Ok(Rendered {
        as_written: objects.clone(),
        objects,
        read,
        notes,
        programs: program.into_iter().collect(),
    })
}
