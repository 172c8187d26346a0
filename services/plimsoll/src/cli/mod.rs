//! The command line: a file for each verb.

mod application;
mod audit;
mod cluster;
mod cost;
mod dead_letter;
mod diff;
mod events;
mod impact;
mod init;
mod known;
mod preview;
mod prices;
mod pricing;
mod printed;
mod projection;
mod promotion;
mod render;
mod rights;
mod risk;
mod rules;
mod schemas;
mod server;
mod token;
mod topics;
mod up;
mod waiver;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use self::application::{Application, ApplicationVerb};
pub(crate) use self::audit::{Audit, AuditFilter, AuditVerb};
pub(crate) use self::cluster::{ClusterVerb, Clusters};
pub(crate) use self::cost::{By, Cost, Period};
pub(crate) use self::dead_letter::{DeadLetterVerb, DeadLetters};
pub(crate) use self::diff::{Apply, Diff, DiffFormat};
pub(crate) use self::events::Events;
pub(crate) use self::impact::Impact;
pub(crate) use self::init::Init;
pub(crate) use self::known::Known;
pub(crate) use self::preview::Preview;
pub(crate) use self::prices::{
    ImportPrices, PerName, Prices, PricesVerb, ProviderName, ShowPrices, SpotName,
};
pub(crate) use self::pricing::Pricing;
pub(crate) use self::printed::{
    ColorChoice, Common, FindingsFormat, Format, GateLevel, PlainFormat, Printed, PrintedFindings,
    ProfileName,
};
pub(crate) use self::projection::{Installation, ProjectionVerb, Projections, Replay};
pub(crate) use self::promotion::{Decide, PromotionVerb, Promotions, RequestPromotion};
pub(crate) use self::render::{Render, RenderFormat};
pub(crate) use self::rights::{Rights, RightsVerb};
pub(crate) use self::risk::Risk;
pub(crate) use self::rules::{ExplainRule, ListRules, Rules, RulesVerb};
pub(crate) use self::schemas::{GivenRegistry, Schemas, SchemasVerb};
pub(crate) use self::server::{Login, Server};
pub(crate) use self::token::{Token, TokenVerb};
pub(crate) use self::topics::{Topics, TopicsVerb};
pub(crate) use self::up::{Check, Demo, Up};
pub(crate) use self::waiver::{GrantWaiver, WaiverVerb, Waivers};

const SOURCES: &str = "A SOURCE is an environment of plimsoll.yaml, a file, a directory (read recursively), `-` for \
standard input, or git+URL//PATH@REV of a local or remote repository, where an environment's name may stand for the path.";

/// Shows what a Kubernetes promotion changes, costs and risks, before it is merged.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version = service::VERSION, after_help = SOURCES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// What differs between two states
    Diff(Diff),
    /// What a state costs a month, or what a change adds to it
    Cost(Cost),
    /// What could go wrong with a change
    Risk(Risk),
    /// The rules of risk: list them, explain one
    Rules(Rules),
    /// What a promotion would edit in the target's own files, and what that changes, costs and risks
    Preview(Preview),
    /// Prices: import a provider's published files, show what something costs and who says so, check a file
    Prices(Prices),
    /// What an edit changes in every environment of the repository: of a shared base, a template, a chart's own values
    Impact(Impact),
    /// The objects of a Kustomize overlay, as `kustomize build` prints them; --origin says who set each field
    Render(Render),
    /// Prints a plimsoll.yaml of what the repository holds: overlays, charts, objects of Argo CD and Flux
    Init(Init),
    /// Runs the whole control plane: the services, the API, a private Postgres
    Up(Up),
    /// Promotes an example from request to verified audit, in a new directory, and shows each command
    Demo(Demo),
    /// Looks whether everything that `up` needs is there and well, and says how to mend what is not
    Check(Check),
    /// Keeps a server and a token, so that the verbs below need neither
    Login(Login),
    /// Tokens: create, list, revoke, and whose this one is
    Token(Token),
    /// Clusters: register, list, rename, delete
    Cluster(Clusters),
    /// Applications (the API calls them workloads): register, list, update, delete
    Application(Application),
    /// Promotions on a server: request, list, show, approve, reject, watch
    Promotion(Promotions),
    /// Waivers on a server: grant, list, revoke
    Waiver(Waivers),
    /// The audit log: list, export, verify offline, the public key
    Audit(Audit),
    /// Events that could not be handled: list, show, retry, discard
    DeadLetter(DeadLetters),
    /// What the log holds, from its start or from a time on
    Events(Events),
    /// What the API answers from, made of the log: list, rebuild
    Projection(Projections),
    /// Makes every projection again from the log, beside those that answer, and compares
    Replay(Replay),
    /// Topics on Kafka as one file has them: plan, apply, check
    Topics(Topics),
    /// What each service may do on Kafka and in Postgres: print the grants, check them
    Rights(Rights),
    /// Schemas of events in a registry: register, check
    Schemas(Schemas),
    /// Evaluates policies for the server, in a process of its own
    #[command(hide = true)]
    EvaluatePolicies,
    /// Prints the completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Prints the version, and whether the log may be on Kafka
    Version,
}
