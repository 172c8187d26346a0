//! The programs that render, as [`render`] asks for them.

use discovery::Command;
use file_tree::FileTree;
use helm::Release;
use render::{Outside, Printed, ProgramError};

use crate::commands::Commands;
use crate::helm::{Helm, HelmOptions};
use crate::render_error::RenderError;

/// Runs `helm`, and the commands that an administrator allows, in a sandbox.
#[derive(Debug)]
pub struct Programs {
    helm: Helm,
    commands: Commands,
}

impl Programs {
    /// Programs that are looked for when they are first needed.
    #[must_use]
    pub fn new(helm: HelmOptions, commands: Commands) -> Self {
        Self { helm: Helm::new(helm), commands }
    }
}

impl render::Programs for Programs {
    fn helm(&self, release: &Release) -> Result<Printed, ProgramError> {
        let output = self.helm.render(release).map_err(|error| told(&error))?;
        let (notes, program) = (output.notes(), Some(format!("helm {}", output.helm)));
        Ok(Printed { text: output.manifest.text(), had_all_files: false, notes, program })
    }

    fn command(&self, tree: &FileTree, command: &Command) -> Result<Printed, ProgramError> {
        let Command { directory, words } = command;
        let text = self.commands.render(tree, directory, words).map_err(|error| told(&error))?;
        Ok(printed(words.first().map_or("", String::as_str), text))
    }

    fn kustomize(
        &self,
        tree: &FileTree,
        directory: &str,
        outside: Outside,
    ) -> Option<Result<Printed, ProgramError>> {
        if !self.commands.has_kustomize(outside) {
            return None;
        }
        let text = self.commands.kustomize(tree, directory, &self.helm);
        Some(text.map(|text| printed("kustomize", text)).map_err(|error| told(&error)))
    }
}

fn printed(name: &str, text: String) -> Printed {
    Printed { text, had_all_files: true, notes: Vec::new(), program: Some(name.to_owned()) }
}

fn told(error: &RenderError) -> ProgramError {
    ProgramError { code: error.code(), message: error.to_string() }
}
