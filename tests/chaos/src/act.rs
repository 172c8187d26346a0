//! An act: people promote, a fault happens as often as it does, and then it is counted.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use chaos::{Client, Driver, Failed, Lines, Repository, Row, Seeded};
use stack::{SERVICES, Signal, Stack};

use crate::faults::{Fault, Form, Scene};
use crate::log::Log;
use crate::poison;

/// Everything that acts have in common.
pub(crate) struct Theatre<'a> {
    stack: &'a Stack,
    lines: &'a Lines,
    log: Log,
    people: (Client, Client, Client),
    repositories: PathBuf,
    form: Form,
    lanes: usize,
    seeded: Seeded,
}

/// Nobody is behind for longer, or something is wrong.
const PATIENCE: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(200);
/// Between two links of the chain nobody is behind for a moment.
const LOOKS: usize = 4;

impl<'a> Theatre<'a> {
    pub(crate) fn new(
        stack: &'a Stack,
        lines: &'a Lines,
        log: Log,
        people: (Client, Client, Client),
        repositories: PathBuf,
        (form, lanes): (Form, usize),
    ) -> Self {
        Self { stack, lines, log, people, repositories, form, lanes, seeded: Seeded(0x506c_696d_736f_6c6c) }
    }

    /// The row of the table, and what else went otherwise than people are promised.
    pub(crate) fn act(&mut self, fault: Fault, quota: usize) -> Result<(Row, Vec<String>), Failed> {
        let name = format!("{fault:?}").to_lowercase();
        let repository = Repository::new(&self.repositories.join(&name))?;
        let (admin, alice, bob) = &self.people;
        let driver = Driver::new((admin, alice, bob), &repository, (name, quota));
        let times = fault.times(self.form);
        let before = self.letters()?;
        let repeated = self.log.seen.repeated();
        let over = AtomicBool::new(false);
        let (recovery, mut problems) = std::thread::scope(|scope| {
            let copier = (fault == Fault::Repeated).then(|| self.log.copier()).transpose()?;
            for _ in 0..self.lanes {
                scope.spawn(|| driver.drive());
            }
            let copying = copier.map(|mut copier| {
                let over = &over;
                scope.spawn(move || {
                    while !over.load(Ordering::SeqCst) {
                        copier.copy();
                    }
                    copier.finish()
                })
            });
            let scene = Scene { stack: self.stack, lines: self.lines, log: &self.log, form: self.form };
            let broken = break_it(&scene, fault, &driver, (quota, times), &mut self.seeded);
            driver.open_gate();
            while !driver.is_over() {
                sleep(LOOK);
            }
            over.store(true, Ordering::SeqCst);
            if let Some(copies) = copying.and_then(|copying| copying.join().ok()) {
                eprintln!("  {} events written again", copies?);
            }
            broken
        })?;
        let still = caught_up(self.stack, &self.log);
        problems.extend(still.is_none().then(|| format!("{}: somebody stays behind", fault.name())));
        self.log.read_on()?;
        let acknowledged = driver.acknowledged().clone();
        let counts = self.log.seen.judge(&acknowledged, &repository.pushed()?);
        problems.extend(driver.problems().iter().cloned());
        problems.extend(counts.lost.iter().chain(&counts.doubled).cloned());
        let letters = self.letters()?;
        let spoilt: Vec<String> = match fault {
            Fault::Poison => {
                (0..times).flat_map(poison::expected).map(|(key, code)| format!(" {key} {code}")).collect()
            }
            _ => Vec::new(),
        };
        let (parked, letters): (Vec<_>, Vec<_>) = letters
            .into_iter()
            .filter(|letter| !before.contains(letter))
            .partition(|letter| spoilt.iter().any(|end| letter.ends_with(end)));
        problems.extend(letters.iter().map(|letter| format!("a dead letter: {letter}")));
        let row = Row {
            fault: fault.name().to_owned(),
            times,
            promotions: quota,
            acknowledged: acknowledged.commands(),
            lost: counts.lost.len(),
            doubled: counts.doubled.len(),
            repeated: self.log.seen.repeated() - repeated,
            dead_letters: letters.len(),
            poison: (parked.len(), spoilt.len() * poison::READERS),
            recovery,
            memory: self.memory(),
        };
        Ok((row, problems))
    }

    /// The dead letters of all services, a line each.
    fn letters(&self) -> Result<Vec<String>, Failed> {
        let of = |service: &str| {
            format!(
                "SELECT '{service} ' || consumer || ' ' || id || ' ' || encode(key, 'escape') || ' ' || code FROM \"{service}\".dead_letters"
            )
        };
        let found = self.stack.sql(&format!("{};\n", SERVICES.map(of).join(" UNION ALL ")))?;
        Ok(found.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    /// The most that a service has had.
    fn memory(&self) -> u64 {
        let parts = self.stack.parts().iter().filter(|part| SERVICES.contains(&part.name.as_str()));
        parts.filter_map(|part| Some(part.memory()?.1)).max().unwrap_or_default()
    }
}

/// The fault, as often as it happens, while people promote; and how long it took at most until nobody was behind.
fn break_it(
    scene: &Scene<'_>,
    fault: Fault,
    driver: &Driver<'_>,
    (quota, times): (usize, usize),
    seeded: &mut Seeded,
) -> Result<(Option<Duration>, Vec<String>), Failed> {
    let (mut longest, mut problems) = (None, Vec::new());
    // Five steps a promotion, spread over all times.
    let steps = (5 * quota / (times + 1)).max(1);
    for time in 0..times {
        driver.go_on(steps);
        sleep(Duration::from_millis(seeded.below(300)));
        let still_broken = scene.inject(fault, time, seeded)?;
        driver.close_gate();
        let took = caught_up(scene.stack, scene.log);
        problems.extend(took.is_none().then(|| format!("{} ({time}): nobody caught up", fault.name())));
        longest = longest.max(took);
        if let Some(part) = still_broken {
            part.signal(Signal::CONT);
            part.start()?;
            part.until_ready(PATIENCE)?;
        }
        driver.open_gate();
    }
    Ok((longest, problems))
}

/// Waits until every group has committed everything, and nothing waits in an outbox; says how long that took.
fn caught_up(stack: &Stack, log: &Log) -> Option<Duration> {
    #[expect(clippy::disallowed_methods, reason = "how long it takes is what is measured")]
    let began = Instant::now();
    let of = |service: &str| format!("(SELECT count(*) FROM \"{service}\".outbox)");
    let waiting = format!("SELECT {};\n", SERVICES.map(of).join(" + "));
    let mut looks = 0;
    let mut first = None;
    while looks < LOOKS {
        if began.elapsed() > PATIENCE {
            return None;
        }
        let is_empty = || stack.sql(&waiting).is_ok_and(|count| count.trim() == "0");
        if matches!(log.lag(), Ok(0)) && is_empty() {
            looks += 1;
            first = first.or(Some(began.elapsed()));
        } else {
            (looks, first) = (0, None);
        }
        sleep(LOOK);
    }
    first
}
