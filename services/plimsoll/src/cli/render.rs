//! `plimsoll render`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SOURCES;
use super::printed::ProgramOptions;

#[derive(Debug, Args)]
#[command(after_help = SOURCES)]
pub(crate) struct Render {
    /// What to render: a Kustomize overlay, a chart with its values, or plain manifests
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    /// Say behind every field where it comes from: the file and line, and what set it there. Secrets are masked
    #[arg(long)]
    pub(crate) origin: bool,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = RenderFormat::Yaml)]
    pub(crate) format: RenderFormat,
    /// The plimsoll.yaml to read [default: the one in this directory]
    #[arg(long, value_name = "FILE")]
    pub(crate) application: Option<String>,
    /// The largest file that is read
    #[arg(long, value_name = "N", default_value_t = source::Limits::default().file_bytes)]
    pub(crate) max_file_bytes: u64,
    /// The key under which --origin masks secrets, so that masks compare between runs [default: a new one each run]
    #[arg(long, value_name = "FILE")]
    pub(crate) redaction_key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) programs: ProgramOptions,
}

/// The forms in which objects are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RenderFormat {
    /// A stream of documents, as kustomize and kubectl print them
    Yaml,
    /// For programs; see schemas/json
    Json,
}
