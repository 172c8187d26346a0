//! What is broken, and how.

use std::thread::sleep;
use std::time::{Duration, Instant};

use chaos::{Failed, Form, Lines};
use rustix::process::{Resource, Rlimit, prlimit};
use seeded::Lot;
use stack::{Part, Ready, SERVICES, Signal, Stack};
use test_proxy::Line;

use crate::log::Log;
use crate::roll::Roll;

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Nothing,
    ServiceKilled,
    ServiceAway,
    ServiceStopped,
    HandlerStalled,
    BrokerRestarted,
    BrokerKilled,
    LeaderSilent,
    LeaderSlow,
    BrokerDiskFull,
    PostgresRestarted,
    PostgresAway,
    RedisKilled,
    RegistryAway,
    Poison,
    Repeated,
}

impl Fault {
    pub(crate) const ALL: [Self; 16] = [
        Self::Nothing,
        Self::ServiceKilled,
        Self::ServiceAway,
        Self::ServiceStopped,
        Self::HandlerStalled,
        Self::BrokerRestarted,
        Self::BrokerKilled,
        Self::LeaderSilent,
        Self::LeaderSlow,
        Self::BrokerDiskFull,
        Self::PostgresRestarted,
        Self::PostgresAway,
        Self::RedisKilled,
        Self::RegistryAway,
        Self::Poison,
        Self::Repeated,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::ServiceKilled => "a service killed (-9)",
            Self::ServiceAway => "a service killed (-9), and started when another has its work, 10 s",
            Self::ServiceStopped => "a service stalled (SIGSTOP) past its session, 8 s",
            Self::HandlerStalled => {
                "a handler stalled (its tables locked) past session and poll interval, 15 s"
            }
            Self::BrokerRestarted => "a broker stopped and started",
            Self::BrokerKilled => "one of three brokers killed while producing",
            Self::LeaderSilent => "a leader partitioned from the services for 15 s",
            Self::LeaderSlow => "a leader slowed (50 ms a packet, each way) for 8 s",
            Self::BrokerDiskFull => "a broker's disk takes no more",
            Self::PostgresRestarted => "Postgres restarted",
            Self::PostgresAway => "Postgres away",
            Self::RedisKilled => "Redis killed, and started again with nothing in it",
            Self::RegistryAway => "the registry away, and a service restarted meanwhile",
            Self::Poison => "messages that cannot be read",
            Self::Repeated => "every event one to five times",
        }
    }

    /// Whether it stays broken until everybody has caught up without what is broken.
    pub(crate) fn lasts(self) -> bool {
        matches!(
            self,
            Self::ServiceAway
                | Self::BrokerKilled
                | Self::BrokerDiskFull
                | Self::RedisKilled
                | Self::RegistryAway
        )
    }

    /// `processes` are those that it may be done to.
    fn times(self, form: Form, processes: usize) -> usize {
        match (self, form) {
            (Self::Nothing, _) => 0,
            (Self::ServiceKilled, Form::Short) => processes,
            (Self::ServiceKilled, Form::Full) => 10 * SERVICES.len(),
            (Self::ServiceAway | Self::ServiceStopped, Form::Short) => 3,
            (Self::ServiceAway | Self::ServiceStopped, Form::Full) => processes,
            (Self::HandlerStalled, Form::Full) => HANDLERS.len(),
            (Self::BrokerRestarted, Form::Full) => 20,
            (Self::PostgresAway | Self::Poison | Self::Repeated, _) | (_, Form::Short) => 1,
            (_, Form::Full) => 5,
        }
    }
}

/// What faults are done to.
pub(crate) struct Scene<'a> {
    pub(crate) stack: &'a Stack,
    pub(crate) lines: &'a Lines,
    pub(crate) log: &'a Log,
    pub(crate) form: Form,
    pub(crate) roll: Roll<'a>,
    pub(crate) lot: Lot,
}

/// Who handles what others write: the catalog reads no topic.
const HANDLERS: [&str; 8] = ["promotion", "diff", "cost", "risk", "explain", "gitops", "audit", "gateway"];

/// Longer than a member's session (6 s).
const HOLD: Duration = Duration::from_secs(8);
/// A member's session, and 4 s in which its group shares the partitions anew: one that is back sooner has its own again, since it has its name.
const TAKEOVER: Duration = Duration::from_secs(10);
/// Longer than a member may ask for nothing, and than a broker may take to answer (10 s each).
const LONG: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(120);

impl<'a> Scene<'a> {
    /// How often a fault happens.
    pub(crate) fn times(&self, fault: Fault) -> usize {
        fault.times(self.form, self.able(fault).len())
    }

    /// The processes of services that a fault may be done to, in an order drawn by lot.
    pub(crate) fn turns(&mut self, fault: Fault) -> Vec<&'a Part> {
        let mut turns = self.able(fault);
        self.lot.shuffle(&mut turns);
        turns
    }

    /// What one leaves that stays away, another of its service takes over; some have no other.
    fn able(&self, fault: Fault) -> Vec<&'a Part> {
        let processes = self.stack.processes();
        let wants_another = fault == Fault::ServiceAway;
        processes.iter().filter(|part| !wants_another || has_another(processes, part)).collect()
    }

    /// Breaks something, and mends it; `part` is the process whose turn it is. What it returns is still broken, and is mended once
    /// everybody has caught up without it.
    pub(crate) fn inject(
        &mut self,
        fault: Fault,
        time: usize,
        part: &'a Part,
    ) -> Result<Option<&'a Part>, Failed> {
        let number = u16::try_from(self.lot.below(3))? + 1;
        let broker = self.stack.part(&format!("kafka-{number}"))?;
        let postgres = self.stack.part("postgres")?;
        match fault {
            Fault::Nothing | Fault::Repeated => {}
            Fault::ServiceKilled => {
                self.roll.kill(part);
                self.roll.start(part)?;
            }
            Fault::ServiceAway => {
                self.roll.kill(part);
                sleep(TAKEOVER);
                return Ok(Some(part));
            }
            Fault::ServiceStopped => {
                part.signal(Signal::STOP);
                sleep(HOLD);
                part.signal(Signal::CONT);
            }
            Fault::HandlerStalled => self.lock(HANDLERS[time % HANDLERS.len()])?,
            Fault::BrokerRestarted => again(broker, Duration::ZERO)?,
            Fault::BrokerKilled => {
                broker.kill();
                return Ok(Some(broker));
            }
            Fault::LeaderSilent => self.line(number, Line::Silent, LONG),
            Fault::LeaderSlow => self.line(number, Line::Slow, HOLD),
            Fault::BrokerDiskFull => {
                fill(broker)?;
                return Ok(Some(broker));
            }
            Fault::PostgresRestarted => again(postgres, Duration::ZERO)?,
            Fault::PostgresAway => {
                let seconds = if self.form == Form::Full { 60 } else { 10 };
                again(postgres, Duration::from_secs(seconds))?;
            }
            Fault::RedisKilled => {
                let redis = self.stack.part("redis")?;
                // Who does not use it would not miss it.
                self.stack.processes().iter().try_for_each(uses_redis)?;
                redis.kill();
                return Ok(Some(redis));
            }
            Fault::RegistryAway => {
                // It keeps what it has in memory: it says nothing, and is not killed.
                let registry = self.stack.part("registry")?;
                registry.signal(Signal::STOP);
                self.roll.kill(part);
                self.roll.start(part)?;
                part.until_ready(PATIENCE)?;
                return Ok(Some(registry));
            }
            Fault::Poison => self.log.poison(time)?,
        }
        Ok(None)
    }

    /// Whoever handles a record for this service waits for a while: its process lives, and does not get on.
    fn lock(&self, service: &str) -> Result<(), Failed> {
        let tables = match service {
            // It keeps no mark of what it has handled: a record that has a leaf has been.
            "audit" => "\"audit\".tree".to_owned(),
            _ => format!("\"{service}\".aggregates, \"{service}\".handled"),
        };
        let seconds = LONG.as_secs();
        self.stack.sql(&format!("BEGIN; LOCK TABLE {tables}; SELECT pg_sleep({seconds}); COMMIT;\n"))?;
        Ok(())
    }

    fn line(&self, broker: u16, line: Line, time: Duration) {
        self.lines.set(broker, line);
        sleep(time);
        self.lines.set(broker, Line::Open);
    }
}

/// Whether there is another process of its service.
fn has_another(processes: &[Part], part: &Part) -> bool {
    processes.iter().any(|other| other.service == part.service && other.name != part.name)
}

fn again(part: &Part, away: Duration) -> Result<(), Failed> {
    part.stop(PATIENCE);
    sleep(away);
    part.start()?;
    Ok(part.until_ready(PATIENCE)?)
}

/// Waits until a process has a Redis that answers, as its own metrics have it: after one was away, it looks again after up to 10 s.
fn uses_redis(part: &Part) -> Result<(), Failed> {
    let Ready::Answers { port, .. } = &part.ready else {
        return Err(format!("{} has no metrics to be asked", part.name).into());
    };
    let (url, began) = (format!("http://127.0.0.1:{port}/metrics"), now());
    loop {
        let asked = ureq::get(&url).config().timeout_global(Some(HOLD)).build().call();
        let answer = asked.and_then(|mut answer| answer.body_mut().read_to_string());
        if answer.is_ok_and(|text| text.lines().any(|line| line == "plimsoll_redis_away 0")) {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            return Err(format!("{} does not use the Redis that is there", part.name).into());
        }
        sleep(HOLD / 80);
    }
}

/// No file of the broker grows any more, which a write of its log fails by as it does on a full disk (EFBIG for ENOSPC): a broker
/// whose only directory has failed ends.
fn fill(broker: &Part) -> Result<(), Failed> {
    // Without a number it would be this process.
    let process = broker.process().ok_or("the broker does not run")?;
    let limit = Rlimit { current: Some(1), maximum: Some(1) };
    prlimit(Some(process), Resource::Fsize, limit)?;
    let began = now();
    while broker.process().is_some() {
        if began.elapsed() > PATIENCE {
            return Err("a broker that can write nothing goes on".into());
        }
        sleep(HOLD / 80);
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "how long something may take is said in time")]
fn now() -> Instant {
    Instant::now()
}
