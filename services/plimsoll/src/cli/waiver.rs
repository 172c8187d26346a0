//! `plimsoll waiver`.

use application::Date;
use clap::{Args, Subcommand};
use kube_model::PlacePattern;

use super::Server;

#[derive(Debug, Args)]
pub(crate) struct Waivers {
    #[command(subcommand)]
    pub(crate) verb: WaiverVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WaiverVerb {
    /// Accepts what a rule finds at a place, until a day
    Grant(GrantWaiver),
    /// Lists the waivers that were granted and not revoked
    List {
        /// Of this application: its name or its identifier
        #[arg(long, value_name = "NAME")]
        application: Option<String>,
        /// Those that count in this environment
        #[arg(long, value_name = "NAME")]
        environment: Option<String>,
        /// Those that still count and end within so many days, such as 14d
        #[arg(long, value_name = "DAYS")]
        expiring_within: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Revokes a waiver: what it waived counts from now on
    Revoke {
        /// Its identifier
        waiver: String,
        #[command(flatten)]
        server: Server,
    },
}

#[derive(Debug, Args)]
pub(crate) struct GrantWaiver {
    /// The application: its name or its identifier
    #[arg(long, value_name = "NAME")]
    pub(crate) application: String,
    /// The environment in which it counts [default: all of them]
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// The rule, or a check of another tool that it is equal to; `*` for every rule
    #[arg(long)]
    pub(crate) rule: String,
    /// Where: Kind/name:path, `*` for any
    #[arg(long)]
    pub(crate) place: PlacePattern,
    /// Why it is accepted
    #[arg(long)]
    pub(crate) reason: String,
    /// The last day on which it counts, such as 2026-12-31
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Date,
    #[command(flatten)]
    pub(crate) server: Server,
}
