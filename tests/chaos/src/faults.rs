//! What is broken, and how.

use std::thread::sleep;
use std::time::Duration;

use chaos::{Failed, Lines, Seeded};
use rustix::process::{Resource, Rlimit, prlimit};
use stack::{Part, SERVICES, Signal, Stack};
use test_proxy::Line;

use crate::log::Log;

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Nothing,
    ServiceKilled,
    ServiceStopped,
    ServiceStalled,
    BrokerRestarted,
    BrokerKilled,
    LeaderSilent,
    LeaderSlow,
    BrokerDiskFull,
    PostgresRestarted,
    PostgresAway,
    RegistryAway,
    Poison,
    Repeated,
}

/// How often each fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Each once (of the services: each is killed, and some stand still).
    Short,
    Full,
}

impl Fault {
    pub(crate) const ALL: [Self; 14] = [
        Self::Nothing,
        Self::ServiceKilled,
        Self::ServiceStopped,
        Self::ServiceStalled,
        Self::BrokerRestarted,
        Self::BrokerKilled,
        Self::LeaderSilent,
        Self::LeaderSlow,
        Self::BrokerDiskFull,
        Self::PostgresRestarted,
        Self::PostgresAway,
        Self::RegistryAway,
        Self::Poison,
        Self::Repeated,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::ServiceKilled => "a service killed (-9)",
            Self::ServiceStopped => "a service stalled (SIGSTOP) past its session, 8 s",
            Self::ServiceStalled => "a service stalled (SIGSTOP) past its poll interval, 15 s",
            Self::BrokerRestarted => "a broker stopped and started",
            Self::BrokerKilled => "one of three brokers killed while producing",
            Self::LeaderSilent => "a leader partitioned from the services for 15 s",
            Self::LeaderSlow => "a leader slowed (50 ms a packet, each way) for 8 s",
            Self::BrokerDiskFull => "a broker's disk takes no more",
            Self::PostgresRestarted => "Postgres restarted",
            Self::PostgresAway => "Postgres away",
            Self::RegistryAway => "the registry away, and a service restarted meanwhile",
            Self::Poison => "messages that cannot be read",
            Self::Repeated => "every event one to five times",
        }
    }

    pub(crate) fn times(self, form: Form) -> usize {
        match (self, form) {
            (Self::Nothing, _) => 0,
            (Self::ServiceKilled, Form::Short) => SERVICES.len(),
            (Self::ServiceKilled, Form::Full) => 10 * SERVICES.len(),
            (Self::ServiceStopped, Form::Short) => 3,
            (Self::ServiceStopped | Self::ServiceStalled, Form::Full) => SERVICES.len(),
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
}

/// Longer than a member's session (6 s).
const HOLD: Duration = Duration::from_secs(8);
/// Longer than a member may be silent to its own librdkafka, and than a broker may take to answer (10 s each).
const LONG: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(120);

impl Scene<'_> {
    /// Breaks something, and mends it. What it returns is still broken, and is mended once everybody has caught up without it.
    pub(crate) fn inject(
        &self,
        fault: Fault,
        time: usize,
        seeded: &mut Seeded,
    ) -> Result<Option<&Part>, Failed> {
        let number = u16::try_from(seeded.below(3))? + 1;
        let broker = self.stack.part(&format!("kafka-{number}"))?;
        let postgres = self.stack.part("postgres")?;
        match fault {
            Fault::Nothing | Fault::Repeated => {}
            Fault::ServiceKilled => {
                let part = self.stack.part(SERVICES[time % SERVICES.len()])?;
                part.kill();
                part.start()?;
            }
            Fault::ServiceStopped => self.stand_still(seeded, HOLD)?,
            Fault::ServiceStalled => self.stand_still(seeded, LONG)?,
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
            Fault::RegistryAway => {
                // It keeps what it has in memory: it says nothing, and is not killed.
                let registry = self.stack.part("registry")?;
                registry.signal(Signal::STOP);
                let service = self.stack.part(SERVICES[time % SERVICES.len()])?;
                service.kill();
                service.start()?;
                service.until_ready(PATIENCE)?;
                return Ok(Some(registry));
            }
            Fault::Poison => self.log.poison(time)?,
        }
        Ok(None)
    }

    /// One of the services does nothing for a while.
    fn stand_still(&self, seeded: &mut Seeded, time: Duration) -> Result<(), Failed> {
        let part = self.stack.part(seeded.one(&SERVICES).copied().unwrap_or_default())?;
        part.signal(Signal::STOP);
        sleep(time);
        part.signal(Signal::CONT);
        Ok(())
    }

    fn line(&self, broker: u16, line: Line, time: Duration) {
        self.lines.set(broker, line);
        sleep(time);
        self.lines.set(broker, Line::Open);
    }
}

fn again(part: &Part, away: Duration) -> Result<(), Failed> {
    part.stop(PATIENCE);
    sleep(away);
    part.start()?;
    Ok(part.until_ready(PATIENCE)?)
}

/// No file of the broker grows any more, which a write of its log fails by as it does on a full disk (EFBIG for ENOSPC): a broker
/// whose only directory has failed ends.
fn fill(broker: &Part) -> Result<(), Failed> {
    // Without a number it would be this process.
    let process = broker.process().ok_or("the broker does not run")?;
    let limit = Rlimit { current: Some(1), maximum: Some(1) };
    prlimit(Some(process), Resource::Fsize, limit)?;
    let mut waited = Duration::ZERO;
    while broker.process().is_some() {
        if waited > PATIENCE {
            return Err("a broker that can write nothing goes on".into());
        }
        sleep(HOLD / 80);
        waited += HOLD / 80;
    }
    Ok(())
}
