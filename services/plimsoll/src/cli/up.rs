//! `plimsoll up`, `plimsoll check` and `plimsoll demo`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use events::Service;

use super::Format;

#[derive(Debug, Args)]
pub(crate) struct Up {
    /// Where everything is kept [default: $XDG_DATA_HOME/plimsoll]
    #[arg(long, value_name = "DIR", env = "PLIMSOLL_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// Only these services, separated by commas; the others run elsewhere, on the same database (DATABASE_URL)
    #[arg(long, value_name = "SERVICES", value_delimiter = ',', value_parser = service_named)]
    pub(crate) only: Vec<Service>,
    /// Settings, as TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where the API is served [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where gRPC is served [default: 127.0.0.1:8081]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) grpc_listen: Option<SocketAddr>,
    /// One setting, above those of the file and the environment
    #[arg(long, value_name = "SECTION.KEY=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
}

fn service_named(text: &str) -> Result<Service, String> {
    let names = Service::ALL.map(Service::name).join(", ");
    Service::named(text).ok_or_else(|| format!("the services are {names}"))
}

pub(super) fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("SECTION.KEY=VALUE is expected")?;
    Ok((key.to_owned(), value.to_owned()))
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The data directory [default: $XDG_DATA_HOME/plimsoll]
    #[arg(long, value_name = "DIR", env = "PLIMSOLL_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where the example's repositories and the control plane's data are made; new or empty
    #[arg(value_name = "DIRECTORY")]
    pub(crate) directory: PathBuf,
}
