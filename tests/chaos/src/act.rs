//! An act: people promote, a fault happens as often as it does, and then it is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{ScopedJoinHandle, sleep};
use std::time::Duration;

use chaos::{Acknowledged, Driver, Failed, Form, People, Repository, Row, Seen};
use stack::Signal;

use crate::audited;
use crate::faults::{Fault, Scene};
use crate::letters;
use crate::poison;
use crate::recovery::{PATIENCE, Recovery, caught_up};

/// Everything that acts have in common, and what was promised in them so far.
pub(crate) struct Theatre<'a> {
    scene: Scene<'a>,
    /// By each copy of the gateway.
    people: Vec<People>,
    directory: PathBuf,
    lanes: usize,
    acknowledged: Acknowledged,
    repositories: Vec<Repository>,
    /// What was lost or done twice in an act is told of that act.
    told: BTreeSet<String>,
    repeated: usize,
}

const LOOK: Duration = Duration::from_millis(200);

impl<'a> Theatre<'a> {
    pub(crate) fn new(scene: Scene<'a>, people: Vec<People>, directory: PathBuf, lanes: usize) -> Self {
        Self {
            scene,
            people,
            directory,
            lanes,
            acknowledged: Acknowledged::default(),
            repositories: Vec::new(),
            told: BTreeSet::new(),
            repeated: 0,
        }
    }

    /// The row of the table, and what else went otherwise than people are promised.
    pub(crate) fn act(&mut self, fault: Fault, quota: usize) -> Result<(Row, Vec<String>), Failed> {
        let name = format!("{fault:?}").to_lowercase();
        let repository = Repository::new(&self.directory.join(&name), Driver::applications(&name, quota))?;
        let driver = Driver::new(&self.people, &repository, (name, quota));
        let before = letters::all(self.scene.stack)?;
        let played = play(&mut self.scene, fault, &driver, (quota, self.lanes))?;
        let Played { recovery, mut problems, copies } = played;
        problems.extend(driver.problems().iter().cloned());
        let acknowledged = driver.acknowledged().clone();
        let mut row = Row {
            fault: fault.name().to_owned(),
            times: self.scene.times(fault),
            promotions: quota,
            acknowledged: acknowledged.commands(),
            recovery: recovery.longest,
            in_time: recovery.in_time(),
            memory: self.scene.roll.largest(),
            ..Row::default()
        };
        self.acknowledged.add(acknowledged);
        self.repositories.push(repository);
        problems.extend(self.judge(&mut row)?);
        problems.extend(copies.and_then(|copies| Seen::not_written_again(copies, row.repeated)));
        let mut letters = letters::all(self.scene.stack)?;
        letters.retain(|id, _| !before.contains_key(id));
        let spoilt: Vec<_> = match fault {
            Fault::Poison => (0..row.times).flat_map(poison::expected).collect(),
            _ => Vec::new(),
        };
        let expected = spoilt.len();
        let (parked, others) = letters::apart(&letters, spoilt);
        (row.poison, row.dead_letters) = ((parked, expected), others.len());
        problems.extend(others);
        Ok((row, problems))
    }

    /// Holds all that was ever promised against what is there now: a later act may lose what an earlier one was promised.
    fn judge(&mut self, row: &mut Row) -> Result<Vec<String>, Failed> {
        let seen = self.scene.log.read()?;
        let mut pushed = BTreeMap::new();
        for repository in &mut self.repositories {
            pushed.extend(repository.pushed()?);
        }
        let mut counts = seen.judge(&self.acknowledged, &pushed);
        counts.lost.extend(audited::lost(self.scene.stack, self.scene.log)?);
        for found in [&mut counts.lost, &mut counts.doubled] {
            found.retain(|said| self.told.insert(said.clone()));
        }
        (row.lost, row.doubled) = (counts.lost.len(), counts.doubled.len());
        // What is gone from the log may have been there twice.
        row.repeated = seen.repeated().saturating_sub(self.repeated);
        self.repeated = seen.repeated();
        Ok(counts.lost.into_iter().chain(counts.doubled).collect())
    }
}

/// How an act went.
struct Played {
    recovery: Recovery,
    problems: Vec<String>,
    /// How many records were written again, where that is the fault.
    copies: Option<usize>,
}

/// People promote until all is promoted, and meanwhile it breaks; then everybody catches up.
fn play(
    scene: &mut Scene<'_>,
    fault: Fault,
    driver: &Driver<'_>,
    (quota, lanes): (usize, usize),
) -> Result<Played, Failed> {
    let over = AtomicBool::new(false);
    let copier = (fault == Fault::Repeated).then(|| scene.log.copier()).transpose()?;
    let (broken, copies) = std::thread::scope(|scope| {
        let people: Vec<_> = (0..lanes).map(|lane| scope.spawn(move || driver.drive(lane))).collect();
        let copying = copier.map(|mut copier| {
            let over = &over;
            scope.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    copier.copy();
                }
                copier.finish()
            })
        });
        let broken = break_it(scene, fault, driver, quota);
        driver.open_gate();
        // One who has panicked has ended, too: then the scope does.
        while !people.iter().all(ScopedJoinHandle::is_finished) {
            sleep(LOOK);
        }
        over.store(true, Ordering::SeqCst);
        let panicked = |_| Err("who writes events again has panicked".into());
        (broken, copying.map(|copying| copying.join().unwrap_or_else(panicked)))
    });
    let (recovery, mut problems) = broken?;
    let copies = copies.transpose()?;
    let still = caught_up(scene.stack, scene.log);
    problems.extend(still.is_none().then(|| format!("{}: somebody stays behind", fault.name())));
    problems.extend(scene.roll.call()?);
    Ok(Played { recovery, problems, copies })
}

/// The fault, as often as it happens, while people promote; and how long it took until nobody was behind.
fn break_it(
    scene: &mut Scene<'_>,
    fault: Fault,
    driver: &Driver<'_>,
    quota: usize,
) -> Result<(Recovery, Vec<String>), Failed> {
    let (mut recovery, mut problems) = (Recovery::default(), Vec::new());
    let times = scene.times(fault);
    // They are spread over all times, and over what is before a fault and while it lasts.
    let steps = (Driver::STEPS * quota / (times + 1) / if fault.lasts() { 2 } else { 1 }).max(1);
    let turns = scene.turns(fault);
    for (time, part) in (0..times).zip(turns.into_iter().cycle()) {
        driver.go_on(steps);
        problems.extend(scene.roll.call()?);
        sleep(Duration::from_millis(scene.lot.below(300)));
        let still_broken = scene.inject(fault, time, part)?;
        // Without a process that others call people may come no further: until then they had a time.
        if still_broken.is_some() && fault != Fault::ServiceAway {
            driver.go_on(steps);
        }
        driver.close_gate();
        let mut is_well = recovery.wait(scene.stack, scene.log);
        if let Some(part) = still_broken {
            part.signal(Signal::CONT);
            scene.roll.start(part)?;
            part.until_ready(PATIENCE)?;
            is_well &= recovery.wait(scene.stack, scene.log);
        }
        problems.extend((!is_well).then(|| format!("{} ({time}): nobody caught up", fault.name())));
        driver.open_gate();
    }
    let (in_time, looked) = recovery.in_time();
    if scene.form == Form::Full && in_time < looked {
        problems.push(format!("{}: {} times somebody was behind for longer", fault.name(), looked - in_time));
    }
    Ok((recovery, problems))
}
