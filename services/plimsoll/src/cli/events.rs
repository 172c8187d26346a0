//! `plimsoll events`.

use clap::Args;
use events::Service;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Installation;

#[derive(Debug, Args)]
pub(crate) struct Events {
    /// Those that were written at this time or later, as in 2026-11-22T09:30:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<OffsetDateTime>,
    /// Those that were written before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<OffsetDateTime>,
    /// Those of this service alone; may be given several times
    #[arg(long, value_name = "NAME", value_parser = service)]
    pub(crate) service: Vec<Service>,
    /// Those of this aggregate alone: a promotion, a token; of applications, clusters and waivers the organisation
    #[arg(long, value_name = "ID")]
    pub(crate) subject: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) installation: Installation,
}

fn time(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "this is no time as in 2026-11-22T09:30:00Z".to_owned())
}

fn service(text: &str) -> Result<Service, String> {
    Service::named(text).ok_or_else(|| {
        let names = Service::ALL.map(Service::name).join(", ");
        format!("there is no such service; there are {names}")
    })
}
