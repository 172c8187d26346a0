//! The stack as a whole.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use rustix::process::Pid;
use serde::{Deserialize, Serialize};

use crate::error::StackError;
use crate::layout::{Layout, Schemas, put};
use crate::process::{Part, State};
use crate::programs::check_programs;
use crate::shell::{found, run};
use crate::{grants, kafka, postgres, redis, registry, services, standing};

/// Servers start in seconds, on a machine that does other things in more.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a part may take to end in order.
const FAREWELL: Duration = Duration::from_secs(30);
/// What a stack is, in its directory.
const WRITTEN: &str = "stack.json";

/// The parts of a stack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stack {
    layout: Layout,
    parts: Vec<Part>,
}

/// How a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its process, if it runs.
    pub process: Option<Pid>,
    /// Its port.
    pub port: u16,
    /// Whether it runs and does its work.
    pub state: State,
    /// Where it logs.
    pub log: String,
}

impl Stack {
    /// Prepares every part, and starts none.
    ///
    /// # Errors
    /// Something that it needs is not there, or another stack runs in the directory.
    pub fn prepare(layout: Layout) -> Result<Self, StackError> {
        standing::check(&layout)?;
        if !layout.jars().is_dir() {
            let jars = layout.jars();
            let jars = jars.display();
            return Err(StackError::new(format!("there is no Kafka in {jars}: run scripts/kafka/fetch.sh")));
        }
        if found("java").is_none() {
            return Err(StackError::new("there is no java (Debian: apt-get install default-jre-headless)"));
        }
        layout.make_directories()?;
        let mut parts = kafka::parts(&layout)?;
        parts.push(postgres::part(&layout)?);
        parts.extend(redis::part(&layout)?);
        if layout.schemas == Schemas::Registered {
            parts.push(registry::part(&layout)?);
        }
        parts.extend(services::parts(&layout)?);
        let stack = Self { layout, parts };
        // What was started is known by it, however this program and the machine change.
        let text =
            serde_json::to_string_pretty(&stack).map_err(|error| StackError::new(error.to_string()))?;
        put(&stack.layout.at(WRITTEN), &text)?;
        Ok(stack)
    }

    /// Starts what does not run yet, and waits until all of it does its work. `tell` hears what is there so far.
    ///
    /// # Errors
    /// Another stack runs in the directory, a program has no Kafka in it, a port is somebody else's, or a part does not start; what was
    /// started then runs on, so that its log can be read.
    pub fn up(layout: Layout, tell: impl Fn(&str)) -> Result<Self, StackError> {
        check_programs(&layout)?;
        let stack = Self::prepare(layout)?;
        stack.servers(&tell)?;
        stack.services(&tell)?;
        Ok(stack)
    }

    /// Starts Kafka, the registry, Postgres and Redis, makes topics, roles and grants, and registers the schemas.
    ///
    /// # Errors
    /// As [`Stack::up`].
    pub fn servers(&self, tell: impl Fn(&str)) -> Result<(), StackError> {
        self.check_ports()?;
        begin(self.split().0, &tell)?;
        grants::make(&self.layout)?;
        tell("topics, roles, grants and schemas are there");
        Ok(())
    }

    /// Starts the services: where there are two of one, the first makes its tables before the second looks for them.
    ///
    /// # Errors
    /// As [`Stack::up`].
    pub fn services(&self, tell: impl Fn(&str)) -> Result<(), StackError> {
        let is_first = |part: &&Part| part.service.as_ref() == Some(&part.name);
        let (first, second): (Vec<_>, Vec<_>) = self.processes().iter().partition(is_first);
        begin(first, &tell)?;
        begin(second, &tell)
    }

    fn split(&self) -> (&[Part], &[Part]) {
        self.parts.split_at(self.parts.partition_point(|part| part.service.is_none()))
    }

    fn check_ports(&self) -> Result<(), StackError> {
        for part in self.parts.iter().filter(|part| part.process().is_none()) {
            TcpListener::bind(("127.0.0.1", part.port))
                .map_err(|error| StackError::new(format!("{}: port {}: {error}", part.name, part.port)))?;
        }
        Ok(())
    }

    /// Where everything is.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// All parts: servers, then services.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The processes of services.
    #[must_use]
    pub fn processes(&self) -> &[Part] {
        self.split().1
    }

    /// A part by its name.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn part(&self, name: &str) -> Result<&Part, StackError> {
        let part = self.parts.iter().find(|part| part.name == name);
        part.ok_or_else(|| StackError::new(format!("{name} is no part of the stack")))
    }

    /// One more process of a service, which is no part of the stack: its configuration is written, and who asks for it starts and ends it. The
    /// first that others call is `copy` 0. The ports of `copy` 2 and later ones lie behind the stack's hundred.
    ///
    /// # Errors
    /// There is no such service, or a file cannot be written.
    pub fn copy(&self, service: &str, copy: u16) -> Result<Part, StackError> {
        services::copy(&self.layout, service, copy)
    }

    /// How every part is.
    #[must_use]
    pub fn status(&self) -> Vec<Row> {
        let row = |part: &Part| Row {
            name: part.name.clone(),
            process: part.process(),
            port: part.port,
            state: part.state(),
            log: part.log().display().to_string(),
        };
        self.parts.iter().map(row).collect()
    }

    /// Ends exactly what was started, services first; the names of what ran and is gone, in that order.
    pub fn down(&self) -> Vec<String> {
        let (servers, services) = self.split();
        let mut ran: Vec<&Part> = services.iter().chain(servers).collect();
        ran.retain(|part| part.process().is_some());
        for parts in [services, servers] {
            std::thread::scope(|scope| {
                for part in parts {
                    scope.spawn(|| part.stop(FAREWELL));
                }
            });
        }
        ran.into_iter().filter(|part| part.process().is_none()).map(|part| part.name.clone()).collect()
    }

    /// The stack of a directory, as it was brought up.
    ///
    /// # Errors
    /// There is none.
    pub fn of(directory: &Path) -> Result<Self, StackError> {
        let path = directory.join(WRITTEN);
        let text = fs::read_to_string(&path).map_err(StackError::file(&path))?;
        serde_json::from_str(&text).map_err(|error| StackError::new(format!("{}: {error}", path.display())))
    }

    /// What Kafka says that is granted, as `kafka-acls --list` prints it.
    ///
    /// # Errors
    /// Kafka cannot be asked.
    pub fn grants(&self) -> Result<String, StackError> {
        grants::listed(&self.layout)
    }

    /// What the database answers its superuser, a row a line.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub fn sql(&self, sql: &str) -> Result<String, StackError> {
        postgres::psql(&self.layout, "plimsoll", sql)
    }

    /// What Plimsoll's own command prints for an administrator, who has the log, the database and the API.
    ///
    /// # Errors
    /// It ends with an error, or with a verdict against.
    pub fn plimsoll(&self, words: &[&str]) -> Result<String, StackError> {
        let mut command = grants::plimsoll(&self.layout);
        command.args(words).env("PLIMSOLL_CONFIG", self.layout.admin_config());
        command.env("DATABASE_URL", postgres::superuser(&self.layout)?);
        command.env("PLIMSOLL_SERVER", format!("http://127.0.0.1:{}", self.layout.api_port()));
        run(command.env("PLIMSOLL_TOKEN", self.admin_token()?), "")
    }

    /// The token of the first organisation's admin.
    ///
    /// # Errors
    /// The gateway has not made it yet.
    pub fn admin_token(&self) -> Result<String, StackError> {
        let path = self.layout.at("secrets/admin.token");
        let text = fs::read_to_string(&path).map_err(StackError::file(&path))?;
        Ok(text.trim().to_owned())
    }
}

/// Starts those that do not run, and waits until each does its work.
fn begin<'a>(parts: impl IntoIterator<Item = &'a Part>, tell: impl Fn(&str)) -> Result<(), StackError> {
    let begun = |part: &'a Part| {
        let ran = part.process().is_some();
        part.start().map(|()| (part, ran))
    };
    let begun: Vec<_> = parts.into_iter().map(begun).collect::<Result<_, _>>()?;
    for (part, ran) in begun {
        match (part.until_ready(PATIENCE), ran) {
            (Ok(()), _) => tell(&format!("{} is ready", part.name)),
            (Err(error), false) => return Err(error),
            // What was mended since is in its settings, and it has not read them.
            (Err(error), true) => {
                let why =
                    "it has run since before, with the settings of then: bring the stack down, and up again";
                return Err(StackError::new(format!("{error}\n{}: {why}", part.name)));
            }
        }
    }
    Ok(())
}
