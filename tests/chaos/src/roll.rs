//! The roll of the services' processes: who was started is there until somebody here ends it.

use std::collections::BTreeMap;

use chaos::Failed;
use stack::{Part, Stack};

/// The processes that were started, and the most memory that one has had.
pub(crate) struct Roll<'a> {
    stack: &'a Stack,
    started: BTreeMap<String, Option<u32>>,
    largest: u64,
}

fn number(part: &Part) -> Option<u32> {
    u32::try_from(part.process()?.as_raw_nonzero().get()).ok()
}

impl<'a> Roll<'a> {
    pub(crate) fn of(stack: &'a Stack) -> Self {
        let started = stack.processes().iter().map(|part| (part.name.clone(), number(part))).collect();
        Self { stack, started, largest: 0 }
    }

    /// Who is not there any more though nobody here has ended it. It is started again, so that the run can go on.
    pub(crate) fn call(&mut self) -> Result<Vec<String>, Failed> {
        let mut gone = Vec::new();
        for part in self.stack.processes() {
            self.note(part);
            let now = number(part);
            if now.is_none() || self.started.get(&part.name) != Some(&now) {
                gone.push(format!("{} has ended by itself", part.name));
                self.start(part)?;
            }
        }
        Ok(gone)
    }

    /// Kills a process, as a crash would; what memory it had is noted first.
    pub(crate) fn kill(&mut self, part: &Part) {
        self.note(part);
        part.kill();
    }

    pub(crate) fn start(&mut self, part: &Part) -> Result<(), Failed> {
        part.start()?;
        self.started.insert(part.name.clone(), number(part));
        Ok(())
    }

    fn note(&mut self, part: &Part) {
        let most = part.memory().map(|(_, most)| most);
        self.largest = self.largest.max(most.unwrap_or_default());
    }

    /// The most that one has had since this was asked last.
    pub(crate) fn largest(&mut self) -> u64 {
        self.stack.processes().iter().for_each(|part| self.note(part));
        std::mem::take(&mut self.largest)
    }
}
