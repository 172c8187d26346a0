//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use application::Amount;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use events::Service;
use kube_model::PlacePattern;
use preview::Take;

const SOURCES: &str = "A SOURCE is an environment of plimsoll.yaml, a file, a directory (read recursively), `-` for \
standard input, or git+URL//PATH@REV of a local or remote repository.";

/// Shows what a Kubernetes promotion changes, costs and risks, before it is merged.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, after_help = SOURCES, max_term_width = 100)]
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
    /// What a promotion would edit in the target's own files, and what that changes, costs and risks
    Preview(Preview),
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
    /// The audit log: list, export, verify offline, the public key
    Audit(Audit),
    /// Events that could not be handled: list, show, retry, discard
    DeadLetter(DeadLetters),
    /// Prints the completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Prints the version
    Version,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where the example's repositories and the control plane's data are made; new or empty
    #[arg(value_name = "DIRECTORY")]
    pub(crate) directory: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = SOURCES,
    override_usage = "plimsoll diff [OPTIONS] <BEFORE> <AFTER>\n       plimsoll diff --live [OPTIONS] <LIVE> <DESIRED>"
)]
pub(crate) struct Diff {
    /// The state before, and the state after
    #[arg(value_name = "SOURCE", required = true, num_args = 2)]
    pub(crate) sources: Vec<String>,
    /// The state before is what is live (`kubectl get -o yaml`): show what applying the other would change
    #[arg(long)]
    pub(crate) live: bool,
    /// Print the objects as they would be live, as YAML, instead of the difference
    #[arg(long, requires = "live")]
    pub(crate) predicted: bool,
    /// How the objects are applied [default: as each was applied the last time]
    #[arg(long, value_name = "WHERE", requires = "live")]
    pub(crate) apply: Option<Apply>,
    /// The field manager of a server-side apply
    #[arg(long, value_name = "NAME", requires = "live")]
    pub(crate) field_manager: Option<String>,
    /// List all that was left out, with the reasons
    #[arg(long)]
    pub(crate) show_suppressed: bool,
    /// Show these places only: Kind/name:path, `*` for any; what that hides is counted
    #[arg(long, value_name = "PLACE")]
    pub(crate) filter: Vec<PlacePattern>,
    /// Show how much changes in each object, a line each
    #[arg(long)]
    pub(crate) stat: bool,
    /// Show so many lines around a change within a text [default: 0; of yaml-diff: 3]
    #[arg(long, value_name = "N")]
    pub(crate) context: Option<usize>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = DiffFormat::Text, help_heading = "Common options")]
    pub(crate) format: DiffFormat,
    /// An Argo CD Application whose ignoreDifferences are left out; those among the sources are too
    #[arg(long, value_name = "FILE")]
    pub(crate) argocd_application: Option<String>,
    /// The namespace of objects whose manifest names none
    #[arg(long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    #[command(flatten)]
    pub(crate) pricing: Pricing,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// How objects are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Apply {
    /// `kubectl apply`
    Client,
    /// `kubectl apply --server-side`
    Server,
}

#[derive(Debug, Args)]
#[command(after_help = SOURCES, override_usage = "plimsoll cost [OPTIONS] [BEFORE] <AFTER>")]
pub(crate) struct Cost {
    /// The state before, and the state after; one alone is the state after: everything is new
    #[arg(value_name = "SOURCE", required = true, num_args = 1..=2)]
    pub(crate) sources: Vec<String>,
    #[command(flatten)]
    pub(crate) pricing: Pricing,
    #[command(flatten)]
    pub(crate) printed: Printed,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
#[command(after_help = SOURCES, override_usage = "plimsoll risk [OPTIONS] [BEFORE] <AFTER>")]
pub(crate) struct Risk {
    /// The state before, and the state after; one alone is the state after: everything is new
    #[arg(value_name = "SOURCE", required = true, num_args = 1..=2)]
    pub(crate) sources: Vec<String>,
    #[command(flatten)]
    pub(crate) pricing: Pricing,
    #[command(flatten)]
    pub(crate) printed: Printed,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
#[command(after_help = SOURCES)]
pub(crate) struct Preview {
    /// The environment whose changes are carried
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: String,
    /// The environment that they are carried to
    #[arg(long, value_name = "SOURCE")]
    pub(crate) to: String,
    /// The source environment as it stood at the last promotion: a SOURCE, or ROOT//PATH|ENVIRONMENT
    #[arg(long, value_name = "SOURCE")]
    pub(crate) base: Option<String>,
    /// Decide a place: Kind/name:path=source carries it, =target leaves it [default: source]
    #[arg(long, value_name = "PLACE[=source|target]")]
    pub(crate) take: Vec<Take>,
    /// Carry nothing but these places
    #[arg(long, value_name = "PLACE")]
    pub(crate) only: Vec<PlacePattern>,
    /// Leave these places pending
    #[arg(long, value_name = "PLACE")]
    pub(crate) skip: Vec<PlacePattern>,
    /// Print the edit as a unified diff, for git apply or patch -p1
    #[arg(long, conflicts_with = "rendered")]
    pub(crate) patch: bool,
    /// Apply the edit to the working tree; nothing is committed
    #[arg(long)]
    pub(crate) write: bool,
    /// Print the target's objects as they are after the edit, secrets masked
    #[arg(long)]
    pub(crate) rendered: bool,
    /// List everything that is kept
    #[arg(long, short)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) pricing: Pricing,
    #[command(flatten)]
    pub(crate) printed: Printed,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What a price depends on beside the manifests.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cost options")]
pub(crate) struct Pricing {
    /// Your own prices, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) price_book: Option<PathBuf>,
    /// The nodes that a DaemonSet runs on
    #[arg(long, value_name = "N")]
    pub(crate) node_count: Option<u32>,
    /// The minutes that a run of a CronJob takes
    #[arg(long, value_name = "N")]
    pub(crate) run_minutes: Option<u32>,
    /// Exit with 2 when the change costs more than this a month: 50, 50USD
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) fail_above: Option<Amount>,
}

/// The forms in which a difference is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people at a terminal
    Text,
    /// For programs; see schemas/json
    Json,
    /// For a comment on a pull request
    Markdown,
    /// A unified diff of the objects' YAML, with defaults, line by line
    YamlDiff,
    /// JSON Patch (RFC 6902) for each object
    JsonPatch,
}

/// The form in which a verb prints what it finds.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Printed {
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// What every verb takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// The most characters of Markdown: what is too large for a Git host's comment is left out, and said
    #[arg(long, value_name = "N", default_value_t = 65_000)]
    pub(crate) markdown_limit: usize,
    /// When to colour text; NO_COLOR is honoured
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
    /// Exit with 2 when the risk is at this level or above
    #[arg(long, value_name = "LEVEL")]
    pub(crate) fail_on: Option<GateLevel>,
    /// The plimsoll.yaml to read [default: the one in this directory]
    #[arg(long, value_name = "FILE")]
    pub(crate) application: Option<String>,
    /// The largest file that is read
    #[arg(long, value_name = "N", default_value_t = source::Limits::default().file_bytes)]
    pub(crate) max_file_bytes: u64,
    /// The key under which secrets are masked, so that masks compare between runs [default: a new one each run]
    #[arg(long, value_name = "FILE")]
    pub(crate) redaction_key_file: Option<PathBuf>,
}

/// The forms of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people at a terminal
    Text,
    /// For programs; see schemas/json
    Json,
    /// For a comment on a pull request
    Markdown,
}

/// When text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal
    Auto,
    /// Into pipes and files too
    Always,
    /// Nowhere
    Never,
}

/// The levels that a gate can be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GateLevel {
    Low,
    Medium,
    High,
    Critical,
}

/// The server that is called.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server options")]
pub(crate) struct Server {
    /// The server's address [default: the one of plimsoll login, else http://127.0.0.1:8080]
    #[arg(long, value_name = "URL", env = "PLIMSOLL_SERVER")]
    pub(crate) server: Option<String>,
    /// The file that holds the token, `-` for standard input [default: PLIMSOLL_TOKEN, else the one of plimsoll login]
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

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

fn setting(text: &str) -> Result<(String, String), String> {
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
pub(crate) struct Login {
    /// The server's address
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) server: String,
    /// The file that holds the token, `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Token {
    #[command(subcommand)]
    pub(crate) verb: TokenVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    /// Makes a token and prints it: it is shown this once
    Create {
        /// Whose it is
        #[arg(long)]
        user: String,
        /// What it lets them do: requester, approver, admin
        #[arg(long)]
        role: RoleName,
        #[command(flatten)]
        server: Server,
    },
    /// Lists the organisation's tokens
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Revokes a token
    Revoke {
        /// Its identifier
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Says whose token this is
    Me {
        #[command(flatten)]
        server: Server,
    },
}

/// A role by its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RoleName(pub(crate) access::Role);

impl std::str::FromStr for RoleName {
    type Err = access::RoleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Clusters {
    #[command(subcommand)]
    pub(crate) verb: ClusterVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClusterVerb {
    /// Registers a cluster under the name that plimsoll.yaml has for it
    Register {
        /// Its name
        name: String,
        #[command(flatten)]
        server: Server,
    },
    /// Lists the clusters
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Gives a cluster another name
    Rename {
        /// Its name or its identifier
        cluster: String,
        /// The new name
        name: String,
        #[command(flatten)]
        server: Server,
    },
    /// Removes a cluster; what happened to it stays in the log
    Delete {
        /// Its name or its identifier
        cluster: String,
        #[command(flatten)]
        server: Server,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Application {
    #[command(subcommand)]
    pub(crate) verb: ApplicationVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ApplicationVerb {
    /// Registers the application of a repository's plimsoll.yaml
    Register {
        /// The repository's URL
        #[arg(long, value_name = "URL")]
        repo: String,
        /// Where plimsoll.yaml lies in it
        #[arg(long, default_value = application::FILE_NAME)]
        path: String,
        #[command(flatten)]
        server: Server,
    },
    /// Lists the applications
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Reads an application's plimsoll.yaml again, from where it lies or from another place
    Update {
        /// Its name or its identifier
        application: String,
        /// The repository's URL [default: as before]
        #[arg(long, value_name = "URL")]
        repo: Option<String>,
        /// Where plimsoll.yaml lies in it [default: as before, else plimsoll.yaml]
        #[arg(long)]
        path: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Removes an application; what happened to it stays in the log
    Delete {
        /// Its name or its identifier
        application: String,
        #[command(flatten)]
        server: Server,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Promotions {
    #[command(subcommand)]
    pub(crate) verb: PromotionVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PromotionVerb {
    /// Asks for a promotion, and shows its preview
    Request(RequestPromotion),
    /// Lists promotions, newest first
    List {
        /// Only in this status
        #[arg(long)]
        status: Option<String>,
        /// Only of this application
        #[arg(long)]
        application: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Shows a promotion and its preview
    Show {
        /// Its identifier
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Approves a promotion
    Approve(Decide),
    /// Rejects a promotion
    Reject(Decide),
    /// Prints each change of a promotion until nothing more will happen
    Watch {
        /// Its identifier
        id: String,
        #[command(flatten)]
        server: Server,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RequestPromotion {
    /// The application: its name or its identifier
    #[arg(long, value_name = "NAME")]
    pub(crate) application: String,
    /// The environment whose changes are carried
    #[arg(long, value_name = "ENVIRONMENT")]
    pub(crate) from: String,
    /// The environment that they are carried to
    #[arg(long, value_name = "ENVIRONMENT")]
    pub(crate) to: String,
    /// The commit at which the source is read [default: the head of the default branch]
    #[arg(long)]
    pub(crate) commit: Option<String>,
    /// Decide a place: Kind/name:path=source carries it, =target leaves it [default: source]
    #[arg(long, value_name = "PLACE[=source|target]")]
    pub(crate) take: Vec<Take>,
    /// Carry nothing but these places
    #[arg(long, value_name = "PLACE")]
    pub(crate) only: Vec<PlacePattern>,
    /// Leave these places pending
    #[arg(long, value_name = "PLACE")]
    pub(crate) skip: Vec<PlacePattern>,
    /// How many seconds to wait for the preview
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) wait: u32,
    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// The promotion's identifier
    pub(crate) id: String,
    /// Why
    #[arg(long)]
    pub(crate) comment: Option<String>,
    /// Only if this is the hash of the preview as it is (for an approval)
    #[arg(long, value_name = "HASH")]
    pub(crate) preview_hash: Option<String>,
    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    pub(crate) verb: AuditVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// Lists what happened, newest first
    List {
        #[command(flatten)]
        filter: AuditFilter,
        /// How many, at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
        #[command(flatten)]
        server: Server,
    },
    /// Writes the log with its proofs, one JSON document a line
    Export {
        #[command(flatten)]
        filter: AuditFilter,
        /// The file to write [default: standard output]
        #[arg(long, short)]
        output: Option<PathBuf>,
        #[command(flatten)]
        server: Server,
    },
    /// Checks an export against the public key, offline: exits with 2 and says where, if it is not what was signed
    Verify {
        /// The file that plimsoll audit export wrote
        export: PathBuf,
        /// The public key, as plimsoll audit key printed it, from somebody you trust
        #[arg(long)]
        key: String,
        /// The form of the output
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Prints the public key that verifies
    Key {
        #[command(flatten)]
        server: Server,
    },
}

/// Which events.
#[derive(Debug, Args)]
pub(crate) struct AuditFilter {
    /// Only of this promotion
    #[arg(long, value_name = "ID")]
    pub(crate) promotion: Option<String>,
    /// Only by this person or service
    #[arg(long)]
    pub(crate) actor: Option<String>,
    /// Only of this type, such as ApprovalGiven
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) event_type: Option<String>,
    /// Only from this time on, such as 2026-11-21T17:30:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DeadLetters {
    #[command(subcommand)]
    pub(crate) verb: DeadLetterVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeadLetterVerb {
    /// Lists those that wait, oldest first
    List {
        /// parked, retrying, handled or discarded
        #[arg(long)]
        state: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Shows one with its bytes
    Show {
        /// SERVICE/NUMBER
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Has it handled again, and then those that wait behind it
    Retry {
        /// SERVICE/NUMBER
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Gives it up, so that those behind it go on
    Discard {
        /// SERVICE/NUMBER
        id: String,
        /// Why it is given up
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        server: Server,
    },
}
