//! The programs that render, as [`render`] asks for them.

use discovery::Command;
use file_tree::FileTree;
use helm::{Asks, OutsideCall, Release};
use render::{Printed, ProgramError};

use crate::helm::{Helm, HelmOptions};
use crate::render_error::RenderError;

/// Runs `helm` in a sandbox.
#[derive(Debug)]
pub struct Programs {
    helm: Helm,
}

impl Programs {
    /// Programs that are looked for when they are first needed.
    #[must_use]
    pub fn new(helm: HelmOptions) -> Self {
        Self { helm: Helm::new(helm) }
    }
}

impl render::Programs for Programs {
    fn helm(&self, release: &Release) -> Result<Printed, ProgramError> {
        let output = self.helm.render(release).map_err(|error| told(&error))?;
        let mut notes = Vec::new();
        let name = &release.chart.metadata.name;
        let hooks = output.manifest.hooks.len();
        if hooks > 0 {
            notes.push(format!("{name}: {hooks} hooks run around an installation and are not compared"));
        }
        if !output.manifest.tests.is_empty() {
            notes.push(format!("{name}: tests are left out ({})", output.manifest.tests.join(", ")));
        }
        for call in &output.outside_calls {
            notes.push(format!("{name}: {}", said(call)));
        }
        let program = Some(format!("helm {}", output.helm));
        Ok(Printed { text: output.manifest.text(), read: Vec::new(), notes, program })
    }

    fn command(&self, tree: &FileTree, command: &Command) -> Result<Printed, ProgramError> {
        render::NoPrograms.command(tree, command)
    }
}

fn said(call: &OutsideCall) -> String {
    let OutsideCall { template, line, function, asks } = call;
    let answer = match asks {
        Asks::Cluster | Asks::Network => "is answered with nothing here",
        Asks::Chance => "is answered differently each time",
    };
    format!("{function} in {template}:{line} {answer}")
}

fn told(error: &RenderError) -> ProgramError {
    ProgramError { code: error.code(), message: error.to_string() }
}
