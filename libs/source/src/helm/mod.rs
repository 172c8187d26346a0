//! Charts rendered by `helm template`.

mod arguments;
mod cache;
mod find;
mod notes;
mod run;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use helm::{Manifest, OutsideCall, Release, Values};

use crate::parallel;
use crate::render_error::RenderError;
use crate::sandbox::Bounds;
use cache::Cache;
pub use find::HelmVersion;
use find::Renderer;

/// Where `helm` is, and what it may take.
#[derive(Debug, Clone, Default)]
pub struct HelmOptions {
    /// The `helm` command, or a directory of its recorded answers; none looks for `helm` in `PATH`. People set it as
    /// `PLIMSOLL_HELM`.
    pub program: Option<PathBuf>,
    /// A directory that answers are kept in, for the next process. They may hold secrets: it is made for its owner alone.
    pub cache: Option<PathBuf>,
    /// What one render may take.
    pub bounds: Bounds,
}

/// Renders charts by `helm template`, in a sandbox. What has been rendered once is kept.
#[derive(Debug)]
pub struct Helm {
    options: HelmOptions,
    renderer: OnceLock<Result<Renderer, RenderError>>,
    cache: Cache,
}

/// What a chart renders to.
#[derive(Debug)]
pub struct HelmOutput {
    /// Its documents.
    pub manifest: Manifest,
    /// The version of `helm`, such as `v3.17.2`.
    pub helm: String,
    /// Calls in its templates that were answered with nothing (`lookup`), or will be answered differently next time.
    pub outside_calls: Vec<OutsideCall>,
}

impl Helm {
    /// A renderer. `helm` is looked for when the first chart is rendered.
    #[must_use]
    pub fn new(options: HelmOptions) -> Self {
        let cache = Cache::new(options.cache.clone());
        Self { options, renderer: OnceLock::new(), cache }
    }

    /// The version of `helm`.
    ///
    /// # Errors
    /// `HELM_MISSING`, `HELM_UNSUPPORTED`.
    pub fn version(&self) -> Result<&HelmVersion, RenderError> {
        self.renderer().map(Renderer::version)
    }

    /// Renders a chart.
    ///
    /// # Errors
    /// `HELM_MISSING`, `HELM_UNSUPPORTED`; `HELM_DEPENDENCY_MISSING` before `helm` is asked; `HELM_TIMEOUT`,
    /// `HELM_OUTPUT_TOO_LARGE`, `HELM_MEMORY`; what is wrong with the values or the chart; `HELM_TEMPLATE_FAILED` with
    /// what `helm` says.
    pub fn render(&self, release: &Release) -> Result<Arc<HelmOutput>, RenderError> {
        release.chart.require_dependencies()?;
        let renderer = self.renderer()?;
        let key = cache::Key { version: &renderer.version().text, fingerprint: &release.fingerprint() };
        if let Some(output) = self.cache.get(&key) {
            return Ok(output);
        }
        let printed = match renderer {
            Renderer::Command { program, .. } => match self.cache.read(&key) {
                Some(printed) => printed,
                None => {
                    let printed = run::template(program, release, &self.options.bounds);
                    let printed = printed.map_err(|error| explained(error, release))?;
                    self.cache.write(&key, &printed);
                    printed
                }
            },
            Renderer::Recorded { directory, .. } => cache::recorded(directory, &key).ok_or_else(|| {
                let (chart, fingerprint) = (release.chart.location.clone(), key.fingerprint.to_owned());
                explained(RenderError::NotRecorded { chart, fingerprint }, release)
            })?,
        };
        let manifest = Manifest::read(&printed);
        let helm = renderer.version().text.clone();
        let output = HelmOutput { manifest, helm, outside_calls: release.chart.outside_calls() };
        Ok(self.cache.keep(&key, Arc::new(output), printed.len()))
    }

    /// Renders several charts, as many at once as there are processors. The answers are in the releases' order.
    pub fn render_all(&self, releases: &[Release]) -> Vec<Result<Arc<HelmOutput>, RenderError>> {
        parallel::each(releases, |release| self.render(release))
    }

    /// The command, where it is one of this major version.
    pub(crate) fn program(&self, major: u64) -> Option<&Path> {
        match self.renderer() {
            Ok(Renderer::Command { program, version }) if version.major == major => Some(program),
            _ => None,
        }
    }

    fn renderer(&self) -> Result<&Renderer, RenderError> {
        let found = self.renderer.get_or_init(|| find::find(&self.options));
        found.as_ref().map_err(Clone::clone)
    }
}

/// Where `helm` fails for what can be said more exactly, that is said; of what it refuses no answer is recorded.
fn explained(error: RenderError, release: &Release) -> RenderError {
    match &error {
        RenderError::Failed { .. } | RenderError::NotRecorded { .. } => {
            Values::of(release).err().map_or(error, RenderError::Chart)
        }
        _ => error,
    }
}
